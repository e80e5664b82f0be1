"""Reads for the screens of what was promised, agreed and contested."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from puntual.apps.negotiation.choices import DealState, PromiseState
from puntual.apps.negotiation.models import Complaint, Cover, Deal, Dispute, Promise
from puntual.core.negotiation import dispute as core

#: Broken promises are news for this long; a deadline is near from this long before.
NEWS = timedelta(days=7)
SOON = timedelta(days=2)


def held_items(due_items: Iterable[int]) -> dict[int, str]:
    """due item -> why it is paused: a dispute before an agreement, an agreement before a promise."""
    ids = list(due_items)
    covers = Cover.objects.filter(due_item_id__in=ids)
    promised = covers.filter(promise__state=PromiseState.OPEN).values_list("due_item_id", flat=True)
    agreed = covers.filter(deal__state=DealState.CURRENT).values_list("due_item_id", flat=True)
    disputed = Dispute.objects.filter(due_item_id__in=ids, state__in=core.PAUSING).values_list("due_item_id", flat=True)
    return (
        dict.fromkeys(promised, "promise_open")
        | dict.fromkeys(agreed, "agreement_current")
        | dict.fromkeys(disputed, "dispute_open")
    )


def promises(creditor_id: int, view: str, today: date) -> QuerySet[Promise]:
    """Promises by what people look for: `open`, `today` (due today or late to be judged), `broken`, `kept`."""
    rows = Promise.objects.filter(creditor_id=creditor_id).select_related("account")
    if view == "today":
        rows = rows.filter(state=PromiseState.OPEN, promised_on__lte=today)
    else:
        rows = rows.filter(state=view if view in PromiseState.values else PromiseState.OPEN)
    newest_first = view in ("broken", "kept", "withdrawn")
    return rows.order_by("-promised_on" if newest_first else "promised_on", "pk")


def deals(creditor_id: int) -> QuerySet[Deal]:
    """Agreements and settlements that stand, or wait for somebody."""
    alive = (DealState.TO_APPROVE, DealState.OFFERED, DealState.CURRENT)
    rows = Deal.objects.filter(creditor_id=creditor_id, state__in=alive).select_related("account")
    return rows.prefetch_related("instalments").order_by("state", "-pk")


def disputes(creditor_id: int, *, closed: bool = False) -> QuerySet[Dispute]:
    """Disputes that somebody has to answer, the nearest deadline first; or those that are over."""
    rows = Dispute.objects.filter(creditor_id=creditor_id).select_related("account", "owner", "due_item__invoice")
    if closed:
        return rows.exclude(state__in=core.PAUSING).order_by("-pk")
    return rows.filter(state__in=core.PAUSING).order_by("deadline_on", "pk")


def complaints(creditor_id: int, *, closed: bool = False) -> QuerySet[Complaint]:
    """Complaints that nobody has answered yet, the nearest deadline first; or those that are over."""
    rows = Complaint.objects.filter(creditor_id=creditor_id).select_related("account", "owner")
    if closed:
        return rows.exclude(state__in=core.COMPLAINT_OPEN).order_by("-pk")
    return rows.filter(state__in=core.COMPLAINT_OPEN).order_by("deadline_on", "pk")


def needs(creditor_id: int, today: date) -> dict[str, QuerySet[Any]]:
    """What asks for a person: promises broken of late or due, disputes near their deadline, complaints, approvals."""
    broken = Promise.objects.filter(creditor_id=creditor_id, state=PromiseState.BROKEN, promised_on__gt=today - NEWS)
    return {
        "broken": broken,
        "promised_today": promises(creditor_id, "today", today),
        "disputes": disputes(creditor_id).filter(deadline_on__lte=today + SOON),
        "complaints": complaints(creditor_id),
        "to_approve": Deal.objects.filter(creditor_id=creditor_id, state=DealState.TO_APPROVE),
    }
