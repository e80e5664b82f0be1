"""Scores of items at a date: late at all, paid within 7/14/30 days, the expected date with its interval, self-cure."""

from __future__ import annotations

import numpy as np
import polars as pl

from puntual.core.frames import ID, Column, Schema
from puntual.core.segments.features import features
from puntual.core.segments.learning import Floats, Model
from puntual.core.segments.survival import Curve, StepCurve
from puntual.core.segments.training import Trained, base_matrix, interval_matrix, limit_days, row_knots

HORIZONS = (7, 14, 30)
#: Days from which the date is the payer's own rather than the curve's.
FAR = 90
#: The interval of the expected date holds this share of payments, the same on both sides.
INTERVAL_SHARE = 0.8
#: From this (shrunken) share of payments on one weekday on, it is the payer's calendar.
WEEKDAY_HABIT = 0.6
#: A curve this low is left there: what remains changes no answer; after LATE_KNOT days, a little sooner.
SETTLED, SETTLED_LATE, LATE_KNOT = 0.005, 0.05, 45.0
#: Rows scored at once: bounds the memory of a million.
CHUNK = 100_000

SCORES: Schema = {
    "due_item": Column(ID, "documento o cuota"),
    "account": Column(ID, "cuenta"),
    "as_of": Column(pl.Date, "fecha desde la que se predice"),
    "p_late": Column(pl.Float64, "probabilidad de pagarse tarde (después del vencimiento y su gracia)"),
    "p_paid_7": Column(pl.Float64, "probabilidad de pagarse en 7 días"),
    "p_paid_14": Column(pl.Float64, "probabilidad de pagarse en 14 días"),
    "p_paid_30": Column(pl.Float64, "probabilidad de pagarse en 30 días"),
    "expected_on": Column(pl.Date, "fecha esperada de pago: la mitad paga antes"),
    "earliest_on": Column(pl.Date, "9 de cada 10 pagan después de esta fecha"),
    "latest_on": Column(pl.Date, "9 de cada 10 pagan antes de esta fecha"),
    "self_cure": Column(pl.Float64, "probabilidad de que pague en 30 días sin contacto, por la curva de la cartera"),
    "method": Column(pl.String, "model, shrinkage o naive", choices=("model", "shrinkage", "naive")),
    "short_history": Column(pl.Boolean, "poca historia: la cartera tiene pocos pagos para aprender"),
}


def score(facts: pl.DataFrame, rows: pl.DataFrame, trained: Trained) -> pl.DataFrame:
    """SCORES of the rows (schema ROWS), in their order. `facts` may hold more than was known: later days are not
    seen."""
    return scored_features(features(facts, rows, trained.shrink, trained.settings.grace_days), trained)


def scored_features(rows: pl.DataFrame, trained: Trained, line: str = "model") -> pl.DataFrame:
    """SCORES of rows that have their features already. `line` naive: the plain one speaks in the model's place."""
    one = _naive if line == "naive" else _scores
    parts = [one(rows.slice(at, CHUNK), trained) for at in range(0, max(rows.height, 1), CHUNK)]
    return pl.concat(parts)


def curves(rows: pl.DataFrame, trained: Trained) -> Curve:
    """The curve of every row: by the hazard, or by shrinkage and the portfolio's delays where there is none."""
    days = row_knots(rows, trained.settings.grace_days)
    if trained.hazard is None:
        return portfolio_curves(rows, trained)
    return _by_hazard(rows, trained.hazard, days)


def portfolio_curves(rows: pl.DataFrame, trained: Trained) -> Curve:
    """Kaplan-Meier of the portfolio's delays, parted into in time and late by each payer's own shrunken rate."""
    return _by_late_rate(rows, trained.delays, trained)


def _by_late_rate(rows: pl.DataFrame, delays: StepCurve, trained: Trained) -> Curve:
    grace, days = trained.settings.grace_days, row_knots(rows, trained.settings.grace_days)
    return delays.curve(rows["eb_late"].to_numpy(), rows["days_past_due"].to_numpy(), days, float(grace))


def _by_hazard(rows: pl.DataFrame, hazard: Model, days: Floats) -> Curve:
    base = base_matrix(rows)
    unpaid = np.ones_like(days)
    for j in range(1, days.shape[1]):
        start, end = days[:, j - 1], days[:, j]
        left = np.where(start < LATE_KNOT, SETTLED, SETTLED_LATE)
        some = np.flatnonzero((end > start) & (unpaid[:, j - 1] > left))
        risk = np.zeros(len(days))
        if len(some):
            risk[some] = hazard.predict(interval_matrix(base[some], start[some], end[some]))
        unpaid[:, j] = unpaid[:, j - 1] * (1.0 - risk)
    return Curve(days, unpaid)


