"""Money that is told late: what the interest and the application of every payment would have been had it been known.

One account and one currency are walked again from the first late day on: each payment meets the interest of the days
before it and no other, and each day bears interest on what was open when it began, never on more than was charged
then. Pure: the books compare this with what they hold and post the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import attrs

from puntual.core.ledger.allocation import Applied, OpenItem, Strategy, named, spread
from puntual.core.ledger.books import Component
from puntual.core.ledger.rates import ONE_DAY

#: Interest of (due item, terms, capital, first day, last day), in minor units.
InterestOf = Callable[[int, int, int, date, date], int]
#: What the policy of a day did with money that named no document.
StrategyOn = Callable[[date], Strategy]


@attrs.frozen
class Fixed:
    """What happened to one component of a due item and stays as it is: the sale, a credit note, a fee, old interest."""

    on: date
    component: Component
    amount_minor: int


@attrs.frozen
class Item:
    """A due item with what stays of it."""

    due_item: int
    due_on: date
    fixed: tuple[Fixed, ...]

    def part(self, component: Component, until: date | None = None) -> int:
        """What stays of a component at the end of a day, or in all."""
        rows = (f for f in self.fixed if f.component is component and (until is None or f.on <= until))
        return sum(f.amount_minor for f in rows)


@attrs.frozen
class Booked:
    """Interest in the books for the days [first, last] of a due item, on `capital_minor`; `held_minor` was in
    dispute. `terms`: what was agreed then."""

    due_item: int
    first: date
    last: date
    capital_minor: int
    held_minor: int = 0
    terms: int = 0


@attrs.frozen
class Paid:
    """A payment that was applied: when, how much of it, and to which due items."""

    event: int
    on: date
    amount_minor: int
    wanted: tuple[tuple[int, int], ...]


@attrs.frozen
class Piece:
    """Interest as it should be: the days [first, last] of a due item on one capital."""

    due_item: int
    first: date
    last: date
    capital_minor: int
    terms: int
    interest_minor: int


@attrs.frozen
class Replayed:
    """The pieces of interest above zero, and where each payment goes."""

    pieces: tuple[Piece, ...]
    applied: Mapping[int, tuple[Applied, ...]]


def replay(
    items: Sequence[Item],
    booked: Sequence[Booked],
    payments: Sequence[Paid],
    interest: InterestOf,
    order: Sequence[Component],
    strategy: StrategyOn = lambda _: Strategy.OLDEST,
) -> Replayed:
    """The account walked again. `booked` and `payments` are not among the `fixed` rows of the items."""
    walk = _Walk({i.due_item: i for i in items}, interest, order, strategy)
    moved = {f.on for i in items for f in i.fixed if f.component is Component.PRINCIPAL}
    days = sorted({p.on for p in payments} | moved)
    last = max((b.last for b in booked), default=date.min)
    for before, day in zip([None, *days], [*days, None]):
        for row in booked:
            walk.accrue(row, before, last if day is None else day)
        for p in sorted((p for p in payments if p.on == day), key=lambda p: p.event):
            walk.pay(p)
    return Replayed(tuple(p for p in walk.pieces if p.interest_minor > 0), walk.applied)


class _Walk:
    """Where the walk is: what was paid and what interest was earned so far."""

    def __init__(
        self, items: Mapping[int, Item], interest: InterestOf, order: Sequence[Component], strategy: StrategyOn
    ) -> None:
        self.items, self.interest, self.order, self.strategy = items, interest, order, strategy
        self.pieces: list[Piece] = []
        self.applied: dict[int, tuple[Applied, ...]] = {}
        self._paid: dict[tuple[int, Component], int] = {}

    def accrue(self, row: Booked, after: date | None, until: date) -> None:
        """Interest of the days of `row` in (after, until]: a day bears it on what was open when it began."""
        first = row.first if after is None else max(row.first, after + ONE_DAY)
        last = min(row.last, until)
        if last < first:
            return
        item = self.items[row.due_item]
        opened = item.part(Component.PRINCIPAL, first - ONE_DAY) - self._paid.get(
            (row.due_item, Component.PRINCIPAL), 0
        )
        capital = min(row.capital_minor, max(0, opened - row.held_minor))
        joined = self._joins(row, first, capital)
        begin = joined.first if joined else first
        minor = self.interest(row.due_item, row.terms, capital, begin, last) if capital else 0
        if joined:
            self.pieces.remove(joined)
        self.pieces.append(Piece(row.due_item, begin, last, capital, row.terms, minor))

    def _joins(self, row: Booked, first: date, capital: int) -> Piece | None:
        """The piece of the same item, capital and terms that ends the day before."""
        same = (row.due_item, capital, row.terms, first - ONE_DAY)
        return next((p for p in self.pieces if (p.due_item, p.capital_minor, p.terms, p.last) == same), None)

    def pay(self, paid: Paid) -> None:
        """The documents that the payment named first, as far as they were open that day; the rest by the policy."""
        opened = [self._open(item, paid.on) for item in self.items.values()]
        applied, _ = named(paid.wanted, opened, self.order)
        self._take(applied)
        left = paid.amount_minor - sum(a.amount_minor for a in applied)
        if left > 0:
            opened = [self._open(item, paid.on) for item in self.items.values()]
            more, _ = spread(left, opened, self.order, self.strategy(paid.on), paid.on)
            self._take(more)
            applied = [*applied, *more]
        self.applied[paid.event] = tuple(applied)

    def _take(self, applied: Sequence[Applied]) -> None:
        for a in applied:
            key = (a.due_item, a.component)
            self._paid[key] = self._paid.get(key, 0) + a.amount_minor

    def _open(self, item: Item, day: date) -> OpenItem:
        """What of an item could be paid that day: never more than what is left of it in the end."""
        earned = sum(p.interest_minor for p in self.pieces if p.due_item == item.due_item)
        parts = {c: min(item.part(c, day), item.part(c)) for c in Component}
        parts[Component.INTEREST] += earned
        left = {c: max(0, minor - self._paid.get((item.due_item, c), 0)) for c, minor in parts.items()}
        return OpenItem(
            item.due_item, item.due_on, left[Component.PRINCIPAL], left[Component.INTEREST], left[Component.FEE]
        )
