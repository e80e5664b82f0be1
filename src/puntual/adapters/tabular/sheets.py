"""A table, whatever it came in: CSV of any encoding, XLSX, XLS or ODS (python-calamine).

Cells become text; a numeric cell is marked as such, so that its point is known to be decimal.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import attrs
from python_calamine import CalamineError, CalamineWorkbook

from puntual.adapters.bank_files.profiles import profile_of
from puntual.adapters.tabular import sniff
from puntual.adapters.tabular.headings import heading_score, normal_heading
from puntual.core.errors import UnusableInput

_HEADER_SEARCH = 30
MAX_ROWS = 3_000_000
#: An inflated workbook may be this many times its size (and this large): beyond, it is a bomb.
MAX_INFLATED = 1_500_000_000
MAX_RATIO = 300


#: A text cell and a numeric one are told apart by this class: the value keeps its decimal point.
class Number(str):
    """The text of a numeric cell: always with a decimal point."""

    __slots__ = ()


@attrs.frozen
class Table:
    """`headings` as written; `rows` below them, padded to their width; `first_row` is the number of the first one."""

    headings: tuple[str, ...]
    rows: list[list[str]]
    first_row: int
    ragged: dict[int, int] = attrs.field(factory=dict)
    sheet: str = ""
    encoding: str = ""

    def column(self, heading: str) -> list[str]:
        """The cells under a heading. KeyError if there is none."""
        i = self.headings.index(heading)
        return [row[i] for row in self.rows]


def open_table(data: bytes, filename: str, *, sheet: str | None = None, header_row: int | None = None) -> Table:
    """The table of the file. UnusableInput if it holds none, or if the sheet asked for is not there."""
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        cells, name = _workbook(data, filename, sheet)
        return _table(cells, filename, header_row, sheet=name)
    text, encoding = sniff.decode(data)
    return _table(sniff.rows(text, sniff.delimiter(text)), filename, header_row, encoding=encoding)


def _workbook(data: bytes, filename: str, sheet: str | None) -> tuple[list[list[str]], str]:
    _refuse_bombs(data, filename)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if sheet and sheet not in names:
            raise UnusableInput(f"{filename}: no tiene la hoja «{sheet}». Tiene: {', '.join(names)}.")
        for name in [sheet] if sheet else names:
            cells = [[_text(c) for c in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
            if any(any(row) for row in cells) or sheet:
                return cells, name
    except (CalamineError, ValueError, OSError) as error:
        raise UnusableInput(f"{filename}: no se puede abrir como hoja de cálculo ({error}).") from None
    raise UnusableInput(f"{filename}: todas sus hojas están vacías.")


def _refuse_bombs(data: bytes, filename: str) -> None:
    if data[:4] != b"PK\x03\x04":
        return
    import zipfile

    try:
        inflated = sum(m.file_size for m in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise UnusableInput(f"{filename}: el archivo está dañado; guárdelo otra vez.") from None
    if inflated > MAX_INFLATED or inflated > 50_000_000 + MAX_RATIO * len(data):
        raise UnusableInput(f"{filename}: se infla a {inflated:,} bytes: por seguridad no se lee.")


def _text(cell: Any) -> str:
    """A cell as text: numbers exact with a point, dates in ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "sí" if cell else "no"
    if isinstance(cell, int):
        return Number(cell)
    if isinstance(cell, float):
        return Number(int(cell)) if cell.is_integer() else Number(format(Decimal(repr(cell)), "f"))
    if isinstance(cell, datetime):
        return cell.isoformat() if cell.time() != time(0) else cell.date().isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else ""


def _table(
    cells: list[list[str]], filename: str, header_row: int | None, *, sheet: str = "", encoding: str = ""
) -> Table:
    at = header_row - 1 if header_row else _find_header(cells)
    if at is None or at >= len(cells):
        raise UnusableInput(
            f"{filename}: no se encontró una fila de encabezados. Ponga los nombres en la primera fila."
        )
    headings = _unique([h.strip().replace("\n", " ") for h in cells[at]])
    while headings and headings[-1].startswith("columna ") and not cells[at][len(headings) - 1].strip():
        headings = headings[:-1]
    width = len(headings)
    body, ragged = cells[at + 1 :], {}
    if len(body) > MAX_ROWS:
        raise UnusableInput(f"{filename}: tiene más de {MAX_ROWS:,} filas. Divídalo en partes.")
    for i, row in enumerate(body):
        if len(row) < width:
            row.extend([""] * (width - len(row)))
        elif len(row) > width:
            if any(c.strip() for c in row[width:]):
                ragged[i] = len(row)
            del row[width:]
    return Table(tuple(headings), body, at + 2, ragged, sheet, encoding)


def _find_header(cells: Sequence[Sequence[str]]) -> int | None:
    """The row that reads most like headings among the first ones; else the first that has text in two cells."""
    best, best_score, fallback = None, 0, None
    for i, row in enumerate(cells[:_HEADER_SEARCH]):
        filled = [c for c in row if c.strip()]
        if not filled:
            continue
        if profile_of([normal_heading(c) for c in filled]) is not None:
            return i
        if fallback is None and (len(filled) > 1 or len(row) == 1):
            fallback = i
        score = sum(1 for c in filled if not isinstance(c, Number) and heading_score(c))
        if score > best_score and score * 2 >= min(len(filled), 6):
            best, best_score = i, score
    return best if best is not None else fallback


def _unique(headings: Sequence[str]) -> list[str]:
    """Empty headings get a name, repeated ones a number: a mapping names columns by their heading."""
    seen: dict[str, int] = {}
    result = []
    for i, heading in enumerate(headings, start=1):
        name = heading or f"columna {i}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
