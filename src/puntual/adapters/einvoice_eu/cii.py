"""Cross Industry Invoice of EN 16931: BT-1 number, BT-2 issue, BT-9 due, BT-20 terms, BT-112 total, BT-113 paid."""

from __future__ import annotations

from datetime import date, datetime

from puntual.adapters.contact_fields import contacts
from puntual.adapters.documents import summary
from puntual.adapters.terms import credit_days
from puntual.adapters.xml_safe import (
    Element,
    FieldError,
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

#: UNTDID 1001: credit notes. Every other code of EN 16931 is money to collect.
_CREDIT_TYPES = ("381", "396", "261", "262", "532")


def read_cii(root: Element, filename: str) -> list[InvoiceRecord]:
    """The invoice or credit note; identity is the seller's VAT id (BT-31) and the number (BT-1)."""
    if local_name(root) != "CrossIndustryInvoice":
        raise UnusableInput(f"No es una factura CII: su raíz es «{local_name(root)}».")
    head, trade = child(root, "ExchangedDocument"), child(root, "SupplyChainTradeTransaction")
    agreement, settlement = (
        child(trade, "ApplicableHeaderTradeAgreement"),
        child(trade, "ApplicableHeaderTradeSettlement"),
    )
    sums = child(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    seller, buyer = child(agreement, "SellerTradeParty"), child(agreement, "BuyerTradeParty")
    currency = currency_code(text(settlement, "InvoiceCurrencyCode"), "BT-5")
    total = amount(text(sums, "GrandTotalAmount"), currency, "BT-112")
    paid = amount(text(sums, "TotalPrepaidAmount"), currency, "BT-113", default=0)
    seller_id = required(tax_id(seller), "BT-31 (identificación fiscal del vendedor)")
    number, buyer_id = required(text(head, "ID"), "BT-1"), tax_id(buyer)
    terms = " ".join(text(t, "Description") for t in children(settlement, "SpecifiedTradePaymentTerms")).strip()
    country = text(buyer, "PostalTradeAddress", "CountryID")
    is_credit = text(head, "TypeCode") in _CREDIT_TYPES
    return [
        InvoiceRecord(
            kind=CREDIT_NOTE if is_credit else INVOICE,
            fiscal_id=f"{seller_id}-{number}",
            issued_on=cii_date(child(head, "IssueDateTime"), "BT-2"),
            currency=currency,
            total_minor=total,
            number=number,
            issuer_tax_id=seller_id,
            issuer_name=text(seller, "Name"),
            receiver_tax_id=buyer_id,
            receiver_name=text(buyer, "Name"),
            due_dates=_dues(settlement, currency, total - paid),
            credit_days=credit_days(terms),
            payment_terms=terms,
            related=tuple(
                ("", f"{seller_id}-{one}")
                for r in children(settlement, "InvoiceReferencedDocument")
                if (one := text(r, "IssuerAssignedID"))
            ),
            paid_minor=paid,
            summary=summary(
                [text(n, "SpecifiedTradeProduct", "Name") for n in children(trade, "IncludedSupplyChainTradeLineItem")]
            ),
            country=text(seller, "PostalTradeAddress", "CountryID"),
            receiver_country=country,
            contacts=_contacts(buyer, country, buyer_id),
            place=Place(filename),
        )
    ]


def tax_id(party: Element | None) -> str:
    """The VAT registration (scheme VA), else any other, else the legal organisation's id."""
    found = {}
    for registration in children(party, "SpecifiedTaxRegistration"):
        node = child(registration, "ID")
        if node is not None:
            found[node.get("schemeID", "")] = (node.text or "").strip()
    return found.get("VA") or next(iter(found.values()), "") or text(party, "SpecifiedLegalOrganization", "ID")


def cii_date(holder: Element | None, field: str) -> date:
    """`udt:DateTimeString` of format 102 (yyyymmdd), or an ISO date."""
    value = text(holder, "DateTimeString") or text(holder, "DateTime")
    if len(value) == 8 and value.isdigit():
        try:
            return datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007  (a date, no instant)
        except ValueError:
            raise FieldError(field, value, f"{field}: «{value}» no es una fecha.") from None
    return iso_date(value, field)


def _dues(settlement: Element | None, currency: str, collectable: int) -> tuple[tuple[date, int], ...]:
    found = []
    for term in children(settlement, "SpecifiedTradePaymentTerms"):
        holder = child(term, "DueDateDateTime")
        if holder is not None:
            part = amount(text(term, "PartialPaymentAmount"), currency, "PartialPaymentAmount", default=collectable)
            found.append((cii_date(holder, "BT-9"), part))
    return tuple(sorted(found)) if sum(p[1] for p in found) == collectable else ()


def _contacts(party: Element | None, country: str, tax_id: str):  # type: ignore[no-untyped-def]
    contact = child(party, "DefinedTradeContact")
    return contacts(
        emails=[
            text(contact, "EmailURIUniversalCommunication", "URIID"),
            text(party, "URIUniversalCommunication", "URIID"),
        ],
        phones=[text(contact, "TelephoneUniversalCommunication", "CompleteNumber")],
        country=country,
        name=text(contact, "PersonName"),
        tax_id=tax_id,
    )
