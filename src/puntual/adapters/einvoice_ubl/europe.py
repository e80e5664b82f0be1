"""EN 16931 in UBL: BT-1 number, BT-2 issue, BT-9 due, BT-20 terms, BT-112 total, BT-113 paid, BT-115 due amount."""

from __future__ import annotations

from puntual.adapters.einvoice_ubl import shared
from puntual.adapters.terms import credit_days
from puntual.adapters.xml_safe import Element, child, children, required, text
from puntual.ports.einvoice import InvoiceRecord, Place


def read(root: Element, filename: str) -> InvoiceRecord:
    """The document; identity is the seller's VAT id (BT-31) or legal id and the number (BT-1)."""
    issuer, receiver = shared.party(root, "AccountingSupplierParty"), shared.party(root, "AccountingCustomerParty")
    currency = shared.currency(root)
    payable, paid = shared.payable(root, currency), shared.prepaid(root, currency)
    seller = required(tax_id(issuer), "BT-31 (identificación fiscal del vendedor)")
    buyer, number = tax_id(receiver), required(text(root, "ID"), "BT-1")
    due = shared.due_date(root)
    terms = text(root, "PaymentTerms", "Note")
    country = shared.party_country(receiver)
    return InvoiceRecord(
        kind=shared.kind(root),
        fiscal_id=f"{seller}-{number}",
        issued_on=shared.issued_on(root),
        currency=currency,
        total_minor=payable + paid,
        number=number,
        issuer_tax_id=seller,
        issuer_name=shared.party_name(issuer),
        receiver_tax_id=buyer,
        receiver_name=shared.party_name(receiver),
        due_dates=((due, payable),) if due else (),
        credit_days=credit_days(terms),
        payment_terms=terms,
        related=tuple(
            ("", f"{seller}-{one}")
            for b in children(root, "BillingReference")
            if (one := text(b, "InvoiceDocumentReference", "ID"))
        ),
        paid_minor=paid,
        summary=shared.line_summary(root),
        country=shared.party_country(issuer),
        receiver_country=country,
        contacts=shared.party_contacts(receiver, country, buyer),
        place=Place(filename),
    )


def tax_id(party: Element | None) -> str:
    """The VAT id, else the legal registration, else any identification."""
    for scheme in children(party, "PartyTaxScheme"):
        if text(scheme, "TaxScheme", "ID") in ("VAT", "") and text(scheme, "CompanyID"):
            return text(scheme, "CompanyID")
    legal = child(party, "PartyLegalEntity", "CompanyID")
    return (legal.text or "").strip() if legal is not None else text(party, "PartyIdentification", "ID")
