"""Experiments on simulations with a known truth: fair draws, honest intervals, stop rules, sizes, and other
policies."""

import numpy as np
import polars as pl
import pytest

from puntual.core.errors import Refused, UnusableInput
from puntual.core.reports.experiments import (
    anytime,
    assign,
    can_it_be_proved,
    effect,
    judge,
    sample_size,
    smallest_change,
    winsorise,
)  # fmt: skip
from puntual.core.reports.off_policy import estimate

PARTIES = pl.Series("party", np.arange(1, 20_001))
SHARES = {"control": 0.1, "actual": 0.45, "nueva": 0.45}


def test_a_party_stays_in_its_arm_whoever_else_is_there():
    arms = assign(PARTIES, "verano", SHARES)
    assert assign(PARTIES.slice(500, 30), "verano", SHARES).equals(arms.slice(500, 30))
    assert assign(pl.Series([1, 2, 3, 4, 5]), "verano", SHARES).to_list() == arms.head(5).to_list()


def test_the_draw_is_the_same_on_every_machine():
    halves = {"control": 0.5, "nueva": 0.5}
    drawn = assign(pl.Series([1, 2, 3, 4, 5, 6]), "verano-2026", halves).to_list()
    assert drawn == ["nueva", "nueva", "nueva", "nueva", "nueva", "control"]  # by splitmix64 over plain integers


def test_arms_have_their_shares_and_salts_are_independent():
    arms = assign(PARTIES, "verano", SHARES)
    counts = dict(arms.value_counts().iter_rows())
    assert counts["control"] == pytest.approx(2000, abs=130) and counts["nueva"] == pytest.approx(9000, abs=220)
    again = assign(PARTIES, "otoño", SHARES)
    both = ((arms == "control") & (again == "control")).sum()
    assert both == pytest.approx(200, abs=45)


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(UnusableInput, match="sumar 1"):
        assign(PARTIES, "x", {"control": 0.5, "nueva": 0.6})


def simulated(random, n=4000, lift=0.0):
    """Cash of each party and the forecast made before; the treatment adds `lift` to everyone."""
    forecast = random.gamma(2.0, 50.0, n)
    treated = random.random(n) < 0.5
    return forecast + random.normal(0, 40, n) + lift * treated, treated, forecast


def test_the_effect_is_unbiased_and_its_interval_holds_the_truth():
    random = np.random.default_rng(1)
    found = [effect(*simulated(random, lift=5.0)) for _ in range(300)]
    assert np.mean([f.estimate for f in found]) == pytest.approx(5.0, abs=0.25)
    assert 0.92 <= np.mean([f.low <= 5.0 <= f.high for f in found]) <= 0.98


def test_the_forecast_removes_what_it_already_explained():
    y, treated, forecast = simulated(np.random.default_rng(2), lift=5.0)
    plain, adjusted = effect(y, treated), effect(y, treated, forecast)
    assert adjusted.removed == pytest.approx(5000 / (5000 + 1600), abs=0.05)
    assert adjusted.standard_error < 0.55 * plain.standard_error
    assert adjusted.low <= 5.0 <= adjusted.high and adjusted.proven


def test_looking_every_day_does_not_make_a_difference_where_there_is_none():
    fooled_fixed = fooled_anytime = 0
    for seed in range(200):
        y, treated, _ = simulated(np.random.default_rng(1000 + seed), n=3000)
        looks = [effect(y[:n], treated[:n]) for n in range(200, 3001, 200)]
        fooled_fixed += any(look.proven for look in looks)
        fooled_anytime += any(anytime(look, look_at=1500).proven for look in looks)
    assert fooled_anytime <= 10  # 5 % of 200
    assert fooled_fixed >= 25  # what peeking at a fixed interval does


def test_a_real_difference_is_found_before_the_end():
    y, treated, forecast = simulated(np.random.default_rng(3), n=6000, lift=8.0)
    seen = anytime(effect(y, treated, forecast), look_at=3000)
    assert seen.proven and seen.low < 8.0 < seen.high


@pytest.mark.parametrize(("change", "each"), [(0.01, 37_700), (0.02, 9_400), (0.03, 4_200), (0.05, 1_500)])
def test_how_many_it_takes_at_a_base_of_forty_percent(change, each):
    assert sample_size(0.40, change) == pytest.approx(each, rel=0.03)


def test_the_size_asked_for_does_prove_the_change():
    random, n = np.random.default_rng(4), sample_size(0.40, 0.05)
    proven = 0
    for _ in range(300):
        y = np.concatenate([random.random(n) < 0.45, random.random(n) < 0.40]).astype(float)
        proven += effect(y, np.arange(2 * n) < n).low > 0
    assert 0.74 <= proven / 300 <= 0.86  # 80 % power


