"""The plain lines that stand beside the model in every backtest, as good as plain lines can honestly be made."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np
import polars as pl

from puntual.core.segments.learning import Floats, LinearModel, LogisticLearner
from puntual.core.segments.score import HORIZONS
from puntual.core.segments.survival import StepCurve, kaplan_meier, outcome
from puntual.core.segments.training import Trained, base_matrix, limit_days, row_knots, rows_before


@attrs.frozen(eq=False)
class Line:
    """What one line says of each row: late, paid within each horizon, days until the date."""

    late: Floats
    paid: dict[int, Floats]
    days: Floats


def naive(rows: pl.DataFrame, delays: StepCurve) -> Line:
    """The payer's own late rate and median delay; for 7/14/30 days the portfolio's curve, the same for everyone."""
    past_due = rows["days_past_due"].to_numpy()
    curve = delays.curve(None, past_due, row_knots(rows, 0))
    return Line(rows["own_late"].to_numpy(), {h: curve.paid_by(float(h)) for h in HORIZONS}, own_days(rows))


def own_days(rows: pl.DataFrame) -> Floats:
    """Days until due date plus the payer's own median delay; zero if that is over."""
    return np.asarray(np.maximum(rows["own_median"].to_numpy() - rows["days_past_due"].to_numpy(), 0.0))


def own_cash(rows: pl.DataFrame) -> Floats:
    """1 if due date and the payer's own mean delay fall within 30 days (or are over), else 0."""
    return np.asarray(rows["own_mean"].to_numpy() - rows["days_past_due"].to_numpy() <= 30, dtype=np.float64)


def portfolio_delays(facts: pl.DataFrame, cut: date) -> StepCurve:
    """Kaplan-Meier of the delays known on the morning of the cut."""
    known = facts.filter(pl.col("issued_on") < cut)
    paid = (pl.col("paid_on") < cut).fill_null(False)
    end = pl.when(paid).then("paid_on").otherwise(pl.lit(cut - timedelta(days=1)))
    table = known.select(delay=(end - pl.col("due_on")).dt.total_days().cast(pl.Float64), paid=paid)
    return kaplan_meier(table["delay"].to_numpy(), table["paid"].to_numpy())


@attrs.frozen(eq=False)
class Logistic:
    """One ridge logistic regression per question on the same features. Nothing keeps its answers from contradicting."""

    late: LinearModel
    paid: dict[int, LinearModel]

    def line(self, rows: pl.DataFrame) -> Line:
        base = base_matrix(rows)
        return Line(self.late.predict(base), {h: m.predict(base) for h, m in self.paid.items()}, own_days(rows))


def fit_logistic(facts: pl.DataFrame, trained: Trained) -> Logistic:
    """Fitted on the rows that the model learns from, each question on those whose answer was known at the cut."""
    rows = rows_before(facts, trained)
    paid_after, seen = outcome(rows, pl.lit(trained.cut))
    limit, base, learner = limit_days(rows, trained.settings.grace_days), base_matrix(rows), LogisticLearner()

    def fit(told: np.typing.NDArray[np.bool_], yes: np.typing.NDArray[np.bool_]) -> LinearModel:
        return learner.fit(base[told], yes[told].astype(np.float64), [], trained.settings.seed)

    late = fit((seen > limit) & (limit >= 0), paid_after > limit)
    return Logistic(late, {h: fit(seen >= h, paid_after <= h) for h in HORIZONS})
