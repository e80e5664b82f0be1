"""From the sale to the invoice to the hands of the customer: how many days our own house takes before anybody can pay.

Each stretch is counted for the documents issued in the period: invoiced after the sale (where the invoice says when
that was), entered in the books, first message to their account on or after the issue, first one that arrived.
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

#: code -> the stretch, in order; the days of `invoiced` and `whole` count from the sale, the others from the issue.
STEPS = {
    "invoiced": "De la venta a la factura", "entered": "De la factura a los libros",
    "told": "De la factura al primer mensaje", "arrived": "De la factura a las manos del cliente",
    "whole": "De la venta a las manos del cliente",
}  # fmt: skip
#: Those that follow one another: what each adds to the one before is its own.
_CHAIN = ("entered", "told", "arrived")
ISSUED: Schema = {
    "account": Column(ID, "cuenta"),
    "sold_on": Column(pl.Date, "venta; vacío: no lo dice", null=True),
    "issued_on": Column(pl.Date, "emisión"),
    "recorded_on": Column(pl.Date, "día en que entró en los libros"),
    "items": Column(pl.Int64, "documentos"),
}
DAYS: Schema = {"account": Column(ID, "cuenta"), "day": Column(pl.Date, "día en que pasó")}


@attrs.frozen
class Step:
    """One stretch: documents that went through it by the end, those that have not, and its days.

    Of the stretches that start at the sale, only the documents that say when it was are counted.
    """

    code: str
    reached: int
    waiting: int
    mean_days: Decimal | None
    median_days: int | None


def steps(issued: pl.DataFrame, told: pl.DataFrame, arrived: pl.DataFrame, end: date) -> tuple[Step, ...]:
    """The five stretches, of documents that were issued in a period; `told` and `arrived` as DAYS."""
    found = stretches(issued, told, arrived)
    return tuple(_step(code, frame, end) for code, frame in found.items())


def stretches(issued: pl.DataFrame, told: pl.DataFrame, arrived: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """code -> the documents of each stretch with `since`, the day it starts, and `day`, when each went through it."""
    sold = pl.col("sold_on").is_not_null()
    reached = _first_after(issued, arrived)
    return {
        "invoiced": issued.filter(sold).with_columns(day=pl.col("issued_on"), since=pl.col("sold_on")),
        "entered": issued.with_columns(day=pl.max_horizontal("issued_on", "recorded_on"), since=pl.col("issued_on")),
        "told": _first_after(issued, told).with_columns(since=pl.col("issued_on")),
        "arrived": reached.with_columns(since=pl.col("issued_on")),
        "whole": reached.filter(sold).with_columns(since=pl.col("sold_on")),
    }


def slowest(found: tuple[Step, ...]) -> tuple[str, Decimal] | None:
    """In which stretch most days go by: its code and its own mean days."""
    by_code = {step.code: step.mean_days for step in found}
    sold = by_code.get("invoiced")
    gaps, before = [(sold, "invoiced")] if sold is not None else [], Decimal(0)
    for code in _CHAIN:
        days = by_code.get(code)
        if days is None:
            continue
        gaps.append((days - before, code))
        before = days
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
    done = frame.filter(pl.col("day") <= end).with_columns(days=(pl.col("day") - pl.col("since")).dt.total_days())
    n, whole = total(done, column="items"), total(frame, column="items")
    if not n:
        return Step(code, 0, whole, None, None)
    days = int(done.select((pl.col("days") * pl.col("items")).sum()).item())
    ends = done.group_by("days").agg(pl.col("items").sum()).sort("days").with_columns(end=pl.col("items").cum_sum())
    median = int(ends.filter(pl.col("end") > (n - 1) // 2)["days"][0])
    return Step(code, n, whole - n, hundredths(Fraction(days, n)), median)
