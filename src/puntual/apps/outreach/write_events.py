"""What is told because something happened (a promise, a plan, an answer to a dispute): rows of the same outbox, once a
fact, approved like every other message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.outreach.choices import SendState
from puntual.apps.outreach.models import EventRules, Outbox
from puntual.apps.outreach.write_answers import TIME_TO_LIVE

#: Steps of the outbox that no policy has. A fact that only tells asks for no money, so no balance holds it back; a
#: promise that was not kept asks.
FACT, ASKS = "hecho", "hecho_pide"
EVENT_STEPS = frozenset({FACT, ASKS})


@attrs.frozen
class NewEvent:
    """One fact to tell to one account. `key`: the same fact again is the same row. `tells` carries no personal data."""

    key: str
    template: str
    account: int
    party: int
    creditor: int
    channel: str
    point: int
    currency: str
    at: datetime
    approved: bool
    asks: bool = False
    purpose: str = "confirmation"
    stage: str = "preventive"
    amount_minor: int = 0
    tells: Mapping[str, Any] = attrs.field(factory=dict)


def once_of(template: str, key: str) -> str:
    """What makes a fact told once. The part after the colon is what «one message a day» reads as its day."""
    return f"{FACT}:{template}-{key}".replace(" ", "")[:80]


def known(onces: Iterable[str]) -> frozenset[str]:
    """Of these, those that are in the outbox already, whatever became of them."""
    wanted = list(onces)
    return frozenset(Outbox.objects.filter(once__in=wanted).values_list("once", flat=True))


def left(onces: Iterable[str]) -> list[str]:
    """Of these, those that left."""
    rows = Outbox.objects.filter(once__in=list(onces), state=SendState.SENT)
    return list(rows.values_list("once", flat=True))


@transaction.atomic
def enqueue(*, rows: Sequence[NewEvent]) -> int:
    """Put them in the outbox; those that were there stay as they are. Gives how many are new."""
    by_once = {once_of(row.template, row.key): row for row in rows}
    before = known(by_once)
    fresh = [(once, row) for once, row in by_once.items() if once not in before]
    made = [
        Outbox(
            once=once, account_id=row.account, party_id=row.party, creditor_id=row.creditor, channel=row.channel,
            contact_point_id=row.point, purpose=row.purpose, stage=row.stage, step=ASKS if row.asks else FACT,
            template=row.template, currency=row.currency, amount_minor=row.amount_minor, scheduled_at=row.at,
            expires_at=row.at + TIME_TO_LIVE, approved=row.approved, tells=dict(row.tells),
        )
        for once, row in fresh
    ]  # fmt: skip
    # Another dispatcher may tell the same fact in this very moment: one of them does.
    Outbox.objects.bulk_create(made, ignore_conflicts=True)
    return len(fresh)


@transaction.atomic
def reword(*, outbox_id: int, template: str, tells: Mapping[str, Any]) -> bool:
    """The day's reminder, which has not begun to leave, says it in its place. False: it left meanwhile."""
    waiting = Outbox.objects.filter(pk=outbox_id, state=SendState.PLANNED)
    return waiting.update(template=template, tells=dict(tells)) == 1


def days_reminders(accounts: Iterable[int], at: datetime) -> dict[int, Outbox]:
    """account -> the reminder of a plan that will still leave for it within a day, if there is one."""
    rows = Outbox.objects.filter(
        account_id__in=list(accounts), plan__isnull=False, state=SendState.PLANNED, expires_at__gt=at,
        scheduled_at__lte=at + timedelta(days=1),
    ).exclude(channel="task")  # fmt: skip
    return {row.account_id: row for row in rows.order_by("-scheduled_at")}


def waiting_to_leave(templates: Iterable[str]) -> list[tuple[int, str, Mapping[str, Any] | None]]:
    """(outbox row, template, what it tells) of those templates that have not begun to leave."""
    rows = Outbox.objects.filter(template__in=list(templates), state=SendState.PLANNED)
    return list(rows.values_list("pk", "template", "tells"))


@transaction.atomic
def withdraw(outbox_ids: Sequence[int], reason: str) -> int:
    """They do not leave: what they tell is no longer so."""
    rows = Outbox.objects.filter(pk__in=list(outbox_ids), state=SendState.PLANNED)
    return rows.update(state=SendState.WITHDRAWN, reason=reason, reserved_by="")


def rules_of(creditor_id: int) -> EventRules:
    """What a company tells; the defaults where nobody chose."""
    return EventRules.objects.filter(pk=creditor_id).first() or EventRules(creditor_id=creditor_id)


def anybody_welcomes() -> bool:
    """Whether some company of the installation greets its new customers."""
    return EventRules.objects.filter(welcome=True).exists()


@transaction.atomic
def save_rules(*, creditor_id: int, told: Mapping[str, bool]) -> EventRules:
    """From now on."""
    row, _new = EventRules.objects.update_or_create(creditor_id=creditor_id, defaults=dict(told))
    return row