def test_what_cannot_be_proved_is_said_beforehand():
    assert can_it_be_proved(0.40, 0.05, 2000) == (True, "Sí: hacen falta 1534 clientes por grupo y hay 2000.")
    possible, sentence = can_it_be_proved(0.40, 0.02, 800)
    assert not possible and sentence.endswith("solo se puede demostrar una mejora de 6,9 puntos o más.")
    assert sample_size(0.40, smallest_change(0.40, 800)) <= 800
    assert smallest_change(0.40, 2) == pytest.approx(0.6)
    with pytest.raises(UnusableInput):
        sample_size(0.40, 0.7)


def test_one_giant_payment_does_not_decide():
    cash = np.append(np.full(999, 100.0), 10_000_000.0)
    assert winsorise(cash).max() == pytest.approx(100.0)


def test_harm_stops_what_recovers_more():
    random = np.random.default_rng(5)
    y, treated, forecast = simulated(random, n=8000, lift=8.0)
    complaints = (random.random(8000) < np.where(treated, 0.08, 0.01)).astype(float)
    calm = (random.random(8000) < 0.01).astype(float)
    primary, limits = effect(y, treated, forecast), {"quejas": 0.01}

    def verdict(harm, found=primary, over=False):
        return judge(found, {"quejas": effect(harm, treated)}, over=over, look_at=8000, limits=limits).code

    assert verdict(complaints) == "stop_harm"
    assert verdict(calm) == "stop_better"
    assert verdict(calm, effect(-y, treated, -forecast)) == "stop_worse"
    nothing = effect(*simulated(random))
    assert verdict(calm, nothing) == "go_on" and verdict(calm, nothing, over=True) == "ended"


def test_an_arm_of_one_is_refused():
    with pytest.raises(UnusableInput, match="dos clientes"):
        effect(np.array([1.0, 2.0]), np.array([True, False]))


def contact_log(random, n=6000, explored=0.2, logged=True):
    """Collectors contact the worst payers; a fifth is decided by a coin. A contact adds 0.041 on average, never
    less."""
    risk = random.random(n)
    rule = risk > 0.6
    coin = random.random(n) < explored
    contacted = np.where(coin, random.random(n) < 0.5, rule)
    chance = explored * 0.5 + (1 - explored) * rule
    propensity = np.where(contacted, chance, 1 - chance)
    base, lift = 0.75 - 0.5 * risk, 0.082 * risk
    paid = (random.random(n) < base + lift * contacted).astype(float)
    guess = 0.7 - 0.45 * risk  # a model that is a little wrong everywhere
    return pl.DataFrame({
        "propensity": propensity if logged else np.where(rule == contacted, 1.0, 0.0), "reward": paid,
        "target": contacted.astype(float), "model_logged": guess + 0.05 * contacted, "model_target": guess + 0.05,
    }), contacted, float((base + lift).mean())  # fmt: skip


def test_what_another_policy_would_bring_is_right_where_chance_was_logged():
    errors = {"ips": [], "snips": [], "doubly_robust": []}
    naive, held = [], 0
    for seed in range(200):
        logs, contacted, truth = contact_log(np.random.default_rng(seed))
        found = estimate(logs)
        for name, list_ in errors.items():
            list_.append(getattr(found, name) - truth)
        held += found.interval[0] <= truth <= found.interval[1]
        naive.append(logs["reward"].to_numpy()[contacted].mean() - logs["reward"].to_numpy()[~contacted].mean())
    assert all(abs(np.mean(e)) < 0.01 for e in errors.values())
    assert np.std(errors["doubly_robust"]) < np.std(errors["ips"])
    assert 0.90 <= held / 200 <= 0.99
    assert np.mean(naive) < -0.1  # contacted less not contacted has even the wrong sign


def test_the_hold_out_tells_the_effect_that_observation_gets_wrong():
    errors = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        risk, treated = random.random(6000), random.random(6000) < 0.5
        paid = (random.random(6000) < 0.75 - 0.5 * risk + 0.082 * risk * treated).astype(float)
        errors.append(effect(paid, treated, 0.7 - 0.45 * risk).estimate - 0.082 * risk.mean())
    assert abs(np.mean(errors)) < 0.01 and np.std(errors) < 0.02


def test_without_logged_chance_or_overlap_there_is_no_figure():
    logs, _, _ = contact_log(np.random.default_rng(1), explored=0.0, logged=False)
    with pytest.raises(Refused, match="falta la probabilidad"):
        estimate(logs.with_columns(propensity=pl.lit(0.0)))
    rare = logs.with_columns(
        target=pl.when(pl.int_range(pl.len()) < 3).then(1.0).otherwise(0.0), propensity=pl.lit(0.5)
    )
    with pytest.raises(Refused, match="casi nunca hizo"):
        estimate(rare)
