"""The night run over a large portfolio, part by part."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from puntual.apps.outreach import write as outreach
from puntual.apps.parties.models import Creditor
from puntual.apps.planning import write as planning
from puntual.core import daily
from puntual.core.planning import Capacity
from puntual.core.time import local_date
from puntual.pipeline import load
from puntual.pipeline.benchmarks.measure import Measured, part
from puntual.pipeline.daily_run import step_templates, within


def daily_run(creditor: Creditor, invoices: int, from_entries: bool) -> dict[str, object]:
    """read -> decide and gate -> choose -> durable write of the plan and its outbox."""
    parts: list[Measured] = []
    as_of = next_lawful_morning(datetime.now(UTC))
    with part("read", parts):
        rules = load.rules_for([creditor], as_of)
        known = load.known_at(creditor=creditor, as_of=as_of, from_entries=from_entries)
    with part("decide_and_gate", parts):
        decision = daily.decide(known=known, rules=rules, as_of=as_of)
    with part("choose", parts):
        decision = within(decision, Capacity(channel_counts={"email": invoices // 8}))
    with part("write", parts):
        day = local_date(as_of, creditor.zone)
        plan = planning.save_plan(creditor_id=creditor.pk, day=day, as_of=as_of, decision=decision, seconds=0)
        outreach.refresh(
            plan_id=plan.pk, creditor_id=creditor.pk, day=day.isoformat(), decision=decision,
            templates=step_templates(rules.creditors),
        )  # fmt: skip
    cpu = sum(p.cpu_s for p in parts)
    server = sum(p.server_cpu_s or 0 for p in parts)
    return {
        "rows": invoices,
        "accounts": decision.height,
        "planned": decision.filter(pl.col("verdict") == "allow").height,
        "picked_by_chance": decision["propensity"].len() - decision["propensity"].null_count(),
        "parts": parts,
        "cpu_s": round(cpu, 2),
        "server_cpu_s": round(server, 2),
        "seconds": round(sum(p.seconds for p in parts), 2),
        "rows_per_s": round(invoices / max(sum(p.seconds for p in parts), 1e-9)),
        "peak_mib": max(p.peak_mib for p in parts),
    }


def next_lawful_morning(now: datetime) -> datetime:
    """Ten in the morning UTC-6 of the next Tuesday: a day on which every pack allows contact."""
    day: date = now.date() + timedelta(days=(1 - now.weekday()) % 7 or 7)
    return datetime(day.year, day.month, day.day, 13, 0, tzinfo=UTC)
