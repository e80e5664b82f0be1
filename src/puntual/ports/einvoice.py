"""What a file of the outside says, in the product's words: the values that every reader of files gives back.

A reader never throws because of the content of one row: it returns a `Batch` with what it understood and a `RowError`
for what it did not. Amounts are 64-bit minor units of the currency beside them; dates are those of the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Protocol

import attrs

#: Formats of CONTRACT (`--format`), without `auto`. `xlsx` also stands for xls and ods.
FORMATS = (
    "csv", "xlsx", "cfdi", "rep", "ubl", "dte", "nfe", "sri", "facturae", "facturx", "camt053", "mt940", "ofx",
)  # fmt: skip
#: What a table may hold (`--kind`).
KINDS = ("invoices", "customers", "payments", "statement", "contacts", "balances", "history")
#: Tables that are no load of data but an instruction of a client (mandante).
CLIENT_KINDS = ("withdrawals",)

INVOICE, CREDIT_NOTE = "invoice", "credit_note"


@attrs.frozen
class RowError:
    """One row, or one whole document (row 0), that was set apart. `error` is a sentence in Spanish for the user."""

    file: str
    row: int
    field: str
    value: str
    error: str

    def as_json(self) -> dict[str, str | int]:
        return attrs.asdict(self)


@attrs.frozen
class Place:
    """Where a record comes from: the file and its row (0 when the file is one document)."""

    file: str = ""
    row: int = 0


@attrs.frozen
class ContactRecord:
    """A way to reach someone about an account. `value` is normal: E.164 for phones, lower-case domain for e-mail."""

    channel: str
    value: str
    name: str = ""
    role: str = "debtor"
    customer_code: str = ""
    tax_id: str = ""
    place: Place = Place()


@attrs.frozen
class InvoiceRecord:
    """An invoice or a credit note as its document states it.

    `fiscal_id` identifies it for ever (UUID, CUFE, access key, issuer + type + folio). `total_minor` is never negative.
    `due_dates` are (date, amount_minor) pairs that add up to the collectable part, or are empty if the document does
    not say. `not_collectable_minor` is what the customer pays to somebody else (detracción, retención), and why.
    `related` are (relation code, fiscal id) pairs.
    """

    kind: str
    fiscal_id: str
    issued_on: date
    currency: str
    total_minor: int
    number: str = ""
    series: str = ""
    issuer_tax_id: str = ""
    issuer_name: str = ""
    receiver_tax_id: str = ""
    receiver_name: str = ""
    customer_code: str = ""
    due_dates: tuple[tuple[date, int], ...] = ()
    credit_days: int | None = None
    payment_terms: str = ""
    payment_method: str = ""
    related: tuple[tuple[str, str], ...] = ()
    not_collectable_minor: int = 0
    not_collectable_reason: str = ""
    paid_minor: int = 0
    summary: str = ""
    country: str = ""
    receiver_country: str = ""
    contacts: tuple[ContactRecord, ...] = ()
    disputed: bool = False
    settled_on: date | None = None
    sold_on: date | None = None
    department: str = ""
    seller: str = ""
    plant: str = ""
    place: Place = Place()

    @property
    def collectable_minor(self) -> int:
        """What the customer is asked for: the total without what goes to somebody else and what was paid already."""
        return self.total_minor - self.not_collectable_minor - self.paid_minor


@attrs.frozen
class Allocation:
    """The part of a payment that a document assigns to an invoice, in the invoice's currency."""

    invoice_fiscal_id: str
    amount_minor: int
    currency: str
    previous_minor: int | None = None
    remaining_minor: int | None = None
    instalment: int | None = None


@attrs.frozen
class PaymentRecord:
    """A payment that somebody says was made. `provisional` until the bank or the gateway confirms it."""

    fiscal_id: str
    paid_on: date
    currency: str
    amount_minor: int
    method: str = ""
    reference: str = ""
    issuer_tax_id: str = ""
    payer_tax_id: str = ""
    payer_name: str = ""
    customer_code: str = ""
    allocations: tuple[Allocation, ...] = ()
    provisional: bool = True
    place: Place = Place()


