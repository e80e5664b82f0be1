"""Fields that every dialect of UBL 2.1 writes in the same place."""

from __future__ import annotations

from datetime import date

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
    optional_iso_date,
    text,
)
from puntual.ports.einvoice import CREDIT_NOTE, INVOICE, ContactRecord

_LINES = {"Invoice": "InvoiceLine", "CreditNote": "CreditNoteLine", "DebitNote": "DebitNoteLine"}


def kind(root: Element) -> str:
    """A debit note adds to what is owed: for collections it is an invoice."""
    return CREDIT_NOTE if local_name(root) == "CreditNote" else INVOICE


def currency(root: Element) -> str:
    return currency_code(text(root, "DocumentCurrencyCode"), "DocumentCurrencyCode")


def issued_on(root: Element) -> date:
    return iso_date(text(root, "IssueDate"), "IssueDate")


def totals(root: Element) -> Element | None:
    """The monetary totals: debit notes call them RequestedMonetaryTotal."""
    found = child(root, "LegalMonetaryTotal")
    return found if found is not None else child(root, "RequestedMonetaryTotal")


def payable(root: Element, code: str) -> int:
    return amount(text(totals(root), "PayableAmount"), code, "PayableAmount")


def prepaid(root: Element, code: str) -> int:
    return amount(text(totals(root), "PrepaidAmount"), code, "PrepaidAmount", default=0)


def party(root: Element, role: str) -> Element | None:
    """`AccountingSupplierParty` or `AccountingCustomerParty`."""
    return child(root, role, "Party")


def party_name(node: Element | None) -> str:
    return (
        text(node, "PartyLegalEntity", "RegistrationName")
        or text(node, "PartyTaxScheme", "RegistrationName")
        or text(node, "PartyName", "Name")
    )


def party_country(node: Element | None) -> str:
    return text(node, "PostalAddress", "Country", "IdentificationCode") or text(
        node, "PhysicalLocation", "Address", "Country", "IdentificationCode"
    )


def party_contacts(node: Element | None, country: str, tax_id: str) -> tuple[ContactRecord, ...]:
    contact = child(node, "Contact")
    return contacts(
        emails=[text(contact, "ElectronicMail")],
        phones=[text(contact, "Telephone")],
        country=country,
        name=text(contact, "Name"),
        tax_id=tax_id,
    )


def due_date(root: Element) -> date | None:
    """The one due date: the document's, or its payment means'."""
    stated = text(root, "DueDate") or next(
        (d for m in children(root, "PaymentMeans") if (d := text(m, "PaymentDueDate"))), ""
    )
    return optional_iso_date(stated, "DueDate")


def line_summary(root: Element) -> str:
    lines = list(children(root, _LINES[local_name(root)]))
    return summary([text(n, "Item", "Description") or text(n, "Item", "Name") for n in lines])
