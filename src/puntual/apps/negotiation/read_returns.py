"""What was promised and disputed in a period, for whoever handed us its portfolio."""

from __future__ import annotations

from datetime import datetime

import attrs
from django.db.models import Q

from puntual.apps.negotiation.models import Dispute, Promise, Step


@attrs.frozen
class Turn:
    """A promise or dispute that began, or what it came to, at an instant."""

    account: int
    at: datetime
    event: str
    result: str
    amount_minor: int
    currency: str
    promise: Promise | None = None
    agent: str = ""


def turns_between(creditor_id: int, start: datetime, end: datetime) -> list[Turn]:
    """The turns of [start, end), in order of time."""
    during = Q(at__gte=start, at__lt=end)
    made = Promise.objects.filter(creditor_id=creditor_id, created_at__gte=start, created_at__lt=end)
    turns = [_began(promise) for promise in made.select_related("by")]
    steps = Step.objects.filter(during, promise__creditor_id=creditor_id).exclude(now="open")
    for step in steps.select_related("promise"):
        if step.promise is not None:
            p = step.promise
            turns.append(Turn(p.account_id, step.at, "promise", f"promise_{step.now}", p.amount_minor, p.currency, p))
    disputes = Dispute.objects.filter(creditor_id=creditor_id, created_at__gte=start, created_at__lt=end)
    for d in disputes:
        turns.append(Turn(d.account_id, d.created_at, "dispute", "dispute", d.disputed_minor, d.currency))
    return sorted(turns, key=lambda turn: turn.at)


def _began(p: Promise) -> Turn:
    agent = (p.by.get_full_name() or p.by.get_username()) if p.by else ""
    return Turn(p.account_id, p.created_at, "promise", "promise_open", p.amount_minor, p.currency, p, agent)
