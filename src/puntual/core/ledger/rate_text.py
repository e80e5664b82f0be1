"""Published rates as people paste them: one row a line, from a notice or a spreadsheet. Every fault says its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.ledger.rates import RateRow, RateTables

#: A value this many times larger or smaller than the one before is more often a slip than news.
JUMP = 3
_SEPARATORS = ("\t", ";", "|")
_DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")


@attrs.frozen
class Fault:
    """A line that cannot be read, and how to mend it."""

    line: int
    text: str
    sentence: str


@attrs.frozen
class ReadRates:
    """What was understood of a text, and what was not."""

    rows: tuple[RateRow, ...]
    faults: tuple[Fault, ...]


def read_rows(text: str, source: str = "") -> ReadRates:
    """Rows «desde; hasta; valor; fuente» (tab, `;` or `|`), with or without headings; `source` serves those that say
    none. Days as 2026-03-01 or 01/03/2026; «hasta» may be empty."""
    rows: list[RateRow] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            rows.append(_row(_cells(line), source))
        except UnusableInput as error:
            if number > 1 or re.search(r"\d", line):
                faults.append(Fault(number, line.strip()[:80], error.sentence))
    starts = [row.start for row in rows]
    for row in rows:
        if starts.count(row.start) > 1:
            faults.append(Fault(0, str(row.start), f"Dos filas empiezan el {row.start}: deje una."))
            break
    return ReadRates(tuple(sorted(rows, key=lambda row: row.start)), tuple(faults))


def _cells(line: str) -> list[str]:
    separator = next((s for s in _SEPARATORS if s in line), None)
    if separator is None:
        raise UnusableInput("Separe desde, hasta, valor y fuente con punto y coma o tabulador.")
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _row(cells: Sequence[str], source: str) -> RateRow:
    if len(cells) < 3:
        raise UnusableInput("Faltan columnas: son desde, hasta, valor y fuente.")
    start = read_day(cells[0])
    end = read_day(cells[1]) if cells[1] and cells[1] != "…" else None
    if end is not None and end < start:
        raise UnusableInput(f"Termina ({end}) antes de empezar ({start}).")
    said = (cells[3] if len(cells) > 3 else "") or source
    if not said.strip():
        raise UnusableInput("Falta la fuente: la resolución o la página donde se publicó.")
    return RateRow(start, end, read_value(cells[2]), said.strip()[:200])


def read_day(text: str) -> date:
    """A day written year first or day first. UnusableInput for anything else."""
    found = _DAY.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        a, month, b = (int(part) for part in found.groups())
        return date(a, month, b) if a > 31 else date(b, month, a)
    except ValueError:
        raise UnusableInput(f"«{text}» no es un día: escriba 2026-03-01 o 01/03/2026.") from None


def read_value(text: str) -> Decimal:
    """«17.01», «17,01», «17,01 %», «39.485,23» or «39,485.23». A lone sign is the decimal one. At most six decimals."""
    plain = re.sub(r"[%\s$]", "", text)
    if "." in plain and "," in plain:
        decimal = max(plain.rfind("."), plain.rfind(","))
        plain = re.sub(r"[.,]", "", plain[:decimal]) + "." + plain[decimal + 1 :]
    elif plain.count(".") > 1 or plain.count(",") > 1:
        plain = re.sub(r"[.,]", "", plain)
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 9 or not re.fullmatch(r"-?[\d.,]+", plain):
        raise UnusableInput(f"«{text}» no es un valor: escriba solo cifras, por ejemplo 17,01.")
    if value != value.quantize(Decimal("0.000001")):
        raise UnusableInput(f"«{text}» tiene más de seis decimales.")
    return value


@attrs.frozen
class Change:
    """A row to load beside what the table says: `before` the value that day until now; `odd` if it jumps."""

    row: RateRow
    before: Decimal | None
    odd: bool

    @property
    def kind(self) -> str:
        """new, same or replaces."""
        if self.before is None:
            return "new"
        return "same" if self.before == self.row.value else "replaces"


def changes(index: str, rows: Sequence[RateRow], tables: RateTables) -> list[Change]:
    """What loading those rows would change, in order."""
    found = []
    past = tables.tables.get(index, ())
    for row in rows:
        now = tables.on(index, row.start)
        earlier = [r for r in (*past, *rows) if r.start < row.start]
        near = max(earlier, key=lambda r: r.start).value if earlier else None
        jump = near is not None and near > 0 and not near / JUMP <= row.value <= near * JUMP
        found.append(Change(row, now.value if now else None, jump))
    return found
