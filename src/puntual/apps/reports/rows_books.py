"""The rows of the books behind a cell: what was open, where it rolled, what was sold, fell due, was credited, foretold.

Each is a sum over the same movements as its table, document by document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import polars as pl

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import columns, frames, mended, rows, rows_documents
from puntual.apps.reports.asked import Given, Lines, day_of, same
from puntual.core.reports.ageing import BUCKETS, NAMES
from puntual.core.reports.inputs import Known
from puntual.core.reports.kpis_balance import SALES
from puntual.core.reports.roll_rates import NEXT_TO_LAST, SETTLED
from puntual.core.segments.facts import open_on

_STRETCHES = {**BUCKETS, NEXT_TO_LAST: (91, 120)}
_STRETCH_NAMES = {**NAMES, NEXT_TO_LAST: "91 a 120 días", SETTLED: "Dejó de deberse"}
_CAPITAL = pl.col("component") == 1
#: Days whose cash a past forecast foretold (core.reports.forecast).
_HORIZON = 30
FORETOLD = (
    "Cada documento cuenta por la probabilidad de que se pague hasta ese día: la cifra es la suma de importe por "
    "probabilidad, no la de esta lista."
)


def _title(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _age(day: date) -> pl.Expr:
    return (pl.lit(day) - pl.col("due_on")).dt.total_days()


def _in(code: str, day: date) -> pl.Expr:
    return _age(day).is_between(*_STRETCHES[code])


def _traits(given: Given) -> list[pl.Expr]:
    return same(given, "error", "cause")


def _said(given: Given) -> str:
    words = ("segmento", "producto", "area", "vendedor", "planta")
    return ", ".join(given[w] or f"sin {w}" for w in words if w in given)


def _issued(given: Given) -> tuple[list[pl.Expr], str]:
    if not given.get("emitido_desde"):
        return [], ""
    first, last = day_of(given, "emitido_desde"), day_of(given, "emitido_hasta")
    return [pl.col("issued_on").is_between(first, last)], f"emitidos del {first} al {last}"


def _found(creditor: Creditor, end: date, minor: pl.Expr, *conditions: pl.Expr, note: bool = True) -> pl.DataFrame:
    made = rows_documents.sums(columns.books(creditor.pk), end, minor, *conditions)
    told = rows_documents.late_note(end) if note else pl.lit("")
    return rows.shaped(made.with_columns(note=told).collect())


def _documents(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """What was open at the close (with `capital`, of capital alone); of a stretch of age, of the documents issued in
    some days."""
    issued, when = _issued(given)
    stretch = given.get("tramo", "")
    conditions = [*_traits(given), *issued, *([_in(stretch, end)] if stretch in _STRETCHES else [])]
    capital = bool(given.get("capital"))
    minor = rows_documents.COUNTED["capital" if capital else "documents"](Known(start=start, end=end))
    title = "Capital abierto" if capital else "Documentos abiertos"
    about = _title(title, _STRETCH_NAMES.get(stretch, "").lower(), when, _said(given))
    return Lines(about, _found(creditor, end, minor, *conditions))


def _rolled(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The capital that was in one stretch at the opening, and that is in another at the close (or is owed no more)."""
    was, now, opening = given.get("tramo", ""), given.get("a", ""), start - timedelta(days=1)
    minor, old = pl.col("amount_minor"), _CAPITAL & (pl.col("issued_on") <= opening)
    conditions = [*_traits(given), *([_in(was, opening)] if was in BUCKETS else [])]
    if now == SETTLED:
        gone = pl.col("effective_on") > opening
        counted = pl.when(old & gone).then(-minor).otherwise(0)
    else:
        counted = pl.when(old).then(minor).otherwise(0)
        conditions += [_in(now, end)] if now in BUCKETS else []
    names = f"de {_STRETCH_NAMES.get(was, '')} a {_STRETCH_NAMES.get(now, '')}".lower()
    return Lines(f"Capital que pasó {names}", _found(creditor, end, counted, *conditions))


def _sold(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """What was sold, less credit notes: of the documents issued in some days, as known at the close."""
    issued, when = _issued(given)
    minor = pl.when(_CAPITAL, pl.col("kind").is_in(SALES)).then("amount_minor").otherwise(0)
    return Lines(_title("Vendido", when), _found(creditor, end, minor, *_traits(given), *issued))


def _due(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """What fell due on those days: invoices less credit notes, as known on the evening `al`."""
    until = day_of(given, "al") if given.get("al") else end
    inside = pl.col("due_on").is_between(start, end)
    minor = pl.when(_CAPITAL, inside, pl.col("kind").is_in(SALES)).then("amount_minor").otherwise(0)
    return Lines(f"Vencía del {start} al {end}", _found(creditor, until, minor, *_traits(given), note=False))


def _notes(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    noted = frames.notes(columns.books(creditor.pk), start, end, by_item=True).filter(*_traits(given))
    told = noted.sort(["credited_minor", "due_item"], descending=[True, False]).rename(
        {"due_item": "item", "noted_on": "day", "credited_minor": "minor"}
    )
    return Lines(_title("Documentos con nota de crédito", _said(given)), rows.shaped(told))


def _again(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The invoices issued again in the period: those that say so, else those that seem so."""
    _, again = mended.notes_and_again(creditor, columns.books(creditor.pk), start, end)
    told = again.filter(*_traits(given)).sort(["original_minor", "account"], descending=[True, False]).with_columns(
        sub=pl.lit("Factura vuelta a emitir"),
        note=pl.format("la primera, {}", pl.col("issued_on").dt.to_string("%Y-%m-%d")),
    )  # fmt: skip
    found = rows.shaped(told.rename({"again_on": "day", "original_minor": "minor"}))
    return Lines(_title("Facturas vueltas a emitir", _said(given)), found)


def _foretold(creditor: Creditor, start: date, end: date, given: Given) -> Lines:
    """The documents that a forecast of the morning `corte` spoke of; with `llegaron`, those paid within its days."""
    cut = day_of(given, "corte")
    facts = frames.history(columns.books(creditor.pk), creditor.pk, end).filter(*_traits(given))
    known, came = open_on(facts, cut), bool(given.get("llegaron"))
    if came:
        known = known.filter(pl.col("paid_on") < cut + timedelta(days=_HORIZON))
    told = known.sort(["amount_minor", "due_item"], descending=[True, False]).with_columns(
        note=pl.format("vence el {}", pl.col("due_on").dt.to_string("%Y-%m-%d")),
        day=pl.col("paid_on") if came else pl.col("due_on"),
    ).rename({"due_item": "item", "amount_minor": "minor"})  # fmt: skip
    title = f"Abiertos la mañana del {cut}" + (f" y pagados en {_HORIZON} días" if came else "")
    return Lines(title, rows.shaped(told), "" if came else FORETOLD)


READERS: Mapping[str, Callable[[Creditor, date, date, Given], Lines]] = {
    "documentos": _documents, "rodamiento": _rolled, "vendidos": _sold, "vencian": _due, "notas": _notes,
    "reemitidas": _again, "pronosticados": _foretold,
}  # fmt: skip
