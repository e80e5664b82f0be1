"""A report as typed columns for other tools: a Parquet file per table, the same columns for every company.

Money in minor units beside its currency, percents and means with two decimals, dates as dates. The figures of the
indicators are a table like any other.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from puntual.apps.reports.tables import Report, Table
from puntual.core.errors import UnusableInput

_HUNDREDTHS = pl.Decimal(24, 2)
_KINDS: dict[str, Any] = {
    "text": pl.String, "date": pl.Date, "money": pl.Int64, "pct": _HUNDREDTHS, "count": pl.Int64, "days": _HUNDREDTHS,
}  # fmt: skip
FIGURES = "figures"


def to_parquet(reports: Sequence[Report], table: str = "") -> bytes:
    """One table: that one, or the first. UnusableInput with those there are when it has another name."""
    found = frames_of(reports)
    name = table or next(iter(found))
    if name not in found:
        raise UnusableInput(f"El reporte no tiene una tabla «{name}». Tiene: {', '.join(found)}.", field="table")
    out = io.BytesIO()
    found[name].write_parquet(out, compression="zstd")
    return out.getvalue()


def frames_of(reports: Sequence[Report]) -> dict[str, pl.DataFrame]:
    """name -> frame, of every table; what has no table says its sentences."""
    found: dict[str, list[pl.DataFrame]] = {}
    for report in reports:
        if report.figures:
            found.setdefault(FIGURES, []).append(_figures(report))
        for table in report.tables:
            found.setdefault(table.name, []).append(_table(report, table))
    if not found:
        rows = [(r.creditor, s) for r in reports for s in r.sentences]
        return {"sentences": pl.DataFrame(rows, schema={"creditor": pl.String, "sentence": pl.String}, orient="row")}
    return {name: pl.concat(parts, how="diagonal") for name, parts in found.items()}


def _table(report: Report, table: Table) -> pl.DataFrame:
    schema = {c.name: _KINDS[c.kind] for c in table.columns}
    columns = {
        c.name: pl.Series(c.name, [_cell(row[i], c.kind) for row in table.rows], dtype=schema[c.name])
        for i, c in enumerate(table.columns)
    }
    frame = pl.DataFrame(columns, schema=schema)
    return frame.select(pl.lit(report.creditor).alias("creditor"), pl.lit(table.currency).alias("currency"), pl.all())


def _cell(cell: Any, kind: str) -> Any:
    if cell is None:
        return None
    if kind == "pct":
        return Decimal(cell).scaleb(-2)
    return Decimal(cell) if kind == "days" else str(cell) if kind == "text" else cell


def _figures(report: Report) -> pl.DataFrame:
    schema = {
        "creditor": pl.String, "code": pl.String, "currency": pl.String, "dimension": pl.String, "part": pl.String,
        "value": _HUNDREDTHS, "unit": pl.String, "previous": _HUNDREDTHS, "numerator": _HUNDREDTHS,
        "denominator": _HUNDREDTHS, "from": pl.Date, "to": pl.Date, "sentence": pl.String,
    }  # fmt: skip

    def number(value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    rows = [
        (report.creditor, m.kpi.code, m.currency, m.dimension, m.value, number(m.figure.value), m.kpi.unit,
         number(m.previous.value if m.previous else None), number(m.figure.numerator), number(m.figure.denominator),
         report.start, report.end, m.figure.sentence)
        for m in report.figures
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
