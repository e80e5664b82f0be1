"""Reads for the screens of what leaves the house."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from puntual.apps.counting import counts_up_to
from puntual.apps.outreach.choices import OPEN_STATES
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write_events import EVENT_STEPS

#: Counting stops here.
COUNT_MAX = 10_000
#: States as people read them: «waiting» is planned and not approved yet, «vetoed» withdrawn by a person.
STATES = ("waiting", "planned", "sent", "failed", "unknown", "vetoed", "denied", "withdrawn")
_WAITING = Q(state="planned", approved=False) & ~Q(channel="task")


def upcoming_of(account_id: int, limit: int = 5) -> list[Outbox]:
    """What will leave for an account, or waits to be approved, the next first."""
    rows = Outbox.objects.filter(account_id=account_id, state__in=OPEN_STATES).exclude(channel="task")
    return list(rows.order_by("scheduled_at")[:limit])


def needs(creditor_id: int, plan_id: int | None) -> dict[str, QuerySet[Outbox]]:
    """What asks for a person: messages to approve in the plan, tasks, outcomes not known, failures."""
    rows = Outbox.objects.filter(creditor_id=creditor_id)
    trouble = rows.filter(state__in=("failed", "unknown"))
    return {
        "approve": leaving(plan_id, state="waiting") if plan_id else Outbox.objects.none(),
        "tasks": rows.filter(state="planned", channel="task"),
        "unknown": trouble.filter(state="unknown"),
        "failed": trouble.filter(state="failed"),
    }


def events(creditor_id: int, *, waiting: bool = False) -> QuerySet[Outbox]:
    """What is told because something happened and will still leave, the next first; only those nobody approved yet."""
    rows = Outbox.objects.filter(creditor_id=creditor_id, step__in=EVENT_STEPS, state__in=OPEN_STATES)
    rows = rows.filter(approved=False, state="planned") if waiting else rows
    return rows.select_related("account").order_by("scheduled_at", "pk")


def leaving(plan_id: int, *, channel: str = "", state: str = "") -> QuerySet[Outbox]:
    """The messages of a plan in the order in which they leave."""
    rows = Outbox.objects.filter(plan_id=plan_id).select_related("account", "policy_version")
    if state != "planned":  # nobody approves a task, so among the approved there is none
        rows = rows.exclude(channel="task")
    if channel:
        rows = rows.filter(channel=channel)
    if state == "waiting":
        rows = rows.filter(_WAITING)
    elif state == "planned":
        rows = rows.filter(state="planned", approved=True)
    elif state == "vetoed":
        rows = rows.filter(state="withdrawn", reason="vetoed")
    elif state:
        rows = rows.filter(state=state)
    return rows.order_by("scheduled_at", "pk")


def after(rows: QuerySet[Outbox], mark: str) -> QuerySet[Outbox]:
    """The rows beyond the mark of the last page."""
    stamp, _dot, pk = mark.rpartition("_")
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return rows
    if not pk.isdigit():
        return rows
    return rows.filter(scheduled_at__gte=at).filter(Q(scheduled_at__gt=at) | Q(scheduled_at=at, pk__gt=int(pk)))


def mark_of(row: Outbox) -> str:
    """Where the next page starts after this row."""
    return f"{row.scheduled_at.isoformat()}_{row.pk}"


def by_state(plan_id: int) -> dict[str, int]:
    """How many messages of a plan people read in each state, each counted up to COUNT_MAX."""
    found = counts_up_to(COUNT_MAX, {state: leaving(plan_id, state=state) for state in STATES})
    return {state: n for state, n in found.items() if n}


def tasks(creditor_id: int, limit: int = 5) -> list[Outbox]:
    """What waits for a person's decision, the largest amount first.

    In the very order of the index `outbox_tasks`, so that the first rows are read and no others, whatever the database
    believes about the table's size just after a run.
    """
    rows = Outbox.objects.filter(creditor_id=creditor_id, channel="task", state="planned").select_related("account")
    return list(rows.order_by("-amount_minor")[:limit])
