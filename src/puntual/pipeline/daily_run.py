"""A collection day: load -> decide -> choose -> commit. Sends nothing; `dispatch` does, and looks at everything
again."""

from __future__ import annotations

import time
from datetime import datetime

import attrs
import polars as pl

from puntual.apps.audit import write as audit
from puntual.apps.outreach import write as outreach
from puntual.apps.parties.models import Creditor
from puntual.apps.planning import write as planning
from puntual.core import daily
from puntual.core.daily import CreditorRules
from puntual.core.frames import check_frame
from puntual.core.planning import Capacity, choose
from puntual.core.time import local_date
from puntual.pipeline import accrue, load


@attrs.frozen
class DayResult:
    """What a collection day came to, as CONTRACT gives it."""

    due_items: int
    parties: int
    planned: dict[str, int]
    skipped: dict[str, int]
    seconds: float
    plan_id: int | None

    def as_json(self) -> dict[str, object]:
        return {**attrs.asdict(self), "plan_id": f"plan_{self.plan_id}" if self.plan_id else None}


def run_day(
    *, creditor: Creditor, as_of: datetime, dry_run: bool = False, capacity: Capacity | None = None, past: bool = False
) -> DayResult:
    """Decide a creditor's day and write its plan. Twice for the same day adds nothing and withdraws what was
    settled."""
    started = time.perf_counter()
    rules = load.rules_for([creditor], as_of)
    if not dry_run and not past:
        accrue.accrue_day(creditor=creditor, as_of=as_of)
    known = load.known_at(creditor=creditor, as_of=as_of, from_entries=past)
    decision = decided(known, rules, as_of, capacity)
    day = local_date(as_of, creditor.zone)
    plan_id = None
    if not dry_run:
        seconds = time.perf_counter() - started
        plan = planning.save_plan(creditor_id=creditor.pk, day=day, as_of=as_of, decision=decision, seconds=seconds)
        outreach.refresh(
            plan_id=plan.pk,
            creditor_id=creditor.pk,
            day=day.isoformat(),
            decision=decision,
            templates=step_templates(rules.creditors),
        )
        audit.record_plan(creditor_id=creditor.pk, plan_id=plan.pk, at=as_of, decision=decision)
        plan_id = plan.pk
    words = planning.summary(decision)
    return DayResult(
        due_items=words["due_items"],
        parties=words["parties"],
        planned=words["planned"],
        skipped=words["skipped"],
        seconds=round(time.perf_counter() - started, 3),
        plan_id=plan_id,
    )


def decided(known: daily.Known, rules: daily.Rules, as_of: datetime, capacity: Capacity | None) -> pl.DataFrame:
    """`daily.decide`, then the best use of the day's capacity: what does not fit waits for tomorrow with its reason."""
    decision = check_frame(daily.decide(known=known, rules=rules, as_of=as_of), daily.DECISION, "decision")
    return within(decision, capacity or Capacity())


def within(decision: pl.DataFrame, capacity: Capacity) -> pl.DataFrame:
    """The decision with the acts that capacity does not reach turned into skips."""
    if decision.is_empty():
        return decision
    acts = decision.with_row_index("row").filter((pl.col("verdict") == "allow") & (pl.col("channel") != "task"))
    candidates = acts.select(
        "row",
        # One message an account: how often a person may be spoken to over all accounts is the gate's to say.
        party=pl.col("account"),
        action=pl.col("account"),
        channel=pl.col("channel"),
        expected_value_minor=pl.col("amount_minor").clip(lower_bound=1),
        cost_minor=pl.lit(0, dtype=pl.Int64),
        minutes=pl.when(pl.col("channel").is_in(["call", "visit"])).then(6.0).otherwise(0.0),
    )
    chosen = choose(candidates, capacity)["row"].implode()
    left_out = pl.col("row").is_in(acts["row"].implode()) & ~pl.col("row").is_in(chosen)
    return (
        decision.with_row_index("row")
        .with_columns(
            verdict=pl.when(left_out).then(pl.lit("skip")).otherwise("verdict"),
            reason=pl.when(left_out).then(pl.lit("capacity")).otherwise("reason"),
        )
        .drop("row")
    )


def step_templates(creditors: tuple[CreditorRules, ...]) -> dict[str, str]:
    """«version:step» -> template name, for every policy in force."""
    return {
        f"{bound.version}:{step.id}": step.template
        for creditor in creditors
        for bound in creditor.policies.values()
        for step in bound.policy.steps
    }
