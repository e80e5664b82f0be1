"""Columns of dates: ISO, dd/mm/yyyy, mm/dd/yyyy, months by name, Excel's serial numbers.

Day and month are told apart by evidence over all date columns of the table: a 13 or more in one place settles it.
Without evidence the day comes first, as in Latin America, and the user is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs

from puntual.core.customers.identity import plain

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\d{6})?")
_TWO = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[ T,].*)?")
_NAMED = re.compile(
    r"(\d{1,2})\s*(?:de\s+|[-/. ])?\s*([a-z]{3,12})\.?\s*(?:de[l]?\s+|[-/., ])?\s*(\d{4}|\d{2})(?:[ ,].*)?"
)
_NAMED_US = re.compile(r"([a-z]{3,12})\.?\s+(\d{1,2}),?\s+(\d{4})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
_SERIALS = (20000, 80000)
_MONTHS = {
    name: i
    for i, names in enumerate(
        ("ene jan enero january janeiro", "feb febrero february fev fevereiro", "mar marzo march marco",
         "abr apr abril april", "may mayo maio mai", "jun junio june junho", "jul julio july julho",
         "ago aug agosto august", "sep sept set septiembre setiembre september setembro",
         "oct octubre october out outubro", "nov noviembre november novembro",
         "dic dec diciembre december dez dezembro"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

DAY_FIRST, MONTH_FIRST = "dd/mm/yyyy", "mm/dd/yyyy"


@attrs.frozen
class Dates:
    """`values` (None where empty or wrong), `wrong` positions, and whether the order was assumed without evidence."""

    values: list[date | None]
    wrong: list[int]


def order_of(columns: Iterable[Sequence[str]]) -> tuple[str, bool]:
    """The order that all the date columns show, and whether it is only assumed."""
    day_first = month_first = doubtful = 0
    for cells in columns:
        for cell in set(cells):
            found = _TWO.fullmatch(cell.strip())
            if not found:
                continue
            first, second = int(found.group(1)), int(found.group(2))
            if first > 12 >= second:
                day_first += 1
            elif second > 12 >= first:
                month_first += 1
            else:
                doubtful += 1
    if month_first > day_first:
        return MONTH_FIRST, False
    return DAY_FIRST, day_first == 0 and doubtful > 0


def parse_dates(cells: Sequence[str], order: str) -> Dates:
    """The date of each cell; a cell that contradicts the order is wrong, it is never turned around."""
    known: Mapping[str, date | None] = {cell: parse_date(cell, order) for cell in set(cells)}
    values = [known[cell] for cell in cells]
    wrong = [i for i, (cell, day) in enumerate(zip(cells, values)) if day is None and cell.strip()]
    return Dates(values, wrong)


def parse_date(cell: str, order: str = DAY_FIRST) -> date | None:
    """One date, or None if it is none.

    >>> parse_date("15-ene-26"), parse_date("3/4/2026", MONTH_FIRST), parse_date("45000")
    (datetime.date(2026, 1, 15), datetime.date(2026, 3, 4), datetime.date(2023, 3, 15))
    """
    text = cell.strip()
    try:
        if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
            return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
        if found := _TWO.fullmatch(text):
            first, second, year = (int(g) for g in found.groups())
            day, month = (second, first) if order == MONTH_FIRST else (first, second)
            return date(_century(year), month, day)
        if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) <= _SERIALS[1]:
            return _EPOCH + timedelta(days=int(float(text)))
        return _named(plain(text))
    except ValueError:
        return None


def _named(text: str) -> date | None:
    if found := _NAMED.fullmatch(text):
        day, name, year = found.groups()
    elif found := _NAMED_US.fullmatch(text):
        name, day, year = found.groups()
    else:
        return None
    month = _MONTHS.get(name)
    return date(_century(int(year)), month, int(day)) if month else None


def _century(year: int) -> int:
    return year if year > 99 else 2000 + year if year < 80 else 1900 + year
