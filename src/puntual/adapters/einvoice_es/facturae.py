"""Facturae 3.2.x: identity is the seller's NIF + series + number; instalments are PaymentDetails/Installment."""

from __future__ import annotations

from collections.abc import Callable

from puntual.adapters.contact_fields import contacts
from puntual.adapters.documents import summary
from puntual.adapters.xml_safe import (
    Element,
    amount,
    child,
    children,
    currency_code,
    iso_date,
    local_name,
    required,
    text,
)
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import CREDIT_NOTE, INVOICE, InvoiceRecord, Place

_CORRECTIVE = ("OR", "CR")
_REPLACES = "01"
_ALPHA3 = {"ESP": "ES", "PRT": "PT", "FRA": "FR", "MEX": "MX", "COL": "CO", "ARG": "AR", "CHL": "CL", "PER": "PE"}


def invoices(root: Element) -> list[Element]:
    """Every Invoice of the batch."""
    if local_name(root) != "Facturae":
        raise UnusableInput(f"No es Facturae: su raíz es «{local_name(root)}».")
    return list(children(child(root, "Invoices"), "Invoice"))


def read_facturae(root: Element) -> Callable[[Element, str], list[InvoiceRecord]]:
    """The reader of one Invoice of this file: seller and buyer stand once, at its head."""
    seller, buyer = child(root, "Parties", "SellerParty"), child(root, "Parties", "BuyerParty")
    return lambda node, filename: [_invoice(node, filename, seller, buyer)]


def _invoice(node: Element, filename: str, seller: Element | None, buyer: Element | None) -> InvoiceRecord:
    nif = required(text(seller, "TaxIdentification", "TaxIdentificationNumber"), "NIF del emisor")
    head, data, totals = (child(node, n) for n in ("InvoiceHeader", "InvoiceIssueData", "InvoiceTotals"))
    currency = currency_code(text(data, "InvoiceCurrencyCode"), "InvoiceCurrencyCode")
    signed = amount(text(totals, "InvoiceTotal"), currency, "InvoiceTotal")
    withheld = amount(text(totals, "AmountsWithheld", "WithholdingAmount"), currency, "WithholdingAmount", default=0)
    corrective = child(head, "Corrective")
    if text(head, "InvoiceClass") in _CORRECTIVE and signed >= 0 and text(corrective, "CorrectionMethod") == _REPLACES:
        raise UnusableInput("Es una rectificativa por sustitución: anule la factura original y cargue esta como nueva.")
    series, number = text(head, "InvoiceSeriesCode"), required(text(head, "InvoiceNumber"), "InvoiceNumber")
    buyer_id = text(buyer, "TaxIdentification", "TaxIdentificationNumber")
    country = _country(buyer)
    return InvoiceRecord(
        kind=CREDIT_NOTE if signed < 0 else INVOICE,
        fiscal_id=f"{nif}-{series}-{number}",
        issued_on=iso_date(text(data, "IssueDate"), "IssueDate"),
        currency=currency,
        total_minor=abs(signed),
        number=number,
        series=series,
        issuer_tax_id=nif,
        issuer_name=_name(seller),
        receiver_tax_id=buyer_id,
        receiver_name=_name(buyer),
        due_dates=tuple(
            sorted(
                (
                    iso_date(text(i, "InstallmentDueDate"), "InstallmentDueDate"),
                    amount(text(i, "InstallmentAmount"), currency, "InstallmentAmount"),
                )
                for i in children(child(node, "PaymentDetails"), "Installment")
            )
        ),
        related=_related(corrective, nif),
        not_collectable_minor=withheld,
        not_collectable_reason="retención de garantía" if withheld else "",
        paid_minor=amount(text(totals, "TotalPaymentsOnAccount"), currency, "TotalPaymentsOnAccount", default=0),
        summary=summary([text(n, "ItemDescription") for n in children(child(node, "Items"), "InvoiceLine")]),
        country="ES",
        receiver_country=country,
        contacts=_contacts(buyer, country, buyer_id),
        place=Place(filename),
    )


def _name(party: Element | None) -> str:
    person = child(party, "Individual")
    if person is not None:
        return " ".join(p for p in (text(person, n) for n in ("Name", "FirstSurname", "SecondSurname")) if p)
    return text(party, "LegalEntity", "CorporateName")


def _entity(party: Element | None) -> Element | None:
    found = child(party, "LegalEntity")
    return found if found is not None else child(party, "Individual")


def _country(party: Element | None) -> str:
    entity = _entity(party)
    code = text(entity, "AddressInSpain", "CountryCode") or text(entity, "OverseasAddress", "CountryCode")
    return _ALPHA3.get(code, "")


def _contacts(party: Element | None, country: str, tax_id: str):  # type: ignore[no-untyped-def]
    details = child(_entity(party), "ContactDetails")
    return contacts(
        emails=[text(details, "ElectronicMail")],
        phones=[text(details, "Telephone")],
        country=country,
        name=text(details, "ContactPersons"),
        tax_id=tax_id,
    )


def _related(corrective: Element | None, nif: str) -> tuple[tuple[str, str], ...]:
    number = text(corrective, "InvoiceNumber")
    if not number:
        return ()
    return ((text(corrective, "ReasonCode"), f"{nif}-{text(corrective, 'InvoiceSeriesCode')}-{number}"),)
