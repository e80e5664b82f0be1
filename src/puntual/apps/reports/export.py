"""A report as CSV, XLSX or PDF. Every cell is data: no text of a customer becomes a formula or fetches anything."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string

from puntual.apps.reports.export_parquet import to_parquet
from puntual.apps.reports.tables import Report, Table
from puntual.core.money import Money, exponent
from puntual.core.reports.registry import Measured

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet",
}
_FIGURE_HEADS = ("empresa", "indicador", "código", "moneda", "corte", "valor", "unidad", "antes", "meta", "fórmula",
                 "variante", "numerador", "denominador", "desde", "hasta", "fuente", "nota")  # fmt: skip
#: Columns that hold a value in the unit of their indicator, and how wide each column is.
_VALUES = (5, 7, 8)
_WIDTHS = (14, 34, 22, 8, 14, 18, 14, 18, 14, 48, 60, 18, 18, 11, 11, 30, 50)
#: The unit of an indicator as people say it.
UNITS = {"money": "dinero", "money_per": "dinero por gestión", "pct": "por ciento", "days": "días", "count": "número",
         "per_1000": "por cada 1,000"}  # fmt: skip


def render(reports: Sequence[Report], form: str, table: str = "") -> bytes:
    """The bytes of the report in that format. A Parquet file holds one table: that one, or the first."""
    if form == "parquet":
        return to_parquet(reports, table)
    return {"csv": to_csv, "xlsx": to_xlsx, "pdf": to_pdf}[form](reports)


def inert(cell: Any) -> Any:
    """A text that no spreadsheet takes for a formula; anything else as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def figure_line(m: Measured, report: Report) -> tuple[Any, ...]:
    """One indicator as a row of a sheet."""
    is_money = m.kpi.unit in ("money", "money_per")

    def shown(value: Decimal | None) -> Decimal | None:
        return Money(int(value), m.currency).major() if is_money and value is not None else value

    before = m.previous.value if m.previous else None
    target = shown(report.targets.get(m.kpi.code)) if not m.dimension else None
    found = m.figure
    return (
        report.creditor, m.kpi.name, m.kpi.code, m.currency, m.value, shown(found.value), UNITS[m.kpi.unit],
        shown(before), target, m.kpi.formula, m.kpi.variant, _part(m, found.numerator, m.kpi.numerator),
        _part(m, found.denominator, m.kpi.denominator), report.start, report.end, m.kpi.source, found.sentence,
    )  # fmt: skip


def _part(m: Measured, part: int | Decimal | None, meaning: str) -> int | Decimal | None:
    """A numerator or denominator as people count it: money in whole units, anything else as it is."""
    is_money = m.kpi.parts == "money" or (m.kpi.parts == "mixed" and "dinero" in meaning)
    return Money(int(part), m.currency).major() if is_money and part is not None and m.currency else part


def cells(table: Table, row: Sequence[Any]) -> list[Any]:
    """A row with money in major units and percents as percents."""
    found = []
    for column, cell in zip(table.columns, row, strict=True):
        if cell is not None and column.kind == "money":
            cell = Money(int(cell), table.currency).major()
        elif cell is not None and column.kind == "pct":
            cell = Decimal(cell).scaleb(-2)
        found.append(cell)
    return found


def to_csv(reports: Sequence[Report]) -> bytes:
    """Figures first, then every table under its title; UTF-8 with a mark that spreadsheets understand."""
    out = io.StringIO()
    writer = csv.writer(out)
    if any(r.figures for r in reports):
        writer.writerow(_FIGURE_HEADS)
        for report in reports:
            writer.writerows([inert(c) for c in figure_line(m, report)] for m in report.figures)
    for report in reports:
        for sentence in report.sentences:
            writer.writerow([report.creditor, inert(sentence)])
        for table in report.tables:
            writer.writerow([])
            writer.writerow([report.creditor, inert(table.title), table.currency])
            writer.writerow([column.label for column in table.columns])
            writer.writerows([inert(c) for c in cells(table, row)] for row in table.rows)
    return ("\ufeff" + out.getvalue()).encode()


def to_xlsx(reports: Sequence[Report]) -> bytes:
    """A sheet per table, with real numbers and dates; the first one says what the report is."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        looks = {"head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
                 "title": book.add_format({"bold": True, "font_size": 13}),
                 "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                 "pct": book.add_format({"num_format": '0.00" %"'}),
                 "count": book.add_format({"num_format": "#,##0"}),
                 "number": book.add_format({"num_format": "#,##0.00"}),
                 "days": book.add_format({"num_format": "#,##0"})}  # fmt: skip
        _cover(book.add_worksheet("Reporte"), reports, looks)
        for number, (report, table) in enumerate(((r, t) for r in reports for t in r.tables), start=1):
            _sheet(book, f"{number} {report.creditor} {table.name}", table, looks)
    return out.getvalue()


def _cover(sheet: Any, reports: Sequence[Report], looks: dict[str, Any]) -> None:
    sheet.write_string(0, 0, f"{reports[0].title}: {reports[0].start} a {reports[0].end}", looks["title"])
    row = 2
    for report in reports:
        for sentence in report.sentences:
            sheet.write_string(row, 0, f"{report.name}: {sentence}")
            row += 1
    if any(r.figures for r in reports):
        head = row + 1
        for column, name in enumerate(_FIGURE_HEADS):
            sheet.write_string(head, column, name, looks["head"])
        row += 2
        for report in reports:
            for measured in report.figures:
                look = looks["pct"] if measured.kpi.unit == "pct" else looks["number"]
                for column, cell in enumerate(figure_line(measured, report)):
                    _write(sheet, row, column, cell, looks, look if column in _VALUES else looks["number"])
                row += 1
        sheet.freeze_panes(head + 1, 2)
        sheet.autofilter(head, 0, max(row - 1, head), len(_FIGURE_HEADS) - 1)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)


def _sheet(book: Any, name: str, table: Table, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])
    places = "0." + "0" * exponent(table.currency) if table.currency and exponent(table.currency) else "0"
    money = book.add_format({"num_format": f"#,##{places}"})
    sheet.write_string(0, 0, f"{table.title} {table.currency}".strip(), looks["title"])
    for column, spec in enumerate(table.columns):
        sheet.write_string(2, column, spec.label, looks["head"])
    for number, row in enumerate(table.rows, start=3):
        for column, (spec, cell) in enumerate(zip(table.columns, cells(table, row), strict=True)):
            _write(sheet, number, column, cell, looks, money if spec.kind == "money" else looks.get(spec.kind))
    sheet.set_column(0, len(table.columns), 18)
    sheet.freeze_panes(3, 1)


def _write(sheet: Any, row: int, column: int, cell: Any, looks: dict[str, Any], look: Any = None) -> None:
    if cell is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, looks["date"])
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    else:
        sheet.write_number(row, column, cell, look)


def to_pdf(reports: Sequence[Report]) -> bytes:
    """The printed report: the same sentences, figures and tables. Nothing is fetched from anywhere."""
    import weasyprint
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        """Nothing of a report comes from elsewhere."""

        def fetch(self, url: str, *args: object, **kwargs: object) -> Any:
            raise ValueError(f"a report fetches nothing: {url}")

    html = render_to_string("reports/print.html", {"reports": reports, "first": reports[0]})
    made: bytes = weasyprint.HTML(string=html, url_fetcher=Nothing()).write_pdf()
    return made
