"""CFDI 4.0 (and 3.3) of type I (income) and E (credit note), by SAT's XSD (Anexo 20).

A CFDI has no due date: `credit_days` holds what the free text CondicionesDePago states, if it states anything.
"""

from __future__ import annotations

import re

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
)
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import CREDIT_NOTE, INVOICE, InvoiceRecord, Place

_UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")
_KINDS = {"I": INVOICE, "E": CREDIT_NOTE}
_OTHER_TYPES = {
    "T": "El CFDI es de traslado: no es una cuenta por cobrar.",
    "N": "El CFDI es de nómina: no es una cuenta por cobrar.",
    "P": "El CFDI es un complemento de pago: cárguelo como rep.",
}


def read_cfdi(root: Element, filename: str) -> list[InvoiceRecord]:
    """The invoice or credit note. FieldError if a field that must be is missing; UnusableInput if no receivable."""
    if local_name(root) != "Comprobante":
        raise UnusableInput(f"No es un CFDI: su raíz es «{local_name(root)}».")
    get = root.get
    kind = _KINDS.get(get("TipoDeComprobante", ""))
    if kind is None:
        raise UnusableInput(_OTHER_TYPES.get(get("TipoDeComprobante", ""), "El CFDI no dice su tipo (I o E)."))
    if child(root, "InformacionGlobal") is not None:
        raise UnusableInput("Es una factura global al público en general: no tiene a quién cobrarse.")
    uuid = stamp_uuid(root)
    issuer, receiver = child(root, "Emisor"), child(root, "Receptor")
    if issuer is None or receiver is None:
        raise FieldError("Emisor/Receptor", "", "Falta el emisor o el receptor.")
    currency = currency_code(get("Moneda"), "Moneda")
    terms = get("CondicionesDePago", "").strip()
    return [
        InvoiceRecord(
            kind=kind,
            fiscal_id=uuid,
            issued_on=iso_date(get("Fecha"), "Fecha"),
            currency=currency,
            total_minor=amount(get("Total"), currency, "Total"),
            number=get("Folio", "").strip() or uuid[:8],
            series=get("Serie", "").strip(),
            issuer_tax_id=required(issuer.get("Rfc"), "Emisor@Rfc").upper(),
            issuer_name=issuer.get("Nombre", ""),
            receiver_tax_id=required(receiver.get("Rfc"), "Receptor@Rfc").upper(),
            receiver_name=receiver.get("Nombre", ""),
            payment_terms=terms,
            credit_days=credit_days(terms),
            payment_method=get("MetodoPago", ""),
            related=_related(root),
            summary=summary([c.get("Descripcion", "") for c in children(child(root, "Conceptos"), "Concepto")]),
            country="MX",
            receiver_country=_country(receiver),
            place=Place(filename),
        )
    ]


def stamp_uuid(root: Element) -> str:
    """The UUID of the fiscal stamp, in upper case. FieldError if the document is not stamped."""
    for complement in children(root, "Complemento"):
        stamp = child(complement, "TimbreFiscalDigital")
        if stamp is not None:
            uuid = stamp.get("UUID", "").strip().upper()
            if not _UUID.fullmatch(uuid):
                raise FieldError("UUID", uuid, f"UUID: «{uuid[:40]}» no es un folio fiscal.")
            return uuid
    raise FieldError("UUID", "", "El CFDI no está timbrado: no tiene folio fiscal (UUID).")


def _related(root: Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        (group.get("TipoRelacion", ""), one.get("UUID", "").strip().upper())
        for group in children(root, "CfdiRelacionados")
        for one in children(group, "CfdiRelacionado")
    )


def _country(receiver: Element) -> str:
    """ISO 3166 of the receiver: CFDI names a country of residence only for foreigners, in three letters."""
    residence = receiver.get("ResidenciaFiscal", "")
    return _ALPHA3.get(residence, "") if residence else "MX"


_ALPHA3 = {
    "MEX": "MX", "USA": "US", "COL": "CO", "PER": "PE", "CHL": "CL", "ARG": "AR", "ECU": "EC", "BRA": "BR", "ESP": "ES",
    "GTM": "GT", "CRI": "CR", "PAN": "PA", "CAN": "CA", "DOM": "DO", "SLV": "SV", "HND": "HN", "URY": "UY", "GBR": "GB",
}  # fmt: skip
