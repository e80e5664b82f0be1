"""Training on what was known at a cut: the shrinkage, the curve of delays, and the hazard if there is history
enough."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np
import polars as pl

from puntual.core.segments.draw import uniform
from puntual.core.segments.facts import as_known, at_issue, open_weekly
from puntual.core.segments.features import FEATURES, GRACE_DAYS, features
from puntual.core.segments.learning import Floats, Learner, Matrix, Model
from puntual.core.segments.shrinkage import Shrinkage, fit_mean_strength, fit_rate_strength
from puntual.core.segments.survival import Periods, StepCurve, kaplan_meier, knots, outcome, periods

#: Under so many closed items only shrinkage and the portfolio's curve speak, and screens say «poca historia».
ENOUGH_CLOSED = 300
#: At most so many rows (item and date) are learnt from; beyond it a fixed sample, so that memory stays under 600 MB.
MAX_ROWS = 120_000
#: What the hazard knows of an interval besides the features.
INTERVAL = ("start", "end", "width", "start_past_due", "end_past_due", "start_vs_usual", "end_vs_usual")


@attrs.frozen(kw_only=True)
class Settings:
    """grace_days: days after the due date that still count as on time; banking_days: whether the facts it learns from
    come by `in_banking_days`; seed: of everything drawn."""

    grace_days: int = GRACE_DAYS
    banking_days: bool = False
    enough_closed: int = ENOUGH_CLOSED
    max_rows: int = MAX_ROWS
    seed: int = 7


@attrs.frozen(kw_only=True, eq=False)
class Trained:
    """What was learnt at a cut. `hazard` is None where history is short: then only shrinkage and `delays` speak."""

    cut: date
    settings: Settings
    shrink: Shrinkage
    delays: StepCurve
    #: The same without anybody's help: an item leaves the count on the day it was first contacted.
    alone: StepCurve
    hazard: Model | None
    learner: str
    closed: int
    rows: int
    #: Mean and deviation of every feature at training, for the watch over drift.
    profile: pl.DataFrame

    @property
    def short_history(self) -> bool:
        return self.closed < self.settings.enough_closed


def train(facts: pl.DataFrame, cut: date, learner: Learner | None, settings: Settings | None = None) -> Trained:
    """Learn from the facts as known on the morning of `cut`. Without a learner, or with few closed items, no
    hazard."""
    settings = settings or Settings()
    known = as_known(facts, cut).sort("due_item")  # the order of a query must not change the model
    closed = known.height - known["paid_on"].null_count()
    shrink = fit_shrinkage(known, cut, settings.grace_days)
    issue = features(known, _sample(at_issue(known), settings.max_rows), shrink, settings.grace_days)
    delays, alone = _delay_curve(issue, cut, helped=True), _delay_curve(issue, cut, helped=False)
    hazard, rows = None, 0
    if learner is not None and closed >= settings.enough_closed:
        matrix, labels, rows = _training(known, issue, cut, shrink, settings)
        hazard = learner.fit(matrix, labels, signs(), settings.seed)
    return Trained(
        cut=cut, settings=settings, shrink=shrink, delays=delays, alone=alone, hazard=hazard, closed=closed, rows=rows,
        learner=learner.name if learner is not None and hazard is not None else "shrinkage", profile=_profile(issue),
    )  # fmt: skip


def signs() -> list[int]:
    """Paying within an interval may only fall with what makes a payer late; what the interval itself says is free."""
    return [-sign for _, sign in FEATURES.values()] + [0] * len(INTERVAL)


def base_matrix(rows: pl.DataFrame) -> Matrix:
    """The features of the rows as 32-bit floats, row after row in memory; a missing value is NaN."""
    return rows.select(pl.col(name).cast(pl.Float32) for name in FEATURES).to_numpy(order="c")


def interval_matrix(base: Matrix, start: Floats, end: Floats) -> Matrix:
    """The features beside what the interval (start, end] means for this item: against its due date, its usual day."""
    names = list(FEATURES)
    past_due, usual = base[:, names.index("days_past_due")], base[:, names.index("eb_delay")]
    extra = [
        start,
        end,
        end - start,
        past_due + start,
        past_due + end,
        past_due + start - usual,
        past_due + end - usual,
    ]
    matrix = np.empty((len(base), len(names) + len(INTERVAL)), dtype=np.float32)
    matrix[:, : len(names)] = base
    for j, column in enumerate(extra, start=len(names)):
        matrix[:, j] = column
    return matrix


def limit_days(rows: pl.DataFrame, grace_days: int) -> Floats:
    """Days from the row's date to the last day on time (due date and grace); negative if that is over."""
    return rows.select((grace_days - pl.col("days_past_due")).cast(pl.Float64)).to_series().to_numpy()


