"""A report as a workbook that opens ready to read and to print: a cover that says what it finds, a sheet per table with
real numbers and dates, and a sheet of notes with formula, variant and cut-off. No text becomes a formula or a link out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from puntual.apps.reports.tables import Column, Report, Table, figure_parts, part_name, shown_value
from puntual.core.money import Money, exponent
from puntual.core.reports.registry import Measured
from puntual.ui.formats import date_text

#: The unit of an indicator as people say it.
UNITS = {"money": "dinero", "money_per": "dinero por gestión", "pct": "por ciento", "days": "días", "count": "número",
         "minutes": "minutos", "per_1000": "por cada 1,000"}  # fmt: skip
#: What the sheet of a table is called: short, as tabs are.
_SHEETS = {
    "ageing": "Antigüedad", "matrix": "Matriz", "monthly": "Mes a mes", "vintages": "Cosechas", "forecast": "Por día",
    "past": "Pronósticos pasados", "funnel": "Embudo", "funnel_channel": "Embudo por canal",
    "funnel_stage": "Embudo por etapa", "funnel_campaign": "Embudo por campaña", "funnel_method": "Embudo por medio",
    "funnel_device": "Embudo por aparato", "delivery": "De la venta al cliente", "failures": "Pagos que fallan",
    "waiting": "Sin respuesta", "late_product": "Atraso por producto", "late_department": "Atraso por área",
    "late_seller": "Atraso por vendedor", "late_plant": "Atraso por planta", "late_error": "Atraso por error",
    "disputes_cause": "Aclaraciones por motivo", "disputes_error": "Aclaraciones por error",
    "disputes_department": "Aclaraciones por área", "disputes_product": "Aclaraciones por producto",
    "disputes_seller": "Aclaraciones por vendedor", "disputes_plant": "Aclaraciones por planta",
    "mended_product": "Correcciones por producto", "mended_department": "Correcciones por área",
    "mended_seller": "Correcciones por vendedor", "mended_plant": "Correcciones por planta",
    "corrective": "Acciones correctivas", "agents": "Personas", "refusals": "Lo que frenó la norma", "rows": "Filas",
}  # fmt: skip
_RULES = (
    "El periodo incluye sus dos días; el corte es el cierre del último, y cuenta la fecha de cada hecho, no su carga.",
    "Cada moneda va por su lado: nunca se suman. Sin denominador no hay cifra, sino una frase que dice por qué.",
    "El periodo anterior tiene los mismos días y termina la víspera.",
)
_FIGURES = (("Empresa", 14), ("Indicador", 34), ("Parte", 16), ("Moneda", 8), ("Valor", 16), ("Unidad", 14),
            ("Antes", 16), ("Meta", 14), ("Numerador", 18), ("Denominador", 18), ("Desde", 12), ("Hasta", 12),
            ("Nota", 50))  # fmt: skip
_NOTES = (("Indicador", 34), ("Fórmula", 44), ("Variante", 56), ("Numerador", 30), ("Denominador", 30), ("Unidad", 14),
          ("Corte", 44), ("Fuente", 30), ("Código", 22))  # fmt: skip
_NARROW, _WIDE = 11, 44
#: Characters of a line of the cover, to know how tall a row is.
_COVER = 110


def to_xlsx(reports: Sequence[Report]) -> bytes:
    """The workbook."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": reports[0].title, "author": "Puntual", "subject": reports[0].name})
        looks = _looks(book)
        cover = book.add_worksheet("Reporte")
        sheets: list[tuple[str, str]] = []
        figures = [(r, m) for r in reports for m in r.figures]
        if figures:
            _figures(book, figures, looks)
            sheets.append(("Indicadores", "Cada indicador con su valor, el de antes, su meta y sus partes."))
        names = _names(reports)
        for report, table in _tables(reports):
            name = next(names)
            _sheet(book, name, report, table, looks)
            sheets.append((name, f"{_whose(reports, report)}{table.title}"))
        if figures:
            _notes(book, figures, looks)
            sheets.append(("Notas", "Fórmula, variante, corte y fuente de cada indicador."))
        _cover(cover, reports, sheets, looks)
    return out.getvalue()


def _tables(reports: Sequence[Report]) -> Iterator[tuple[Report, Table]]:
    return ((report, table) for report in reports for table in report.tables)


def _whose(reports: Sequence[Report], report: Report) -> str:
    return f"{report.name}: " if len(reports) > 1 else ""


