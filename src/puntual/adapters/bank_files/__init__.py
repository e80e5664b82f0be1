"""Bank statements as files: CAMT.053, MT940, OFX; and tables or fixed-width files of a bank, by a layout in YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from puntual.adapters.bank_files.camt053 import read_camt
from puntual.adapters.bank_files.mt940_file import read_mt940
from puntual.adapters.bank_files.ofx_file import read_ofx
from puntual.adapters.documents import refused
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Batch, Record, RowError

#: format -> reader. The only list.
_READERS: dict[str, Callable[[bytes, str], tuple[list[Record], list[RowError], list[str]]]] = {
    "camt053": read_camt,
    "mt940": read_mt940,
    "ofx": read_ofx,
}
FORMATS = tuple(_READERS)
_BATCH = 20_000


def read(data: bytes, filename: str, format: str) -> Iterator[Batch]:
    """The movements of a statement, in batches; the errors and warnings of the whole come with the last one."""
    try:
        lines, errors, warnings = _READERS[format](data, filename)
    except UnusableInput as error:
        yield refused(filename, format, error.sentence)
        return
    for start in range(0, len(lines), _BATCH):
        part = tuple(lines[start : start + _BATCH])
        if start + _BATCH < len(lines):
            yield Batch(format, part, read=len(part))
        else:
            yield Batch(format, part, tuple(errors), tuple(warnings), read=len(part) + len(errors))
    if not lines:
        yield Batch(format, (), tuple(errors), tuple(warnings), read=len(errors))
