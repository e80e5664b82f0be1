"""The one reader of files (port `FileReader`): detects, guesses layouts and reads, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from puntual.adapters import bank_files, detect, einvoices
from puntual.adapters.bank_files.fixed import fixed_table
from puntual.adapters.tabular import dump_layout, fingerprint, guess_layout, open_table, parse_layout, read_table
from puntual.adapters.tabular.sheets import Table
from puntual.adapters.tax_ids import check_tax_id
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Batch, Defaults, Layout

TABLES = ("csv", "xlsx")


class Files:
    """Stateless but for the last table opened, so that guessing its layout and reading it open it once."""

    def __init__(self) -> None:
        self._last: tuple[bytes, str, Table] | None = None

    def detect(self, data: bytes, filename: str) -> str:
        return detect.detect(data, filename)

    def layout(self, data: bytes, filename: str, *, kind: str | None, defaults: Defaults) -> Layout | None:
        if detect.detect(data, filename) not in TABLES:
            return None
        table = self._open(data, filename, None)
        try:
            return guess_layout(table.headings, kind)
        except UnusableInput as error:
            raise UnusableInput(f"{filename}: {error.sentence}") from None

    def headings(self, data: bytes, filename: str) -> tuple[tuple[str, ...], str]:
        """The headings of a table and their fingerprint."""
        table = self._open(data, filename, None)
        return table.headings, fingerprint(table.headings)

    def sample(self, data: bytes, filename: str, limit: int = 5) -> list[list[str]]:
        """The first rows of a table, for the screen where its mapping is corrected."""
        return [list(row) for row in self._open(data, filename, None).rows[:limit]]

    def read(
        self,
        data: bytes,
        filename: str,
        *,
        format: str,
        kind: str | None,
        layout: Layout | None,
        defaults: Defaults,
    ) -> Iterator[Batch]:
        if format in TABLES:
            table = self._open(data, filename, layout)
            yield from read_table(table, layout or guess_layout(table.headings, kind), filename, format, defaults)
        elif format in bank_files.FORMATS:
            yield from bank_files.read(data, filename, format)
        else:
            yield einvoices.read(data, filename, format)

    def parse_layout(self, text: str) -> Layout:
        return parse_layout(text)

    def dump_layout(self, layout: Layout) -> str:
        return dump_layout(layout)

    def tax_id(self, text: str, country: str) -> Mapping[str, Any]:
        return attrs.asdict(check_tax_id(text, country))

    def _open(self, data: bytes, filename: str, layout: Layout | None) -> Table:
        if layout and layout.fixed:
            return fixed_table(data, filename, layout.fixed)
        options = layout.options if layout else {}
        sheet, row = options.get("sheet"), options.get("header_row")
        if not sheet and not row and self._last and self._last[0] is data:
            return self._last[2]
        if row and not row.isdigit():
            raise UnusableInput(f"header_row: «{row}» no es un número de fila.")
        table = open_table(data, filename, sheet=sheet, header_row=int(row) if row else None)
        if not sheet and not row:
            self._last = (data, filename, table)
        return table
