"""Tables of published rates and units (UF, TMC, IBC, ECB...): what was published for each period, and nothing in
between.

A row is good from `start` to `end`, both included, as official notices say it ("vigente del 1 al 31 de marzo"). Where
two rows share a day, the one that starts later rules. A day without a row has no rate: nothing here extrapolates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

import attrs

from puntual.core.errors import UnusableInput

ONE_DAY = timedelta(days=1)
#: Rates carry at most six decimals (core/money.py); a value beyond these bounds is a slip of the pen, not a rate.
_SIX_DECIMALS = Decimal("0.000001")
_BOUND = Decimal(10) ** 9


@attrs.frozen
class RateRow:
    """One published value: percent a year for rates, money for units. `end` None: until a later row begins."""

    start: date
    end: date | None
    value: Decimal
    source: str

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@attrs.frozen
class RateTables:
    """Every table by the name of its index, each sorted by start."""

    tables: Mapping[str, tuple[RateRow, ...]] = attrs.field(factory=dict)

    def on(self, index: str, day: date) -> RateRow | None:
        """The row in force that day, or None: the caller must refuse to charge."""
        found = None
        for row in self.tables.get(index, ()):
            if row.start > day:
                break
            if row.covers(day):
                found = row
        return found

    def replaced_by(self, other: RateTables) -> RateTables:
        """These tables, with each index of `other` in place of ours: a file that names an index replaces it whole."""
        return RateTables({**self.tables, **other.tables})

    def extended_by(self, other: RateTables) -> RateTables:
        """These tables with the rows of `other` added; a row of `other` takes the place of ours that starts that
        day."""
        joined = dict(self.tables)
        for index, rows in other.tables.items():
            starts = {row.start for row in rows}
            kept = [row for row in joined.get(index, ()) if row.start not in starts]
            joined[index] = tuple(sorted((*kept, *rows), key=lambda row: row.start))
        return RateTables(joined)

    def change_days(self, index: str, start: date, end: date) -> list[date]:
        """The days of (start, end) on which the value of the index may change: starts of rows and days after their
        ends."""
        edges = {row.start for row in self.tables.get(index, ())}
        edges |= {row.end + ONE_DAY for row in self.tables.get(index, ()) if row.end}
        return sorted(day for day in edges if start < day < end)


def half_year_start(day: date) -> date:
    """1 January or 1 July: the first day of the half-year that holds `day`."""
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def next_half_year(day: date) -> date:
    """The first day of the half-year after the one that holds `day`."""
    return date(day.year, 7, 1) if day.month <= 6 else date(day.year + 1, 1, 1)


def parse_tables(document: object, where: str) -> RateTables:
    """`{INDEX: [{from, to, value, source}]}` to tables. UnusableInput names the file, the index, the row and the
    fault."""
    if not isinstance(document, Mapping) or not document:
        raise UnusableInput(f"{where}: se espera un mapa de índices, por ejemplo «UF: [{{from, to, value, source}}]».")
    for index in document:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,39}", str(index)):
            raise UnusableInput(
                f"{where}: «{index}» no es un índice: use mayúsculas, cifras y «_», por ejemplo BOE_BASE."
            )
    return RateTables({str(index): _parse_index(str(index), rows, where) for index, rows in document.items()})


def _parse_index(index: str, rows: object, where: str) -> tuple[RateRow, ...]:
    if not isinstance(rows, Iterable) or isinstance(rows, str | Mapping):
        raise UnusableInput(f"{where}: «{index}» debe ser una lista de filas {{from, to, value, source}}.")
    parsed = [_parse_row(row, f"{where}: {index}, fila {n}") for n, row in enumerate(rows, start=1)]
    return tuple(sorted(parsed, key=lambda row: row.start))


def _parse_row(row: object, where: str) -> RateRow:
    if not isinstance(row, Mapping):
        raise UnusableInput(f"{where}: no es una fila {{from, to, value, source}}.")
    strange = sorted(set(map(str, row)) - {"from", "to", "value", "source", "note"})
    if strange:
        raise UnusableInput(f"{where}: no se conoce el campo «{strange[0]}»; se usan from, to, value y source.")
    start, end = _day(row.get("from"), f"{where}, «from»"), row.get("to")
    last = None if end is None else _day(end, f"{where}, «to»")
    if last is not None and last < start:
        raise UnusableInput(f"{where}: «to» ({last}) es anterior a «from» ({start}).")
    return RateRow(start, last, _value(row.get("value"), where), str(row.get("source") or ""))


def _day(value: object, where: str) -> date:
    try:
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError:
        raise UnusableInput(
            f"{where}: «{value}» no es una fecha; escriba año-mes-día, por ejemplo 2026-01-31."
        ) from None


def _value(value: object, where: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite() or abs(number) >= _BOUND:
        raise UnusableInput(
            f"{where}: «{value}» no es un valor; escriba solo cifras y punto decimal, por ejemplo 17.01."
        )
    if number != number.quantize(_SIX_DECIMALS):
        raise UnusableInput(f"{where}: «{value}» tiene más de seis decimales.")
    return number


def faults(tables: RateTables, as_of: date) -> list[str]:
    """What a person should mend, in Spanish: overlaps, holes, rows without a source, tables without the current
    period."""
    found = []
    for index, rows in sorted(tables.tables.items()):
        for before, after in zip(rows, rows[1:]):
            if before.end and after.start > before.end + ONE_DAY:
                found.append(f"{index}: falta del {before.end + ONE_DAY} al {after.start - ONE_DAY}.")
            if before.end and after.start < before.end:
                found.append(f"{index}: se enciman las filas del {before.start} y del {after.start}; rige la última.")
        found += [f"{index}: la fila del {row.start} no dice su fuente." for row in rows if not row.source]
        if tables.on(index, as_of) is None:
            found.append(f"{index}: no hay valor para el {as_of}; los cargos que lo necesitan serán 0 hasta cargarlo.")
    return found
