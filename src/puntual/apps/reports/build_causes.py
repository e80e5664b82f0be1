"""Causes inside the company: delay, dispute and invoices issued again by product, area, seller, plant and error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs
import polars as pl

from puntual.apps.negotiation.choices import DisputeCause
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import corrective, frames, frames_people
from puntual.apps.reports.build_money import report
from puntual.apps.reports.columns import Books, books
from puntual.apps.reports.rows_asked import address, trait
from puntual.apps.reports.tables import Column, Report, Table
from puntual.core.reports import causes as causes_core
from puntual.core.reports import reissues
from puntual.core.reports.inputs import Known
from puntual.ui.formats import locale_for, money_text, number_text

_LATE = (
    ("product", "Producto"), ("department", "Área"), ("seller", "Vendedor"), ("plant", "Planta"),
    ("error", "Tipo de error"),
)  # fmt: skip
_DISPUTED = (
    ("cause", "Motivo"), ("error", "Tipo de error"), ("department", "Responsable"), ("product", "Producto"),
    ("seller", "Vendedor"), ("plant", "Planta"),
)  # fmt: skip
_MENDED = (("product", "Producto"), ("department", "Área"), ("seller", "Vendedor"), ("plant", "Planta"))
#: Kind of table -> the rows that its lines open.
_ROWS = {"late": "atrasados", "disputes": "aclaraciones", "mended": "notas"}
#: A table and the value, as the books say it, of each of its lines.
Told = tuple[Table, list[str]]
_EMPTY = (
    "Ningún documento que venciera en el periodo dice su producto, área, vendedor o planta, y no hubo aclaraciones ni "
    "notas de crédito."
)


def causes(creditor: Creditor, start: date, end: date) -> Report:
    """What in our own house delays the money, in money and days, and what is being mended."""
    now, ledger = Known(start=start, end=end), books(creditor.pk)
    argued = frames_people.disputes(creditor, start, end)
    late = frames.delays(ledger, start, end, frames_people.errors(argued))
    notes, again = _again(creditor, ledger, start, end)
    tables: list[Table] = []
    frames_of = (late, argued, notes, again)
    for currency in sorted({c for frame in frames_of for c in frame["currency"].to_list()}):
        mine = [frame.filter(pl.col("currency") == currency) for frame in frames_of]
        made = [
            *_late_tables(mine[0], end, currency, creditor), *_dispute_tables(mine[1], end, currency),
            *_mended_tables(mine[2], mine[3], currency, creditor),
        ]  # fmt: skip
        tables += [attrs.evolve(t, links=_links(t, values, start, end)) for t, values in made]
    mended = corrective.table(corrective.actions(creditor, end + timedelta(days=1)))
    if mended is not None:
        tables.append(mended)
    said = _waiting(creditor, end) if tables else [_EMPTY]
    return report("causes", creditor, now, tables=tuple(tables), sentences=tuple(said))


def _links(table: Table, values: list[str], start: date, end: date) -> tuple[str, ...]:
    kind, _, dimension = table.name.partition("_")
    return tuple(
        address(_ROWS[kind], start, end, moneda=table.currency, de="causes", **trait(dimension, value))
        for value in values
    )


def _again(creditor: Creditor, ledger: Books, start: date, end: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Credit notes of the period and invoices issued again in it: those that say so, else those that seem so."""
    notes = frames.notes(ledger, start, end)
    before = frames.notes(ledger, start - timedelta(days=reissues.WITHIN_DAYS), end)
    said = frames_people.replaced(creditor, start, end)
    if not before.height:
        return notes, said
    sold = frames.sold_to(ledger, before, start, end)
    seem = reissues.span(reissues.inferred(before, sold), start, end)
    # One that says which it replaces is not told a second time.
    same = ["currency", "issued_on", "again_on", "original_minor"]
    return notes, pl.concat([said, seem.join(said, on=same, how="anti")])


def _waiting(creditor: Creditor, end: date) -> list[str]:
    waiting = frames_people.unanswered(creditor, end)
    asked = [(waiting.get("complaint", 0), "quejas"), (waiting.get("dispute", 0), "aclaraciones")]
    told = " y ".join(f"{number_text(n, locale_for(creditor.country))} {name}" for n, name in asked if n)
    return [f"Siguen sin respuesta fuera de plazo: {told}."] if told else []


