"""SRI documents: identity is the access key (49 digits, modulo 11); terms are pagos/pago (plazo, unidadTiempo)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from puntual.adapters.contact_fields import contacts
from puntual.adapters.documents import summary
from puntual.adapters.xml_safe import (
    Element,
    FieldError,
    amount,
    child,
    children,
    local_name,
    parse,
    required,
    text,
)
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import CREDIT_NOTE, INVOICE, InvoiceRecord, Place

#: root -> (block of its data, field of its total, kind)
_SHAPES = {
    "factura": ("infoFactura", "importeTotal", INVOICE),
    "notaCredito": ("infoNotaCredito", "valorModificacion", CREDIT_NOTE),
    "notaDebito": ("infoNotaDebito", "valorTotal", INVOICE),
}
_UNIT_DAYS = {"dias": 1, "días": 1, "dia": 1, "día": 1, "meses": 30, "mes": 30, "anios": 365, "años": 365, "anio": 365}
_CURRENCIES = {"DOLAR": "USD", "DÓLAR": "USD", "USD": "USD", "": "USD"}


def read_sri(root: Element, filename: str) -> list[InvoiceRecord]:
    """The document. UnusableInput if it is not authorised or is no receivable (retención, guía)."""
    root = _authorised(root)
    if local_name(root) not in _SHAPES:
        raise UnusableInput(f"El comprobante «{local_name(root)}» no es una cuenta por cobrar.")
    block, total_field, kind = _SHAPES[local_name(root)]
    tax, info = child(root, "infoTributaria"), child(root, block)
    key = access_key(text(tax, "claveAcceso"))
    currency = _CURRENCIES.get(text(info, "moneda").upper(), "USD")
    total = amount(text(info, total_field), currency, total_field)
    issued = ec_date(text(info, "fechaEmision"))
    number = "-".join(required(text(tax, n), n) for n in ("estab", "ptoEmi", "secuencial"))
    receiver_id = text(info, "identificacionComprador")
    reference = text(info, "numDocModificado")
    return [
        InvoiceRecord(
            kind=kind,
            fiscal_id=key,
            issued_on=issued,
            currency=currency,
            total_minor=total,
            number=number,
            issuer_tax_id=required(text(tax, "ruc"), "ruc"),
            issuer_name=text(tax, "razonSocial"),
            receiver_tax_id=receiver_id,
            receiver_name=text(info, "razonSocialComprador"),
            due_dates=_dues(info, issued, currency, total) if kind == INVOICE else (),
            related=((text(info, "codDocModificado"), reference),) if reference else (),
            summary=summary([text(d, "descripcion") for d in children(child(root, "detalles"), "detalle")]),
            country="EC",
            receiver_country="EC" if text(info, "tipoIdentificacionComprador") not in ("06", "08") else "",
            contacts=_contacts(root, receiver_id),
            place=Place(filename),
        )
    ]


def _authorised(root: Element) -> Element:
    """The document inside its authorisation, if there is one."""
    if local_name(root) == "RespuestaAutorizacionComprobante":
        root = child(root, "autorizaciones", "autorizacion")
    if root is None or local_name(root) != "autorizacion":
        return root
    status = text(root, "estado").upper()
    if status != "AUTORIZADO":
        raise UnusableInput(f"El SRI no autorizó el comprobante (estado «{status}»).")
    inner = child(root, "comprobante")
    if inner is None or (not (inner.text or "").strip() and not len(inner)):
        raise UnusableInput("La autorización no trae el comprobante dentro.")
    return inner[0] if len(inner) else parse(inner.text.strip().encode())


def access_key(key: str) -> str:
    """The key itself if it has 49 digits and its modulo 11 holds (weights 2-7 from the right; 11 -> 0, 10 -> 1)."""
    if len(key) != 49 or not key.isdigit():
        raise FieldError("claveAcceso", key, f"claveAcceso: «{key[:60]}» no tiene 49 cifras.")
    total = sum(int(digit) * (2 + i % 6) for i, digit in enumerate(reversed(key[:48])))
    check = {11: 0, 10: 1}.get(11 - total % 11, 11 - total % 11)
    if check != int(key[48]):
        raise FieldError("claveAcceso", key, "claveAcceso: el dígito verificador no corresponde.")
    return key


def ec_date(value: str) -> date:
    """The SRI writes dd/mm/yyyy."""
    try:
        return datetime.strptime(value, "%d/%m/%Y").date()  # noqa: DTZ007  (a date, no instant)
    except ValueError:
        raise FieldError("fechaEmision", value, f"fechaEmision: «{value[:40]}» no es una fecha dd/mm/aaaa.") from None


def _dues(info: Element | None, issued: date, currency: str, total: int) -> tuple[tuple[date, int], ...]:
    parts = []
    for payment in children(child(info, "pagos"), "pago"):
        term, unit = text(payment, "plazo"), text(payment, "unidadTiempo").lower()
        if not term:
            continue
        if not term.replace(".", "", 1).isdigit():
            raise FieldError("plazo", term, f"plazo: «{term[:20]}» no es un número.")
        days = int(float(term)) * _UNIT_DAYS.get(unit, 1)
        parts.append((issued + timedelta(days=days), amount(text(payment, "total"), currency, "pago/total")))
    return tuple(sorted(parts)) if sum(p[1] for p in parts) == total else ()


def _contacts(root: Element, receiver_id: str):  # type: ignore[no-untyped-def]
    """The additional fields whose names say e-mail or phone."""
    emails, phones = [], []
    for field in children(child(root, "infoAdicional"), "campoAdicional"):
        name = (field.get("nombre") or "").lower()
        if "mail" in name or "correo" in name:
            emails.append(field.text or "")
        elif "tel" in name or "cel" in name:
            phones.append(field.text or "")
    return contacts(emails=emails, phones=phones, country="EC", tax_id=receiver_id)
