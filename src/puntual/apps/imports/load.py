"""One load from its files to the books: invoices flow through in chunks, what depends on them follows at the end.

Private to this app: others call `write.import_files`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

import attrs
from django.db import transaction

from puntual.apps.imports import balances, money, people
from puntual.apps.imports import invoices as invoices_
from puntual.apps.imports.invoices import Arrived
from puntual.apps.imports.originals import Original, keep
from puntual.apps.imports.tally import Tally
from puntual.apps.imports.who import Customers, Who
from puntual.apps.parties.models import Creditor
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import (
    CREDIT_NOTE,
    BalanceRecord,
    Batch,
    ContactRecord,
    CustomerRecord,
    InvoiceRecord,
    PaymentRecord,
    StatementLine,
)

#: Rows of one transaction: short enough to keep the writer of SQLite free for others.
CHUNK = 250
Row = TypeVar("Row")


@attrs.define
class Load:
    """Takes batches of records and publishes them. `tally` is the outcome so far."""

    creditor: Creditor
    customers: Customers
    source: str
    as_of: date
    tally: Tally = attrs.field(factory=Tally)
    _invoices: list[Arrived] = attrs.field(factory=list)
    _contacts: list[ContactRecord] = attrs.field(factory=list)
    _notes: list[InvoiceRecord] = attrs.field(factory=list)
    _payments: list[PaymentRecord] = attrs.field(factory=list)
    _balances: list[BalanceRecord] = attrs.field(factory=list)
    _lines: list[StatementLine] = attrs.field(factory=list)
    _people: list[CustomerRecord] = attrs.field(factory=list)
    _originals: list[tuple[Original, Who]] = attrs.field(factory=list)

    def take(self, batch: Batch, original: Original | None = None) -> None:
        """Records of one file; `original` is the file itself, where it is a document and not a table.

        The original of one invoice travels with it; any other is kept at the end, under the key of the one person it
        names, or of the installation when it names several.
        """
        records = batch.records
        if original is not None and records:
            alone = len(records) == 1 and isinstance(records[0], InvoiceRecord) and records[0].kind != CREDIT_NOTE
            if not alone:
                self._originals.append((original, _named_in(records)))
                original = None
        self.tally.read += batch.read
        self.tally.rejected += batch.errors
        self.tally.warn(batch.warnings)
        for record in batch.records:
            self._sort(record, original)
        self._flush()

    def _sort(self, record: Any, original: Original | None) -> None:
        if isinstance(record, InvoiceRecord):
            if record.kind == CREDIT_NOTE:
                self._notes.append(record)
            else:
                self._invoices.append(Arrived(record, original))
        elif isinstance(record, CustomerRecord):
            self._people.append(record)
        elif isinstance(record, ContactRecord):
            self._contacts.append(record)
        elif isinstance(record, PaymentRecord):
            self._payments.append(record)
        elif isinstance(record, BalanceRecord):
            self._balances.append(record)
        else:
            self._lines.append(record)

    def _flush(self, *, all: bool = False) -> None:
        if len(self._people) >= CHUNK or all:
            self._people = self._drain(self._people, self._publish_customers, all)
        if len(self._invoices) >= CHUNK or all:
            self._invoices = self._drain(self._invoices, self._publish_invoices, all)

    def _drain(self, rows: list[Row], publish: Callable[[Sequence[Row], Tally], None], all: bool) -> list[Row]:
        """Publish whole chunks (every row when it is the end); gives what is left."""
        whole = len(rows) if all else len(rows) - len(rows) % CHUNK
        for start in range(0, whole, CHUNK):
            self._publish(rows[start : min(start + CHUNK, whole)], publish)
        return rows[whole:]

    def _publish(self, rows: Sequence[Row], publish: Callable[[Sequence[Row], Tally], None]) -> None:
        """One transaction; if one row cannot be used, its chunk is halved until it stands alone."""
        attempt = Tally()
        try:
            with transaction.atomic():
                publish(rows, attempt)
        except UnusableInput as error:
            self.customers.forget()
            if len(rows) > 1:
                half = len(rows) // 2
                self._publish(rows[:half], publish)
                self._publish(rows[half:], publish)
                return
            attempt = Tally()
            place = rows[0].record.place if isinstance(rows[0], Arrived) else rows[0].place  # type: ignore[attr-defined]
            attempt.reject(place, error.field or "", "", error.sentence)
        self.tally.add(attempt)

    def finish(self) -> Tally:
        """Publish what is left, in the order in which things depend on one another."""
        self._flush(all=True)
        for rows, publish in self._rest():
            self._drain(rows, publish, True)
        if self._balances:
            self._publish_balances()
        self._keep_originals()
        return self.tally

    def _keep_originals(self) -> None:
        for start in range(0, len(self._originals), CHUNK):
            part = self._originals[start : start + CHUNK]
            with transaction.atomic():
                people_ = self.customers.known([who for _, who in part])
                keep(self.creditor.pk, [attrs.evolve(o, party=a and a.party) for (o, _), a in zip(part, people_)])

    def _rest(self) -> Iterator[tuple[list[Any], Callable[[Sequence[Any], Tally], None]]]:
        c, who, source = self.creditor, self.customers, self.source
        yield self._contacts, lambda rows, tally: people.publish_contacts(c, rows, who, tally, source)
        yield self._notes, lambda rows, tally: money.publish_notes(c, rows, who, tally, source)
        yield self._payments, lambda rows, tally: money.publish_payments(c, rows, who, tally, source)
        yield self._lines, lambda rows, tally: money.publish_statement(c, rows, tally)

    def _publish_customers(self, rows: Sequence[CustomerRecord], tally: Tally) -> None:
        people.publish_customers(self.creditor, rows, self.customers, tally, self.source)

    def _publish_invoices(self, rows: Sequence[Arrived], tally: Tally) -> None:
        invoices_.publish(self.creditor, rows, self.customers, tally, self.source)

    def _publish_balances(self) -> None:
        named: set[int] = set()

        def publish(rows: Sequence[BalanceRecord], tally: Tally) -> None:
            c, who = self.creditor, self.customers
            named.update(balances.publish_balances(c, rows, who, tally, self.source, self.as_of))

        self._drain(self._balances, publish, True)
        balances.ask_about_vanished(self.creditor, named, self.tally)


def _named_in(records: Sequence[Any]) -> Who:
    """The one person that a document is about; nobody in particular if there are several."""
    told = {(_tax_of(r), r.customer_code) for r in records if not isinstance(r, (StatementLine, BalanceRecord))}
    if len(told) != 1:
        return Who()
    tax_id, code = told.pop()
    return Who(code, tax_id)


def _tax_of(record: Any) -> str:
    if isinstance(record, InvoiceRecord):
        return record.receiver_tax_id
    return record.payer_tax_id if isinstance(record, PaymentRecord) else record.tax_id
