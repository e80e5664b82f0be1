"""What writes the files by which a bank charges by mandate, and reads what it answers. Nothing here speaks to a bank.

The same `message` is the same file: whoever keeps the bytes may hand them over again without charging twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

import attrs

#: What a bank may say of one charge. `accepted`: it was taken and nothing is known yet.
ACCEPTED, PAID, REJECTED, RETURNED = "accepted", "paid", "rejected", "returned"


@attrs.frozen
class Charge:
    """One charge. `reference`: ours, unique for ever, which comes back in every answer (EndToEndId)."""

    reference: str
    amount_minor: int
    on: date
    mandate: str
    signed_on: date
    first: bool
    holder: str
    account: str = attrs.field(repr=False)
    concept: str


@attrs.frozen
class File:
    """What goes to the bank at once: one creditor, one currency. `creditor_id`: as the scheme or bank knows it."""

    message: str
    made_at: datetime
    creditor: str
    creditor_id: str
    account: str
    bic: str
    currency: str
    charges: tuple[Charge, ...]

    @property
    def total_minor(self) -> int:
        return sum(c.amount_minor for c in self.charges)


@attrs.frozen
class Answer:
    """What the bank said of a charge, by our reference; of a whole file when `reference` is empty and `message` not."""

    reference: str
    state: str
    code: str = ""
    on: date | None = None
    message: str = ""


@attrs.frozen
class Written:
    """The bytes of a file and how they are kept."""

    name: str
    data: bytes
    media_type: str


class DebitFiles(Protocol):
    """Every format known."""

    def formats(self) -> Mapping[str, str]:
        """format -> what people call it."""
        ...

    def write(self, form: str, file: File) -> Written:
        """UnusableInput names what the format cannot say (a currency, an account that is no IBAN)."""
        ...

    def read(self, data: bytes, filename: str) -> list[Answer]:
        """What the bank answers. UnusableInput when the file is none."""
        ...
