"""What the screens of reports show, built from the same reports as every other place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import attrs
import polars as pl
from django.utils.translation import gettext as _

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import build_people, charts, columns, frames_people, parts, read, rows, rows_indicators
from puntual.apps.reports.columns import Books
from puntual.apps.reports.tables import Report, address, part_name, rows_address
from puntual.core.money import div_half_up
from puntual.core.reports import ageing as ageing_core
from puntual.core.reports import friction as friction_core
from puntual.core.reports import registry
from puntual.core.reports.inputs import Known
from puntual.core.reports.kpis_people import promises_by_week
from puntual.core.reports.measure import Kpi
from puntual.core.reports.registry import Measured
from puntual.core.reports.vintages import due_and_collected
from puntual.ui.ageing import ageing as ageing_bar
from puntual.ui.formats import locale_for, money_text, number_text, percent_text, short_money

HEADLINES = ("collected", "receivable", "overdue", "dso", "cei")
PROMISES = ("promises_kept", "promises_kept_amount")
HARM = ("complaints_per_1000", "wrong_person", "opt_outs", "contacts_per_1000", "refused", "breaches")
_UNITS = {"pct": "\N{NO-BREAK SPACE}%", "days": "\N{NO-BREAK SPACE}días", "minutes": "\N{NO-BREAK SPACE}min",
          "count": "", "per_1000": ""}  # fmt: skip


@attrs.frozen
class Shown:
    """A figure as a screen writes it: value or sentence, change since the period before, target."""

    kpi: Kpi
    currency: str
    text: str
    sentence: str
    change: str
    tone: str
    target: str
    label: str = ""
    short: str = ""
    missed: bool = False
    #: The part of the company that it is of, as an address says it.
    where: str = ""


def text_of(value: Decimal | None, kpi: Kpi, currency: str, locale: str) -> str:
    """A value in its unit, as people of the country write it."""
    if value is None:
        return ""
    if kpi.unit in ("money", "money_per"):
        return money_text(int(value), currency, locale)
    unit = "\N{NO-BREAK SPACE}día" if kpi.unit == "days" and value == 1 else _UNITS[kpi.unit]
    return f"{number_text(value, locale)}{unit}"


def shown(measured: Measured, locale: str, targets: dict[str, Decimal], label: str = "") -> Shown:
    """A figure ready for a template."""
    kpi, now = measured.kpi, measured.figure.value
    target = targets.get(kpi.code)
    text = text_of(now, kpi, measured.currency, locale)
    if now == 0 and measured.figure.numerator and kpi.unit not in ("money", "money_per"):
        # Two decimals are too few for it: it is not nothing.
        text = _("menos de %(least)s") % {"least": text_of(Decimal("0.01"), kpi, measured.currency, locale)}
    change, tone = _change(measured, locale)
    said = text_of(target, kpi, measured.currency, locale) if target is not None else ""
    money = kpi.unit == "money" and now is not None
    short = short_money(int(now or 0), measured.currency, locale) if money else text
    return Shown(kpi, measured.currency, text, measured.figure.sentence, change, tone, said, label, short,
                 is_missed(kpi.better, now, target))  # fmt: skip


def _change(measured: Measured, locale: str) -> tuple[str, str]:
    kpi, now, then = measured.kpi, measured.figure.value, measured.previous.value if measured.previous else None
    if now is None or then is None:
        return "", ""
    if now == then:
        return "igual que antes", ""
    was = text_of(then, kpi, measured.currency, locale)
    up = now > then
    good = {"up": up, "down": not up}.get(kpi.better)
    return f"{'▲' if up else '▼'} antes {was}", "" if good is None else "good" if good else "bad"


def is_missed(better: str, value: Decimal | None, target: Decimal | None) -> bool:
    """Whether a figure is on the wrong side of its target; a figure that nobody wants higher or lower never is."""
    if value is None or target is None or not better:
        return False
    return value < target if better == "up" else value > target


def summary(creditor: Creditor, start: date, end: date) -> dict[str, Any]:
    """The five questions: what was collected, how old it is, promises, the funnel, the harm."""
    now, previous = read.with_previous(creditor, start, end)
    figures = registry.measure(now, previous)
    locale, targets = locale_for(creditor.country), read.targets_of(creditor)
    seen = {(m.kpi.code, m.currency): shown(m, locale, targets) for m in figures}
    told = frames_people.journeys(creditor, start, end)
    return {
        "currencies": [_currency(c, now, seen) for c in now.currencies()],
        "harm": [seen[c, ""] for c in HARM if (c, "") in seen],
        "funnel": _funnel(_reached(told), start, end, locale),
        "funnel_says": build_people.friction_of(creditor, start, end, told).sentences,
        "refusals": build_people.harm_of(creditor, now).tables,
        "people": build_people.agents_of(creditor, now),
        "targets": [f for f in seen.values() if f.target],
        "empty": not now.currencies(),
        "mixed": len(now.currencies()) > 1,
    }


def _currency(currency: str, now: Known, seen: dict[tuple[str, str], Shown]) -> dict[str, Any]:
    one = now.in_currency(currency)
    weeks = [row[1:] for row in due_and_collected(one).iter_rows()]
    kept = promises_by_week(one)
    amounts = ageing_core.ageing(one)["open_minor"].to_list()
    return {
        "currency": currency,
        "headlines": [seen[code, currency] for code in HEADLINES],
        "promises": [seen[code, currency] for code in PROMISES],
        "harm": seen["contacts_per_1000", currency],
        "weeks": charts.pairs(
            _weeks_say(weeks), ("Vencía", "Llegó"), weeks, currency, _weeks_open(weeks, now, currency)
        ),
        "kept": charts.pairs(_promises_say(kept), ("Juzgadas", "Cumplidas"), kept, "", _kept_open(kept, now, currency)),
        "ageing": ageing_bar(amounts, currency) if any(amounts) else None,
        "ageing_rows": f"{rows_address('documentos', now.start, now.end, moneda=currency, de='ageing')}&tramo=",
    }


def _funnel(reached: list[int], start: date, end: date, locale: str) -> charts.Bars | None:
    """The steps of the messages, each with its share of those that left and its rows."""
    left = reached[0]
    shares = [percent_text(div_half_up(1_000 * n, left), locale) if left else "" for n in reached]
    steps = zip(friction_core.STEPS.values(), reached, shares)
    rows_ = [(name, f"{number_text(n, locale)} · {share}", n) for name, n, share in steps]
    links = [rows_address("mensajes", start, end, paso=step, de="friction") for step in friction_core.STEPS]
    return charts.bars(build_people.funnel_says(reached, locale), rows_, ("step",) * 5 + ("paid",), links)


def _weeks_open(weeks: list[tuple[Any, ...]], now: Known, currency: str) -> list[tuple[str, str]]:
    """Of each week, where what fell due and what came are."""
    al = now.end.isoformat()
    return [(rows_address("vencian", w[0], w[1], al=al, moneda=currency), address("collected", w[0], w[1]))
            for w in weeks]  # fmt: skip


def _kept_open(weeks: list[tuple[Any, ...]], now: Known, currency: str) -> list[tuple[str, str]]:
    """Of each week, where the promises judged and those kept are."""
    found = []
    for start, end, *_counts in weeks:
        judged, kept = (
            rows_address("promesas", start, end, al=now.end.isoformat(), moneda=currency, **which)
            for which in ({}, {"cumplidas": "1"})
        )
        found.append((judged, kept))
    return found


def _promises_say(weeks: list[tuple[Any, ...]]) -> str:
    due, kept = sum(w[2] for w in weeks), sum(w[3] for w in weeks)
    if not due:
        return f"En {len(weeks)} semanas no hubo ninguna promesa que juzgar."
    return f"De {due} promesas juzgadas en {len(weeks)} semanas se cumplieron {kept}."


def _weeks_say(weeks: list[tuple[Any, ...]]) -> str:
    due, came = sum(w[2] for w in weeks), sum(w[3] for w in weeks)
    if due <= 0:
        return f"En {len(weeks)} semanas no vencía nada."
    return f"En {len(weeks)} semanas llegaron {round(100 * came / due)} de cada 100 que vencían."


def _reached(rows: pl.DataFrame) -> list[int]:
    return friction_core.funnel(rows)["messages"].to_list()


def groups(report: Report) -> list[tuple[str, list[Shown]]]:
    """The figures of a report by group, for its tables."""
    locale = report.locale
    found: dict[str, list[Shown]] = {}
    for m in report.figures:
        label = part_name(m.dimension, m.value) if m.dimension else ""
        targets = {} if m.dimension else report.targets
        where = f"&{urlencode({'por': m.dimension, 'valor': m.value})}" if m.dimension else ""
        found.setdefault(m.kpi.group, []).append(attrs.evolve(shown(m, locale, targets, label), where=where))
    return [(name.capitalize(), lines) for name, lines in found.items()]


@attrs.frozen(eq=False)
class Asked:
    """An indicator over a period, of the whole company or of one part of it, with what was read to tell it."""

    creditor: Creditor
    kpi: Kpi
    by: str
    value: str | None
    books: Books
    now: Known
    previous: Known

    @property
    def part(self) -> Known:
        """What is known of the part that was asked, or of everything."""
        return self.now if self.value is None else registry.part_of(self.kpi, self.now, self.by, self.value)

    def rows(self, *, below: bool = False) -> pl.DataFrame:
        """rows.FOUND of the part that was asked: of the numerator, or of the denominator."""
        by = "" if self.value is None else self.by
        asked = rows.Asked(self.creditor, self.books, self.kpi, self.part, by, self.value or "", below)
        return rows_indicators.rows(asked)


def ask(creditor: Creditor, kpi: Kpi, start: date, end: date, by: str = "", value: str | None = None) -> Asked:
    """Read what an indicator needs, told apart by `by` (its first dimension where nobody says)."""
    if by not in kpi.by:
        by, value = next(iter(kpi.by), ""), None
    books = columns.books(creditor.pk)
    known = read.with_previous(creditor, start, end, needs=kpi.needs, books=books)
    wider = [parts.by_parts(books, creditor, one, by, kpi.needs, kpi.counts) if by else one for one in known]
    return Asked(creditor, kpi, by, value if by else None, books, wider[0], wider[1])


def indicator(asked: Asked, creditors: Sequence[Creditor]) -> dict[str, Any]:
    """One indicator now and before, of what was asked; by one of its dimensions, and in each company."""
    kpi, creditor, now, previous = asked.kpi, asked.creditor, asked.now, asked.previous
    locale, targets = locale_for(creditor.country), read.targets_of(creditor) if asked.value is None else {}
    if asked.value is not None:
        now, previous = (registry.part_of(kpi, one, asked.by, asked.value) for one in (now, previous))
    measured = registry.measure(now, previous, (kpi.code,))
    split = registry.split(kpi, asked.now, asked.by, asked.previous) if asked.by else []
    return {
        "whole": [shown(m, locale, targets) for m in measured],
        "parts": [shown(m, locale, {}, part_name(asked.by, m.value)) for m in split],
        "values": [m.value for m in split],
        "figures": measured,
        "by": asked.by,
        "value": asked.value,
        "value_name": part_name(asked.by, asked.value) if asked.value is not None else "",
        "companies": _by_creditor(asked, creditors) if len(creditors) > 1 and asked.value is None else [],
        "mixed": len(now.currencies()) > 1,
    }


def _by_creditor(asked: Asked, creditors: Sequence[Creditor]) -> list[Shown]:
    """The same figure in each company that the person may see; each in its own currencies, never added."""
    kpi, now, found = asked.kpi, asked.now, []
    for one in creditors:
        mine = one.pk == asked.creditor.pk
        known = now if mine else read.with_previous(one, now.start, now.end, needs=kpi.needs)[0]
        figures = registry.measure(known, codes=(kpi.code,))
        told = [shown(m, locale_for(one.country), {}, one.name) for m in figures if m.figure.value is not None]
        found += [attrs.evolve(s, where=f"&empresa={one.pk}") for s in told]
    return found
