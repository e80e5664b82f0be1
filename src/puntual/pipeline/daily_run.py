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
from puntual.apps.segments import write as segments
from puntual.core import daily
from puntual.core.daily import CreditorRules
from puntual.core.frames import check_frame
from puntual.core.planning import Capacity
from puntual.core.planning import weighing as weigh
from puntual.core.time import local_date
from puntual.pipeline import accrue, load, weighing

#: The day's list while nothing was scored.
EMPTY_LIST = pl.DataFrame(
    schema={
        "account": pl.Int64, "group": pl.String, "channel": pl.String, "currency": pl.String, "amount_minor": pl.Int64,
        "value_minor": pl.Int64, "pays_alone": pl.Float64, "reason": pl.String,
    }
)  # fmt: skip


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
    stakes = weighing.stakes_of(creditor, capacity)
    decision, work = decided_with(known, rules, as_of, stakes)
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
        segments.save_worklist(creditor.pk, day, work)
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
    return decided_with(known, rules, as_of, attrs.evolve(weighing.NOTHING, capacity=capacity or Capacity()))[0]


def decided_with(
    known: daily.Known, rules: daily.Rules, as_of: datetime, stakes: weighing.Stakes
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(the decision within the day's capacity; the day's list in its groups)."""
    decision = check_frame(daily.decide(known=known, rules=rules, as_of=as_of), daily.DECISION, "decision")
    return weighed(decision, stakes)


def within(decision: pl.DataFrame, capacity: Capacity) -> pl.DataFrame:
    """The decision with the acts that capacity does not reach turned into skips, when nothing was scored."""
    return weighed(decision, attrs.evolve(weighing.NOTHING, capacity=capacity))[0]


def weighed(decision: pl.DataFrame, stakes: weighing.Stakes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(the decision with the acts that are not done today turned into skips, each with its reason; the day's list)."""
    numbered = decision.with_row_index("row")
    acts = numbered.filter((pl.col("verdict") == "allow") & (pl.col("channel") != "task"))
    if acts.is_empty() or not (stakes.known or stakes.capacity != Capacity()):
        return decision, EMPTY_LIST
    candidates = weigh.weighed(acts, stakes.scores, stakes.economics)
    out = weigh.left_out(candidates, stakes.capacity)
    changed = numbered.join(out.rename({"reason": "left_out"}), on="row", how="left", maintain_order="left")
    gone = pl.col("left_out").is_not_null()
    result = changed.with_columns(
        verdict=pl.when(gone).then(pl.lit("skip")).otherwise("verdict"), reason=pl.coalesce("left_out", "reason")
    )
    work = weigh.groups(candidates, out) if stakes.known else EMPTY_LIST
    return result.drop("row", "left_out"), work


def step_templates(creditors: tuple[CreditorRules, ...]) -> dict[str, str]:
    """«version:step» -> template name, for every policy in force."""
    return {
        f"{bound.version}:{step.id}": step.template
        for creditor in creditors
        for bound in creditor.policies.values()
        for step in bound.policy.steps
    }
