"""Whatever the day, the choice keeps every limit, one action a party, never loses money, and is the same twice."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from puntual.core.planning import Capacity, choose, dual_bound

CHANNELS = ["email", "sms", "call"]

rows = st.lists(
    st.tuples(
        st.integers(1, 8), st.sampled_from(CHANNELS), st.integers(-500, 5000), st.integers(0, 900), st.integers(0, 20),
        st.booleans(),
    ),
    min_size=1, max_size=24,
)  # fmt: skip
limit = st.none() | st.integers(0, 60)
money = st.none() | st.integers(0, 4000)
capacities = st.builds(
    Capacity,
    minutes=limit, lines=st.none() | st.integers(0, 2), line_minutes=st.just(15), budget_minor=money,
    channel_budget_minor=st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 2000)),
    channel_counts=st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 5)),
    approvals=st.none() | st.integers(0, 4),
)  # fmt: skip


def frame(drawn):
    party, channel, value, cost, minutes, held = zip(*drawn)
    return pl.DataFrame(
        {"party": party, "action": range(len(drawn)), "channel": channel, "expected_value_minor": value,
         "cost_minor": cost, "minutes": minutes, "needs_approval": held}
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(rows, capacities)
def test_the_choice_keeps_every_limit(drawn, capacity):
    chosen = choose(frame(drawn), capacity)
    assert chosen["party"].is_unique().all()
    assert (chosen["net_value_minor"] > 0).all()
    calls = chosen.filter(pl.col("channel") == "call")
    for used, cap in [
        (chosen["minutes"].sum(), capacity.minutes),
        (calls["minutes"].sum(), None if capacity.lines is None else capacity.lines * capacity.line_minutes),
        (chosen["cost_minor"].sum(), capacity.budget_minor),
        (chosen["needs_approval"].sum(), capacity.approvals),
    ]:
        assert cap is None or used <= cap
    for channel in CHANNELS:
        here = chosen.filter(pl.col("channel") == channel)
        assert here["cost_minor"].sum() <= capacity.channel_budget_minor.get(channel, 10**9)
        assert here.height <= capacity.channel_counts.get(channel, 10**9)


@settings(max_examples=60, deadline=None)
@given(rows, capacities)
def test_no_choice_beats_the_bound_and_more_capacity_never_hurts(drawn, capacity):
    candidates = frame(drawn)
    chosen = choose(candidates, capacity)
    assert chosen["net_value_minor"].sum() <= dual_bound(candidates, capacity)
    assert chosen["net_value_minor"].sum() <= choose(candidates, Capacity())["net_value_minor"].sum()


@settings(max_examples=40, deadline=None)
@given(rows, capacities)
def test_the_same_day_gives_the_same_choice(drawn, capacity):
    candidates = frame(drawn)
    assert choose(candidates, capacity).equals(choose(candidates.clone(), capacity))
