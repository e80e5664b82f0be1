"""What gateways and banks do to money besides bringing it: take it back, keep a fee, confirm what a person had told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import attrs
from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from puntual.apps.receivables import posting, write
from puntual.apps.receivables.models import AccountBalance, Entry, Event
from puntual.core.ledger.books import Component, Ledger, Leg, Posting

#: A hand-made or stamped payment is the same as the bank's when it is of the same amount within these days.
SAME_WITHIN = timedelta(days=10)


@attrs.frozen
class TakenBack:
    """Money that left again: a refund or a chargeback of a payment (`payment_key`) of an account."""

    account: int
    kind: str
    amount_minor: int
    currency: str
    on: date
    key: str
    source: str
    payment_key: str


@transaction.atomic
def take_back(*, creditor_id: int, taken: TakenBack) -> int | None:
    """Book it: first what the payment had left unapplied, then the due items that it paid, the last first, open again.

    Gives the event's id; None when it was in the books already.
    """
    if taken.kind not in ("refund", "chargeback"):
        raise ValueError(f"unknown kind {taken.kind}")
    key = f"{taken.kind}:{taken.key}"
    if Event.objects.filter(key=key).exists():
        return None
    legs, left = [Leg(Ledger.CASH, -taken.amount_minor)], taken.amount_minor
    spare = min(left, _unapplied_of(taken))
    left -= spare
    for item, component, minor in reversed(_still_applied(taken)):
        piece = min(left, minor)
        if piece:
            legs.append(Leg(Ledger.RECEIVABLE, piece, item, component))
            left -= piece
    # What the payment paid may have been moved since: the rest comes out of what the account has in favour.
    if spare + left:
        legs.append(Leg(Ledger.UNAPPLIED, spare + left))
    made = Posting(
        taken.account, taken.kind, taken.currency, taken.on, key, taken.source, tuple(legs), note=taken.payment_key
    )
    return posting.post(creditor_id, [made])[key]


def _unapplied_of(taken: TakenBack) -> int:
    """What the payment itself left unapplied, as far as the account still has it."""
    paid = _sum(Entry.objects.filter(event__key=f"payment:{taken.payment_key}", ledger=Ledger.CASH))
    used = _sum(_applied(taken).filter(ledger=Ledger.UNAPPLIED))
    before = _sum(Entry.objects.filter(_earlier(taken), ledger=Ledger.UNAPPLIED))
    balance = AccountBalance.objects.filter(account_id=taken.account, currency=taken.currency).first()
    return max(min(paid - used - before, balance.unapplied_minor if balance else 0), 0)


def _still_applied(taken: TakenBack) -> list[tuple[int, Component, int]]:
    """(due item, component, amount) that the payment paid and nobody took back yet, in the order in which it paid."""
    rows = _applied(taken).filter(ledger=Ledger.RECEIVABLE)
    if rows.filter(event__reversed_by__isnull=False).exists():
        return []
    paid: dict[tuple[int, int], int] = {}
    for e in rows.order_by("pk"):
        paid[(e.due_item_id, e.component)] = paid.get((e.due_item_id, e.component), 0) - e.amount_minor
    back: dict[tuple[int, int], int] = {}
    for e in Entry.objects.filter(_earlier(taken), ledger=Ledger.RECEIVABLE):
        pair = (e.due_item_id, e.component)
        back[pair] = back.get(pair, 0) + e.amount_minor
    return [(item, Component(part), minor - back.get((item, part), 0)) for (item, part), minor in paid.items()]


def _applied(taken: TakenBack) -> QuerySet[Entry]:
    """Where the payment went, with what was corrected later."""
    events = Event.objects.filter(write.applied_by(taken.payment_key))
    return Entry.objects.filter(event__in=events)


def _earlier(taken: TakenBack) -> Q:
    """Entries of the refunds and chargebacks of the same payment that are in the books."""
    return Q(event__kind__in=("refund", "chargeback"), event__note=taken.payment_key, event__account=taken.account)


def _sum(rows: QuerySet[Entry]) -> int:
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


@attrs.frozen
class GatewayFee:
    """What a gateway kept of a payment. It never changes what the customer owes."""

    account: int
    amount_minor: int
    currency: str
    on: date
    key: str
    source: str


@transaction.atomic
def post_fees(*, creditor_id: int, fees: Sequence[GatewayFee]) -> int:
    """Book fees of gateways, each once by its key. Gives how many were new."""
    rows = [
        Posting(
            f.account, "gateway_fee", f.currency, f.on, f"gateway_fee:{f.key}", f.source,
            (Leg(Ledger.GATEWAY_FEES, f.amount_minor), Leg(Ledger.GATEWAY_CLEARING, -f.amount_minor)),
        )
        for f in fees
        if f.amount_minor > 0
    ]  # fmt: skip
    return len(posting.post(creditor_id, rows))


@transaction.atomic
def confirm_provisional(*, account: int, amount_minor: int, currency: str, on: date, source: str) -> str | None:
    """Undo the provisional payment that the bank or a gateway now brings, so that the same money never counts twice.

    The oldest one of the same amount within SAME_WITHIN. Gives its key; None when there is none.
    """
    rows = Event.objects.select_for_update(of=("self",)).filter(
        account_id=account, kind="payment", provisional=True, currency=currency, reversed_by=None,
        effective_on__gte=on - SAME_WITHIN, effective_on__lte=on + SAME_WITHIN,
    )  # fmt: skip
    for event in rows.order_by("effective_on", "pk"):
        if _sum(Entry.objects.filter(event=event, ledger=Ledger.CASH)) == amount_minor:
            key = event.key.removeprefix("payment:")
            write.reverse_payment(key=key, on=on, source=source, note="Lo trajo el banco o la pasarela")
            return key
    return None


@transaction.atomic
def reverse_by_key(*, key: str, on: date, source: str) -> int | None:
    """Undo the event of that key; None when there is none or it was undone already."""
    event = Event.objects.filter(key=key, reversed_by=None).first()
    return write.reverse(event_id=event.pk, on=on, source=source) if event else None
