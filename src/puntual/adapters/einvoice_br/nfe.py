"""NF-e 4.00 by its XSD: identity is the access key of 44 characters; instalments are the duplicatas (cobr/dup)."""

from __future__ import annotations

from datetime import date

from puntual.adapters.contact_fields import contacts
from puntual.adapters.documents import summary
from puntual.adapters.xml_safe import Element, FieldError, amount, child, children, iso_date, local_name, required, text
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import CREDIT_NOTE, INVOICE, InvoiceRecord, Place

_RETURN = "4"
_AT_SIGHT, _NO_PAYMENT = "0", "90"
_AUTHORISED = ("100", "150")


def read_nfe(root: Element, filename: str) -> list[InvoiceRecord]:
    """The invoice (or return, as a credit note). UnusableInput if it is not authorised or carries no payment."""
    wrapper = root if local_name(root) == "nfeProc" else None
    info = child(child(wrapper, "NFe") if wrapper is not None else root, "infNFe")
    if info is None:
        raise UnusableInput(f"No es una NF-e: su raíz es «{local_name(root)}».")
    status = text(wrapper, "protNFe", "infProt", "cStat")
    if status and status not in _AUTHORISED:
        raise UnusableInput(f"La NF-e no está autorizada (cStat {status}).")
    key = _key(info)
    ide, issuer, receiver = child(info, "ide"), child(info, "emit"), child(info, "dest")
    issued = iso_date(text(ide, "dhEmi") or text(ide, "dEmi"), "dhEmi")
    total = amount(text(info, "total", "ICMSTot", "vNF"), "BRL", "vNF")
    is_return = text(ide, "finNFe") == _RETURN
    dues = _dues(info, issued, total)
    payments = list(children(child(info, "pag"), "detPag"))
    if not is_return and not dues and payments and all(text(p, "tPag") == _NO_PAYMENT for p in payments):
        raise UnusableInput("La NF-e dice «sin pago» (tPag 90): no es una cuenta por cobrar.")
    receiver_id = text(receiver, "CNPJ") or text(receiver, "CPF") or text(receiver, "idEstrangeiro")
    collected = sum(a for _, a in dues) if dues else total
    return [
        InvoiceRecord(
            kind=CREDIT_NOTE if is_return else INVOICE,
            fiscal_id=key,
            issued_on=issued,
            currency="BRL",
            total_minor=total,
            number=text(ide, "nNF"),
            series=text(ide, "serie"),
            issuer_tax_id=required(text(issuer, "CNPJ") or text(issuer, "CPF"), "emit/CNPJ"),
            issuer_name=text(issuer, "xNome"),
            receiver_tax_id=receiver_id,
            receiver_name=text(receiver, "xNome"),
            due_dates=dues,
            payment_method="PUE" if any(text(p, "indPag") == _AT_SIGHT for p in payments) else "",
            related=tuple(("", key) for r in children(ide, "NFref") if (key := text(r, "refNFe"))),
            paid_minor=max(0, total - collected),
            summary=summary([text(d, "prod", "xProd") for d in children(info, "det")]),
            country="BR",
            receiver_country="BR" if not text(receiver, "idEstrangeiro") else "",
            contacts=contacts(
                emails=[text(receiver, "email")],
                phones=[text(receiver, "enderDest", "fone")],
                country="BR",
                tax_id=receiver_id,
            ),
            place=Place(filename),
        )
    ]


def _key(info: Element) -> str:
    key = (info.get("Id") or "").removeprefix("NFe").upper()
    if len(key) != 44 or not key.isalnum():
        raise FieldError("Id", key, f"«{key[:50]}» no es una clave de acceso de 44 caracteres.")
    return key


def _dues(info: Element, issued: date, total: int) -> tuple[tuple[date, int], ...]:
    """The duplicatas; at sight, the day of issue; empty if the document does not say."""
    parts = tuple(
        sorted(
            (iso_date(text(d, "dVenc"), "dVenc"), amount(text(d, "vDup"), "BRL", "vDup"))
            for d in children(child(info, "cobr"), "dup")
        )
    )
    if parts:
        if sum(p[1] for p in parts) > total:
            raise FieldError("vDup", "", "Las duplicatas suman más que el total de la NF-e.")
        return parts
    at_sight = any(text(p, "indPag") == _AT_SIGHT for p in children(child(info, "pag"), "detPag"))
    return ((issued, total),) if at_sight else ()
