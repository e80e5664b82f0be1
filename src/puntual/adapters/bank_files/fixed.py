"""Files of a bank with fixed positions (recaudo, SPEI, cobranza), as a layout in YAML describes them.

    kind: statement
    fixed:
      detail: {prefix: "06", fields: {reference: [3, 48], amount: [51, 14, 2]}}
      header: {prefix: "01", fields: {booked_on: [13, 8], account: [24, 17]}}

Positions start at 1; the third number says how many implied decimals an amount has. What a header line says holds for
the detail lines below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puntual.adapters.tabular.sheets import Number, Table
from puntual.adapters.tabular.sniff import decode
from puntual.core.errors import UnusableInput


def check_fixed(fixed: Mapping[str, Any]) -> dict[str, str]:
    """field -> column (of the same name) of a fixed-width layout. UnusableInput says what is wrong in it."""
    detail = fixed.get("detail")
    if not isinstance(detail, dict) or not isinstance(detail.get("fields"), dict):
        raise UnusableInput("Un archivo de posiciones fijas necesita `fixed.detail.fields` (campo: [inicio, largo]).")
    names: dict[str, str] = {}
    for part in ("header", "detail"):
        for field, place in (fixed.get(part) or {}).get("fields", {}).items():
            sound = isinstance(place, list) and len(place) in (2, 3) and all(isinstance(n, int) for n in place)
            if not sound or place[0] < 1 or place[1] < 1:
                raise UnusableInput(
                    f"fixed.{part}.fields.{field}: escriba [inicio, largo] o [inicio, largo, decimales]."
                )
            names[field] = field
    return names


def fixed_table(data: bytes, filename: str, fixed: Mapping[str, Any]) -> Table:
    """The detail lines as a table whose headings are the fields. UnusableInput if no line is one."""
    text, encoding = decode(data)
    detail, header = fixed["detail"], fixed.get("header") or {}
    headings = tuple(check_fixed(fixed))
    carried: dict[str, str] = {}
    rows: list[list[str]] = []
    lines = text.splitlines()
    for line in lines:
        if header and line.startswith(str(header.get("prefix", "\0"))):
            carried = _slice(line, header["fields"])
            rows.append([""] * len(headings))
        elif line.strip() and line.startswith(str(detail.get("prefix", ""))):
            found = carried | _slice(line, detail["fields"])
            rows.append([found.get(h, "") for h in headings])
        else:
            rows.append([""] * len(headings))
    if not any(any(row) for row in rows):
        raise UnusableInput(f"{filename}: ninguna línea es de detalle según el mapa de posiciones.")
    return Table(headings, rows, 1, encoding=encoding)


def _slice(line: str, fields: Mapping[str, list[int]]) -> dict[str, str]:
    found = {}
    for name, (start, length, *decimals) in fields.items():
        cell = line[start - 1 : start - 1 + length].strip()
        found[name] = _implied(cell, decimals[0]) if decimals else cell
    return found


def _implied(cell: str, decimals: int) -> str:
    """«0000150050» with two implied decimals is 1500.50; anything else is left as it came, to be set apart."""
    sign = "-" if cell.startswith("-") or cell.endswith("-") else ""
    digits = cell.strip("+-")
    if not digits.isdigit():
        return cell
    padded = digits.zfill(decimals + 1)
    whole, part = padded[: len(padded) - decimals], padded[len(padded) - decimals :]
    return Number(f"{sign}{int(whole)}.{part}" if decimals else f"{sign}{int(whole)}")
