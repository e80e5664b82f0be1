"""Choosing: small days checked by hand, small days checked against an exact solver, a large day against its bound."""

import time

import highspy
import numpy as np
import polars as pl
import pytest

from puntual.core.errors import UnusableInput
from puntual.core.frames import FrameError
from puntual.core.planning import Capacity, choose, decide, dual_bound
from puntual.core.planning.candidates import with_value
from puntual.core.planning.worklist import worklist

COLUMNS = ("party", "action", "channel", "expected_value_minor", "cost_minor", "minutes")


def day(*rows):
    return pl.DataFrame([dict(zip(COLUMNS, row)) for row in rows])


def test_each_party_gets_only_its_best_action_when_nothing_is_scarce():
    candidates = day(
        (1, 10, "email", 500, 1, 0),
        (1, 11, "call", 900, 300, 6),
        (2, 12, "email", 80, 1, 0),
        (2, 13, "sms", 200, 40, 0),
    )
    chosen = choose(candidates, Capacity())
    assert chosen["action"].to_list() == [11, 13]
    assert chosen["net_value_minor"].to_list() == [600, 160]
    assert dual_bound(candidates, Capacity()) == 760


def test_a_contact_that_costs_what_it_brings_is_not_made():
    candidates = day((1, 10, "call", 300, 300, 5), (2, 11, "call", 100, 300, 5))
    assert choose(candidates, Capacity()).height == 0
    assert dual_bound(candidates, Capacity()) == 0


def test_scarce_minutes_go_where_a_minute_brings_most():
    candidates = day((1, 10, "call", 1000, 0, 10), (2, 11, "call", 700, 0, 5), (3, 12, "call", 600, 0, 5))
    assert choose(candidates, Capacity(minutes=10))["action"].to_list() == [11, 12]


def test_who_does_not_get_a_call_gets_the_message_that_is_left():
    candidates = day(
        (1, 10, "call", 1000, 0, 5),
        (1, 11, "email", 300, 0, 0),
        (2, 12, "call", 900, 0, 5),
        (2, 13, "email", 800, 0, 0),
    )
    chosen = choose(candidates, Capacity(minutes=5))
    assert chosen["action"].to_list() == [10, 13]


@pytest.mark.parametrize(
    ("capacity", "actions"),
    [
        (Capacity(channel_counts={"sms": 1}), [10, 12]),
        (Capacity(channel_budget_minor={"sms": 50}), [11, 12]),
        (Capacity(budget_minor=60), [11, 12]),
        (Capacity(lines=1, line_minutes=4), [10, 11]),
        (Capacity(lines=0), [10, 11]),
        (Capacity(approvals=1), [10, 12]),
        (Capacity(channel_counts={"carta": 0}), [10, 11, 12]),
    ],
)
def test_every_kind_of_limit_is_respected(capacity, actions):
    candidates = day((1, 10, "sms", 900, 60, 0), (2, 11, "sms", 850, 50, 0), (3, 12, "call", 400, 10, 5)).with_columns(
        needs_approval=pl.Series([True, True, False])
    )
    assert choose(candidates, capacity)["action"].to_list() == actions


def test_voice_robots_use_lines_but_no_agent():
    candidates = day((1, 10, "voice", 500, 5, 0), (2, 11, "voice", 400, 5, 0)).with_columns(line_minutes=pl.lit(2.0))
    assert choose(candidates, Capacity(minutes=0, lines=1, line_minutes=2))["action"].to_list() == [10]


def test_nothing_to_choose_from_is_an_empty_choice():
    nothing = day((1, 10, "email", 1, 0, 0)).clear()
    assert choose(nothing, Capacity(minutes=5)).height == 0
    assert dual_bound(nothing, Capacity(minutes=5)) == 0


def test_a_capacity_below_zero_is_refused_with_a_sentence():
    with pytest.raises(UnusableInput, match="minutos"):
        Capacity(minutes=-1)
    with pytest.raises(UnusableInput, match="cantidad de sms"):
        Capacity(channel_counts={"sms": -3})


def test_candidates_without_a_column_or_with_negative_costs_are_a_defect():
    candidates = day((1, 10, "email", 1, 0, 0))
    with pytest.raises(FrameError, match="minutes is missing"):
        choose(candidates.drop("minutes"), Capacity())
    with pytest.raises(FrameError, match="not negative"):
        choose(candidates.with_columns(cost_minor=pl.lit(-1)), Capacity())


def random_day(seed):
    random = np.random.default_rng(seed)
    parties, each = int(random.integers(1, 60)), int(random.integers(1, 5))
    rows, rich = parties * each, seed % 2 == 0
    candidates = pl.DataFrame(
        {
            "party": random.integers(0, parties, rows),
            "action": np.arange(rows),
            "channel": random.choice(["email", "sms", "whatsapp", "call"], rows),
            "expected_value_minor": random.integers(-50, 5000 if rich else 20, rows),
            "cost_minor": random.integers(0, 300 if rich else 5, rows),
            "minutes": random.integers(0, 15, rows),
        }
    )
    capacity = Capacity(
        minutes=float(random.integers(0, parties * 5)),
        lines=int(random.integers(0, 3)),
        line_minutes=60,
        budget_minor=int(random.integers(0, parties * (120 if rich else 2))),
        channel_counts={"sms": int(random.integers(0, parties)), "whatsapp": int(random.integers(0, 5))},
        channel_budget_minor={"call": int(random.integers(0, 2000))},
    )
    return candidates, capacity


