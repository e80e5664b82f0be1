"""An order of PayPal with its captures, refunds and disputes, to facts. Amounts are texts of major units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from puntual.core.money import Money, parse_major

PROVIDER = "paypal"
CURRENCIES = frozenset(
    {
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "ILS",
        "JPY",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "SEK",
        "SGD",
        "THB",
        "TWD",
        "USD",
    }  # fmt: skip
)
#: Currencies that PayPal takes without decimals although they have them elsewhere.
WHOLE = frozenset({"HUF", "TWD"})
_CAME_IN = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
_LOST = "RESOLVED_BUYER_FAVOUR"
_WON = "RESOLVED_SELLER_FAVOUR"

Thing = Mapping[str, Any]


def facts_of(order: Thing, disputes: Iterable[Thing] = (), event_id: str = "") -> tuple[GatewayEvent, ...]:
    """Everything that one order says. A payment is a capture; an order without captures is pending under its own id."""
    found: list[GatewayEvent] = []
    for unit in order.get("purchase_units") or ():
        money = unit.get("payments") or {}
        for capture in money.get("captures") or ():
            itself = _capture(order, unit, capture, event_id)
            found.append(itself)
            found += [
                _part(REFUNDED, refund["id"], refund["amount"], refund["create_time"], itself)
                for refund in money.get("refunds") or ()
                if refund["status"] in ("COMPLETED", "PENDING") and _is_of(refund, capture["id"])
            ]
            found += [
                event
                for dispute in disputes
                if capture["id"] in _captures_of(dispute)
                for event in _dispute(dispute, itself)
            ]
    return tuple(found) or (_waiting(order, event_id),)


def _capture(order: Thing, unit: Thing, capture: Thing, event_id: str) -> GatewayEvent:
    status, money = capture["status"], capture["amount"]
    kind = PAID if status in _CAME_IN else FAILED if status in ("DECLINED", "FAILED") else PENDING
    breakdown = capture.get("seller_receivable_breakdown") or {}
    fee = breakdown.get("paypal_fee")
    return GatewayEvent(
        provider=PROVIDER,
        event_id=event_id or f"read:{capture['id']}",
        kind=kind,
        payment_id=str(capture["id"]),
        amount_minor=minor(money),
        currency=str(money["currency_code"]),
        at=instant(capture["create_time"]),
        reference=str(unit.get("custom_id") or ""),
        fee_minor=minor(fee) if fee and kind == PAID else 0,
        method="paypal",
        payer=str((order.get("payer") or {}).get("payer_id") or ""),
    )


def _waiting(order: Thing, event_id: str) -> GatewayEvent:
    unit = (order.get("purchase_units") or [{}])[0]
    money = unit.get("amount") or {"value": "0", "currency_code": "USD"}
    return GatewayEvent(
        provider=PROVIDER,
        event_id=event_id or f"read:{order['id']}",
        kind=FAILED if order["status"] == "VOIDED" else PENDING,
        payment_id=str(order["id"]),
        amount_minor=minor(money),
        currency=str(money["currency_code"]),
        at=instant(order["create_time"]),
        reference=str(unit.get("custom_id") or ""),
        method="paypal",
    )


def _dispute(dispute: Thing, paid: GatewayEvent) -> list[GatewayEvent]:
    """Money moves when the dispute is lost, or while a chargeback holds it; a mere inquiry moves nothing."""
    outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code", "")
    held = dispute.get("dispute_life_cycle_stage") in ("CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION")
    if outcome != _LOST and not held:
        return []
    common = (dispute["dispute_id"], dispute["dispute_amount"])
    found = [_part(CHARGED_BACK, *common, dispute["create_time"], paid)]
    if outcome == _WON:
        found.append(_part(CHARGEBACK_WON, *common, dispute["update_time"], paid))
    return found


def _part(kind: str, part: str, money: Thing, at: str, of: GatewayEvent) -> GatewayEvent:
    return GatewayEvent(
        provider=PROVIDER,
        event_id=of.event_id,
        kind=kind,
        payment_id=of.payment_id,
        amount_minor=minor(money),
        currency=str(money["currency_code"]),
        at=instant(at),
        reference=of.reference,
        part_id=str(part),
    )


def _is_of(refund: Thing, capture_id: str) -> bool:
    """A refund names its capture in its `up` link; without one it belongs to the order's only capture."""
    ups = [link["href"] for link in refund.get("links") or () if link.get("rel") == "up"]
    return not ups or any(href.rstrip("/").endswith(f"/{capture_id}") for href in ups)


def _captures_of(dispute: Thing) -> set[str]:
    return {str(t.get("seller_transaction_id")) for t in dispute.get("disputed_transactions") or ()}


def minor(money: Thing) -> int:
    return abs(parse_major(str(money["value"]), str(money["currency_code"])).minor)


def major(amount_minor: int, currency: str) -> dict[str, str]:
    """PayPal's form of an amount. ValueError if the currency is one that it takes whole and the amount is not."""
    value = Money(amount_minor, currency).major()
    if currency in WHOLE:
        if value != value.to_integral_value():
            raise ValueError(f"PayPal takes {currency} without decimals")
        value = value.quantize(Decimal(1))
    return {"currency_code": currency, "value": str(value)}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
