"""The cash that is expected day by day, with an interval; large items stand apart, to be asked about one by one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from puntual.core.segments.cash_line import on_day
from puntual.core.segments.learning import Floats
from puntual.core.segments.survival import Curve

#: An item above this share of the whole is not forecast but shown by itself: no model foresees a handful of giants.
LARGE_SHARE = 0.05


def cash_by_day(
    amount_minor: Floats, curve: Curve, as_of: date, days: int = 30, past_error: float = 0.0, z: float = 1.28,
    plain: Floats | None = None, weight: float = 1.0,
) -> pl.DataFrame:  # fmt: skip
    """One row per day from `as_of`: expected_minor of the day, cumulative_minor, and low_minor/high_minor of the
    latter.

    Amounts of one currency. The 80 % interval joins the chance of each item (sum of a² p (1 - p), items independent)
    with the relative error that the same forecast made before (`past_error`, for instance the backtest's
    cash_30_wape). `plain`: days until each is paid by the plain line; `weight`: the model's share (`cash_line`).
    """
    rows, before = [], np.zeros(len(amount_minor))
    for step in range(days):
        paid = curve.paid_by(float(step))
        if plain is not None and weight < 1:
            share = float(on_day(weight, float(step)))
            # What is expected by a day never falls short of what was expected by the day before.
            paid = np.maximum(share * paid + (1 - share) * (plain <= step), before)
        before = paid
        total = float((amount_minor * paid).sum())
        chance = float((amount_minor.astype(np.float64) ** 2 * paid * (1 - paid)).sum())
        spread = z * float(np.sqrt(chance + (past_error * 1.2533 * total) ** 2))  # a normal's sd is 1.2533 mean |e|
        rows.append((as_of + timedelta(days=step), total, max(total - spread, 0.0), total + spread))
    table = pl.DataFrame(rows, schema=["day", "cumulative_minor", "low_minor", "high_minor"], orient="row")
    whole = table.with_columns(pl.exclude("day").round(0).cast(pl.Int64))
    return whole.with_columns(expected_minor=pl.col("cumulative_minor").diff().fill_null(pl.col("cumulative_minor")))


def large_items(rows: pl.DataFrame, share: float = LARGE_SHARE) -> pl.DataFrame:
    """The rows whose amount is more than that share of their currency's whole, largest first."""
    whole = pl.col("amount_minor").cast(pl.Float64).sum().over("currency")
    return rows.filter(pl.col("amount_minor") > share * whole).sort("amount_minor", descending=True)
