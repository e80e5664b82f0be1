"""Which debts a payment pays. One payment at a time, over frozen values; the books record what this says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import attrs

from puntual.core.ledger.books import Component


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


def oldest_first(
    amount_minor: int, items: Sequence[OpenItem], order: Sequence[Component] = CAPITAL_FIRST
) -> tuple[list[Applied], int]:
    """Apply an amount to open items, oldest due first. Gives the applications and what is left unapplied."""
    return in_order(amount_minor, sorted(items, key=lambda item: (item.due_on, item.due_item)), order)


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