def _names(reports: Sequence[Report]) -> Iterator[str]:
    """A name of its own for each sheet, of at most 31 characters as spreadsheets ask."""
    currencies = {table.currency for _, table in _tables(reports) if table.currency}
    used = {"reporte", "indicadores", "notas"}
    for report, table in _tables(reports):
        more = [report.creditor] if len(reports) > 1 else []
        more += [table.currency] if len(currencies) > 1 and table.currency else []
        tail = f" {' '.join(more)}" if more else ""
        kind = table.name.partition("_")[0]
        said = _SHEETS.get(table.name, "Experimentos" if kind == "experiments" else table.title)
        base = re.sub(r"[\[\]:*?/\\']", " ", said)
        name, n = f"{base[: 31 - len(tail)]}{tail}"[:31], 2
        while name.lower() in used:
            name, n = f"{base[: 28 - len(tail)]}{tail} {n}", n + 1
        used.add(name.lower())
        yield name


def _looks(book: Any) -> dict[str, Any]:
    top = {"valign": "top"}
    head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "bg_color": "#EFECFA"}
    return {
        "title": book.add_format({"bold": True, "font_size": 15}),
        "finding": book.add_format({"bold": True, "font_size": 12, "text_wrap": True, **top}),
        "said": book.add_format({"text_wrap": True, **top}),
        "link": book.add_format({"font_color": "#4B3FB5", "underline": 1, **top}),
        "head": book.add_format(head), "head_end": book.add_format({**head, "align": "right"}),
        "text": book.add_format({"text_wrap": True, **top}),
        "date": book.add_format({"num_format": "d mmm yyyy", "align": "left", **top}),
        "pct": book.add_format({"num_format": "0.00%", **top}),
        "count": book.add_format({"num_format": "#,##0", **top}),
        "number": book.add_format({"num_format": "#,##0.00", **top}),
        **{f"money{n}": book.add_format({"num_format": "#,##0" + (f".{'0' * n}" if n else ""), **top})
           for n in (0, 2, 3)},
    }  # fmt: skip


def _money_look(currency: str) -> str:
    return f"money{exponent(currency) if currency else 2}"


def _printed(sheet: Any, head: int, orientation: str = "landscape") -> None:
    """One page wide, its heads on every page, with its name and number at the foot."""
    (sheet.set_landscape if orientation == "landscape" else sheet.set_portrait)()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.set_footer("&L&A&RPuntual · &P / &N")
    if head:
        sheet.repeat_rows(head)
    sheet.hide_gridlines(2)


