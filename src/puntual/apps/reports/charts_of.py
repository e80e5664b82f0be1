"""The drawings of each report, read from its own tables: what a chart shows, its table says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from puntual.apps.reports import charts
from puntual.apps.reports.tables import Report, Table
from puntual.core.reports import friction as friction_core
from puntual.ui.formats import money_text

#: So many cohorts are drawn; the table has them all.
_COHORTS = 6
_BARS = 8
_AGE_LOOKS = ("paid", "age-1", "age-2", "age-3", "age-4")
Drawn = tuple[str, Any]


def charts_of(report: Report) -> list[Drawn]:
    """(kind of drawing, drawing) in the order of the tables; kinds: band, pairs, curves, bars, funnel."""
    found = [draw(table) for table in report.tables if (draw := _DRAW.get(table.name)) is not None]
    return [(kind, drawing) for kind, drawing in found if drawing]


def _forecast(table: Table) -> Drawn:
    return "band", charts.band(table.title, table.rows, table.currency)  # type: ignore[arg-type]


def _past(table: Table) -> Drawn:
    rows = [(row[0], row[0], row[1], row[2]) for row in table.rows]
    return "pairs", charts.pairs(table.title, ("Se esperaba", "Llegó"), rows, table.currency)


def _funnel(table: Table) -> Drawn:
    return "funnel", charts.funnel(list(friction_core.STEPS.values()), table.rows[0][1:7])


def _ageing(table: Table) -> Drawn:
    whole = [row for row in table.rows if row[1] == "Toda la empresa"]
    rows = [(row[0], f"{money_text(row[2], table.currency)} · {(row[3] or 0) / 100:.1f} %", row[2]) for row in whole]
    return "bars", charts.bars(table.title, rows, _AGE_LOOKS)


def _vintages(table: Table) -> Drawn:
    steps = [column.label for column in table.columns[2:]]
    lines = [(_month(row[0]), row[2:]) for row in table.rows[-_COHORTS:]]
    return "curves", charts.curves(table.title, lines, steps)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _late(table: Table) -> Drawn:
    rows = [(str(row[0]), f"{money_text(row[4], table.currency)} · {row[6] or 0} días", row[4]) for row in table.rows]
    return "bars", charts.bars(table.title, rows[:_BARS])


def _disputes(table: Table) -> Drawn:
    rows = [(str(row[0]), f"{money_text(row[2], table.currency)} · {row[1]}", row[2]) for row in table.rows]
    return "bars", charts.bars(table.title, rows[:_BARS])


def _refusals(table: Table) -> Drawn:
    rows = [(row[1], f"{row[3]:,}", row[3]) for row in table.rows]
    return "bars", charts.bars(table.title, rows[:_BARS])


def _monthly(table: Table) -> Drawn:
    """The rate of each bucket, month by month."""
    months = sorted({row[0] for row in table.rows})
    names = list(dict.fromkeys(row[1] for row in table.rows))
    rate = {(row[1], row[0]): row[4] for row in table.rows}
    lines = [(f"De {name.lower()}", [rate.get((name, month)) for month in months]) for name in names[:-1]]
    return "curves", charts.curves(table.title, lines, [_month(m) for m in months])


_DRAW: dict[str, Callable[[Table], Drawn]] = {
    "forecast": _forecast, "past": _past, "funnel": _funnel, "ageing": _ageing, "vintages": _vintages,
    "monthly": _monthly, "late_product": _late, "late_department": _late, "disputes_cause": _disputes,
    "refusals": _refusals,
}  # fmt: skip
