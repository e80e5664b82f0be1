"""Banks that take a table or lines of fixed width, as `layouts.yaml` describes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from puntual.adapters.direct_debit.pain008 import plain
from puntual.core.errors import UnusableInput
from puntual.core.money import Money
from puntual.ports.debits import Charge, File, Written


@lru_cache(maxsize=1)
def told() -> Mapping[str, Any]:
    """The whole description."""
    text = files("puntual.adapters.direct_debit").joinpath("layouts.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def write(form: str, file: File) -> Written:
    """The file of that layout. UnusableInput when something does not fit in its place."""
    layout = told()["formats"][form]
    name = f"{file.message}.{layout['extension']}"
    text = _table(layout["columns"], file) if "columns" in layout else _fixed(layout, file)
    return Written(name, text.encode(layout.get("encoding", "utf-8"), errors="replace"), layout["media_type"])


def _table(columns: Mapping[str, str], file: File) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row, charge in enumerate(file.charges, 1):
        writer.writerow([_value(what, file, charge, row) for what in columns.values()])
    return out.getvalue()


def _fixed(layout: Mapping[str, Any], file: File) -> str:
    lines = [_line(layout["header"], file, None, 0)]
    lines += [_line(layout["detail"], file, charge, row) for row, charge in enumerate(file.charges, 1)]
    lines.append(_line(layout["footer"], file, None, len(file.charges)))
    return "".join(f"{line}\r\n" for line in lines)


def _line(places: list[list[Any]], file: File, charge: Charge | None, row: int) -> str:
    return "".join(_placed(file, charge, row, *place) for place in places)


def _placed(
    file: File, charge: Charge | None, row: int, what: str, width: int, side: str = "left", fill: str = " "
) -> str:
    """A field in its place. A name is cut to fit; a number that does not fit is refused: it would be another one."""
    value = _value(what, file, charge, row)
    if what in _WORDS:
        value = plain(value, width)
    if len(value) > width:
        raise UnusableInput(f"«{value}» no cabe en las {width} posiciones del formato del banco ({what}).")
    return value.rjust(width, fill) if side == "right" else value.ljust(width, fill)


#: What people read, and may be cut.
_WORDS = frozenset({"holder", "concept", "creditor"})
_OF_CHARGE: Mapping[str, Callable[[Charge, str], str]] = {
    "reference": lambda c, _: c.reference,
    "amount": lambda c, currency: f"{Money(c.amount_minor, currency).major():f}",
    "amount_cents": lambda c, _: str(c.amount_minor),
    "day": lambda c, _: f"{c.on:%Y%m%d}",
    "mandate": lambda c, _: c.mandate,
    "signed_on": lambda c, _: f"{c.signed_on:%Y%m%d}",
    "first": lambda c, _: "1" if c.first else "0",
    "holder": lambda c, _: c.holder,
    "account": lambda c, _: c.account,
    "concept": lambda c, _: c.concept,
}
_OF_FILE: Mapping[str, Callable[[File], str]] = {
    "message": lambda f: f.message,
    "made_on": lambda f: f"{f.made_at:%Y%m%d}",
    "creditor": lambda f: f.creditor,
    "creditor_id": lambda f: f.creditor_id,
    "own_account": lambda f: f.account,
    "currency": lambda f: f.currency,
    "count": lambda f: str(len(f.charges)),
    "total_cents": lambda f: str(f.total_minor),
}


def _value(what: str, file: File, charge: Charge | None, row: int) -> str:
    if what.startswith("'"):
        return what.strip("'")
    if what == "row":
        return str(row)
    if charge is not None and what in _OF_CHARGE:
        return _cell(_OF_CHARGE[what](charge, file.currency))
    return _cell(_OF_FILE[what](file))


def _cell(text: str) -> str:
    """Nothing that a spreadsheet would run as a formula."""
    return f"'{text}" if text[:1] in "=+@\t\r" else text