def _cover(sheet: Any, reports: Sequence[Report], sheets: Sequence[tuple[str, str]], looks: dict[str, Any]) -> None:
    first = reports[0]
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, _COVER - 30)
    sheet.write_string(0, 0, first.title, looks["title"])
    row = 1
    for report in reports:
        days = f"{date_text(report.start, report.locale)} a {date_text(report.end, report.locale)}"
        sheet.write_string(row, 0, report.name, looks["said"])
        sheet.write_string(row, 1, f"Del {days}", looks["said"])
        row += 1
    row += 1
    for report in reports:
        for sentence in report.sentences:
            _wide(sheet, row, f"{_whose(reports, report)}{sentence}", looks["finding"])
            row += 1
    row += 1
    for name, finding in sheets:
        sheet.write_url(row, 0, f"internal:'{name}'!A1", looks["link"], name)
        sheet.write_string(row, 1, finding, looks["said"])
        sheet.set_row(row, 15 * (1 + len(finding) // (_COVER - 32)))
        row += 1
    row += 1
    for rule in _RULES:
        _wide(sheet, row, rule, looks["said"])
        row += 1
    _printed(sheet, 0, "portrait")


def _wide(sheet: Any, row: int, text: str, look: Any) -> None:
    """A sentence across the cover, as tall as it needs."""
    sheet.merge_range(row, 0, row, 1, "", look)
    sheet.write_string(row, 0, text, look)
    sheet.set_row(row, 16 * (1 + len(text) // (_COVER - 4)))


def _figures(book: Any, figures: Sequence[tuple[Report, Measured]], looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Indicadores")
    _heads(sheet, 0, _FIGURES, looks, ends=(4, 6, 7, 8, 9))
    for row, (report, m) in enumerate(figures, start=1):
        kpi, found = m.kpi, m.figure
        look = {"pct": "pct", "count": "number"}.get(kpi.unit, "number")
        if kpi.unit in ("money", "money_per"):
            look = _money_look(m.currency)
        target = None if m.dimension else report.targets.get(kpi.code)
        values = [_unit(shown_value(v, m), kpi.unit) for v in (found.value, m.previous and m.previous.value, target)]
        above, below = figure_parts(m)
        part = part_name(m.dimension, m.value) if m.dimension else ""
        cells: list[tuple[Any, str]] = [
            (report.creditor, "text"), (kpi.name, "text"), (part, "text"), (m.currency, "text"), (values[0], look),
            (UNITS[kpi.unit], "text"), (values[1], look), (values[2], look), (above, _part_look(above, m)),
            (below, _part_look(below, m)), (report.start, "date"), (report.end, "date"), (found.sentence, "text"),
        ]  # fmt: skip
        for column, (cell, how) in enumerate(cells):
            _write(sheet, row, column, cell, looks, how)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(figures), len(_FIGURES) - 1)
    _printed(sheet, 0)
    sheet.repeat_rows(0)


def _part_look(part: Any, m: Measured) -> str:
    """Money with its decimals; a number of things without any."""
    return _money_look(m.currency) if isinstance(part, Decimal) and m.currency else "count"


def _unit(value: Decimal | None, unit: str) -> Decimal | None:
    """A percentage as a spreadsheet holds it: a part of one."""
    return value.scaleb(-2) if value is not None and unit == "pct" else value


def _notes(book: Any, figures: Sequence[tuple[Report, Measured]], looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Notas")
    _heads(sheet, 0, _NOTES, looks)
    kpis = list(dict.fromkeys(m.kpi for _, m in figures))
    for row, k in enumerate(kpis, start=1):
        told = (k.name, k.formula, k.variant, k.numerator, k.denominator, UNITS[k.unit], k.cut_off, k.source, k.code)
        lines = max(1 + len(text) // (width - 2) for text, (_, width) in zip(told, _NOTES))
        sheet.set_row(row, 15 * lines)
        for column, text in enumerate(told):
            _write(sheet, row, column, text, looks, "text")
    for row, rule in enumerate(_RULES, start=len(kpis) + 2):
        sheet.write_string(row, 0, rule)
    sheet.freeze_panes(1, 1)
    _printed(sheet, 0)
    sheet.repeat_rows(0)


def _heads(
    sheet: Any, row: int, heads: Sequence[tuple[str, int]], looks: dict[str, Any], ends: Sequence[int] = ()
) -> None:
    if any(len(name) > width for name, width in heads):
        sheet.set_row(row, 31)
    for column, (name, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, name, looks["head_end" if column in ends else "head"])


def _sheet(book: Any, name: str, report: Report, table: Table, looks: dict[str, Any]) -> None:
    """What the table finds, its head frozen and with filters, its rows."""
    sheet = book.add_worksheet(name)
    last = max(len(table.columns) - 1, 1)
    heads = [(_label(column, table.currency), _width(table, n)) for n, column in enumerate(table.columns)]
    ends = [n for n, column in enumerate(table.columns) if column.kind not in ("text", "date")]
    room = sum(width for _, width in heads)
    sheet.merge_range(0, 0, 0, last, "", looks["finding"])
    sheet.write_string(0, 0, table.title, looks["finding"])
    sheet.set_row(0, 17 * (1 + len(table.title) * 12 // (10 * max(room, 30))))
    days = f"{report.name}, del {date_text(report.start, report.locale)} al {date_text(report.end, report.locale)}"
    sheet.write_string(1, 0, days)
    _heads(sheet, 2, heads, looks, ends)
    for number, row in enumerate(table.rows, start=3):
        for column, (spec, cell) in enumerate(zip(table.columns, row, strict=True)):
            look = _look(spec, cell, table.currency)
            _write(sheet, number, column, _cell(spec, cell, table.currency), looks, look)
    sheet.freeze_panes(3, 1)
    if table.rows:
        sheet.autofilter(2, 0, 2 + len(table.rows), len(table.columns) - 1)
    _printed(sheet, 2)


def _label(column: Column, currency: str) -> str:
    return f"{column.label} ({currency})" if column.kind == "money" and currency else column.label


def _cell(column: Column, cell: Any, currency: str) -> Any:
    """Money in major units, percentages as parts of one."""
    if cell is None:
        return None
    if column.kind == "money":
        return Money(int(cell), currency).major()
    return Decimal(cell).scaleb(-4) if column.kind == "pct" else cell


def _look(column: Column, cell: Any, currency: str) -> str:
    if column.kind == "money":
        return _money_look(currency)
    if column.kind == "days":
        return "number" if isinstance(cell, Decimal) else "count"
    return column.kind


def _width(table: Table, n: int) -> int:
    """Wide enough for its longest value, up to a point: longer ones wrap."""
    column = table.columns[n]
    if column.kind == "date":
        return 13
    cells = [row[n] for row in table.rows if row[n] is not None]
    if column.kind == "text":
        longest = max((len(str(cell)) for cell in cells), default=0)
    else:
        longest = max((len(f"{int(cell):,}") for cell in cells), default=0)
    words = max(len(word) for word in _label(column, table.currency).split())
    return min(max(longest + 2, words + 3, _NARROW), _WIDE)


def _write(sheet: Any, row: int, column: int, cell: Any, looks: dict[str, Any], look: str) -> None:
    if cell is None or cell == "":
        sheet.write_blank(row, column, None, looks[look])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, looks["date"])
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, looks["text"])
    else:
        sheet.write_number(row, column, cell, looks[look])