def exact_value(candidates, capacity):
    """The same day written for HiGHS from the definition, not from the product's own arrays."""
    net = (candidates["expected_value_minor"] - candidates["cost_minor"]).to_numpy()
    channel, minutes, cost = (candidates[c].to_numpy() for c in ("channel", "minutes", "cost_minor"))
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    for i, gain in enumerate(net):
        solver.addVar(0, 1)
        solver.changeColCost(i, -float(gain))
        solver.changeColIntegrality(i, highspy.HighsVarType.kInteger)

    def at_most(limit, weights):
        used = np.flatnonzero(weights).astype(np.int32)
        solver.addRow(-highspy.kHighsInf, float(limit), len(used), used, np.asarray(weights, dtype=float)[used])

    for party in np.unique(candidates["party"].to_numpy()):
        at_most(1, candidates["party"].to_numpy() == party)
    at_most(capacity.minutes, minutes)
    at_most(capacity.lines * capacity.line_minutes, np.where(channel == "call", minutes, 0))
    at_most(capacity.budget_minor, cost)
    for name, limit in capacity.channel_counts.items():
        at_most(limit, channel == name)
    for name, limit in capacity.channel_budget_minor.items():
        at_most(limit, np.where(channel == name, cost, 0))
    solver.run()
    return round(-solver.getObjectiveValue())


def test_small_days_are_as_good_as_an_exact_solver_finds_and_say_so():
    proven = 0
    for seed in range(120):
        candidates, capacity = random_day(seed)
        choice, best = decide(candidates, capacity), exact_value(candidates, capacity)
        assert choice.value_minor == best, seed
        assert choice.bound_minor >= best
        proven += choice.proven
    assert proven >= 118


def test_a_large_day_is_within_a_thousandth_of_its_bound():
    candidates, capacity = large_day(200_000)
    started = time.process_time()
    choice = decide(candidates, capacity)
    assert choice.gap <= 0.001
    assert choice.value_minor / dual_bound(candidates, capacity) >= 0.999
    assert time.process_time() - started < 6


def large_day(rows):
    random = np.random.default_rng(7)
    parties, names = rows // 4, np.array(["email", "whatsapp", "sms", "call"])
    channel = np.tile(np.arange(4), parties)
    worth = random.lognormal(8, 1.2, parties).repeat(4) * np.array([0.3, 0.6, 0.4, 1.0])[channel]
    candidates = pl.DataFrame(
        {
            "party": np.arange(parties).repeat(4),
            "action": np.arange(rows),
            "channel": names[channel],
            "expected_value_minor": (worth * random.uniform(0.3, 1.7, rows)).astype(np.int64),
            "cost_minor": np.array([1, 60, 40, 300])[channel] * random.integers(1, 3, rows),
            "minutes": np.where(channel == 3, random.integers(3, 12, rows), 0),
        }
    )
    capacity = Capacity(
        minutes=parties * 0.5,
        budget_minor=parties * 40,
        channel_counts={"whatsapp": parties // 5, "sms": parties // 8},
        channel_budget_minor={"call": parties * 30},
    )
    return candidates, capacity


def test_value_is_what_the_action_brings_and_not_what_would_come_anyway():
    stakes = pl.DataFrame(
        {"party": [1, 2], "action": [10, 11], "channel": ["sms", "sms"], "amount_minor": [100_000, 100_000],
         "pays_anyway": [0.9, 0.2]}
    )  # fmt: skip
    economics = pl.DataFrame(
        {"channel": ["sms"], "cost_minor": [40], "minutes": [0.0], "reach": [0.5], "lift": [0.1], "harm_minor": [200]}
    )
    # 100,000 x 0.1 unpaid x 0.05 caused = 500, less 200 of harm; 100,000 x 0.8 x 0.05 = 4,000, less 200
    assert with_value(stakes, economics)["expected_value_minor"].to_list() == [300, 3800]


def test_what_is_known_of_the_party_beats_what_is_known_of_the_channel():
    stakes = pl.DataFrame(
        {"party": [1, 2], "action": [10, 11], "channel": ["call", "fax"], "amount_minor": [10_000, 10_000],
         "pays_anyway": [0.0, 0.0], "reach": [1.0, 1.0]}
    )  # fmt: skip
    economics = pl.DataFrame(
        {"channel": ["call"], "cost_minor": [300], "minutes": [6.0], "reach": [0.2], "lift": [0.5], "harm_minor": [0]}
    )
    valued = with_value(stakes, economics)
    assert valued["expected_value_minor"].to_list() == [5000]  # the fax has no known economics: it is not proposed
    assert set(valued.columns) == {*stakes.columns, *economics.columns, "expected_value_minor"}


def test_the_worklist_puts_everyone_in_a_group_and_says_why():
    candidates = day(
        (1, 10, "call", 9000, 300, 6),
        (2, 11, "email", 400, 1, 0),
        (3, 12, "email", 0, 1, 0),
        (4, 13, "call", 200, 300, 6),
        (5, 14, "call", 5000, 300, 6),
    ).with_columns(pays_anyway=pl.Series([0.2, 0.7, 0.95, 0.4, 0.3]))
    today = worklist(candidates, Capacity(minutes=6))
    assert today.select("party", "group", "reason").rows() == [
        (1, "at_risk", "worth_at_risk"),
        (2, "low_hanging", "worth_low_hanging"),
        (3, "wait", "pays_alone"),
        (4, "wait", "not_worth_cost"),
        (5, "wait", "capacity"),
    ]
    assert today["sentence"][0] == "Hay riesgo: solo 20 de cada 100 como este pagan solos en 30 días."
    assert today["sentence"][2] == "Conviene esperar: 95 de cada 100 como este pagan sin que se les avise."
