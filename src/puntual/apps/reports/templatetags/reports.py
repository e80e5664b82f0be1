"""Cells and figures of reports as templates write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from django import template
from django.utils.translation import gettext as _

from puntual.apps.reports import charts, charts_svg
from puntual.apps.reports.build_money import pct
from puntual.apps.reports.charts_of import charts_of
from puntual.apps.reports.choices import TITLES
from puntual.apps.reports.read_screens import text_of
from puntual.apps.reports.tables import Report, Table, part_name
from puntual.core.reports.registry import Measured
from puntual.ui.formats import DEFAULT_LOCALE, date_text, money_text, number_text

register = template.Library()


@attrs.frozen
class Cell:
    """A cell of a table: its value, whether it is money or a day, its text and whether it goes to the right."""

    value: Any
    money: bool
    day: bool
    text: str
    end: bool
    plain: str
    heat: int = 0
    link: str = ""


@register.filter
def celdas(table: Table, row: tuple[Any, ...]) -> list[Cell]:
    """The cells of a row beside the kinds of their columns."""
    return [_cell(value, column.kind, table) for column, value in zip(table.columns, row, strict=True)]


@register.filter
def lineas(table: Table) -> list[tuple[str, list[Cell]]]:
    """Each row: the address of what is behind it (or nothing) and its cells."""
    links, opens = table.links or ("",) * len(table.rows), table.opens or ({},) * len(table.rows)
    return [
        (link, [attrs.evolve(cell, link=open_.get(column.name, "")) for column, cell in zip(table.columns, cells)])
        for link, open_, cells in zip(links, opens, (celdas(table, row) for row in table.rows), strict=True)
    ]


def _cell(value: Any, kind: str, table: Table) -> Cell:
    if value is None:
        return Cell(None, False, False, "—", kind not in ("text", "date"), "—")
    locale = table.locale
    text = {
        "pct": lambda: pct(value, locale), "count": lambda: number_text(value, locale),
        "days": lambda: number_text(value, locale), "date": lambda: date_text(value, locale),
    }.get(kind, lambda: str(value))()  # fmt: skip
    plain = money_text(value, table.currency, locale) if kind == "money" else text
    return Cell(value, kind == "money", kind == "date", text, kind not in ("text", "date"), plain,
                charts.heat(value) if kind == "pct" else 0)  # fmt: skip


@register.filter
def graficas(report: Report) -> list[tuple[str, Any]]:
    """The drawings of a report."""
    return charts_of(report)


@register.simple_tag
def dibujo(kind: str, chart: Any, locale: str = DEFAULT_LOCALE, paper: object = None) -> str:
    """A chart drawn: as wide as its place, or with its own colours for paper."""
    return charts_svg.svg(kind, chart, locale or DEFAULT_LOCALE, fixed=bool(paper))


@register.filter
def formas(pairs: str) -> list[list[str]]:
    """«xlsx:Excel pdf:PDF» as pairs."""
    return [pair.split(":") for pair in pairs.split()]


@register.filter
def en(values: list[Any], position: int) -> Any:
    """What a list has at a position."""
    return values[position]


@register.filter
def titulo(kind: str) -> str:
    """What a report is called."""
    return str(TITLES.get(kind, kind))


@register.filter
def dimension(code: str) -> str:
    """What a dimension is called in a heading."""
    names = {
        "segment": _("Por segmento"),
        "stage": _("Por etapa"),
        "channel": _("Por canal"),
        "agent": _("Por persona"),
        "creditor": _("Por empresa"),
        "campaign": _("Por campaña (paso de la política)"),
    }
    return names.get(code, code)


@register.simple_tag
def valor(measured: Measured, value: Decimal | None, locale: str = DEFAULT_LOCALE) -> str:
    """A value of an indicator in its unit."""
    return text_of(value, measured.kpi, measured.currency, locale) or "—"


@register.simple_tag
def meta(measured: Measured, report: Report) -> str:
    """The target of an indicator, of the whole company."""
    target = None if measured.dimension else report.targets.get(measured.kpi.code)
    return text_of(target, measured.kpi, measured.currency, report.locale) or "—"


@register.filter
def parte_de(measured: Measured) -> str:
    """Of which part a figure is, as people say it."""
    return part_name(measured.dimension, measured.value)


@register.filter
def dia(day: date, locale: str) -> str:
    """A day as the country writes it."""
    return date_text(day, locale)


@register.simple_tag(takes_context=True)
def parte(context: dict[str, Any], measured: Measured, value: int | Decimal | None, which: str) -> str:
    """A numerator or denominator: money, or a number of things."""
    if value is None:
        return "—"
    parts = measured.kpi.parts
    money = parts == "money" or (parts == "mixed" and _is_money(measured, which))
    if money and measured.currency:
        return money_text(int(value), measured.currency, context.get("locale", DEFAULT_LOCALE))
    return number_text(value, context.get("locale", DEFAULT_LOCALE))


def _is_money(measured: Measured, which: str) -> bool:
    """Of two mixed parts, money is the one that says so."""
    text = measured.kpi.numerator if which == "numerator" else measured.kpi.denominator
    return "dinero" in text
