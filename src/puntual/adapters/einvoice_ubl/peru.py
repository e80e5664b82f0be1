"""SUNAT's dialect: instalments (Cuota001...), detracción and retención, identity by RUC + type + number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from puntual.adapters.einvoice_ubl import shared
from puntual.adapters.xml_safe import Element, FieldError, amount, child, children, iso_date, local_name, required, text
from puntual.core.money import pct_of
from puntual.ports.einvoice import InvoiceRecord, Place

_TYPES = {"CreditNote": "07", "DebitNote": "08"}
#: Catalogue 53: retención of 3 % that the customer pays to the State.
_RETENTION_CODE = "62"


def read(root: Element, filename: str) -> InvoiceRecord:
    """The document. What the customer deposits for the State (detracción) or withholds is netted."""
    issuer, receiver = shared.party(root, "AccountingSupplierParty"), shared.party(root, "AccountingCustomerParty")
    ruc = required(text(issuer, "PartyIdentification", "ID"), "RUC del emisor")
    full = required(text(root, "ID"), "ID")
    series, _, number = full.rpartition("-")
    currency = shared.currency(root)
    total = shared.payable(root, currency)
    detraction, retention = _detraction(root, currency, total), _retention(root, currency)
    receiver_id = text(receiver, "PartyIdentification", "ID")
    issued = shared.issued_on(root)
    cash, dues = _terms(root, currency)
    if not dues:
        day = shared.due_date(root) or (issued if cash else None)
        dues = ((day, total - detraction - retention),) if day else ()
    return InvoiceRecord(
        kind=shared.kind(root),
        fiscal_id=f"{ruc}-{_type(root)}-{full}",
        issued_on=issued,
        currency=currency,
        total_minor=total,
        number=number,
        series=series,
        issuer_tax_id=ruc,
        issuer_name=shared.party_name(issuer),
        receiver_tax_id=receiver_id,
        receiver_name=shared.party_name(receiver),
        due_dates=dues,
        payment_method="PUE" if cash else "",
        related=_related(root, ruc),
        not_collectable_minor=detraction + retention,
        not_collectable_reason=" y ".join(w for w, v in (("detracción", detraction), ("retención", retention)) if v),
        summary=shared.line_summary(root),
        country="PE",
        receiver_country=shared.party_country(receiver) or "PE",
        contacts=shared.party_contacts(receiver, "PE", receiver_id),
        place=Place(filename),
    )


def _type(root: Element) -> str:
    return _TYPES.get(local_name(root)) or required(text(root, "InvoiceTypeCode"), "InvoiceTypeCode")


def _terms(root: Element, currency: str) -> tuple[bool, tuple[tuple[date, int], ...]]:
    """Whether it says cash, and its instalments."""
    cash, dues = False, []
    for term in children(root, "PaymentTerms"):
        means = text(term, "PaymentMeansID")
        if text(term, "ID") != "FormaPago":
            continue
        if means == "Contado":
            cash = True
        elif means.startswith("Cuota"):
            day = iso_date(text(term, "PaymentDueDate"), f"{means} PaymentDueDate")
            dues.append((day, amount(text(term, "Amount"), currency, f"{means} Amount")))
    return cash, tuple(sorted(dues))


def _detraction(root: Element, currency: str, total_minor: int) -> int:
    """SUNAT states it in soles: for another currency its percentage of the total is taken."""
    for term in children(root, "PaymentTerms"):
        if text(term, "ID") != "Detraccion":
            continue
        stated = child(term, "Amount")
        if stated is not None and stated.get("currencyID", currency) == currency:
            return amount(stated.text, currency, "Detraccion Amount")
        try:
            return pct_of(total_minor, Decimal(text(term, "PaymentPercent")))
        except (InvalidOperation, ValueError):
            raise FieldError("Detraccion", "", "La detracción no dice su importe ni su porcentaje.") from None
    return 0


def _retention(root: Element, currency: str) -> int:
    return sum(
        amount(text(a, "Amount"), currency, "Retención Amount")
        for a in children(root, "AllowanceCharge")
        if text(a, "AllowanceChargeReasonCode") == _RETENTION_CODE
    )


def _related(root: Element, ruc: str) -> tuple[tuple[str, str], ...]:
    relation = text(root, "DiscrepancyResponse", "ResponseCode")
    found = []
    for reference in children(root, "BillingReference"):
        number = text(reference, "InvoiceDocumentReference", "ID")
        type_code = text(reference, "InvoiceDocumentReference", "DocumentTypeCode") or "01"
        if number:
            found.append((relation, f"{ruc}-{type_code}-{number}"))
    return tuple(found)
