"""From the sale to the invoice to the hands of the customer: how many days our own house takes before anybody can pay.

The date of the sale is not in an invoice; the clock starts at its issue. Each step is counted for the documents issued
in the period: entered in the books, first message to their account on or after the issue, first one that arrived.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import polars as pl

from puntual.core.frames import ID, Column, Schema
from puntual.core.reports.inputs import total
from puntual.core.reports.measure import hundredths

#: code -> what has happened by then, in order.
STEPS = {"entered": "Se registró", "told": "Salió el primer mensaje", "arrived": "Le llegó al cliente"}
ISSUED: Schema = {
    "account": Column(ID, "cuenta"),
    "issued_on": Column(pl.Date, "emisión"),
    "recorded_on": Column(pl.Date, "día en que entró en los libros"),
    "items": Column(pl.Int64, "documentos"),
}
DAYS: Schema = {"account": Column(ID, "cuenta"), "day": Column(pl.Date, "día en que pasó")}


@attrs.frozen
class Step:
    """One step: documents that reached it by the end, those that have not, and the days from the issue."""

    code: str
    reached: int
    waiting: int
    mean_days: Decimal | None
    median_days: int | None


def steps(issued: pl.DataFrame, told: pl.DataFrame, arrived: pl.DataFrame, end: date) -> tuple[Step, ...]:
    """The three steps, of documents that were issued in a period; `told` and `arrived` as DAYS."""
    entered = issued.with_columns(day=pl.max_horizontal("issued_on", "recorded_on"))
    frames = {"entered": entered, "told": _first_after(issued, told), "arrived": _first_after(issued, arrived)}
    return tuple(_step(code, frame, end) for code, frame in frames.items())


def slowest(found: tuple[Step, ...]) -> tuple[str, Decimal] | None:
    """Between which steps most days go by: the code of the one that closes the gap, and its mean days."""
    gaps, before = [], Decimal(0)
    for step in found:
        if step.mean_days is None:
            continue
        gaps.append((step.mean_days - before, step.code))
        before = step.mean_days
    worst = max(gaps, default=None)
    return (worst[1], worst[0]) if worst is not None and worst[0] > 0 else None


def _first_after(issued: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Each line of documents with the first day of its account on or after the issue."""
    known = days.drop_nulls().unique().sort("day")
    return issued.sort("issued_on").join_asof(
        known,
        left_on="issued_on",
        right_on="day",
        by="account",
        strategy="forward",
        coalesce=False,
        check_sortedness=False,  # both are sorted just above
    )


def _step(code: str, frame: pl.DataFrame, end: date) -> Step:
    done = frame.filter(pl.col("day") <= end).with_columns(days=(pl.col("day") - pl.col("issued_on")).dt.total_days())
    n, whole = total(done, column="items"), total(frame, column="items")
    if not n:
        return Step(code, 0, whole, None, None)
    days = int(done.select((pl.col("days") * pl.col("items")).sum()).item())
    ends = done.group_by("days").agg(pl.col("items").sum()).sort("days").with_columns(end=pl.col("items").cum_sum())
    median = int(ends.filter(pl.col("end") > (n - 1) // 2)["days"][0])
    return Step(code, n, whole - n, hundredths(Fraction(days, n)), median)
