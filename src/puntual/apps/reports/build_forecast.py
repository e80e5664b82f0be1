"""The cash forecast, and what an experiment could prove with the customers that there are."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from babel.numbers import get_decimal_symbol

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import build_experiments, columns, frames
from puntual.apps.reports.build_money import NO_BOOKS, report
from puntual.apps.reports.forecast_memory import FileMemory
from puntual.apps.reports.tables import Column, Report, Table, rows_address
from puntual.core.reports import forecast as forecast_core
from puntual.core.reports.experiments import can_it_be_proved
from puntual.core.reports.inputs import Known
from puntual.core.segments.learning import Learner
from puntual.ui.formats import date_text, locale_for, money_text, percent_text

HORIZON = 30
#: The improvement that people usually hope for when they try something.
_HOPED = 0.05


def forecast(creditor: Creditor, start: date, end: date, learner: Learner | None) -> Report:
    """Expected cash of the 30 days after `end`, per currency, with an 80 % interval and the error made before."""
    now = Known(start=start, end=end)
    facts = frames.history(columns.books(creditor.pk), creditor.pk, end)
    if not facts.height:
        return report("forecast", creditor, now, sentences=(NO_BOOKS,))
    found = forecast_core.forecast(facts, end + timedelta(days=1), learner, HORIZON, FileMemory(creditor.pk))
    if not found:
        return report("forecast", creditor, now, sentences=("No hay documentos abiertos: nada por pronosticar.",))
    tables: list[Table] = []
    for one in found:
        tables.append(_days(one, creditor, end))
        if one.past.height:
            tables.append(_past(one, now, locale_for(creditor.country)))
    more = {"past_error": {f"{creditor.code}:{f.currency}": f.past_error for f in found},
            "method": found[0].method}  # fmt: skip
    return report("forecast", creditor, now, tables=tuple(tables), sentences=_sentences(found, creditor), more=more)


def _sentences(found: list[forecast_core.Forecast], creditor: Creditor) -> tuple[str, ...]:
    locale = locale_for(creditor.country)
    said = ["Solo cuenta documentos ya emitidos: no adivina ventas futuras. Intervalo del 80 %."]
    for one in found:
        if one.past_error is None:
            said.append(f"{one.currency}: todavía no hay pasado con qué medir el error de este pronóstico.")
        else:
            error = percent_text(round(1_000 * one.past_error), locale)
            n = one.past.height
            said.append(f"{one.currency}: hecho {n} veces sobre el pasado, se equivocó en {error} de lo que llegó.")
        if one.large.height:
            money = money_text(int(one.large["amount_minor"].sum()), one.currency, locale, with_code=True)
            n = one.large.height
            what = "documento muy grande" if n == 1 else "documentos muy grandes"
            said.append(f"Pregunte aparte por {n} {what} ({money}): ningún modelo los prevé.")
    return tuple(said)


def _days(one: forecast_core.Forecast, creditor: Creditor, end: date) -> Table:
    columns = (
        Column("day", "Día", "date"), Column("expected_minor", "Se espera", "money"),
        Column("cumulative_minor", "Acumulado", "money"), Column("low_minor", "Al menos", "money"),
        Column("high_minor", "A lo sumo", "money"),
    )  # fmt: skip
    cells = tuple(one.days.select(c.name for c in columns).iter_rows())
    last = one.days.row(-1, named=True)
    locale = locale_for(creditor.country)
    until, low, high = (
        money_text(last[name], one.currency, locale, with_code=True)
        for name in ("cumulative_minor", "low_minor", "high_minor")
    )
    title = f"Hasta el {date_text(end + timedelta(days=HORIZON), locale)} se esperan {until}: entre {low} y {high}."
    # Each day is a weighing of the same documents: those that were open that morning.
    open_then = _foretold(end + timedelta(days=1), Known(start=end, end=end), one.currency)
    opens = tuple({c.name: open_then for c in columns[1:]} for _ in cells)
    return Table("forecast", title, columns, cells, one.currency, links=(open_then,) * len(cells), opens=opens)


def _foretold(cut: date, now: Known, currency: str, **more: str) -> str:
    words = {"corte": cut.isoformat(), "moneda": currency, "de": "forecast", **more}
    return rows_address("pronosticados", now.start, now.end, **words)


def _past(one: forecast_core.Forecast, now: Known, locale: str) -> Table:
    columns = (
        Column("cut", "Pronosticado el", "date"), Column("said_minor", "Se esperaba en 30 días", "money"),
        Column("came_minor", "Llegó", "money"),
    )  # fmt: skip
    cells = tuple(one.past.select("cut", "said_minor", "came_minor").sort("cut").iter_rows())
    title = "El mismo pronóstico hecho antes, y lo que llegó."
    if one.past_error is not None:
        error = percent_text(round(1_000 * one.past_error), locale)
        title = f"Hecho antes {len(cells)} veces, el mismo pronóstico se equivocó en {error} de lo que llegó."
    opens = tuple({"said_minor": _foretold(line[0], now, one.currency),
                   "came_minor": _foretold(line[0], now, one.currency, llegaron="1")} for line in cells)  # fmt: skip
    links = tuple(line["said_minor"] for line in opens)
    return Table("past", title, columns, cells, one.currency, links=links, opens=opens)


def experiments(creditor: Creditor, start: date, end: date) -> Report:
    """The experiments that there are or were; without any, what one could prove with the accounts that owed."""
    stored = build_experiments.tables(creditor.pk, locale_for(creditor.country))
    if stored:
        now, said = Known(start=start, end=end), build_experiments.sentences(stored)
        return report("experiments", creditor, now, sentences=said, tables=stored)
    now = Known(
        start=start, end=end, standing=frames.standing(columns.books(creditor.pk), start - timedelta(days=1), end)
    )
    late = now.standing.filter(pl.col("overdue_then_minor") > 0)
    if late.height < 4:
        said = "No hay experimentos, y con menos de cuatro cuentas atrasadas ninguno probaría nada."
        return report("experiments", creditor, now, sentences=(said,))
    base = float((late["overdue_now_minor"] <= 0).mean() or 0.0)
    return report("experiments", creditor, now, sentences=_provable(base, late.height // 2, _decimal(creditor)))


def _decimal(creditor: Creditor) -> str:
    return get_decimal_symbol(locale_for(creditor.country))


def _provable(base: float, each: int, decimal: str) -> tuple[str, ...]:
    shown = min(max(base, 0.02), 0.9)
    _, sentence = can_it_be_proved(shown, _HOPED, each, decimal)
    return (
        "No hay experimentos en marcha ni terminados.",
        f"¿Se podría probar una mejora de 5 puntos sobre el {100 * shown:.0f} % que hoy se pone al día? {sentence}",
    )