def _late_tables(rows: pl.DataFrame, end: date, currency: str, creditor: Creditor) -> Iterator[Told]:
    for dimension, label in _LATE:
        if rows.filter(pl.col(dimension) != "").height:
            found = causes_core.late_by(rows, dimension, end)
            yield _late(found, dimension, label, currency, creditor), found["value"].to_list()


def _named(dimension: str, value: str) -> str:
    if dimension == "error":
        return causes_core.ERROR_NAMES.get(value, value)
    names = dict(DisputeCause.choices) if dimension == "cause" else {}
    return str(names.get(value, value)) or "Sin dato"


def _late(rows: pl.DataFrame, dimension: str, label: str, currency: str, creditor: Creditor) -> Table:
    columns = (
        Column("value", label), Column("items", "Documentos", "count"), Column("late_items", "Atrasados", "count"),
        Column("amount_minor", "Vencía", "money"), Column("late_minor", "Se atrasó", "money"),
        Column("late_bp", "Parte atrasada", "pct"), Column("days", "Días de atraso", "days"),
    )  # fmt: skip
    cells = tuple((_named(dimension, r[0]), *r[1:]) for r in rows.iter_rows())
    # Of errors, what is said is about an error: most documents have none.
    told = [r for r in rows.iter_rows(named=True) if dimension != "error" or r["value"]]
    title = f"Por {label.lower()}, nada se atrasó."
    if told and told[0]["late_minor"]:
        late = money_text(told[0]["late_minor"], currency, locale_for(creditor.country), with_code=True)
        name = _named(dimension, told[0]["value"]).replace("Sin dato", "sin dato")
        title = f"Por {label.lower()}, lo que más cuesta es «{name}»: {late} con {told[0]['days']} días."
    return Table(f"late_{dimension}", title, columns, cells, currency)


def _dispute_tables(rows: pl.DataFrame, end: date, currency: str) -> Iterator[Told]:
    columns = (
        Column("disputes", "Aclaraciones", "count"), Column("disputed_minor", "En aclaración", "money"),
        Column("credited_minor", "Acreditado", "money"), Column("days", "Días", "days"),
        Column("late", "Fuera de plazo", "count"),
    )  # fmt: skip
    for dimension, label in _DISPUTED:
        if not rows.filter(pl.col(dimension) != "").height:
            continue
        found = causes_core.disputed_by(rows, dimension, end)
        cells = tuple((_named(dimension, r[0]), *r[1:]) for r in found.iter_rows())
        title = f"Aclaraciones por {label.lower()}: pesa más «{cells[0][0]}»."
        table = Table(f"disputes_{dimension}", title, (Column("value", label), *columns), cells, currency)
        yield table, found["value"].to_list()


def _mended_tables(notes: pl.DataFrame, again: pl.DataFrame, currency: str, creditor: Creditor) -> Iterator[Told]:
    columns = (
        Column("notes", "Con nota de crédito", "count"), Column("credited_minor", "Acreditado", "money"),
        Column("note_days", "Días hasta la nota", "days"), Column("again", "Vueltas a emitir", "count"),
        Column("again_minor", "Vuelto a facturar", "money"), Column("again_days", "Días hasta la buena", "days"),
    )  # fmt: skip
    if not notes.height and not again.height:
        return
    locale = locale_for(creditor.country)
    credited = money_text(int(notes["credited_minor"].sum()), currency, locale, with_code=True)
    n, m = number_text(notes.height, locale), number_text(again.height, locale)
    whole = f"{n} documentos con nota de crédito ({credited}) y {m} vueltos a emitir"
    for dimension, label in _MENDED:
        if dimension != "product" and not pl.concat([notes[dimension], again[dimension]]).str.len_bytes().sum():
            continue
        found = reissues.mended_by(notes, again, dimension)
        cells = tuple((_named(dimension, r[0]), *r[1:]) for r in found.iter_rows())
        title = f"{whole}; por {label.lower()}, pesa más «{cells[0][0]}»."
        table = Table(f"mended_{dimension}", title, (Column("value", label), *columns), cells, currency)
        yield table, found["value"].to_list()
