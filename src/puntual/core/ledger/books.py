"""The accounts of the double entry, and how each thing that happens to money is written in them.

Every function gives one `Posting`: legs that add up to zero. Positive is debit. Money received always passes through
UNAPPLIED, so that what nobody has applied yet is visible and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import IntEnum

import attrs


class Ledger(IntEnum):
    RECEIVABLE = 1
    SALES = 2
    CASH = 3
    UNAPPLIED = 4
    INTEREST_INCOME = 5
    FEE_INCOME = 6
    DISCOUNTS = 7
    WAIVERS = 8
    WITHHOLDINGS = 9
    WRITE_OFFS = 10
    ADJUSTMENTS = 11
    RETURNS = 12
    CHARGEBACKS = 13
    GATEWAY_FEES = 14
    GATEWAY_CLEARING = 15


class Component(IntEnum):
    PRINCIPAL = 1
    INTEREST = 2
    FEE = 3


#: Where the other side of a reduction or increase of what is owed goes.
COUNTERPART = {
    "invoice": Ledger.SALES,
    "credit_note": Ledger.RETURNS,
    "interest": Ledger.INTEREST_INCOME,
    "fee": Ledger.FEE_INCOME,
    "discount": Ledger.DISCOUNTS,
    "waiver": Ledger.WAIVERS,
    "withholding": Ledger.WITHHOLDINGS,
    "write_off": Ledger.WRITE_OFFS,
    "recovery": Ledger.WRITE_OFFS,
    "adjustment": Ledger.ADJUSTMENTS,
    "allocation": Ledger.UNAPPLIED,
}


@attrs.frozen
class Leg:
    """One side of a posting. `due_item` and `component` only where the ledger account is RECEIVABLE."""

    ledger: Ledger
    amount_minor: int
    due_item: int | None = None
    component: Component | None = None


@attrs.frozen
class Posting:
    """One thing that happened to one account's money. `key` makes a repetition harmless; legs balance to zero."""

    account: int
    kind: str
    currency: str
    effective_on: date
    key: str
    source: str
    legs: tuple[Leg, ...]
    provisional: bool = False
    reverses: int | None = None
    note: str = ""

    def __attrs_post_init__(self) -> None:
        if sum(leg.amount_minor for leg in self.legs) != 0:
            raise ValueError(f"{self.kind} {self.key}: legs do not balance")
        if not self.key:
            raise ValueError(f"{self.kind}: a posting needs its idempotency key")


Part = tuple[int, Component, int]


def receivable_legs(kind: str, parts: Iterable[Part], sign: int) -> tuple[Leg, ...]:
    """Legs that move what is owed by `sign` * amount per (due item, component, amount), against the kind's
    counterpart."""
    owed = tuple(Leg(Ledger.RECEIVABLE, sign * minor, item, component) for item, component, minor in parts if minor)
    moved = sum(leg.amount_minor for leg in owed)
    return (*owed, Leg(COUNTERPART[kind], -moved)) if owed else ()


def payment_legs(amount_minor: int) -> tuple[Leg, ...]:
    """Money came in; nothing is applied yet. A negative amount is money that went back (refund, chargeback)."""
    return (Leg(Ledger.CASH, amount_minor), Leg(Ledger.UNAPPLIED, -amount_minor))


def reversal_legs(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """The same legs with the other sign: after it, the first posting never was."""
    return tuple(attrs.evolve(leg, amount_minor=-leg.amount_minor) for leg in legs)
