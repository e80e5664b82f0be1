"""Roll rates (tasas de rodamiento): where the capital of each bucket is one period later, and what was cured.

The matrix follows documents: of what was open in a bucket at the opening, how much is in each bucket at the close and
how much stopped being owed. The monthly rate compares stocks: bucket n+1 at t over bucket n at t-1 (OCC handbook).
Capital only.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from puntual.core import money
from puntual.core.frames import MINOR, Column, Schema
from puntual.core.reports.ageing import BUCKETS, age_on
from puntual.core.reports.inputs import Known, total

#: The destination of what is no longer owed: paid, credited, written off.
SETTLED = "settled"
#: What the 61-90 bucket rolls into: the open-ended one would hold what rolled in every month before.
NEXT_TO_LAST = "d91_120"
MATRIX: Schema = {
    "currency": Column(pl.String, "moneda"),
    "was": Column(pl.String, "tramo al abrir", choices=tuple(BUCKETS)),
    "now": Column(pl.String, "tramo al cerrar; settled: dejó de deberse", choices=(*BUCKETS, SETTLED)),
    "minor": Column(MINOR, "capital"),
    "share_bp": Column(pl.Int64, "parte de lo que había en el tramo, en centésimas de por ciento", null=True),
}
MONTHLY: Schema = {
    "currency": Column(pl.String, "moneda"),
    "month": Column(pl.Date, "último día del mes"),
    "bucket": Column(pl.String, "tramo de partida", choices=tuple(BUCKETS)),
    "was_minor": Column(MINOR, "capital del tramo un mes antes"),
    "next_minor": Column(MINOR, "capital del tramo siguiente al cierre; del último, el de 91 a 120 días"),
    "rate_bp": Column(pl.Int64, "tasa de rodamiento, en centésimas de por ciento", null=True),
}


def _bucket(age: pl.Expr) -> pl.Expr:
    found = pl.lit("current")
    for code, (first, _) in list(BUCKETS.items())[1:]:
        found = pl.when(age >= first).then(pl.lit(code)).otherwise(found)
    return found


def share_bp(part: int, whole: int) -> int | None:
    """part / whole in hundredths of a percent; None without a positive whole."""
    return money.div_half_up(part * 10_000, whole) if whole > 0 else None


def matrix(known: Known) -> pl.DataFrame:
    """MATRIX from the opening to the close, per currency; buckets that were empty at the opening have no share."""
    rows: list[tuple[object, ...]] = []
    for currency in known.currencies():
        held = known.in_currency(currency).movements.filter(
            pl.col("component") == "principal",
            pl.col("issued_on") <= known.opening,
            pl.col("effective_on") <= known.end,
        )
        before = pl.col("effective_on") <= known.opening
        for was in BUCKETS:
            mine = held.filter(_bucket(age_on(known.opening)) == was)
            then, left = total(mine, before), total(mine)
            ends = {code: total(mine, _bucket(age_on(known.end)) == code) for code in BUCKETS} | {SETTLED: then - left}
            rows += [(currency, was, code, minor, share_bp(minor, then)) for code, minor in ends.items()]
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in MATRIX.items()}, orient="row")


def monthly(known: Known, months: int = 12) -> pl.DataFrame:
    """MONTHLY for the last so many complete months up to the close; months before the first document are left out."""
    rows: list[tuple[object, ...]] = []
    codes = list(BUCKETS)
    for currency in known.currencies():
        held = known.in_currency(currency).movements.filter(pl.col("component") == "principal")
        first = held["effective_on"].min()
        for end in month_ends(known.end, months):
            before = end.replace(day=1) - timedelta(days=1)
            if not isinstance(first, date) or before < first:
                continue
            was, now = _stock(held, before), _stock(held, end)
            rows += [
                (currency, end, code, was[code], now[after], share_bp(now[after], was[code]))
                for code, after in zip(codes, [*codes[1:-1], NEXT_TO_LAST])
            ]
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in MONTHLY.items()}, orient="row")


def month_ends(end: date, months: int) -> list[date]:
    """The last days of the last `months` complete months, oldest first; complete: `end` reaches its last day."""
    following = end + timedelta(days=1)
    last = end if following.day == 1 else end.replace(day=1) - timedelta(days=1)
    found = [last]
    while len(found) < months:
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return found[::-1]


def _stock(held: pl.DataFrame, day: date) -> dict[str, int]:
    known = held.filter(pl.col("effective_on") <= day)
    stock = {code: total(known, _bucket(age_on(day)) == code) for code in BUCKETS}
    return stock | {NEXT_TO_LAST: total(known, age_on(day).is_between(91, 120))}
