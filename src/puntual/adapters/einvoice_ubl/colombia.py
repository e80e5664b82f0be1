"""DIAN's dialect: identity by CUFE (or CUDE), NIT with its check digit apart, one due date in the payment means."""

from __future__ import annotations

from puntual.adapters.einvoice_ubl import shared
from puntual.adapters.xml_safe import Element, child, children, required, text
from puntual.ports.einvoice import InvoiceRecord, Place

_CASH, _CREDIT = "1", "2"


def read(root: Element, filename: str) -> InvoiceRecord:
    """The document. PaymentMeans 1 is cash (due the day it is issued), 2 is credit."""
    issuer, receiver = shared.party(root, "AccountingSupplierParty"), shared.party(root, "AccountingCustomerParty")
    currency = shared.currency(root)
    issued = shared.issued_on(root)
    total = shared.payable(root, currency)
    cash = text(root, "PaymentMeans", "ID") == _CASH
    due = shared.due_date(root) or (issued if cash else None)
    full, prefix = required(text(root, "ID"), "ID"), _prefix(root)
    receiver_id = nit(receiver)
    return InvoiceRecord(
        kind=shared.kind(root),
        fiscal_id=required(text(root, "UUID"), "UUID (CUFE)").lower(),
        issued_on=issued,
        currency=currency,
        total_minor=total,
        number=full[len(prefix) :] if prefix and full.startswith(prefix) else full,
        series=prefix if full.startswith(prefix) else "",
        issuer_tax_id=required(nit(issuer), "NIT del emisor"),
        issuer_name=shared.party_name(issuer),
        receiver_tax_id=receiver_id,
        receiver_name=shared.party_name(receiver),
        due_dates=((due, total),) if due else (),
        payment_terms=text(root, "PaymentTerms", "Note"),
        payment_method="PUE" if cash else "",
        related=_related(root),
        summary=shared.line_summary(root),
        country="CO",
        receiver_country=shared.party_country(receiver) or "CO",
        contacts=shared.party_contacts(receiver, "CO", receiver_id),
        place=Place(filename),
    )


def nit(party: Element | None) -> str:
    """The NIT as `900123456-8`: DIAN writes its check digit in the attribute schemeID of the same element."""
    element = child(party, "PartyTaxScheme", "CompanyID")
    if element is None:
        element = child(party, "PartyLegalEntity", "CompanyID")
    if element is None or not (element.text or "").strip():
        return ""
    number, digit = element.text.strip(), (element.get("schemeID") or "").strip()
    is_nit = element.get("schemeName", "31") == "31"
    return f"{number}-{digit}" if is_nit and digit.isdigit() and "-" not in number else number


def _prefix(root: Element) -> str:
    """The authorised prefix, from DIAN's extension, wherever the issuer put it."""
    for extension in children(child(root, "UBLExtensions"), "UBLExtension"):
        control = child(extension, "ExtensionContent", "DianExtensions", "InvoiceControl")
        if control is not None:
            return text(control, "AuthorizedInvoices", "Prefix")
    return ""


def _related(root: Element) -> tuple[tuple[str, str], ...]:
    relation = text(root, "DiscrepancyResponse", "ResponseCode")
    ids = (
        text(b, "InvoiceDocumentReference", "UUID").lower() or text(b, "InvoiceDocumentReference", "ID")
        for b in children(root, "BillingReference")
    )
    return tuple((relation, one) for one in ids if one)
