"""The typed columns of a table under a layout, with the errors of each row. Columns at once, never row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from puntual.adapters.bank_files.profiles import JOIN
from puntual.adapters.tabular import cells
from puntual.adapters.tabular.amounts import parse_amounts, parse_decimal
from puntual.adapters.tabular.dates import DAY_FIRST, order_of, parse_dates
from puntual.adapters.tabular.sheets import Table
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Defaults, Layout, RowError

DATE_FIELDS = ("issued_on", "due_on", "settled_on", "sold_on", "paid_on", "booked_on")


def parts_of(joined: str, headings: Sequence[str]) -> list[str]:
    """The headings that a field is read from: one, unless the layout joins several."""
    return [joined] if joined in headings else joined.split(JOIN)


class Columns:
    """What the rows say, field by field. `errors` grows as columns are read; `bad` are the rows to leave out."""

    def __init__(self, table: Table, layout: Layout, filename: str, defaults: Defaults) -> None:
        unknown = [h for joined in layout.columns.values() for h in parts_of(joined, table.headings)]
        unknown = [h for h in unknown if h not in table.headings]
        if unknown:
            has = ", ".join(table.headings[:15])
            raise UnusableInput(f"{filename}: no tiene la columna «{unknown[0]}». Tiene: {has}.")
        self._table, self._layout, self._filename = table, layout, filename
        self.size = len(table.rows)
        self.errors: list[RowError] = []
        self.warnings: list[str] = []
        self.bad: set[int] = set()
        self.blank = [not any(c.strip() for c in row) for row in table.rows]
        self.defaults = Defaults(
            layout.options.get("country") or defaults.country, layout.options.get("currency") or defaults.currency
        )
        self._order = ""
        for i, width in table.ragged.items():
            self.reject(i, "", "", f"La fila tiene {width} columnas y los encabezados son {len(table.headings)}.")

    def has(self, field: str) -> bool:
        return field in self._layout.columns

    def option(self, name: str) -> str:
        return self._layout.options.get(name, "")

    def row_number(self, i: int) -> int:
        """The row as the user counts it in the file, from 1."""
        return self._table.first_row + i

    def reject(self, i: int, field: str, value: str, sentence: str) -> None:
        """Set a row apart with a sentence."""
        heading = self._layout.columns.get(field, field)
        self.errors.append(RowError(self._filename, self.row_number(i), heading, value[:200], sentence))
        self.bad.add(i)

    def warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def raw(self, field: str) -> Sequence[str]:
        """The cells of a field, untouched; empty texts if the table has no such column."""
        if field not in self._layout.columns:
            return [""] * self.size
        found = [self._table.column(h) for h in parts_of(self._layout.columns[field], self._table.headings)]
        return found[0] if len(found) == 1 else [" ".join(c for c in cells if c.strip()) for cells in zip(*found)]

    def text(self, field: str, *, required: bool = False, limit: int = 200) -> list[str]:
        """Stripped texts with single blanks, cut to `limit`."""
        found = cells.mapped(self.raw(field), lambda c: " ".join(c.split())[:limit])
        if required:
            for i, cell in enumerate(found):
                if not cell and not self.blank[i]:
                    self.reject(i, field, "", "Falta este dato.")
        return found

    def dates(self, field: str, *, required: bool = False) -> list[date | None]:
        """Dates in the order that the whole table shows."""
        raw = self.raw(field)
        parsed = parse_dates(raw, self._date_order())
        for i in parsed.wrong:
            self.reject(i, field, raw[i], f"«{raw[i][:40]}» no es una fecha ({self._date_order()}).")
        if required:
            self._require(field, parsed.values)
        return parsed.values

    def amounts(self, field: str, currencies: Sequence[str], *, required: bool = False) -> list[int | None]:
        """Minor units in each row's currency."""
        # A hyphen alone is how some banks write that there is none.
        raw = [cell if cell.strip() != "-" else "" for cell in self.raw(field)]
        parsed = parse_amounts(raw, currencies, decimals=self.option("decimals"))
        for i in parsed.error.is_not_null().arg_true().to_list():
            self.reject(i, field, raw[i], f"«{raw[i][:40]}» {parsed.error[i]}.")
        if parsed.guessed:
            heading = self._layout.columns[field]
            self.warn(
                f"{parsed.guessed} importes de «{heading}» como 1.234 se leyeron como miles; "
                "si no lo son, ponga `decimals: punto` o `coma` en el mapa."
            )
        values: list[int | None] = parsed.minor.to_list()
        if required:
            self._require(field, values)
        return values

    def _require(self, field: str, values: Sequence[object]) -> None:
        for i, value in enumerate(values):
            if value is None and i not in self.bad and not self.blank[i]:
                self.reject(i, field, "", "Falta este dato.")

    def days(self, field: str) -> list[int | None]:
        """Whole numbers of days between 0 and 3650."""
        found: list[int | None] = []
        for i, cell in enumerate(self.raw(field)):
            value = parse_decimal(cell.lower().replace("días", "").replace("dias", "")) if cell.strip() else None
            if cell.strip() and (value is None or value != int(value) or not 0 <= value <= 3650):
                self.reject(i, field, cell, f"«{cell[:40]}» no es un número de días.")
                value = None
            found.append(int(value) if value is not None else None)
        return found

    def currencies(self) -> list[str]:
        """The ISO code of each row; the default where the cell does not say, with a warning."""
        raw = self.raw("currency")
        found = cells.mapped(raw, cells.currency)
        default = self.defaults.currency
        if not default:
            raise UnusableInput(f"{self._filename}: no dice la moneda y la empresa no tiene una: póngala en el mapa.")
        if not all(found):
            self.warn(f"Las filas que no dicen su moneda se tomaron en {default}, la de la empresa.")
        return [code or default for code in found]

    def countries(self) -> list[str]:
        """ISO 3166 of each row; the default where the cell does not say, with a warning if the column is there."""
        found = cells.mapped(self.raw("country"), cells.country)
        default = self.defaults.country
        if not all(found) and default:
            what = "no dicen su país" if not self.has("country") else "traen un país que no se reconoce"
            self.warn(f"Las filas que {what} se tomaron en {default}, el de la empresa.")
        return [code or default for code in found]

    def _date_order(self) -> str:
        if not self._order:
            stated = self.option("dates")
            if stated:
                self._order = stated
            else:
                self._order, assumed = order_of(self.raw(f) for f in DATE_FIELDS if self.has(f))
                if assumed:
                    self.warn(f"Las fechas como 03/04/2026 se leyeron {DAY_FIRST}; si no, ponga `dates: mm/dd/yyyy`.")
        return self._order
