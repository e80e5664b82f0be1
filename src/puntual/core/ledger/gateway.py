"""What payment gateways tell, folded into what the books must hold. Order, repetition and delay change nothing.

A notice is only a hint; a fact is (payment, kind, part) and is booked once under its own key, however many notices
speak of it. So a refund told before its payment waits for it, and a chargeback told five times is one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import attrs

PENDING, PAID, FAILED = "pending", "paid", "failed"
REFUNDED, CHARGED_BACK, CHARGEBACK_WON, PAYOUT = "refunded", "charged_back", "chargeback_won", "payout"
KINDS = (PENDING, PAID, FAILED, REFUNDED, CHARGED_BACK, CHARGEBACK_WON, PAYOUT)


@attrs.frozen
class GatewayEvent:
    """One fact that a gateway vouches for.

    `event_id`: the notice that brought it (unique per provider). `payment_id`: the gateway's payment (for a payout, the
    payout). `part_id`: the refund or chargeback within the payment; empty for the payment itself. `amount_minor`: what
    moved, never negative. `fee_minor`: what the gateway keeps of a payment. `reference`: our own payment request.
    """

    provider: str
    event_id: str
    kind: str
    payment_id: str
    amount_minor: int
    currency: str
    at: datetime
    reference: str = ""
    part_id: str = ""
    fee_minor: int = 0
    method: str = ""
    payer: str = ""

    def __attrs_post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}")
        if self.amount_minor < 0 or self.fee_minor < 0:
            raise ValueError("amounts of gateway events are never negative")

    @property
    def fact(self) -> tuple[str, str, str, str]:
        """What the event says, whoever says it and however often."""
        return (self.provider, self.payment_id, self.kind, self.part_id)


@attrs.frozen
class PaymentState:
    """One payment as all the facts known so far have it. Refunds and chargebacks by their part ids."""

    provider: str
    payment_id: str
    facts: Mapping[tuple[str, str], GatewayEvent]

    @property
    def paid(self) -> GatewayEvent | None:
        return self.facts.get((PAID, ""))

    @property
    def status(self) -> str:
        """Paid beats failed and pending: a gateway may refuse a card and take the next under the same payment."""
        if self.paid is None:
            return FAILED if (FAILED, "") in self.facts else PENDING
        if self.held_minor:
            return CHARGED_BACK
        return REFUNDED if self._sum(REFUNDED) >= self.paid.amount_minor else PAID

    @property
    def held_minor(self) -> int:
        """Charged back and not won."""
        return sum(
            e.amount_minor
            for (kind, part), e in self.facts.items()
            if kind == CHARGED_BACK and (CHARGEBACK_WON, part) not in self.facts
        )

    @property
    def net_minor(self) -> int:
        """What the customer has paid for good: paid, less refunded, less charged back and not won."""
        return self.paid.amount_minor - self._sum(REFUNDED) - self.held_minor if self.paid else 0

    @property
    def reference(self) -> str:
        """Our payment request, from whichever fact knows it."""
        return next((e.reference for e in self.facts.values() if e.reference), "")

    def _sum(self, kind: str) -> int:
        return sum(e.amount_minor for (k, _), e in self.facts.items() if k == kind)


def fold_events(events: Iterable[GatewayEvent]) -> dict[tuple[str, str], PaymentState]:
    """(provider, payment) -> state. The same facts in any order, any number of times, give the same result.

    Two accounts of one fact: the later one stands (then the greater event id, so that the choice does not hang on
    order).
    """
    kept: dict[tuple[str, str, str, str], GatewayEvent] = {}
    for event in events:
        before = kept.get(event.fact)
        if before is None or (event.at, event.event_id) > (before.at, before.event_id):
            kept[event.fact] = event
    states: dict[tuple[str, str], dict[tuple[str, str], GatewayEvent]] = {}
    for event in kept.values():
        if event.kind != PAYOUT:
            states.setdefault((event.provider, event.payment_id), {})[event.kind, event.part_id] = event
    return {key: PaymentState(*key, facts) for key, facts in states.items()}


@attrs.frozen
class Booking:
    """One thing to write in the books, once, under `key`. Positive: money came in for the customer; fees apart."""

    key: str
    kind: str
    amount_minor: int
    fee_minor: int
    currency: str
    at: datetime
    reference: str


def bookings(state: PaymentState, booked: Collection[str] = ()) -> list[Booking]:
    """What the books still lack of a payment, the payment itself first. Nothing before the payment is known."""
    if state.paid is None:
        return []
    wanted = [_booking(state, state.paid, +1, state.paid.fee_minor)]
    for (kind, part), event in sorted(state.facts.items(), key=lambda pair: (pair[1].at, pair[0])):
        if kind in (REFUNDED, CHARGED_BACK):
            wanted.append(_booking(state, event, -1))
        # Winning a chargeback that we never saw lost moves nothing yet: the loss must be known first.
        if kind == CHARGEBACK_WON and (CHARGED_BACK, part) in state.facts:
            wanted.append(_booking(state, event, +1))
    return [b for b in wanted if b.key not in booked]


def _booking(state: PaymentState, event: GatewayEvent, sign: int, fee_minor: int = 0) -> Booking:
    key = ":".join(filter(None, (state.provider, state.payment_id, event.kind, event.part_id)))
    return Booking(key, event.kind, sign * event.amount_minor, fee_minor, event.currency, event.at, state.reference)
