"""The only writer of plans: the decisions of a day, written whole or not at all."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.planning.models import Plan, PlanRow

_COLUMNS = {
    "account_id": "account",
    "verdict": "verdict",
    "reason": "reason",
    "rule": "rule",
    "pack": "pack",
    "stage": "stage",
    "step": "step",
    "channel": "channel",
    "contact_point_id": "contact_point",
    "at": "at",
    "next_allowed_at": "next_allowed_at",
    "currency": "currency",
    "amount_minor": "amount_minor",
    "items": "items",
    "held_minor": "held_minor",
    "held_reason": "held_reason",
    "policy_version_id": "policy_version",
    "propensity": "propensity",
    "offered": "offered",
}


@transaction.atomic
def save_plan(*, creditor_id: int, day: date, as_of: datetime, decision: pl.DataFrame, seconds: float) -> Plan:
    """Write the decision of a day (columns of core.daily.DECISION), replacing what an earlier run of it said."""
    plan, fresh = Plan.objects.select_for_update().get_or_create(
        creditor_id=creditor_id, day=day, defaults={"as_of": as_of}
    )
    if not fresh:
        PlanRow.objects.filter(plan=plan)._raw_delete("default")
        plan.runs += 1
    rows = decision.select(
        pl.lit(plan.pk, dtype=pl.Int64).alias("plan_id"), *(pl.col(b).alias(a) for a, b in _COLUMNS.items())
    )
    bulk.insert_frame(PlanRow, rows)
    plan.as_of, plan.seconds, plan.summary = as_of, seconds, summary(decision)
    plan.save()
    return plan


def summary(decision: pl.DataFrame) -> dict[str, object]:
    """What a plan says in few words: how many due items and parties, what is planned by channel, what is skipped and
    why."""
    allowed = decision.filter(pl.col("verdict") == "allow")
    rest = decision.filter(pl.col("verdict") != "allow")
    return {
        "due_items": int(decision["items"].sum()),
        "parties": decision["party"].n_unique(),
        "planned": dict(allowed.group_by("channel").len().sort("channel").iter_rows()),
        "skipped": dict(rest.group_by("reason").len().sort("reason").iter_rows()),
        "amounts": dict(allowed.group_by("currency").agg(pl.col("amount_minor").sum()).sort("currency").iter_rows()),
        "refused": refused(rest),
    }


def refused(rest: pl.DataFrame) -> list[dict[str, object]]:
    """What the law stopped, by rule: {reason, rule, verdict, n}, so that nobody has to count rows to see it."""
    stopped = rest.filter(pl.col("verdict").is_in(["defer", "deny"]))
    return stopped.group_by("reason", "rule", "verdict").agg(n=pl.len()).sort("reason", "rule", "verdict").to_dicts()
