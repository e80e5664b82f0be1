"""A report as people and programs take it: figures, sentences and tables of typed columns, for every format.

Every figure has an address where its rows are: of an indicator's numerator and denominator, and of each cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import attrs

from puntual.core.money import Money
from puntual.core.reports.registry import Measured
from puntual.ui.channels import STAGES, channel_name

#: Kinds of column: text, date, money (minor units of the table's currency), pct (hundredths of a percent), count, days.
KINDS = ("text", "date", "money", "pct", "count", "days")


@attrs.frozen
class Column:
    """One column of a table."""

    name: str
    label: str
    kind: str = "text"


@attrs.frozen
class Table:
    """Rows of one currency (empty: of none). `title` states what they find; `links` open what is behind each row."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    currency: str = ""
    #: How people of the company's country write figures.
    locale: str = "es_MX"
    #: One address per row; empty where there is nothing to open. No address at all: none.
    links: tuple[str, ...] = ()
    #: For each row, the address of the rows behind each of its cells, by the name of its column.
    opens: tuple[Mapping[str, str], ...] = ()

    def as_json(self, creditor: str) -> dict[str, Any]:
        rows = [
            {c.name: plain(cell, c.kind, self.currency) for c, cell in zip(self.columns, row, strict=True)}
            for row in self.rows
        ]
        return {"name": self.name, "creditor": creditor, "currency": self.currency or None, "title": self.title,
                "rows": rows, "opens": [dict(one) for one in self.opens]}  # fmt: skip


@attrs.frozen
class Report:
    """One report of one creditor over [start, end], both days included."""

    kind: str
    title: str
    creditor: str
    name: str
    start: date
    end: date
    figures: tuple[Measured, ...] = ()
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    more: dict[str, Any] = attrs.field(factory=dict)
    #: How people of the company's country write figures.
    locale: str = "es_MX"
    #: What the company wants of each indicator, by its code.
    targets: dict[str, Decimal] = attrs.field(factory=dict)


def plain(cell: Any, kind: str, currency: str) -> Any:
    """A cell for JSON: money with its currency, percents and days as numbers, dates as they are."""
    if cell is None:
        return None
    if kind == "money":
        return Money(int(cell), currency).as_json()
    if kind == "pct":
        return float(Decimal(cell).scaleb(-2))
    if isinstance(cell, Decimal):
        return float(cell)
    return cell


def document(reports: Sequence[Report]) -> dict[str, Any]:
    """The JSON document of a report of one or several creditors."""
    first = reports[0]
    return {
        "report": first.kind, "from": first.start, "to": first.end, "creditors": [r.creditor for r in reports],
        "figures": [figure(m, r) for r in reports for m in r.figures],
        "sentences": [{"creditor": r.creditor, "text": s} for r in reports for s in r.sentences],
        "tables": [t.as_json(r.creditor) for r in reports for t in r.tables],
        **{key: value for r in reports for key, value in r.more.items()},
    }  # fmt: skip


def figure(measured: Measured, report: Report) -> dict[str, Any]:
    """A figure with everything that explains it."""
    kpi, found, before = measured.kpi, measured.figure, measured.previous
    money_unit = kpi.unit in ("money", "money_per")
    return {
        "code": kpi.code, "name": kpi.name, "creditor": report.creditor, "currency": measured.currency or None,
        "by": {measured.dimension: measured.value} if measured.dimension else None,
        "value": _value(found.value, money_unit, measured.currency), "unit": kpi.unit,
        "sentence": found.sentence or None,
        "formula": kpi.formula, "variant": kpi.variant,
        "numerator": {"meaning": kpi.numerator, "value": _part(found.numerator)},
        "denominator": {"meaning": kpi.denominator, "value": _part(found.denominator)} if kpi.denominator else None,
        "period": {"from": report.start, "to": report.end}, "cut_off": kpi.cut_off, "source": kpi.source,
        "previous": _value(before.value, money_unit, measured.currency) if before else None,
        "target": _value(report.targets.get(kpi.code), money_unit, measured.currency),
        "rows": address(kpi.code, report.start, report.end, **_of(measured)),
        "rows_below": address(kpi.code, report.start, report.end, **_of(measured), que=BELOW) if kpi.below else None,
    }  # fmt: skip


def _of(measured: Measured) -> dict[str, str]:
    return {"por": measured.dimension, "valor": measured.value} if measured.dimension else {}


def _value(value: Decimal | None, is_money: bool, currency: str) -> Any:
    if value is None:
        return None
    return Money(int(value), currency).as_json() if is_money else float(value)


def part_name(by: str, value: str) -> str:
    """A value of a dimension as people say it."""
    if not value:
        return {"agent": "El sistema o el cliente"}.get(by, "Sin dato")
    if by == "channel":
        return capital(channel_name(value))
    return str(STAGES.get(value, value)) if by == "stage" else value


def capital(words: str) -> str:
    """With its first letter large and the others as they are: "correo" is "Correo", "SMS" and "WhatsApp" stay.

    >>> capital("visita")
    'Visita'
    """
    return words[:1].upper() + words[1:]


def shown_value(value: Decimal | None, m: Measured) -> Decimal | None:
    """A value in its unit as a sheet holds it: money in whole units of its currency."""
    is_money = m.kpi.unit in ("money", "money_per")
    return Money(int(value), m.currency).major() if is_money and value is not None else value


def figure_parts(m: Measured) -> tuple[Any, Any]:
    """Numerator and denominator as people count them: money in whole units, anything else as it is."""
    kpi, found = m.kpi, m.figure
    return _counted(m, found.numerator, kpi.numerator), _counted(m, found.denominator, kpi.denominator)


def _counted(m: Measured, part: int | Decimal | None, meaning: str) -> int | Decimal | None:
    is_money = m.kpi.parts == "money" or (m.kpi.parts == "mixed" and "dinero" in meaning)
    return Money(int(part), m.currency).major() if is_money and part is not None and m.currency else part


def _part(part: int | Decimal | None) -> Any:
    return float(part) if isinstance(part, Decimal) else part


#: Word of an address that asks for the rows of the denominator.
BELOW = "denominador"


def address(code: str, start: date, end: date, **words: str) -> str:
    """Where the web opens the rows behind an indicator: of its numerator, or with `que` of its denominator."""
    return f"/reportes/indicador/{code}/?{_query(start, end, words)}"


def rows_address(what: str, start: date, end: date, **words: str) -> str:
    """Where the rows of a cell are (`rows_asked`); a word that is empty is asked as such."""
    return f"/reportes/filas/{what}/?{_query(start, end, words)}"


def _query(start: date, end: date, words: Mapping[str, str]) -> str:
    return urlencode({"desde": start.isoformat(), "hasta": end.isoformat(), **words})
