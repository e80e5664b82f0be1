"""What the screens of reports show, built from the same reports as every other place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import polars as pl
from babel.numbers import format_decimal

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import build_people, charts, frames_people, read
from puntual.apps.reports.models import Target
from puntual.apps.reports.tables import Report
from puntual.core.reports import ageing as ageing_core
from puntual.core.reports import friction as friction_core
from puntual.core.reports import registry
from puntual.core.reports.inputs import Known
from puntual.core.reports.kpis_people import promises_by_week
from puntual.core.reports.measure import Kpi
from puntual.core.reports.registry import Measured
from puntual.core.reports.vintages import due_and_collected
from puntual.ui.ageing import ageing as ageing_bar
from puntual.ui.formats import locale_for, money_text, short_money

HEADLINES = ("collected", "receivable", "overdue", "dso", "cei")
PROMISES = ("promises_kept", "promises_kept_amount")
HARM = ("complaints_per_1000", "wrong_person", "opt_outs", "contacts_per_1000", "refused", "breaches")
_UNITS = {"pct": " %", "days": " días", "count": "", "per_1000": ""}


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


def text_of(value: Decimal | None, kpi: Kpi, currency: str, locale: str) -> str:
    """A value in its unit, as people of the country write it."""
    if value is None:
        return ""
    if kpi.unit in ("money", "money_per"):
        return money_text(int(value), currency, locale)
    pattern = "#,##0.00" if value != value.to_integral_value() else "#,##0"
    return f"{format_decimal(value, pattern, locale)}{_UNITS[kpi.unit]}"


def shown(measured: Measured, locale: str, targets: dict[str, Decimal], label: str = "") -> Shown:
    """A figure ready for a template."""
    kpi, now = measured.kpi, measured.figure.value
    target = targets.get(kpi.code)
    text = text_of(now, kpi, measured.currency, locale)
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


def targets_of(creditor: Creditor) -> dict[str, Decimal]:
    """code -> target of the creditor."""
    return dict(Target.objects.filter(creditor=creditor).values_list("code", "value"))


def summary(creditor: Creditor, start: date, end: date) -> dict[str, Any]:
    """The five questions: what was collected, how old it is, promises, the funnel, the harm."""
    now, previous = read.with_previous(creditor, start, end)
    figures = registry.measure(now, previous)
    locale, targets = locale_for(creditor.country), targets_of(creditor)
    seen = {(m.kpi.code, m.currency): shown(m, locale, targets) for m in figures}
    rows = frames_people.journeys(creditor, start, end)
    return {
        "currencies": [_currency(c, now, seen) for c in now.currencies()],
        "harm": [seen[c, ""] for c in HARM if (c, "") in seen],
        "funnel": charts.funnel(list(friction_core.STEPS.values()), _reached(rows)),
        "funnel_says": build_people.friction_of(creditor, start, end, rows).sentences,
        "refusals": build_people.harm_of(creditor, now).tables,
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
        "weeks": charts.pairs(_weeks_say(weeks), ("Vencía", "Llegó"), weeks, currency),
        "kept": charts.pairs(_promises_say(kept), ("Juzgadas", "Cumplidas"), kept, ""),
        "ageing": ageing_bar(amounts, currency) if any(amounts) else None,
    }


def _promises_say(weeks: list[tuple[Any, ...]]) -> str:
    due, kept = sum(w[2] for w in weeks), sum(w[3] for w in weeks)
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
    locale = "es_MX"
    found: dict[str, list[Shown]] = {}
    for m in report.figures:
        label = f"{m.dimension}: {m.value or 'ninguno'}" if m.dimension else ""
        found.setdefault(m.kpi.group, []).append(shown(m, locale, {}, label))
    return [(name.capitalize(), lines) for name, lines in found.items()]


def _by_creditor(kpi: Kpi, now: Known, mine: Creditor, creditors: Sequence[Creditor]) -> list[Shown]:
    """The same figure in each company that the person may see; each in its own currencies, never added."""
    found = []
    for one in creditors:
        known = now if one.pk == mine.pk else read.known(one, now.start, now.end)
        rows = registry.measure(known, codes=(kpi.code,))
        found += [shown(m, locale_for(one.country), {}, one.name) for m in rows if m.figure.value is not None]
    return found


def indicator(creditor: Creditor, kpi: Kpi, start: date, end: date, creditors: Sequence[Creditor]) -> dict[str, Any]:
    """One indicator now and before, by each dimension that its data know, and in each company."""
    now, previous = read.with_previous(creditor, start, end)
    locale, targets = locale_for(creditor.country), targets_of(creditor)
    whole = [shown(m, locale, targets) for m in registry.measure(now, previous, (kpi.code,))]
    parts = {}
    for dimension in kpi.by:
        lines = [shown(m, locale, {}, m.value or "—") for m in registry.split(kpi, now, dimension)]
        if len(lines) > 1:
            parts[dimension] = lines
    figures = registry.measure(now, codes=(kpi.code,))
    if len(creditors) > 1:
        parts["creditor"] = _by_creditor(kpi, now, creditor, creditors)
    return {"whole": whole, "parts": parts, "figures": figures, "mixed": len(now.currencies()) > 1}
