"""To which documents money goes that names none: the company chooses among five ways, the law orders parts inside."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from puntual.core.errors import UnusableInput
from puntual.core.ledger.allocation import (
    CAPITAL_FIRST,
    COSTS_FIRST,
    Applied,
    OpenItem,
    Strategy,
    shares,
    spread,
)
from puntual.core.ledger.books import Component
from puntual.core.ledger.explain import explain
from puntual.core.ledger.statement import MatchRules, Open
from puntual.core.negotiation.rules import read_cash

TODAY = date(2026, 3, 10)
#: Due in January; due in February with interest running; due in February, the largest; not due yet.
OLD = OpenItem(1, date(2026, 1, 10), 300_00)
COSTLY = OpenItem(2, date(2026, 2, 10), 200_00, interest_minor=20_00)
LARGE = OpenItem(3, date(2026, 2, 10), 900_00)
COMING = OpenItem(4, date(2026, 4, 10), 500_00)
ALL = (COMING, LARGE, COSTLY, OLD)


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        (Strategy.OLDEST, ((1, 300_00), (2, 220_00), (3, 80_00))),
        (Strategy.LARGEST, ((3, 600_00),)),
        # Of those that are due, first what bears interest, then the oldest.
        (Strategy.LEGAL, ((2, 220_00), (1, 300_00), (3, 80_00))),
        (Strategy.PRO_RATA, ((1, 93_75), (2, 68_75), (3, 281_25), (4, 156_25))),
        (Strategy.PAYER, ()),
    ],
)
def test_six_hundred_go_where_the_policy_says(strategy, wanted):
    assert shares(600_00, ALL, strategy, TODAY) == (wanted, 600_00 if strategy is Strategy.PAYER else 0)


def test_by_law_what_is_of_one_day_is_paid_in_proportion_and_what_is_not_due_waits():
    twins = [OpenItem(1, TODAY, 100_00), OpenItem(2, TODAY, 300_00), OpenItem(3, date(2026, 5, 1), 50_00, 5_00)]
    assert shares(200_00, twins, Strategy.LEGAL, TODAY) == (((1, 50_00), (2, 150_00)), 0)
    assert shares(410_00, twins, Strategy.LEGAL, TODAY) == (((1, 100_00), (2, 300_00), (3, 10_00)), 0)


@pytest.mark.parametrize("strategy", list(Strategy))
def test_inside_a_document_the_law_orders_whatever_the_policy_says(strategy):
    """A company's costs first where the law says so, a person's capital first: no policy turns it round."""
    [debt] = [OpenItem(1, TODAY, 100_00, interest_minor=10_00, fee_minor=5_00)]
    law, _ = spread(12_00, [debt], COSTS_FIRST, strategy, TODAY)
    kind, _ = spread(12_00, [debt], CAPITAL_FIRST, strategy, TODAY)
    if strategy is Strategy.PAYER:
        assert law == kind == []
        return
    assert law == [Applied(1, Component.FEE, 5_00), Applied(1, Component.INTEREST, 7_00)]
    assert kind == [Applied(1, Component.PRINCIPAL, 12_00)]


debts = st.lists(
    st.builds(
        OpenItem,
        st.integers(1, 10**6),
        st.dates(date(2026, 1, 1), date(2026, 6, 1)),
        st.integers(0, 10**7),
        st.integers(0, 10**5),
    ),
    max_size=8,
    unique_by=lambda d: d.due_item,
)


@given(st.integers(0, 10**8), debts, st.sampled_from(list(Strategy)))
def test_not_a_cent_more_nor_less(amount, owed, strategy):
    parts, left = shares(amount, owed, strategy, TODAY)
    got = dict(parts)
    opened = {d.due_item: d.open_minor for d in owed}
    assert sum(got.values()) + left == amount and len(got) == len(parts)
    assert all(0 < minor <= opened[item] for item, minor in got.items())
    if strategy is not Strategy.PAYER:
        assert left == max(0, amount - sum(opened.values()))


def test_a_deposit_that_names_nothing_follows_the_policy_and_one_that_does_is_obeyed():
    opens = [Open(1, 9, "A-1", date(2026, 1, 10), 300_00, "MXN"), Open(3, 9, "A-3", date(2026, 2, 10), 900_00, "MXN")]
    largest = MatchRules(strategy=Strategy.LARGEST)
    assert explain(500_00, opens, (), largest, TODAY).parts == ((3, 500_00),)
    assert explain(200_00, opens, (1,), largest, TODAY).parts == ((1, 200_00),)
    waits = explain(500_00, opens, (), MatchRules(strategy=Strategy.PAYER), TODAY)
    assert (waits.reason, waits.parts, waits.unapplied_minor) == ("match_unnamed", (), 500_00)
    # The amount speaks too: it is just what one document asks.
    assert explain(900_00, opens, (), MatchRules(strategy=Strategy.PAYER), TODAY).parts == ((3, 900_00),)


def test_the_policy_writes_it_in_spanish():
    assert read_cash({"reparto": "legal"}).of("MXN").strategy is Strategy.LEGAL
    assert read_cash(None).strategy is Strategy.OLDEST
    with pytest.raises(UnusableInput, match="use antigua, mayor, legal, proporcional, pagador"):
        read_cash({"reparto": "lo que sea"})
