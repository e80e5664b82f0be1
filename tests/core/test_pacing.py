"""The predictive dialer's pace: people who answer find an agent, within a cap that is never spent on credit."""

from __future__ import annotations

import attrs
import pytest

from puntual.core.dialer import Observation, PacingRules, pace
from puntual.simulators.floor import Floor

QUIET = Observation(
    now_s=0.0, idle=5, talking_s=(), wrapping_s=(), ringing_s=(), waiting=0, finished=(), talk_samples_s=(),
    wrap_samples_s=(),
)  # fmt: skip
CALM = tuple((float(i), "human" if i % 4 == 0 else "no_answer", 9.0 if i % 4 == 0 else 27.0) for i in range(400))


def seen(**more):
    return attrs.evolve(QUIET, **more)


def test_it_begins_with_one_call_for_each_free_agent():
    assert pace(QUIET, PacingRules()) == 5


def test_calls_already_ringing_count():
    assert pace(seen(ringing_s=(1.0, 3.0, 5.0)), PacingRules()) == 2


def test_once_it_knows_the_floor_it_places_more_calls_than_agents():
    assert pace(seen(finished=CALM, talk_samples_s=(150.0,) * 50, wrap_samples_s=(25.0,) * 50), PacingRules()) > 5


def test_over_the_cap_it_goes_back_to_one_for_one():
    lost = CALM + tuple((500.0 + i, "abandoned", 9.0) for i in range(10))
    assert pace(seen(finished=lost), PacingRules()) == 5


def test_a_cap_of_zero_never_calls_more_people_than_agents():
    assert pace(seen(finished=CALM), PacingRules(abandon_cap=0.0)) == 5


def test_nobody_free_and_somebody_waiting_places_nothing():
    assert pace(seen(idle=0, waiting=2, talking_s=(10.0,) * 5, finished=CALM), PacingRules(abandon_cap=0.0)) == 0


def test_lines_are_a_limit():
    assert pace(seen(finished=CALM), PacingRules(max_lines=3)) == 3


def test_without_agents_nothing_rings():
    assert pace(seen(idle=0), PacingRules()) == 0


def test_a_better_list_needs_fewer_calls():
    rules = PacingRules()
    poor = pace(seen(finished=CALM, answer_probability=0.15), rules)
    good = pace(seen(finished=CALM, answer_probability=0.9), rules)
    assert poor > good >= 5


@pytest.mark.parametrize("cap", [0.0, 0.03])
def test_half_an_hour_on_a_floor_loses_no_call_from_sight(cap):
    floor = Floor(6, PacingRules(abandon_cap=cap), seed=3)
    result = floor.run(0.5)
    answered = sum(outcome in ("human", "abandoned") for _, outcome, _ in floor.finished)
    assert result.connected + result.abandoned == answered
    assert result.placed == len(floor.finished) + len(floor.ringing) + len(floor.waiting)
    assert floor.idle + len(floor.talking) + len(floor.wrapping) == 6
    if cap == 0.0:
        assert result.abandoned == 0
