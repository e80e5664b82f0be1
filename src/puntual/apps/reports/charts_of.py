"""The drawings of each report, read from its own tables: what a chart shows, its table says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from puntual.apps.reports import charts
from puntual.apps.reports.build_money import pct
from puntual.apps.reports.tables import Report, Table
from puntual.core.money import div_half_up
from puntual.core.reports import friction as friction_core
from puntual.ui.formats import money_text, number_text, percent_text

#: So many cohorts are drawn; the table has them all.
_COHORTS = 6
_BARS = 8
_AGE_LOOKS = ("paid", "age-1", "age-2", "age-3", "age-4")
Drawn = tuple[str, Any]


def charts_of(report: Report) -> list[Drawn]:
    """(kind of drawing, drawing) in the order of the tables; kinds: band, pairs, curves, bars."""
    found = [draw(table, report.locale) for table in report.tables if (draw := _DRAW.get(table.name)) is not None]
    return [(kind, drawing) for kind, drawing in found if drawing]


def _forecast(table: Table, locale: str) -> Drawn:
    return "band", charts.band(table.title, table.rows, table.currency)  # type: ignore[arg-type]


def _past(table: Table, locale: str) -> Drawn:
    rows = [(row[0], row[0], row[1], row[2]) for row in table.rows]
    return "pairs", charts.pairs(table.title, ("Se esperaba", "Llegó"), rows, table.currency)


def _funnel(table: Table, locale: str) -> Drawn:
    reached = table.rows[0][1:7]
    share = [div_half_up(1_000 * n, reached[0]) if reached[0] else 0 for n in reached]
    rows = [
        (name, f"{number_text(n, locale)} · {percent_text(s, locale)}", n)
        for name, n, s in zip(friction_core.STEPS.values(), reached, share)
    ]
    return "bars", charts.bars(table.title, rows, ("step",) * 5 + ("paid",))


def _ageing(table: Table, locale: str) -> Drawn:
    whole = [row for row in table.rows if row[1] == "Toda la empresa"]
    rows = [
        (row[0], f"{money_text(row[2], table.currency, locale)} · {pct(row[3] or 0, locale)}", row[2]) for row in whole
    ]
    return "bars", charts.bars(table.title, rows, _AGE_LOOKS)


def _vintages(table: Table, locale: str) -> Drawn:
    steps = [column.label for column in table.columns[2:]]
    lines = [(_month(row[0]), row[2:]) for row in table.rows[-_COHORTS:]]
    return "curves", charts.curves(table.title, lines, steps)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _late(table: Table, locale: str) -> Drawn:
    rows = [
        (str(row[0]), f"{money_text(row[4], table.currency, locale)} · {_days(row[6] or 0)}", row[4])
        for row in table.rows
    ]
    return "bars", charts.bars(table.title, rows[:_BARS])


def _days(n: int) -> str:
    return "1 día" if n == 1 else f"{n} días"


def _cases(n: int) -> str:
    return "1 aclaración" if n == 1 else f"{n} aclaraciones"


def _disputes(table: Table, locale: str) -> Drawn:
    rows = [
        (str(row[0]), f"{money_text(row[2], table.currency, locale)} · {_cases(row[1])}", row[2]) for row in table.rows
    ]
    return "bars", charts.bars(table.title, rows[:_BARS])


def _refusals(table: Table, locale: str) -> Drawn:
    rows = [(row[1], number_text(row[3], locale), row[3]) for row in table.rows]
    return "bars", charts.bars(table.title, rows[:_BARS])


def _monthly(table: Table, locale: str) -> Drawn:
    """The rate of each bucket, month by month."""
    months = sorted({row[0] for row in table.rows})
    names = list(dict.fromkeys(row[1] for row in table.rows))
    rate = {(row[1], row[0]): row[4] for row in table.rows}
    lines = [(f"De {name.lower()}", [rate.get((name, month)) for month in months]) for name in names[:-1]]
    return "curves", charts.curves(table.title, lines, [_month(m) for m in months])


_DRAW: dict[str, Callable[[Table, str], Drawn]] = {
    "forecast": _forecast, "past": _past, "funnel": _funnel, "ageing": _ageing, "vintages": _vintages,
    "monthly": _monthly, "late_product": _late, "late_department": _late, "late_seller": _late,
    "late_plant": _late, "disputes_cause": _disputes, "disputes_error": _disputes, "refusals": _refusals,
}  # fmt: skip