def row_knots(rows: pl.DataFrame, grace_days: int) -> Floats:
    """The knots of every row's curve: fixed, at its due date and grace, and around the payer's own median day."""
    return knots(limit_days(rows, grace_days), (rows["own_median"] - rows["days_past_due"]).to_numpy())


def fit_shrinkage(known: pl.DataFrame, cut: date, grace_days: int) -> Shrinkage:
    """How many invoices' worth the portfolio weighs, by the accounts' outcomes known at the cut."""
    limit = pl.col("due_on").dt.offset_by(f"{grace_days}d")
    told = (pl.col("paid_on").is_not_null()) | (limit < cut)
    delay = (pl.col("paid_on") - pl.col("due_on")).dt.total_days().clip(-90, 180).cast(pl.Float64)
    late = (pl.col("paid_on").is_null() | (pl.col("paid_on") > limit)).cast(pl.Float64)
    table = (
        known.filter(told).group_by("account").agg(
            late=late.sum(), known=pl.len(), total=delay.sum(), squares=(delay**2).sum(), n=delay.count()
        ).sort("account").select(pl.exclude("account").cast(pl.Float64)).to_numpy()
    )  # fmt: skip
    return Shrinkage(
        fit_rate_strength(table[:, 0], table[:, 1]), fit_mean_strength(table[:, 2], table[:, 3], table[:, 4])
    )


def _training(
    known: pl.DataFrame, issue: pl.DataFrame, cut: date, shrink: Shrinkage, settings: Settings
) -> tuple[Matrix, Floats, int]:
    """The lines of the hazard: every item at its issue, and on an open morning of every week before the cut."""
    rows = pl.concat([issue, _weekly(known, cut, _room(issue, settings), shrink, settings)])
    paid_after, seen = outcome(rows, pl.lit(cut))
    lines: Periods = periods(row_knots(rows, settings.grace_days), paid_after, seen)
    base = base_matrix(rows)
    return interval_matrix(base[lines.row], lines.start, lines.end), lines.paid, rows.height


def rows_before(facts: pl.DataFrame, trained: Trained) -> pl.DataFrame:
    """The rows, with features, that a model of this cut learns from."""
    known, settings = as_known(facts, trained.cut).sort("due_item"), trained.settings
    issue = features(known, _sample(at_issue(known), settings.max_rows), trained.shrink, settings.grace_days)
    return pl.concat([issue, _weekly(known, trained.cut, _room(issue, settings), trained.shrink, settings)])


def _room(issue: pl.DataFrame, settings: Settings) -> int:
    return max(settings.max_rows - issue.height, settings.max_rows // 2)


def _weekly(known: pl.DataFrame, cut: date, room: int, shrink: Shrinkage, settings: Settings) -> pl.DataFrame:
    return features(known, _sample(_staggered(known, cut), room), shrink, settings.grace_days)


def _staggered(known: pl.DataFrame, cut: date) -> pl.DataFrame:
    """Weekly open mornings, each item on a weekday of its own: all on one weekday would teach that weekday."""
    first: date = known.select(pl.col("issued_on").min()).item()
    weekday = pl.Series((uniform(known["due_item"], "día") * 7).astype("int64"))
    return pl.concat(
        open_weekly(known.filter(weekday == day), first + timedelta(days=day), cut)
        for day in range(7)
        if first + timedelta(days=day) < cut
    ).sort("due_item", "as_of")


def _sample(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """At most about `most` rows, always the same ones, whatever their order."""
    if rows.height <= most:
        return rows
    moment = rows["due_item"] * 100_003 + rows["as_of"].cast(pl.Int32).cast(pl.Int64)
    return rows.filter(pl.Series(uniform(moment, "muestra") < most / rows.height))


def _delay_curve(issue: pl.DataFrame, cut: date, *, helped: bool) -> StepCurve:
    """The delays of the portfolio (days after due) by Kaplan and Meier; open items are censored at the cut.

    Without help they are censored at `contacted_on` too, where the facts bring it (day of the first contact about the
    item). That assumes that whom we contact first is not otherwise different, given the payer's own delay.
    """
    end, paid = pl.coalesce("paid_on", pl.lit(cut) - pl.duration(days=1)), pl.col("paid_on").is_not_null()
    if not helped and "contacted_on" in issue.columns:
        alone = pl.col("contacted_on").is_null() | (pl.col("contacted_on") >= end)
        end, paid = pl.when(alone).then(end).otherwise("contacted_on"), paid & alone
    told = issue.select(delay=(end - pl.col("due_on")).dt.total_days(), paid=paid)
    return kaplan_meier(told["delay"].cast(pl.Float64).to_numpy(), told["paid"].to_numpy())


def _profile(rows: pl.DataFrame) -> pl.DataFrame:
    """Deciles of every feature, one column each: the shape that drift is measured against."""
    tenths = [rows.select(pl.col(list(FEATURES)).quantile(q / 10)) for q in range(1, 10)]
    return pl.concat(tenths)
