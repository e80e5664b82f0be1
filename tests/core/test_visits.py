"""The route of a day and its lawful hours."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from puntual.core.visits import Stop, in_order, lawful, metres, planned_at
from puntual.core.visits.route import length

#: Five places of Monterrey.
PLACES = [
    Stop(1, 25.6866, -100.3161), Stop(2, 25.6714, -100.3094), Stop(3, 25.7500, -100.2900), Stop(4, 25.6510, -100.2895),
    Stop(5, 25.6790, -100.3180),
]  # fmt: skip
SIX = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_distance_is_that_of_the_law_of_cosines():
    mexico, monterrey = Stop(1, 19.4326, -99.1332), Stop(2, 25.6866, -100.3161)
    (a, b, c, d) = (math.radians(x) for x in (19.4326, 25.6866, -99.1332, -100.3161))
    central = math.acos(math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(d - c))
    assert metres(mexico, monterrey) == round(6_371_000 * central) == 705_926


def test_the_route_is_the_shortest_there_is_for_a_handful_of_stops():
    start = Stop(0, 25.6866, -100.3161)
    best = min(length(order, start) for order in permutations(PLACES))
    assert length(in_order(PLACES, start), start) == best


def test_what_has_no_known_place_goes_last_and_nobody_is_left_out():
    unknown = [Stop(8), Stop(9)]
    assert [s.key for s in in_order([unknown[0], *PLACES, unknown[1]])][-2:] == [8, 9]
    assert sorted(s.key for s in in_order([*unknown, *PLACES])) == [1, 2, 3, 4, 5, 8, 9]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-33, 33), st.floats(-100, -60)), min_size=1, max_size=12))
def test_mending_never_lengthens_a_route_nor_loses_a_stop(places):
    stops = [Stop(i, lat, lon) for i, (lat, lon) in enumerate(places)]
    route = in_order(stops)
    assert sorted(s.key for s in route) == list(range(len(stops)))
    assert length(route) <= length(stops)


def test_half_hours_that_follow_one_another_are_one_stretch():
    allowed = [SIX + timedelta(minutes=30 * n) for n in (2, 3, 4, 8)]
    found = lawful(allowed)
    hours = [((w.opens - SIX).total_seconds() / 3600, (w.closes - SIX).total_seconds() / 3600) for w in found]
    assert hours == [(1.0, 2.5), (4.0, 4.5)]
    assert found[0].holds(SIX + timedelta(hours=1))
    assert not found[0].holds(SIX + timedelta(hours=2, minutes=30))


def test_a_stop_is_planned_at_the_first_lawful_moment_or_not_at_all():
    windows = lawful([SIX + timedelta(minutes=30 * n) for n in (2, 3, 8)])
    assert planned_at(windows, SIX)[0] == SIX + timedelta(hours=1)
    assert planned_at(windows, SIX + timedelta(minutes=70))[0] == SIX + timedelta(minutes=70)
    assert planned_at(windows, SIX + timedelta(hours=3))[0] == SIX + timedelta(hours=4)
    assert planned_at(windows, SIX + timedelta(hours=5)) is None
    assert planned_at((), SIX) is None
