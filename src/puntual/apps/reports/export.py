"""A report as CSV, XLSX or PDF. Every cell is data: no text of a customer becomes a formula or fetches anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string

from puntual.apps.reports.export_parquet import to_parquet
from puntual.apps.reports.export_xlsx import UNITS, to_xlsx
from puntual.apps.reports.tables import Report, Table, figure_parts, shown_value
from puntual.core.money import Money
from puntual.core.reports.registry import Measured

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet",
}
_FIGURE_HEADS = ("empresa", "indicador", "código", "moneda", "parte", "valor", "unidad", "antes", "meta", "fórmula",
                 "variante", "numerador", "denominador", "desde", "hasta", "fuente", "nota")  # fmt: skip


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
    before = m.previous.value if m.previous else None
    target = shown_value(report.targets.get(m.kpi.code), m) if not m.dimension else None
    return (
        report.creditor, m.kpi.name, m.kpi.code, m.currency, m.value, shown_value(m.figure.value, m), UNITS[m.kpi.unit],
        shown_value(before, m), target, m.kpi.formula, m.kpi.variant, *figure_parts(m), report.start, report.end,
        m.kpi.source, m.figure.sentence,
    )  # fmt: skip


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
