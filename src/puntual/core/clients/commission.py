"""Commission on what was collected while an account was placed with us.

Each amount applied to a due item earns the rate of its age; what is taken back (a chargeback, a reversal) takes its
commission back at the same rate. Rounded half up once per row, so that a month adds up from its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs
import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.frames import Column, check_frame
from puntual.core.money import pct_of_expr

COLLECTED = {
    "account": Column(pl.Int64, "cuenta"),
    "due_item": Column(pl.Int64, "documento"),
    "due_on": Column(pl.Date, "vencimiento del documento"),
    "on": Column(pl.Date, "fecha del dinero"),
    "amount_minor": Column(pl.Int64, "aplicado; negativo: devuelto"),
    "currency": Column(pl.String, "moneda"),
    "assigned_on": Column(pl.Date, "día en que el mandante asignó la cuenta"),
    "withdrawn_on": Column(pl.Date, "día en que la retiró", null=True),
}
EARNED = {
    **COLLECTED,
    "age_days": Column(pl.Int64, "días de atraso con que se cobra la comisión"),
    "rate_pct": Column(pl.String, "tasa, en porcentaje"),
    "commission_minor": Column(pl.Int64, "comisión, media unidad hacia arriba"),
}
#: From when the age of a due item counts: the day the client assigned it, or the day it was paid.
AGES = ("assignment", "payment")


@attrs.frozen
class Rate:
    """A percentage for due items whose age is at least `from_days` (until the next one)."""

    from_days: int
    pct: Decimal


@attrs.frozen
class CommissionTerms:
    """What the client agreed to pay. `tail_days`: payments this long after a withdrawal still earn."""

    rates: tuple[Rate, ...]
    age_at: str = "assignment"
    tail_days: int = 0


def terms_from(document: Mapping[str, Any]) -> CommissionTerms:
    """Terms from a plain document. UnusableInput says which line is wrong and how to mend it."""
    rates = tuple(sorted((_rate(row) for row in document.get("rates") or ()), key=lambda r: r.from_days))
    if not rates:
        raise UnusableInput("Falta al menos una tasa de comisión: desde cuántos días de atraso y qué porcentaje.")
    days = [r.from_days for r in rates]
    if len(set(days)) != len(days):
        raise UnusableInput(f"Dos tasas empiezan en el mismo día de atraso ({_twice(days)}): deje una.")
    age_at, tail = str(document.get("age_at") or "assignment"), document.get("tail_days") or 0
    if age_at not in AGES:
        raise UnusableInput(f"El atraso se cuenta al asignar o al pagar ({' o '.join(AGES)}), no «{age_at}».")
    if not isinstance(tail, int) or not 0 <= tail <= 365:
        raise UnusableInput("Los días de cola después del retiro van de 0 a 365.")
    return CommissionTerms(rates, age_at, tail)


def _twice(days: Sequence[int]) -> int:
    return next(d for i, d in enumerate(days) if d in days[:i])


def _rate(row: Mapping[str, Any]) -> Rate:
    try:
        start, pct = int(row["from_days"]), Decimal(str(row["pct"]))
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise UnusableInput("Cada tasa lleva los días de atraso desde los que vale y un porcentaje.") from None
    if not Decimal(0) <= pct <= Decimal(100):
        raise UnusableInput(f"Una comisión va de 0 a 100 %, no {pct}.")
    return Rate(start, pct)


def earned(collected: pl.DataFrame, terms: CommissionTerms) -> pl.DataFrame:
    """What each applied amount earns (columns of EARNED). What came before the assignment or after the tail earns
    nothing and is left out; an age younger than every rate earns 0 and says so with its row."""
    check_frame(collected, COLLECTED, "collected")
    last = pl.col("withdrawn_on") + pl.duration(days=terms.tail_days)
    mine = collected.filter(
        (pl.col("on") >= pl.col("assigned_on")) & (pl.col("withdrawn_on").is_null() | (pl.col("on") <= last))
    )
    counted = "assigned_on" if terms.age_at == "assignment" else "on"
    mine = mine.with_columns(age_days=(pl.col(counted) - pl.col("due_on")).dt.total_days().cast(pl.Int64))
    rate, commission = pl.lit("0"), pl.lit(0, dtype=pl.Int64)
    for one in terms.rates:
        old_enough = pl.col("age_days") >= one.from_days
        rate = pl.when(old_enough).then(pl.lit(str(one.pct))).otherwise(rate)
        commission = pl.when(old_enough).then(pct_of_expr("amount_minor", one.pct)).otherwise(commission)
    done = mine.with_columns(rate_pct=rate, commission_minor=commission.cast(pl.Int64))
    return check_frame(done.select(EARNED.keys()), EARNED, "earned")
