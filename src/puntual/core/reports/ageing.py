"""Ageing (antigüedad): the open balance by days past due, with an early variant that splits the first month."""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.core.frames import MINOR, Column, Schema
from puntual.core.reports.inputs import Known, total

#: code -> first and last day past due. The usual ones (moonflow, giro26), and 1-7 / 8-30 for early delinquency.
BUCKETS = {
    "current": (-(10**6), 0), "d1_30": (1, 30), "d31_60": (31, 60), "d61_90": (61, 90), "d91": (91, 10**6),
}  # fmt: skip
EARLY = {
    "current": (-(10**6), 0), "d1_7": (1, 7), "d8_30": (8, 30), "d31_60": (31, 60), "d61_90": (61, 90),
    "d91": (91, 10**6),
}  # fmt: skip
NAMES = {
    "current": "Por vencer", "d1_7": "1 a 7 días", "d8_30": "8 a 30 días", "d1_30": "1 a 30 días",
    "d31_60": "31 a 60 días", "d61_90": "61 a 90 días", "d91": "Más de 90 días",
}  # fmt: skip

AGEING: Schema = {
    "currency": Column(pl.String, "moneda"),
    "segment": Column(pl.String, "segmento; * es toda la empresa"),
    "bucket": Column(pl.String, "tramo de atraso", choices=tuple(NAMES)),
    "open_minor": Column(MINOR, "saldo abierto del tramo"),
    "share_bp": Column(pl.Int64, "parte del saldo, en centésimas de por ciento; vacía sin saldo", null=True),
}


def age_on(day: date) -> pl.Expr:
    """Days past due at the end of a day."""
    return (pl.lit(day) - pl.col("due_on")).dt.total_days()


def ageing(known: Known, *, early: bool = False, by_segment: bool = False) -> pl.DataFrame:
    """AGEING at the end of the period, per currency; with `by_segment`, also a line per segment."""
    rows: list[tuple[object, ...]] = []
    for currency in known.currencies():
        one = known.in_currency(currency)
        parts = ["*", *sorted(one.movements["segment"].unique().to_list())] if by_segment else ["*"]
        for part in parts:
            rows += _lines(
                one if part == "*" else one.only("segment", part), currency, part, EARLY if early else BUCKETS
            )
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in AGEING.items()}, orient="row")


def _lines(known: Known, currency: str, part: str, buckets: dict[str, tuple[int, int]]) -> list[tuple[object, ...]]:
    held = known.movements.filter(pl.col("effective_on") <= known.end)
    whole, age = total(held), age_on(known.end)
    rows: list[tuple[object, ...]] = []
    for code, (first, last) in buckets.items():
        inside = age.is_between(first, last)
        minor = total(held, inside)
        share = (20_000 * minor + whole) // (2 * whole) if whole > 0 else None
        rows.append((currency, part, code, minor, share))
    return rows