def _late(rows: pl.DataFrame, curve: Curve, trained: Trained) -> Floats:
    limit = limit_days(rows, trained.settings.grace_days)
    late = 1.0 - curve.paid_by(np.maximum(limit, -1.0))
    return np.where(limit < 0, 1.0, late)


def _by_own_median(day: pl.Expr, grace_days: int) -> pl.Expr:
    """With little history: due date and own median delay, on the side of the due date that the curve says."""
    own = pl.col("due_on") + pl.duration(days=pl.col("own_median").round(0).cast(pl.Int64))
    limit = pl.col("due_on") + pl.duration(days=grace_days)
    sided = pl.when(day > limit).then(pl.max_horizontal(own, limit + pl.duration(days=1)))
    near = sided.otherwise(pl.min_horizontal(own, limit))
    return pl.when(near < pl.col("as_of")).then(day).otherwise(near)


def _far_by_own_median(day: pl.Expr) -> pl.Expr:
    """Beyond FAR days few payments taught the curve: there the payer's own median delay speaks, if yet to come."""
    own = pl.col("due_on") + pl.duration(days=pl.col("own_median").round(0).cast(pl.Int64))
    far = (day - pl.col("as_of")).dt.total_days() > FAR
    later = pl.max_horizontal(own, pl.col("as_of") + pl.duration(days=HORIZONS[-1] + 1))
    return pl.when(far & (own > pl.col("as_of")) & (pl.col("n_paid") > 0)).then(later).otherwise(day)


def _on_usual_weekday(day: pl.Expr) -> pl.Expr:
    """Who pays on one weekday almost always is expected on the nearest of those days, not before the row's date."""
    ahead = (pl.col("usual_weekday").cast(pl.Int64) - day.dt.weekday()) % 7
    nearest = day + pl.duration(days=pl.when(ahead > 3).then(ahead - 7).otherwise(ahead))
    moved = pl.when(nearest < pl.col("as_of")).then(nearest + pl.duration(days=7)).otherwise(nearest)
    return pl.when(pl.col("usual_weekday_share") >= WEEKDAY_HABIT).then(moved).otherwise(day)


def _on(curve: Curve, share: float) -> pl.Expr:
    """The date by which that share of such items is paid."""
    days = pl.Series(np.rint(curve.day_of(share)).astype(np.int64))
    return pl.col("as_of") + (days * 86_400_000_000).cast(pl.Duration("us"))


def _scores(rows: pl.DataFrame, trained: Trained) -> pl.DataFrame:
    curve = curves(rows, trained)
    middle = (
        _far_by_own_median(_on(curve, 0.5))
        if trained.hazard is not None
        else _by_own_median(_on(curve, 0.5), trained.settings.grace_days)
    )
    method = "model" if trained.hazard is not None else "shrinkage"
    return _table(rows, curve, _late(rows, curve, trained), _on_usual_weekday(middle), trained, method)


def plain_curve(rows: pl.DataFrame, trained: Trained) -> Curve:
    """The plain line's curve: the portfolio's delays, the same for everyone."""
    return trained.delays.curve(None, rows["days_past_due"].to_numpy(), row_knots(rows, 0))


def _naive(rows: pl.DataFrame, trained: Trained) -> pl.DataFrame:
    """The plain line: the payer's own late rate and median delay, and the portfolio's curve, the same for everyone."""
    curve, limit = plain_curve(rows, trained), limit_days(rows, trained.settings.grace_days)
    late = np.where(limit < 0, 1.0, rows["own_late"].to_numpy())
    own = pl.col("due_on") + pl.duration(days=pl.col("own_median").round(0).cast(pl.Int64))
    return _table(rows, curve, late, pl.max_horizontal(own, "as_of"), trained, "naive")


def _table(
    rows: pl.DataFrame, curve: Curve, late: Floats, expected: pl.Expr, trained: Trained, method: str
) -> pl.DataFrame:
    # A contact does no harm to a payment: who is not likely to pay with one is not likely to pay without.
    cured = np.minimum(_by_late_rate(rows, trained.alone, trained).paid_by(30.0), curve.paid_by(30.0))
    tail = (1.0 - INTERVAL_SHARE) / 2
    dated = rows.with_columns(expected_on=expected, earliest_on=_on(curve, tail), latest_on=_on(curve, 1 - tail))
    return dated.select(
        "due_item", "account", "as_of",
        pl.Series("p_late", late),
        *(pl.Series(f"p_paid_{h}", curve.paid_by(float(h))) for h in HORIZONS),
        "expected_on", pl.min_horizontal("earliest_on", "expected_on"), pl.max_horizontal("latest_on", "expected_on"),
        pl.Series("self_cure", cured),
        pl.lit(method).alias("method"),
        pl.lit(trained.short_history).alias("short_history"),
    )  # fmt: skip
