"""A payment of Mercado Pago, as its API tells it, to facts. Amounts are decimals of major units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from puntual.core.ledger.gateway import (
    CHARGEBACK_WON,
    CHARGED_BACK,
    FAILED,
    PAID,
    PENDING,
    REFUNDED,
    GatewayEvent,
)
from puntual.core.money import Money, round_major

PROVIDER = "mercadopago"
CURRENCIES = frozenset({"ARS", "BRL", "CLP", "COP", "MXN", "PEN", "UYU"})
#: Statuses in which the money did come in, whatever happened to it later.
_CAME_IN = frozenset({"approved", "in_mediation", "refunded", "charged_back"})
_FAILED = frozenset({"rejected", "cancelled"})


def facts_of(payment: Mapping[str, Any], event_id: str = "") -> tuple[GatewayEvent, ...]:
    """Everything that one payment says: itself, its refunds, its chargeback and whether we won it."""
    status, currency = str(payment["status"]), str(payment["currency_id"])
    amount = minor(payment["transaction_amount"], currency)
    common = {
        "provider": PROVIDER,
        "event_id": event_id or f"read:{payment['id']}:{payment.get('date_last_updated', '')}",
        "payment_id": str(payment["id"]),
        "currency": currency,
        "reference": str(payment.get("external_reference") or ""),
        "method": str(payment.get("payment_method_id") or ""),
        "payer": str((payment.get("payer") or {}).get("id") or ""),
    }
    created = instant(payment["date_created"])
    if status not in _CAME_IN:
        kind = FAILED if status in _FAILED else PENDING
        return (GatewayEvent(kind=kind, amount_minor=amount, at=created, **common),)
    approved = instant(payment.get("date_approved") or payment["date_created"])
    found = [GatewayEvent(kind=PAID, amount_minor=amount, at=approved, fee_minor=_fee(payment, currency), **common)]
    for refund in payment.get("refunds") or ():
        if refund.get("status", "approved") == "approved":
            found.append(_refund(refund, currency, common))
    if status == "charged_back":
        found += _chargeback(payment, amount, common)
    return tuple(found)


def _refund(refund: Mapping[str, Any], currency: str, common: Mapping[str, Any]) -> GatewayEvent:
    return GatewayEvent(
        kind=REFUNDED,
        amount_minor=minor(refund["amount"], currency),
        at=instant(refund["date_created"]),
        part_id=str(refund["id"]),
        **common,
    )


def _chargeback(payment: Mapping[str, Any], amount: int, common: Mapping[str, Any]) -> list[GatewayEvent]:
    """One chargeback a payment, of all that had not been refunded. `reimbursed` means that it was won."""
    at = instant(payment.get("date_last_updated") or payment["date_created"])
    back = sum(minor(r["amount"], str(payment["currency_id"])) for r in payment.get("refunds") or ())
    lost = GatewayEvent(kind=CHARGED_BACK, amount_minor=amount - back, at=at, part_id="chargeback", **common)
    if payment.get("status_detail") != "reimbursed":
        return [lost]
    return [lost, GatewayEvent(kind=CHARGEBACK_WON, amount_minor=amount - back, at=at, part_id="chargeback", **common)]


def _fee(payment: Mapping[str, Any], currency: str) -> int:
    """What is kept from the collector; what the payer pays for financing is not ours."""
    fees = payment.get("fee_details") or ()
    return sum(minor(f["amount"], currency) for f in fees if f.get("fee_payer", "collector") == "collector")


def minor(amount: Decimal | int, currency: str) -> int:
    return round_major(Decimal(amount), currency).minor


def major(amount_minor: int, currency: str) -> int | float:
    """A JSON number: whole where the currency has no decimals. Two decimals print exactly below 10^13."""
    value = Money(amount_minor, currency).major()
    return int(value) if value == value.to_integral_value() else float(value)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
