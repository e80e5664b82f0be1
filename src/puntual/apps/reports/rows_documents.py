"""Documents behind a figure: what of each one the figure counts, so that the rows add up to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from puntual.apps.reports import frames
from puntual.apps.reports.columns import Books
from puntual.apps.reports.rows import Asked, shaped
from puntual.core.reports.inputs import Known
from puntual.core.reports.kpis_balance import SALES
from puntual.core.reports.kpis_collection import MONEY_KINDS

#: What each movement counts for: zero where it does not.
Counted = Callable[[Known], pl.Expr]
_CAPITAL = pl.col("component") == 1


def _if(*conditions: pl.Expr) -> pl.Expr:
    return pl.when(pl.all_horizontal(*conditions)).then("amount_minor").otherwise(0)


def _by(day: date) -> pl.Expr:
    return pl.col("effective_on") <= day


def _inside(known: Known, column: str = "effective_on") -> pl.Expr:
    return pl.col(column).is_between(known.start, known.end)


def _sold() -> pl.Expr:
    return _CAPITAL & pl.col("kind").is_in(SALES)


def _late(day: date, days: int = 0) -> pl.Expr:
    return pl.col("due_on") < day - timedelta(days=days)


def _came(known: Known) -> pl.Expr:
    return _inside(known) & pl.col("kind").is_in(MONEY_KINDS) & (pl.col("issued_on") <= known.opening)


def _came_off(known: Known) -> pl.Expr:
    """Capital at the opening, plus sales, less capital at the close: what took capital away and was no credit note."""
    return -_if(_CAPITAL, _inside(known), ~pl.col("kind").is_in(SALES))


#: The formulas of core.reports.kpis_balance and kpis_collection, movement by movement.
COUNTED: dict[str, Counted] = {
    "documents": lambda k: _if(_by(k.end)),
    "overdue": lambda k: _if(_by(k.end), _late(k.end)),
    "at_risk": lambda k: _if(_by(k.end), _late(k.end, 90)),
    "capital": lambda k: _if(_CAPITAL, _by(k.end)),
    "current_capital": lambda k: _if(_CAPITAL, _by(k.end), ~_late(k.end)),
    "late_capital": lambda k: _if(_CAPITAL, _by(k.end), _late(k.end)),
    "open_then": lambda k: _if(_by(k.opening), pl.col("issued_on") <= k.opening),
    "overdue_then": lambda k: _if(_by(k.opening), _late(k.opening)),
    "recovered": lambda k: -_if(_came(k)),
    "recovered_overdue": lambda k: -_if(_came(k), _late(k.opening)),
    "sold": lambda k: _if(_sold(), _inside(k)),
    "due": lambda k: _if(_sold(), _inside(k, "due_on"), _by(k.end)),
    "came_off": _came_off,
    "to_collect": lambda k: _came_off(k) + _if(_CAPITAL, _by(k.end), _late(k.end)),
}  # fmt: skip
#: Those that tell what happened in the period: their note is not how late a document is.
_FLOWS = ("recovered", "recovered_overdue", "sold", "due", "came_off")
#: Those judged on the evening before the period.
_THEN = ("open_then", "overdue_then")


def counted(asked: Asked, name: str) -> pl.DataFrame:
    """FOUND of one of COUNTED, the largest first: a row per document with what it counts for."""
    known, on = asked.known, asked.known.opening if name in _THEN else asked.known.end
    minor = COUNTED[name](known)
    found = sums(asked.books, known.end, minor, *of_part(asked))
    return shaped(found.with_columns(note=pl.lit("") if name in _FLOWS else late_note(on)).collect())


def sums(books: Books, end: date, minor: pl.Expr, *conditions: pl.Expr) -> pl.LazyFrame:
    """item, account, currency, issued_on, day (due), segment, minor of the documents that count, the largest first."""
    said = ("account", "currency", "issued_on", "due_on", "product", "department", "seller", "plant")
    moved = books.moves.filter(pl.col("effective_on") <= end).with_columns(minor=minor).filter(pl.col("minor") != 0)
    rows = moved.group_by(item="due_item").agg(pl.col(said).first(), pl.col("minor").sum())
    inside = frames.with_segment(rows.filter(pl.col("minor") != 0), books).filter(*conditions)
    return inside.with_columns(day="due_on").sort(["minor", "item"], descending=[True, False])


def late_note(on: date) -> pl.Expr:
    """How late a document is on an evening."""
    late = (pl.lit(on) - pl.col("due_on")).dt.total_days()
    one = pl.when(late == 1).then(pl.lit("1 día de atraso")).otherwise(pl.format("{} días de atraso", late))
    return pl.when(late > 0).then(one).otherwise(pl.lit("por vencer"))


def of_part(asked: Asked) -> list[pl.Expr]:
    """Which documents are of the part that was asked."""
    if asked.by == "segment":
        return [pl.col("segment") == asked.value]
    if asked.by == "stage":
        return [asked.known.stage_is(asked.value, now=asked.kpi.stage_of == "close")]
    return []


def settled(asked: Asked, *, on_time: bool = False) -> pl.DataFrame:
    """The documents that were settled in the period, with their days late."""
    known = asked.known
    late = (pl.col("last_on") - pl.col("due_on")).dt.total_days()
    term = (pl.col("last_on") - pl.col("issued_on")).dt.total_days()
    paid = [pl.col("last_on").is_between(known.start, known.end) & (pl.col("capital_minor") <= 0)]
    rows = frames.documents(asked.books, known.end).filter(*paid, *([late <= 0] if on_time else []), *of_part(asked))
    note = (
        pl.when(late > 0).then(pl.format("{} días tarde", late))
        .when(late < 0).then(pl.format("{} días antes", -late)).otherwise(pl.lit("en su día"))
    )  # fmt: skip
    if asked.kpi.code == "collection_term":
        note = pl.format("{} días desde su emisión", term)
    told = rows.with_columns(note=note).sort(["last_on", "due_item"], descending=[True, False])
    return shaped(told.rename({"due_item": "item", "last_on": "day", "original_minor": "minor"}).collect())


def late_documents(books: Books, start: date, end: date, *conditions: pl.Expr, all_due: bool = False) -> pl.DataFrame:
    """The documents that fell due in [start, end] and were late (`all_due`: or not), the dearest delay first."""
    due = frames.documents(books, end).filter(pl.col("due_on").is_between(start, end), *conditions)
    until = pl.when(pl.col("capital_minor") <= 0).then("last_on").otherwise(pl.lit(end))
    late = (until - pl.col("due_on")).dt.total_days().clip(lower_bound=0)
    rows = due.with_columns(late=late).filter(True if all_due else pl.col("late") > 0)
    told = rows.sort([pl.col("late") * pl.col("original_minor"), pl.col("due_item")], descending=[True, False])
    note = pl.when(pl.col("late") > 0).then(pl.format("{} días de atraso", "late")).otherwise(pl.lit("sin atraso"))
    return shaped(told.with_columns(note=note).rename(
        {"due_item": "item", "due_on": "day", "original_minor": "minor"}
    ).collect())  # fmt: skip
