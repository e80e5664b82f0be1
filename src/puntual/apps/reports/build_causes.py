"""Causes inside the company: delay, dispute and invoices issued again by product, area, seller, plant and error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs
import polars as pl

from puntual.apps.negotiation.choices import DisputeCause
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import corrective, frames, frames_people, mended, unanswered
from puntual.apps.reports.build_money import report
from puntual.apps.reports.columns import books
from puntual.apps.reports.rows_asked import trait
from puntual.apps.reports.tables import Column, Report, Table
from puntual.apps.reports.tables import rows_address as address
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
#: What waits because of somebody of ours: the questions of a conversation are told under friction.
_ASKED = ("complaint", "dispute")
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
    notes, again = mended.notes_and_again(creditor, ledger, start, end)
    tables: list[Table] = []
    frames_of = (late, argued, notes, again)
    for currency in sorted({c for frame in frames_of for c in frame["currency"].to_list()}):
        mine = [frame.filter(pl.col("currency") == currency) for frame in frames_of]
        made = [
            *_late_tables(mine[0], end, currency, creditor), *_dispute_tables(mine[1], end, currency),
            *_mended_tables(mine[2], mine[3], currency, creditor),
        ]  # fmt: skip
        for table, values in made:
            opens = tuple(_opens(table, value, start, end) for value in values)
            links = tuple(next(iter(one.values())) for one in opens)
            tables.append(attrs.evolve(table, links=links, opens=opens))
    acted = corrective.table(corrective.actions(creditor, end + timedelta(days=1)))
    if acted is not None:
        tables.append(acted)
    waiting = frames_people.waiting(creditor, end)
    late = unanswered.table(waiting, now, "causes", _ASKED)
    said = [_EMPTY] if not tables else unanswered.says(waiting, locale_for(creditor.country), _ASKED) if late else []
    tables += [late] if late else []
    return report("causes", creditor, now, tables=tuple(tables), sentences=tuple(said))


def _opens(table: Table, value: str, start: date, end: date) -> dict[str, str]:
    """Where the rows of each figure of a line are."""
    kind, _, dimension = table.name.partition("_")
    shared = {"moneda": table.currency, "de": "causes", **trait(dimension, value)}

    def at(what: str, **more: str) -> str:
        return address(what, start, end, **shared, **more)

    if kind == "late":
        every, late = at("atrasados", todos="1"), at("atrasados")
        return {"late_items": late, "late_minor": late, "days": late, "items": every, "amount_minor": every}
    if kind == "disputes":
        every = at("aclaraciones")
        credited, late = at("aclaraciones", acreditado="1"), at("aclaraciones", tarde="1")
        return {"disputes": every, "disputed_minor": every, "days": every, "credited_minor": credited, "late": late}
    noted, again = at("notas"), at("reemitidas")
    return {"notes": noted, "credited_minor": noted, "note_days": noted, "again": again, "again_minor": again,
            "again_days": again}  # fmt: skip


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
