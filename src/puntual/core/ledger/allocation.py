"""Which debts a payment pays. One payment at a time, over frozen values; the books record what this says.

Among documents the company's policy chooses (`Strategy`), unless whoever pays says which; inside a document the law of
the country orders capital, interest and fees, and no policy changes that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Protocol, TypeVar

import attrs

from puntual.core import money
from puntual.core.ledger.books import Component


class Strategy(StrEnum):
    """To which documents money goes when nobody said which; the values are the words of a policy.

    LEGAL is what the civil codes say where nobody chooses: what is due before what is not, then what weighs most on the
    debtor (what bears charges), then the oldest, and in equal shares what is of one day (Mexico, CCF art. 2093; Spain,
    CC art. 1174; Peru, CC art. 1259). PAYER: nothing, it stays in favour until the payer says.
    """

    OLDEST = "antigua"
    LARGEST = "mayor"
    LEGAL = "legal"
    PRO_RATA = "proporcional"
    PAYER = "pagador"


class Debt(Protocol):
    """What the choice among documents looks at. `charged`: it bears interest or fees today."""

    @property
    def due_item(self) -> int: ...
    @property
    def due_on(self) -> date: ...
    @property
    def open_minor(self) -> int: ...
    @property
    def charged(self) -> bool: ...


D = TypeVar("D", bound=Debt)


@attrs.frozen
class OpenItem:
    """What is open of one due item, by component."""

    due_item: int
    due_on: date
    principal_minor: int
    interest_minor: int = 0
    fee_minor: int = 0

    @property
    def open_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fee_minor

    @property
    def charged(self) -> bool:
        return self.interest_minor > 0 or self.fee_minor > 0

    def part(self, component: Component) -> int:
        return {
            Component.PRINCIPAL: self.principal_minor,
            Component.INTEREST: self.interest_minor,
            Component.FEE: self.fee_minor,
        }[component]


#: Default order inside a due item: capital first, which is kinder to the person. Countries with another order say so
#: as data.
CAPITAL_FIRST = (Component.PRINCIPAL, Component.INTEREST, Component.FEE)
COSTS_FIRST = (Component.FEE, Component.INTEREST, Component.PRINCIPAL)


@attrs.frozen
class Applied:
    """How much of a payment goes to one component of one due item."""

    due_item: int
    component: Component
    amount_minor: int


def shares(
    amount_minor: int, debts: Iterable[D], strategy: Strategy, on: date
) -> tuple[tuple[tuple[int, int], ...], int]:
    """How much of an amount goes to each document on a day, and what is left. ValueError for a negative amount."""
    if amount_minor < 0:
        raise ValueError("a payment to apply is not negative")
    left, found = amount_minor, []
    for group in _groups([d for d in debts if d.open_minor > 0], strategy, on):
        opened = [d.open_minor for d in group]
        parts = money.allocate(min(left, sum(opened)), opened)
        found += [(d.due_item, part) for d, part in zip(group, parts) if part]
        left -= sum(parts)
    return tuple(found), left


def _groups(debts: Sequence[D], strategy: Strategy, on: date) -> list[list[D]]:
    """The documents in the order in which money reaches them; those of one group share it by what they owe."""
    if strategy is Strategy.PAYER:
        return []
    if strategy is Strategy.PRO_RATA:
        return [sorted(debts, key=_age)] if debts else []
    if strategy is Strategy.LARGEST:
        return [[d] for d in sorted(debts, key=lambda d: (-d.open_minor, *_age(d)))]
    if strategy is Strategy.LEGAL:
        ordered = sorted(debts, key=lambda d: (*_weight(d, on), d.due_item))
        return [list(group) for _, group in groupby(ordered, key=lambda d: _weight(d, on))]
    return [[d] for d in sorted(debts, key=_age)]


def _age(debt: Debt) -> tuple[date, int]:
    return debt.due_on, debt.due_item


def _weight(debt: Debt, on: date) -> tuple[bool, bool, date]:
    """Due before not due, charged before uncharged, old before new."""
    return debt.due_on > on, not debt.charged, debt.due_on


def spread(
    amount_minor: int,
    items: Sequence[OpenItem],
    order: Sequence[Component] = CAPITAL_FIRST,
    strategy: Strategy = Strategy.OLDEST,
    on: date = date.max,
) -> tuple[list[Applied], int]:
    """Apply an amount that names no document: among documents by the strategy, inside each by the law's order. Gives
    the applications and what is left unapplied."""
    parts, left = shares(amount_minor, items, strategy, on)
    return named(parts, items, order)[0], left


def in_order(
    amount_minor: int, items: Sequence[OpenItem], order: Sequence[Component] = CAPITAL_FIRST
) -> tuple[list[Applied], int]:
    """Apply an amount to items in the order given, never more than is open. ValueError for a negative amount."""
    if amount_minor < 0:
        raise ValueError("a payment to apply is not negative")
    left, applied = amount_minor, []
    for item in items:
        for component in order:
            piece = min(left, max(item.part(component), 0))
            if piece:
                applied.append(Applied(item.due_item, component, piece))
                left -= piece
    return applied, left


def named(
    wanted: Sequence[tuple[int, int]], items: Sequence[OpenItem], order: Sequence[Component] = CAPITAL_FIRST
) -> tuple[list[Applied], int]:
    """Apply to each named (due item, amount) at most what is open there. Gives the applications and the excess."""
    by_id = {item.due_item: item for item in items}
    applied, excess = [], 0
    for due_item, minor in wanted:
        item = by_id.get(due_item)
        pieces, left = in_order(minor, [item] if item else [], order)
        applied += pieces
        excess += left
    return applied, excess
