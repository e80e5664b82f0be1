"""The position: who owes what and how late, per due item, derived from entries and nothing else."""

from __future__ import annotations

from datetime import date

import attrs
import polars as pl

from puntual.core import money
from puntual.core.frames import POSITION


@attrs.frozen
class StageBounds:
    """Last day late of each stage; the policy's to choose. The defaults are the house's four stages."""

    preventive: int = 0
    administrative: int = 30
    extrajudicial: int = 90


_KEYS = ["due_item", "account", "party", "creditor", "currency", "due_on"]
_PARTS = {"principal_minor": "principal", "interest_minor": "interest", "fee_minor": "fee"}


def position(entries: pl.DataFrame, as_of: date, bounds: StageBounds = StageBounds()) -> pl.DataFrame:  # noqa: B008
    """One row per due item as known at the end of `as_of`: open balance by component, days past due, stage.

    `entries` has the columns of frames.ENTRIES. Entries with a later effective date are not known yet. Settled items
    stay in the result with an open balance of zero, so that "paid" can be told from "never existed".
    """
    known = entries.filter(pl.col("effective_on") <= as_of)
    part = pl.col("amount_minor")
    return (
        known.group_by(_KEYS, maintain_order=False)
        .agg(money.total(part.filter(pl.col("component") == word)).alias(name) for name, word in _PARTS.items())
        .with_columns(open_minor=money.narrow(sum((money.wide(name) for name in _PARTS), pl.lit(0, dtype=pl.Int128))))
        .pipe(aged, as_of, bounds)
        .select(POSITION.keys())
        .sort("due_item")
    )


def aged(items: pl.DataFrame, as_of: date, bounds: StageBounds = StageBounds()) -> pl.DataFrame:  # noqa: B008
    """Adds days past due and stage to any frame with `due_on`."""
    late = (pl.lit(as_of) - pl.col("due_on")).dt.total_days().cast(pl.Int32)
    return items.with_columns(late.alias("days_past_due")).with_columns(stage_expr(bounds).alias("stage"))


def stage_expr(bounds: StageBounds) -> pl.Expr:
    """Stage from `days_past_due`: preventive, administrative (1-30), extrajudicial (31-90), judicial (over 90)."""
    late = pl.col("days_past_due")
    return (
        pl.when(late <= bounds.preventive)
        .then(pl.lit("preventive"))
        .when(late <= bounds.administrative)
        .then(pl.lit("administrative"))
        .when(late <= bounds.extrajudicial)
        .then(pl.lit("extrajudicial"))
        .otherwise(pl.lit("judicial"))
    )
