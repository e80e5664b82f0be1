"""The facts of payment that prediction learns from, and what of them was known on the morning of a day.

One row per due item, closed or open. "Known on the morning of D" is one rule everywhere: what happened on days before
D.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl

from puntual.core.frames import ID, MINOR, Column, Schema
from puntual.core.segments.draw import uniform

FACTS: Schema = {
    "due_item": Column(ID, "documento o cuota"),
    "account": Column(ID, "cuenta (cliente de un acreedor)"),
    "party": Column(ID, "persona o empresa"),
    "creditor": Column(ID, "acreedor"),
    "issued_on": Column(pl.Date, "fecha de emisión"),
    "due_on": Column(pl.Date, "vencimiento"),
    "amount_minor": Column(MINOR, "importe original"),
    "currency": Column(pl.String, "moneda"),
    "paid_on": Column(pl.Date, "fecha en que quedó pagado; vacío: sigue abierto", null=True),
}

#: Facts with the moment of each prediction: `as_of` is the row's own date.
ROWS: Schema = {**FACTS, "as_of": Column(pl.Date, "fecha desde la que se predice")}


def in_banking_days(facts: pl.DataFrame, closed: Collection[date] = ()) -> pl.DataFrame:
    """The facts with `due_on` on a day on which banks work, for what falls due on a weekend or a holiday (`closed`):
    who pays it on Monday was not late. The date of the document stays in `stated_on`."""
    opens = pl.col("due_on").dt.add_business_days(0, roll="forward", holidays=sorted(closed))
    return facts.with_columns(opens.alias("due_on"), pl.col("due_on").alias("stated_on"))


def as_known(facts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The facts as they were known on that morning: no later item, and no later payment."""
    return facts.filter(pl.col("issued_on") < as_of).with_columns(
        pl.when(pl.col("paid_on") < as_of).then("paid_on").alias("paid_on")
    )


def some_accounts(facts: pl.DataFrame, most: int) -> pl.DataFrame:
    """All facts of so many accounts as make about `most` items, always the same accounts: enough to learn from."""
    if facts.height <= most:
        return facts
    return facts.filter(pl.Series(uniform(facts["account"], "cuentas") < most / facts.height))


def at_issue(facts: pl.DataFrame, start: date | None = None, end: date | None = None) -> pl.DataFrame:
    """One row per item at its own issue, for items issued in [start, end)."""
    low, high = start or date.min, end or date.max
    return facts.filter((pl.col("issued_on") >= low) & (pl.col("issued_on") < high)).with_columns(as_of="issued_on")


def open_on(facts: pl.DataFrame, day: date) -> pl.DataFrame:
    """One row per item that was open on the morning of that day."""
    still_open = pl.col("paid_on").is_null() | (pl.col("paid_on") >= day)
    return facts.filter((pl.col("issued_on") < day) & still_open).with_columns(as_of=pl.lit(day))


def open_weekly(facts: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """One row per item and each of its open mornings every seven days from `start`, before `end`."""
    weeks = pl.date_range(start, end, interval="7d", closed="left", eager=True).alias("as_of")
    if not len(weeks):
        return facts.clear().with_columns(as_of=pl.lit(start))
    mornings = weeks.to_frame().sort("as_of")
    last = pl.coalesce("paid_on", pl.lit(end))
    spans = facts.with_columns(
        first=weeks.search_sorted(facts["issued_on"], side="right"),
        stop=weeks.search_sorted(facts.select(last).to_series(), side="right"),
    ).filter(pl.col("stop") > pl.col("first"))
    week = pl.int_ranges("first", "stop").alias("week")
    return (
        spans.with_columns(week)
        .explode("week")
        .join(mornings.with_row_index("week").cast({"week": pl.Int64}), on="week", how="inner", maintain_order="left")
        .drop("first", "stop", "week")
    )
