"""Interest is the same whether a payment was known on its day or told weeks later."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from puntual.core.ledger.allocation import CAPITAL_FIRST, COSTS_FIRST, OpenItem, spread
from puntual.core.ledger.books import Component
from puntual.core.ledger.late_money import Booked, Fixed, Item, Paid, replay

BEGIN = date(2026, 1, 1)
LAST = 30
DAY = timedelta(days=1)


def interest(item, terms, capital, first, last):
    """Rounded up to the last day less rounded up to the day before the first, at 36.5 % a year: 1 in 1,000 a day."""

    def until(day):
        return (capital * (day - BEGIN).days + 500) // 1000

    return until(last) - until(first - DAY)


class InTime:
    """The books night after night, every payment known on its day: said as plainly as can be."""

    def __init__(self, debts, payments, order):
        self.parts = {i: {Component.PRINCIPAL: minor, Component.INTEREST: 0} for i, minor in enumerate(debts, 1)}
        self.spare = 0
        for n in range(1, LAST + 1):
            day = BEGIN + n * DAY
            for i, parts in self.parts.items():
                parts[Component.INTEREST] += interest(i, 0, parts[Component.PRINCIPAL], day, day)
            for amount in [a for d, a in payments if d == n]:
                items = [
                    OpenItem(i, BEGIN + i * DAY, p[Component.PRINCIPAL], p[Component.INTEREST])
                    for i, p in self.parts.items()
                ]
                applied, left = spread(amount, items, order)
                self.spare += left
                for a in applied:
                    self.parts[a.due_item][a.component] -= a.amount_minor


debts = st.lists(st.integers(1_000, 900_000), min_size=1, max_size=3)
payments = st.lists(st.tuples(st.integers(1, LAST), st.integers(1, 700_000)), min_size=1, max_size=4)


class TestToldLate:
    @settings(max_examples=200, deadline=None)
    @given(debts, payments, st.sampled_from([CAPITAL_FIRST, COSTS_FIRST]))
    def test_the_end_is_the_one_of_payments_known_in_time(self, owed, paid, order):
        items = [
            Item(i, BEGIN + i * DAY, (Fixed(BEGIN, Component.PRINCIPAL, minor),)) for i, minor in enumerate(owed, 1)
        ]
        booked = [Booked(i, BEGIN + DAY, BEGIN + LAST * DAY, minor) for i, minor in enumerate(owed, 1)]
        told = [Paid(n, BEGIN + d * DAY, minor, ()) for n, (d, minor) in enumerate(paid)]
        found = replay(items, booked, told, interest, order)
        known = InTime(owed, paid, order)
        for i, minor in enumerate(owed, 1):
            earned = sum(p.interest_minor for p in found.pieces if p.due_item == i)
            left = {Component.PRINCIPAL: minor, Component.INTEREST: earned}
            for a in (a for applied in found.applied.values() for a in applied if a.due_item == i):
                left[a.component] -= a.amount_minor
            assert left == known.parts[i]
        applied = sum(a.amount_minor for rows in found.applied.values() for a in rows)
        assert sum(minor for _, minor in paid) - applied == known.spare

    def test_what_was_in_dispute_still_bears_nothing(self):
        items = [Item(1, BEGIN, (Fixed(BEGIN, Component.PRINCIPAL, 100_000),))]
        booked = [Booked(1, BEGIN + DAY, BEGIN + 10 * DAY, 60_000, held_minor=40_000)]
        found = replay(items, booked, [Paid(1, BEGIN + 5 * DAY, 30_000, ())], interest, CAPITAL_FIRST)
        assert [(p.first.day, p.last.day, p.capital_minor) for p in found.pieces] == [(2, 6, 60_000), (7, 11, 30_000)]

    def test_a_day_is_never_charged_on_more_than_it_was(self):
        items = [Item(1, BEGIN, (Fixed(BEGIN, Component.PRINCIPAL, 100_000),))]
        booked = [Booked(1, BEGIN + DAY, BEGIN + 10 * DAY, 20_000)]
        found = replay(items, booked, [], interest, CAPITAL_FIRST)
        assert [p.capital_minor for p in found.pieces] == [20_000]