@attrs.frozen
class CustomerRecord:
    """A customer of the creditor, known by an external code, a tax id or both."""

    customer_code: str = ""
    tax_id: str = ""
    name: str = ""
    country: str = ""
    subdivision: str = ""
    zone: str = ""
    language: str = ""
    debtor: str = ""
    segment: str = ""
    address: str = ""
    credit_days: int | None = None
    credit_limit_minor: int | None = None
    currency: str = ""
    contacts: tuple[ContactRecord, ...] = ()
    place: Place = Place()


@attrs.frozen
class BalanceRecord:
    """What one document still owes today, says the creditor's own system ("Saldos de hoy")."""

    number: str
    open_minor: int
    currency: str
    fiscal_id: str = ""
    customer_code: str = ""
    tax_id: str = ""
    customer_name: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    place: Place = Place()


@attrs.frozen
class StatementLine:
    """One movement of a bank account. Positive: money in. `bank_id` is unique in the account for ever."""

    bank_id: str
    booked_on: date
    amount_minor: int
    currency: str
    account: str = ""
    reference: str = ""
    end_to_end_id: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    text: str = ""
    batch: str = ""
    place: Place = Place()


@attrs.frozen
class WithdrawalRecord:
    """An account that its client takes back. Without a date, the day of the file rules."""

    customer_code: str = ""
    tax_id: str = ""
    withdrawn_on: date | None = None
    reason: str = ""
    place: Place = Place()


Record = (
    InvoiceRecord | PaymentRecord | CustomerRecord | ContactRecord | BalanceRecord | StatementLine | WithdrawalRecord
)


@attrs.frozen
class Batch:
    """Some records of one file, with the rows set apart and what the user should know (Spanish sentences)."""

    format: str
    records: tuple[Record, ...] = ()
    errors: tuple[RowError, ...] = ()
    warnings: tuple[str, ...] = ()
    read: int = 0


@attrs.frozen
class Defaults:
    """What the file leaves unsaid and the creditor's own record says."""

    country: str = ""
    currency: str = ""


@attrs.frozen
class Layout:
    """How a table was understood: offered for correction and remembered under its headings' fingerprint."""

    kind: str
    columns: Mapping[str, str]
    options: Mapping[str, str] = attrs.field(factory=dict)
    headings: tuple[str, ...] = ()
    fingerprint: str = ""
    #: Positions of a fixed-width file; empty for a table with headings.
    fixed: Mapping[str, Any] = attrs.field(factory=dict)


class FileReader(Protocol):
    """Reads any file that the product knows. Bound in `project`."""

    def detect(self, data: bytes, filename: str) -> str:
        """One of FORMATS. UnusableInput, with what to do, if it is none of them."""
        ...

    def layout(self, data: bytes, filename: str, *, kind: str | None, defaults: Defaults) -> Layout | None:
        """The guessed layout of a table; None when the format needs none."""
        ...

    def headings(self, data: bytes, filename: str) -> tuple[tuple[str, ...], str]:
        """The headings of a table and their fingerprint, under which its layout is remembered."""
        ...

    def sample(self, data: bytes, filename: str, limit: int = 5) -> list[list[str]]:
        """The first rows of a table, for the screen where its layout is corrected."""
        ...

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
        """The records in order, in batches. UnusableInput only when the file as a whole is of no use."""
        ...

    def parse_layout(self, text: str) -> Layout:
        """A layout from its YAML. UnusableInput names the line that is wrong."""
        ...

    def dump_layout(self, layout: Layout) -> str:
        """The YAML of a layout, for people to edit."""
        ...

    def tax_id(self, text: str, country: str) -> Mapping[str, Any]:
        """`normal`, `valid`, `generic`, `debtor` (business, consumer or unknown) and `warning` of a tax id."""
        ...
