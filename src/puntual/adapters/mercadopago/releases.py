"""Mercado Pago's «Reporte de dinero disponible» (release report) in CSV or Excel: what each withdrawal to the bank is
made of. Columns: mercadopago.com.mx/developers, «Released money: report fields».

What came in since the withdrawal before is its parts; what stays in the account is carried to the next. Net is credit
less debit: the sign of fees and gross changes between versions of the report, that of the net does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from puntual.adapters.mercadopago.payment import PROVIDER, instant, minor
from puntual.adapters.tabular.sheets import open_table
from puntual.core.errors import UnusableInput
from puntual.core.ledger import payouts
from puntual.core.ledger.gateway import PAYOUT, GatewayEvent
from puntual.core.ledger.payouts import Part
from puntual.ports.payments import Released

_NEEDED = ("DATE", "RECORD_TYPE", "DESCRIPTION", "NET_CREDIT_AMOUNT", "NET_DEBIT_AMOUNT", "GROSS_AMOUNT")
_KINDS = {"payment": payouts.PAYMENT, "refund": payouts.REFUND, "chargeback": payouts.CHARGEBACK}
_WITHDRAWALS = ("withdrawal", "payout")


def read(data: bytes, filename: str, currency: str) -> tuple[Released, ...]:
    """Each withdrawal with its parts, in order. UnusableInput when the file is no such report, or names a figure."""
    table = open_table(data, filename)
    at = {name.strip().upper(): i for i, name in enumerate(table.headings)}
    if missing := [name for name in _NEEDED if name not in at]:
        raise UnusableInput(f"{filename}: no es el reporte de dinero disponible: le falta {', '.join(missing)}.")
    found: list[Released] = []
    parts: list[Part] = []
    for row in table.rows:
        cells = {name: row[i].strip() if i < len(row) else "" for name, i in at.items()}
        own = cells.get("SETTLEMENT_CURRENCY") or currency
        record, what = cells["RECORD_TYPE"].lower(), cells["DESCRIPTION"].lower()
        net = _money(cells, "NET_CREDIT_AMOUNT", own, filename) - _money(cells, "NET_DEBIT_AMOUNT", own, filename)
        if record == "initial_available_balance":
            parts = [Part(payouts.CARRIED, "", "saldo anterior", net)] if net else []
        elif record == "release" and what in _WITHDRAWALS:
            found.append(_withdrawal(cells, -net, own, parts))
            parts = [Part(payouts.CARRIED, "", "saldo anterior", left)] if (left := _left(parts, -net)) else []
        elif record == "release":
            parts.append(_part(cells, what, net, _money(cells, "GROSS_AMOUNT", own, filename)))
    if not found:
        raise UnusableInput(f"{filename}: el reporte no trae ningún retiro al banco.")
    return tuple(found)


def _left(parts: Sequence[Part], paid: int) -> int:
    """What stays in the account after a withdrawal."""
    return max(sum(part.net_minor for part in parts) - paid, 0)


def _withdrawal(cells: dict[str, str], paid: int, currency: str, parts: Sequence[Part]) -> Released:
    when = _at(cells["DATE"])
    one = cells.get("SOURCE_ID") or f"retiro-{when:%Y%m%d%H%M%S}"
    event = GatewayEvent(PROVIDER, f"report:{one}", PAYOUT, one, paid, currency, when)
    left = _left(parts, paid)
    kept = (Part(payouts.CARRIED, "", "queda en la cuenta", -left),) if left else ()
    return Released(event, (*parts, *kept))


def _part(cells: dict[str, str], what: str, net: int, gross: int) -> Part:
    source = cells.get("SOURCE_ID", "")
    if what.startswith("reserve"):
        return Part(payouts.CARRIED, "", what, net)
    kind = _KINDS.get(what, payouts.OTHER)
    if kind == payouts.PAYMENT and net > 0:
        return Part(kind, source, source, abs(gross), abs(gross) - net)
    return Part(kind, source if kind != payouts.OTHER else "", what if kind == payouts.OTHER else source, net)


def _money(cells: dict[str, str], name: str, currency: str, filename: str) -> int:
    text = cells[name] or "0"
    try:
        return minor(Decimal(text), currency)
    except InvalidOperation:
        raise UnusableInput(f"{filename}: «{text}» no es un importe ({name}).", field=name) from None


def _at(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError:
        raise UnusableInput(f"«{text}» no es una fecha del reporte (DATE).", field="DATE") from None
