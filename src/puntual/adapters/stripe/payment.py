"""A PaymentIntent of Stripe with its charge, refunds and disputes, to facts. Amounts are in Stripe's own smallest
unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from puntual.core.ledger import payouts
from puntual.core.ledger.gateway import (
    CHARGEBACK_WON,
    CHARGED_BACK,
    FAILED,
    PAID,
    PAYOUT,
    PENDING,
    REFUNDED,
    GatewayEvent,
)

PROVIDER = "stripe"
#: Currencies without cents that Stripe nevertheless counts in hundredths, for old times' sake.
_AS_HUNDREDTHS = frozenset({"ISK", "UGX"})
_FAILED = frozenset({"canceled", "requires_payment_method"})

Thing = Mapping[str, Any]


def to_units(amount_minor: int, currency: str) -> int:
    """Our minor units to Stripe's: the same, but for the two exceptions of its table."""
    return amount_minor * 100 if currency in _AS_HUNDREDTHS else amount_minor


def from_units(units: int, currency: str) -> int:
    return units // 100 if currency in _AS_HUNDREDTHS else units


def facts_of(
    intent: Thing, refunds: Iterable[Thing], disputes: Iterable[Thing], event_id: str = ""
) -> tuple[GatewayEvent, ...]:
    """Everything that one PaymentIntent says. `latest_charge.balance_transaction` must be expanded for the fee."""
    currency = str(intent["currency"]).upper()
    charge = intent.get("latest_charge") or {}
    common = {
        "provider": PROVIDER,
        "event_id": event_id or f"read:{intent['id']}",
        "payment_id": str(intent["id"]),
        "currency": currency,
        "reference": str((intent.get("metadata") or {}).get("reference") or ""),
        "method": str(((charge.get("payment_method_details") or {}).get("type")) or ""),
        "payer": str((charge.get("payment_method_details") or {}).get("fingerprint") or ""),
    }
    if intent["status"] != "succeeded":
        tried = intent["status"] == "requires_payment_method" and not intent.get("last_payment_error")
        kind = FAILED if intent["status"] in _FAILED and not tried else PENDING
        amount = from_units(int(intent["amount"]), currency)
        return (GatewayEvent(kind=kind, amount_minor=amount, at=moment(intent["created"]), **common),)
    paid = GatewayEvent(
        kind=PAID,
        # Older versions of the API do not tell what was received apart from what was asked.
        amount_minor=from_units(int(intent.get("amount_received") or intent["amount"]), currency),
        at=moment(charge.get("created") or intent["created"]),
        fee_minor=_fee(charge, currency),
        **common,
    )
    back = [_part(REFUNDED, r, currency, common) for r in refunds if r["status"] in ("succeeded", "pending")]
    lost = [d for d in disputes if not str(d["status"]).startswith("warning")]
    return (
        paid,
        *back,
        *(_part(CHARGED_BACK, d, currency, common) for d in lost),
        *(_part(CHARGEBACK_WON, d, currency, common) for d in lost if d["status"] == "won"),
    )


def payout_of(payout: Thing, event_id: str = "") -> GatewayEvent:
    currency = str(payout["currency"]).upper()
    return GatewayEvent(
        provider=PROVIDER,
        event_id=event_id or f"read:{payout['id']}",
        kind=PAYOUT,
        payment_id=str(payout["id"]),
        amount_minor=from_units(int(payout["amount"]), currency),
        currency=currency,
        at=moment(payout["arrival_date"]),
    )


#: Types of a balance transaction: what each is to a deposit. The others are told as they are, for a person to look.
_PARTS = {
    "charge": payouts.PAYMENT, "payment": payouts.PAYMENT, "refund": payouts.REFUND, "payment_refund": payouts.REFUND,
    "stripe_fee": payouts.FEE, "application_fee": payouts.FEE,
}  # fmt: skip


def part_of(balance: Thing, currency: str) -> payouts.Part:
    """One balance transaction of a payout. `source` must be expanded: it says whose payment it is."""
    source = balance.get("source")
    about: Thing = source if isinstance(source, Mapping) else {}
    kind = _PARTS.get(str(balance["type"]), payouts.OTHER)
    amount, fee = (from_units(int(balance[name]), currency) for name in ("amount", "fee"))
    if about.get("object") == "dispute":
        kind = payouts.CHARGEBACK if amount < 0 else payouts.CHARGEBACK_WON
    payment = str(about.get("payment_intent") or "")
    return payouts.Part(kind, payment, str(about.get("id") or balance["id"]), amount, fee)


def _part(kind: str, thing: Thing, currency: str, common: Mapping[str, Any]) -> GatewayEvent:
    amount = from_units(int(thing["amount"]), currency)
    return GatewayEvent(kind=kind, amount_minor=amount, at=moment(thing["created"]), part_id=str(thing["id"]), **common)


def _fee(charge: Thing, currency: str) -> int:
    """The fee, when it was taken in the payment's own currency; another currency's fee belongs to the payout."""
    balance = charge.get("balance_transaction")
    if not isinstance(balance, Mapping) or str(balance.get("currency", "")).upper() != currency:
        return 0
    return from_units(int(balance["fee"]), currency)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
