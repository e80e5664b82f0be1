"""Reads for the screens of plans: what is decided, why not, and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import attrs
from django.db.models import QuerySet

from puntual.apps.planning.models import Plan, PlanRow
from puntual.core.reasons import CATALOGUE

PAGE = 50


@attrs.frozen
class Why:
    """A reason of a plan and how many accounts it holds."""

    code: str
    sentence: str
    n: int


def skipped(plan: Plan) -> list[Why]:
    """Why accounts of a plan are not contacted, the most frequent first; from the plan's own summary."""
    rows = [Why(code, CATALOGUE.get(code, code), int(n)) for code, n in (plan.summary.get("skipped") or {}).items()]
    return sorted(rows, key=lambda why: (-why.n, why.code))


def planned(plan: Plan) -> list[tuple[str, int]]:
    """(channel, messages) of a plan, the most used first; a task for a person is no message."""
    rows = [(c, int(n)) for c, n in (plan.summary.get("planned") or {}).items() if c != "task"]
    return sorted(rows, key=lambda row: -row[1])


def amounts(plan: Plan) -> list[tuple[str, int]]:
    """(currency, amount) that a plan's messages are about."""
    return sorted(((c, int(n)) for c, n in (plan.summary.get("amounts") or {}).items()), key=lambda row: -row[1])


def recent(creditor_id: int, limit: int = 14) -> list[Plan]:
    """The last plans, newest first."""
    return list(Plan.objects.filter(creditor_id=creditor_id).order_by("-day")[:limit])


def to_show(creditor_id: int, day: date | None, today: date) -> Plan | None:
    """The plan of a day; without one asked for, today's, else the next, else the last there was."""
    plans = Plan.objects.filter(creditor_id=creditor_id)
    if day:
        return plans.filter(day=day).first()
    return plans.filter(day__gte=today).order_by("day").first() or plans.order_by("-day").first()


def not_sent(plan_id: int, reason: str, after: int, size: int = PAGE) -> tuple[list[PlanRow], int]:
    """The accounts of a plan that are not contacted for that reason, and the mark of the next page (0: none)."""
    rows = PlanRow.objects.filter(plan_id=plan_id, reason=reason, verdict__in=("skip", "defer", "deny"), pk__gt=after)
    got = list(rows.select_related("account").order_by("pk")[: size + 1])
    return got[:size], got[size - 1].pk if len(got) > size else 0


@attrs.frozen
class Refusal:
    """A rule of the law that stopped contacts: how many, the last day, and whether it put them off or forbade them."""

    reason: str
    rule: str
    verdict: str
    n: int
    last: date


def refusals(creditor_id: int, today: date, days: int = 30) -> list[Refusal]:
    """What the law stopped over the last days, by rule, the most frequent first; from the summaries of the plans."""
    plans = Plan.objects.filter(creditor_id=creditor_id, day__gt=today - timedelta(days=days))
    counted: dict[tuple[str, str, str], tuple[int, date]] = {}
    for day, summary in plans.order_by("day").values_list("day", "summary"):
        for row in summary.get("refused", ()):
            key = (row["reason"], row["rule"] or "", row["verdict"])
            counted[key] = (counted.get(key, (0, day))[0] + int(row["n"]), day)
    found = [Refusal(*key, n, last) for key, (n, last) in counted.items()]
    return sorted(found, key=lambda r: (-r.n, r.rule, r.reason))


def refused_rows(creditor_id: int, rule: str, today: date, days: int = 30) -> QuerySet[PlanRow]:
    """The single refusals that a rule caused, newest first."""
    rows = PlanRow.objects.filter(plan_id__in=_plans(creditor_id, today, days), rule=rule)
    rows = rows.filter(verdict__in=("defer", "deny"))
    return rows.select_related("account", "plan").order_by("-plan_id", "pk")


def _plans(creditor_id: int, today: date, days: int) -> list[int]:
    plans = Plan.objects.filter(creditor_id=creditor_id, day__gt=today - timedelta(days=days))
    return list(plans.values_list("pk", flat=True))


def count_of(plan: Plan | None, reasons: Sequence[str]) -> int:
    """How many accounts of a plan these reasons hold; from its summary."""
    skipped_by = (plan.summary.get("skipped") or {}) if plan else {}
    return sum(int(skipped_by.get(code, 0)) for code in reasons)
