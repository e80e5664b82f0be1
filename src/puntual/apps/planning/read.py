"""The only reader of plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from puntual.apps.planning.models import Plan, PlanRow
from puntual.core.errors import UnusableInput


def plan(ref: str | int) -> Plan:
    """A plan by its id, with or without the prefix `plan_`. UnusableInput when there is none."""
    text = str(ref).removeprefix("plan_")
    found = Plan.objects.select_related("creditor").filter(pk=int(text)).first() if text.isdigit() else None
    if found is None:
        raise UnusableInput(f"No hay un plan «{ref}»: `puntual run` lo crea y dice su número.")
    return found


def plan_of(creditor_id: int, day: date) -> Plan | None:
    return Plan.objects.filter(creditor_id=creditor_id, day=day).first()


def latest(creditor_id: int) -> Plan | None:
    return Plan.objects.filter(creditor_id=creditor_id).order_by("-day").first()


def rows(plan_id: int, *, verdict: str | None = None, reason: str | None = None) -> QuerySet[PlanRow]:
    """The decisions of a plan, the acts first, with their accounts."""
    found = PlanRow.objects.filter(plan_id=plan_id).select_related("account")
    if verdict:
        found = found.filter(verdict=verdict)
    if reason:
        found = found.filter(reason=reason)
    return found.order_by("verdict", "-amount_minor", "pk")


def rows_of_account(account_id: int, limit: int = 20) -> list[PlanRow]:
    """What was decided lately about an account, newest first."""
    return list(PlanRow.objects.filter(account_id=account_id).select_related("plan").order_by("-plan__day")[:limit])


def was_learnt(plan_id: int, account_id: int) -> bool:
    """Whether the channel and hour of that decision were picked by what was learnt of answers."""
    return PlanRow.objects.filter(plan_id=plan_id, account_id=account_id, propensity__isnull=False).exists()


def rows_between(account_ids: Sequence[int], start: date, end: date) -> list[PlanRow]:
    """What was decided about those accounts on the days of [start, end), oldest first."""
    rows = PlanRow.objects.filter(account_id__in=list(account_ids), plan__day__gte=start, plan__day__lt=end)
    return list(rows.select_related("plan").order_by("plan__day", "pk"))
