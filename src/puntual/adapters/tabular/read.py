"""A table under a layout, as records in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from puntual.adapters.tabular import money_rows, people_rows
from puntual.adapters.tabular.columns import Columns
from puntual.adapters.tabular.sheets import Table
from puntual.ports.einvoice import Batch, Defaults, Layout, Record

BATCH = 20_000

#: kind of table -> its rows. The only list.
_ROWS: Mapping[str, Callable[[Columns, str], Iterator[Record]]] = {
    "invoices": money_rows.invoices,
    "history": money_rows.invoices,
    "balances": money_rows.balances,
    "payments": money_rows.payments,
    "statement": money_rows.statement,
    "customers": people_rows.customers,
    "contacts": people_rows.contacts_of,
    "withdrawals": people_rows.withdrawals,
}


def read_table(table: Table, layout: Layout, filename: str, format: str, defaults: Defaults) -> Iterator[Batch]:
    """The records of the table, at most 20,000 a batch; the errors and warnings of the whole come with the last one."""
    columns = Columns(table, layout, filename, defaults)
    kept: list[Record] = []
    for record in _ROWS[layout.kind](columns, filename):
        kept.append(record)
        if len(kept) == BATCH:
            yield Batch(format, tuple(kept), read=len(kept))
            kept = []
    errors = tuple(sorted(columns.errors, key=lambda e: e.row))
    yield Batch(format, tuple(kept), errors, tuple(columns.warnings), read=len(kept) + len(columns.bad))
