"""The payment complement (REP): Pagos 2.0 (and 1.0) inside a CFDI of type P.

Each `Pago` becomes one PaymentRecord; its `DoctoRelacionado` say which invoices it pays, in each invoice's currency.
What a REP says is provisional: the bank's fact replaces it.
"""

from __future__ import annotations

from puntual.adapters.einvoice_mx.cfdi import stamp_uuid
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
from puntual.ports.einvoice import Allocation, PaymentRecord, Place


def read_rep(root: Element, filename: str) -> list[PaymentRecord]:
    """The payments of the document. FieldError if an obligatory field is missing; UnusableInput if it is no REP."""
    if local_name(root) != "Comprobante" or root.get("TipoDeComprobante") != "P":
        raise UnusableInput("No es un complemento de pago (CFDI de tipo P).")
    uuid = stamp_uuid(root)
    payments = [
        p for c in children(root, "Complemento") for block in children(c, "Pagos") for p in children(block, "Pago")
    ]
    if not payments:
        raise FieldError("Pago", "", "El complemento no trae ningún pago.")
    issuer, receiver = child(root, "Emisor"), child(root, "Receptor")
    if issuer is None or receiver is None:
        raise FieldError("Emisor/Receptor", "", "Falta el emisor o el receptor.")
    return [_payment(p, f"{uuid}#{i}", issuer, receiver, filename) for i, p in enumerate(payments, start=1)]


def _payment(node: Element, fiscal_id: str, issuer: Element, receiver: Element, filename: str) -> PaymentRecord:
    currency = currency_code(node.get("MonedaP"), "MonedaP")
    return PaymentRecord(
        fiscal_id=fiscal_id,
        paid_on=iso_date(node.get("FechaPago"), "FechaPago"),
        currency=currency,
        amount_minor=amount(node.get("Monto"), currency, "Monto"),
        method=node.get("FormaDePagoP", ""),
        reference=node.get("NumOperacion", "").strip(),
        issuer_tax_id=issuer.get("Rfc", "").upper(),
        payer_tax_id=required(receiver.get("Rfc"), "Receptor@Rfc").upper(),
        payer_name=receiver.get("Nombre", ""),
        allocations=tuple(_allocation(d) for d in children(node, "DoctoRelacionado")),
        place=Place(filename),
    )


def _allocation(node: Element) -> Allocation:
    currency = currency_code(node.get("MonedaDR"), "MonedaDR")
    instalment = node.get("NumParcialidad", "")
    return Allocation(
        invoice_fiscal_id=required(node.get("IdDocumento"), "IdDocumento").strip().upper(),
        amount_minor=amount(node.get("ImpPagado"), currency, "ImpPagado"),
        currency=currency,
        previous_minor=amount(node.get("ImpSaldoAnt"), currency, "ImpSaldoAnt"),
        remaining_minor=amount(node.get("ImpSaldoInsoluto"), currency, "ImpSaldoInsoluto"),
        instalment=int(instalment) if instalment.isdigit() else None,
    )
