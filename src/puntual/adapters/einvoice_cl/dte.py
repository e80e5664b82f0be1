"""DTE by the SII's XSD: identity is issuer RUT + type + folio; instalments are MntPagos; FmaPago 1 cash, 2 credit."""

from __future__ import annotations

from datetime import date, timedelta

from puntual.adapters.contact_fields import contacts
from puntual.adapters.documents import summary
from puntual.adapters.xml_safe import (
    Element,
    FieldError,
    amount,
    child,
    children,
    iso_date,
    local_name,
    optional_iso_date,
    required,
    text,
)
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import CREDIT_NOTE, INVOICE, InvoiceRecord, Place

_CREDIT_TYPES = ("61", "112")
_EXPORT_TYPES = ("110", "111", "112")
_RECEIVABLE = ("33", "34", "39", "41", "43", "56", "110", "111", *_CREDIT_TYPES)
_CASH, _FREE = "1", "3"
#: Names that the SII's table gives to the currencies of export documents.
_CURRENCIES = {"DOLAR USA": "USD", "EURO": "EUR", "PESO CL": "CLP", "REAL": "BRL", "PESO MEX": "MXN", "SOL": "PEN"}


def documents(root: Element) -> list[Element]:
    """Every Documento (or Exportaciones) of a DTE or of an envelope of them."""
    if local_name(root) in ("Documento", "Exportaciones"):
        return [root]
    return [n for n in root.iter() if local_name(n) in ("Documento", "Exportaciones")]


def read_dte(document: Element, filename: str) -> list[InvoiceRecord]:
    """One Documento. UnusableInput for types that are no receivable (guías, facturas de compra)."""
    head = child(document, "Encabezado")
    id_doc, issuer, receiver, totals = (child(head, n) for n in ("IdDoc", "Emisor", "Receptor", "Totales"))
    type_code = required(text(id_doc, "TipoDTE"), "TipoDTE")
    if type_code not in _RECEIVABLE or text(id_doc, "FmaPago") == _FREE:
        raise UnusableInput(f"El DTE de tipo {type_code} no es una cuenta por cobrar.")
    rut = required(text(issuer, "RUTEmisor"), "RUTEmisor").upper()
    folio = required(text(id_doc, "Folio"), "Folio")
    currency = _currency(type_code, totals)
    total = amount(text(totals, "MntTotal"), currency, "MntTotal")
    issued = iso_date(text(id_doc, "FchEmis"), "FchEmis")
    receiver_id = text(receiver, "RUTRecep").upper()
    return [
        InvoiceRecord(
            kind=CREDIT_NOTE if type_code in _CREDIT_TYPES else INVOICE,
            fiscal_id=f"{rut}-{type_code}-{folio}",
            issued_on=issued,
            currency=currency,
            total_minor=total,
            number=folio,
            issuer_tax_id=rut,
            issuer_name=text(issuer, "RznSoc") or text(issuer, "RznSocEmisor"),
            receiver_tax_id=receiver_id,
            receiver_name=text(receiver, "RznSocRecep"),
            due_dates=_dues(id_doc, issued, currency, total),
            payment_terms=text(id_doc, "TermPagoGlosa"),
            payment_method="PUE" if text(id_doc, "FmaPago") == _CASH else "",
            related=_related(document, rut),
            summary=summary([text(d, "NmbItem") for d in children(document, "Detalle")]),
            country="CL",
            receiver_country="CL" if type_code not in _EXPORT_TYPES else "",
            contacts=contacts(
                emails=[text(receiver, "CorreoRecep"), text(receiver, "Contacto")],
                phones=[c for c in [text(receiver, "Contacto")] if "@" not in c],
                country="CL",
                tax_id=receiver_id,
            ),
            place=Place(filename),
        )
    ]


def _currency(type_code: str, totals: Element | None) -> str:
    if type_code not in _EXPORT_TYPES:
        return "CLP"
    name = text(totals, "TpoMoneda")
    if name not in _CURRENCIES:
        raise FieldError("TpoMoneda", name, f"TpoMoneda: no se conoce la moneda «{name}».")
    return _CURRENCIES[name]


def _dues(id_doc: Element | None, issued: date, currency: str, total: int) -> tuple[tuple[date, int], ...]:
    """Instalments, else the due date, else the term in days, else cash; empty if the document does not say."""
    parts = tuple(
        sorted(
            (iso_date(text(p, "FchPago"), "FchPago"), amount(text(p, "MntPago"), currency, "MntPago"))
            for p in children(id_doc, "MntPagos")
        )
    )
    if parts and sum(p[1] for p in parts) == total:
        return parts
    day = optional_iso_date(text(id_doc, "FchVenc"), "FchVenc")
    term = text(id_doc, "TermPagoDias")
    if day is None and term.isdigit():
        day = issued + timedelta(days=int(term))
    if day is None and text(id_doc, "FmaPago") == _CASH:
        day = issued
    return ((day, total),) if day else ()


def _related(document: Element, rut: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (text(r, "CodRef"), f"{rut}-{text(r, 'TpoDocRef')}-{text(r, 'FolioRef')}")
        for r in children(document, "Referencia")
        if text(r, "TpoDocRef") in _RECEIVABLE
    )
