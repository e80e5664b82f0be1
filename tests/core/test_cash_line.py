"""The month's cash goes by whichever line was better on the past, and nobody is taught by who happened to pay."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from payers import portfolio

from puntual.core.reports.forecast import forecast
from puntual.core.segments.cash import cash_by_day
from puntual.core.segments.cash_line import fit_weight, on_day, weight_of
from puntual.core.segments.learning import LogisticLearner
from puntual.core.segments.survival import Curve, knots, periods
from puntual.core.segments.training import Settings

DAY = date(2025, 10, 1)


@pytest.mark.parametrize(
    ("model", "plain", "weight"),
    [(1.0, 1.16, 1.0), (1.16, 1.0, 0.0), (1.0, 1.0, 0.5), (1.0, 1.14, 0.5), (0.0, 0.0, 0.5)],
)
def test_the_better_line_speaks_and_where_both_are_as_good_their_mean_does(model, plain, weight):
    assert weight_of(model, plain) == weight


def test_near_days_are_the_models_whatever_the_month_says():
    assert on_day(0.5, 7) == 1.0
    assert on_day(0.5, 22) == pytest.approx(0.75)
    assert on_day(0.5, 30) == 0.5


def test_the_weight_is_decided_by_the_past_alone():
    facts = portfolio()
    weight = fit_weight(facts, DAY, LogisticLearner(), Settings())
    later = pl.col("paid_on") >= DAY
    shuffled = facts.with_columns(
        paid_on=pl.when(later).then(pl.col("paid_on") + timedelta(days=200)).otherwise("paid_on")
    )
    assert weight in (0.0, 0.5, 1.0)
    assert fit_weight(shuffled, DAY, LogisticLearner(), Settings()) == weight
    assert fit_weight(facts.head(5), DAY, LogisticLearner(), Settings()) == 1.0


def test_a_blended_month_never_takes_back_what_it_expected_by_an_earlier_day():
    days = np.array([[-1.0, 7, 14, 30, 60]] * 2)
    curve = Curve(days, np.array([[1, 0.2, 0.1, 0.1, 0.1], [1, 0.9, 0.8, 0.7, 0.1]]))
    table = cash_by_day(np.array([100_00.0, 50_00.0]), curve, DAY, plain=np.array([40.0, 20.0]), weight=0.0)
    assert (table["expected_minor"] >= 0).all()
    alone = cash_by_day(np.array([100_00.0, 50_00.0]), curve, DAY)
    assert table["cumulative_minor"][10] == alone["cumulative_minor"][10]
    assert table["cumulative_minor"][29] > alone["cumulative_minor"][29]


def test_the_forecast_tells_its_past_as_it_would_have_been_made_then():
    one = forecast(portfolio(), DAY, None)[0]
    assert one.past.columns == ["cut", "currency", "said_minor", "came_minor"]
    assert one.weight in (0.0, 0.5, 1.0)


def test_an_interval_cut_short_teaches_nothing_even_where_it_was_paid():
    """Each pays on any of thirty days alike; half of them are watched for ten days only."""
    random = np.random.default_rng(4)
    paid_after = random.integers(1, 31, 20_000).astype(float)
    seen = np.where(random.random(20_000) < 0.5, 10.0, 40.0)
    paid_after[paid_after > seen] = np.inf
    lines = periods(knots(np.full(20_000, 7.0), np.full(20_000, 7.0)), paid_after, seen)
    here = (lines.start == 7.0) & (lines.end > 10.0)
    truth = (lines.end[here] - 7.0) / 23.0
    assert lines.paid[here].mean() == pytest.approx(truth.mean(), abs=0.02)
