"""Before a switch: what other ways of choosing would have brought, on a simulation whose truth is known."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from puntual.core.reports.choices_value import BEST, CHOICES, POLICY, happened, values, ways
from puntual.core.segments.contactability import cells, of_options, pick

#: What each option truly brings, and how much better all go with a keen payer.
TRUTH = {"email:morning": 0.20, "email:evening": 0.22, "sms:morning": 0.30, "sms:evening": 0.38}
KEEN = 0.2


def logged(n=24_000, seed=0):
    """Choices as the run makes them: learnt from some history, with a share of chance, the chance kept."""
    random = np.random.default_rng(seed)
    history = [
        (int(p), *option.split(":"), bool(random.random() < rate))
        for option, rate in TRUTH.items()
        for p in random.integers(0, n, 150)
    ]
    known = cells(pl.DataFrame(history, schema=["party", "channel", "daypart", "answered"], orient="row"))
    options = pl.DataFrame({"party": np.repeat(np.arange(n), 4), "option": list(TRUTH) * n}).with_columns(
        channel=pl.col("option").str.split(":").list.get(0), daypart=pl.col("option").str.split(":").list.get(1)
    )
    picked = pick(of_options(known, options), explore=0.15, salt=str(seed)).sort("party")
    rate = picked["option"].replace_strict(TRUTH, return_dtype=pl.Float64).to_numpy() + KEEN * (np.arange(n) % 2)
    paid = random.random(n) < rate
    return picked.select(
        "party", "propensity", chosen="option", offered=pl.lit(" ".join(TRUTH)), answered=pl.Series(paid).cast(float),
        paid=pl.Series(paid).cast(float),
    ).select(*CHOICES)  # fmt: skip


def test_each_way_of_choosing_is_valued_at_what_it_truly_brings():
    found = [logged(seed=s) for s in range(6)]
    truth = {POLICY: 0.20, BEST: 0.38, "channel:email": 0.21, "channel:sms": 0.34}
    assert ways(found[0]) == [POLICY, BEST, "channel:email", "channel:sms"]
    for way, rate in truth.items():
        said = [values(one, [way], ["paid"])[0].estimate.doubly_robust for one in found]
        assert np.mean(said) == pytest.approx(rate + KEEN / 2, abs=0.01), way


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    inside = 0
    for seed in range(12):
        low, high = values(logged(6_000, seed), [BEST], ["paid"])[0].estimate.interval
        inside += low <= 0.38 + KEEN / 2 <= high
    assert inside >= 10


def test_what_was_done_is_not_what_the_policy_alone_would_have_brought():
    one = logged()
    alone = values(one, [POLICY], ["answered"])[0].estimate
    assert happened(one, "answered") > alone.interval[1]


def test_few_choices_or_no_chance_are_refused_in_words():
    few = values(logged(60), [POLICY], ["paid"])[0]
    assert few.estimate is None and few.why_not == "Hay 60 decisiones con su azar anotado; hacen falta 100."
    always = logged(2_000).with_columns(chosen=pl.lit("sms:evening"), propensity=pl.lit(1.0))
    never = values(always, ["channel:email"], ["paid"])[0]
    assert never.estimate is None and "No se puede estimar" in never.why_not
