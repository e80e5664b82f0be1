"""Vintages (cosechas): of the sales of each month, how much is still unpaid one, two, three... months later."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from puntual.core.frames import MINOR, Column, Schema
from puntual.core.reports.inputs import Known, total
from puntual.core.reports.kpis_balance import SALES
from puntual.core.reports.roll_rates import month_ends, share_bp

VINTAGES: Schema = {
    "currency": Column(pl.String, "moneda"),
    "month": Column(pl.Date, "primer día del mes de emisión"),
    "age_months": Column(pl.Int64, "meses desde el cierre del mes de emisión"),
    "sold_minor": Column(MINOR, "ventas del mes, menos notas de crédito"),
    "open_minor": Column(MINOR, "capital que sigue abierto a esa edad"),
    "open_bp": Column(pl.Int64, "parte abierta, en centésimas de por ciento", null=True),
}


def vintages(known: Known, months: int = 12) -> pl.DataFrame:
    """VINTAGES of the last `months` complete months of issue, at each month end that the period has reached."""
    rows: list[tuple[object, ...]] = []
    ends = month_ends(known.end, months)
    for currency in known.currencies():
        held = known.in_currency(currency).movements.filter(pl.col("component") == "principal")
        for i, end in enumerate(ends):
            start = end.replace(day=1)
            cohort = held.filter(pl.col("issued_on").is_between(start, end))
            if not cohort.height:
                continue
            rows += [_line(cohort, currency, start, age, day) for age, day in enumerate(ends[i:])]
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in VINTAGES.items()}, orient="row")


def _line(cohort: pl.DataFrame, currency: str, start: date, age: int, day: date) -> tuple[object, ...]:
    known = cohort.filter(pl.col("effective_on") <= day)
    sold, left = total(known, pl.col("kind").is_in(SALES)), total(known)
    return currency, start, age, sold, left, share_bp(left, sold)


def due_and_collected(known: Known, weeks: int = 13) -> pl.DataFrame:
    """What fell due and what was received in each of the last weeks (seven days ending at the close), per currency."""
    rows: list[tuple[object, ...]] = []
    for currency in known.currencies():
        one = known.in_currency(currency)
        sold = one.movements.filter(pl.col("component") == "principal", pl.col("kind").is_in(SALES))
        for back in reversed(range(weeks)):
            end = known.end - timedelta(days=7 * back)
            start = end - timedelta(days=6)
            due = total(sold, pl.col("due_on").is_between(start, end))
            rows.append((currency, start, end, due, total(one.cash, pl.col("on").is_between(start, end))))
    columns = {"currency": pl.String, "start": pl.Date, "end": pl.Date, "due_minor": MINOR, "collected_minor": MINOR}
    return pl.DataFrame(rows, schema=columns, orient="row")
