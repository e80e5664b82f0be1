"""What a row may know: figures by hand, and the proof that the future changes nothing."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from payers import portfolio

from puntual.core.segments.facts import as_known, at_issue, in_banking_days, open_on, open_weekly
from puntual.core.segments.features import FEATURES, features
from puntual.core.segments.shrinkage import Shrinkage, fit_mean_strength, fit_rate_strength

SHRINK = Shrinkage(2.0, 3.0)
DAY = date(2025, 9, 1)


def facts(*rows):
    """(due_item, issued, due, paid or None, amount) of one account."""
    return pl.DataFrame(
        [(i, 1, 1, 1, issued, due, amount, "MXN", paid) for i, issued, due, paid, amount in rows],
        schema={
            "due_item": pl.Int64, "account": pl.Int64, "party": pl.Int64, "creditor": pl.Int64, "issued_on": pl.Date,
            "due_on": pl.Date, "amount_minor": pl.Int64, "currency": pl.String, "paid_on": pl.Date,
        },
        orient="row",
    )  # fmt: skip


HISTORY = facts(
    (1, date(2025, 1, 1), date(2025, 1, 31), date(2025, 1, 21), 1000),  # ten days early
    (2, date(2025, 2, 1), date(2025, 3, 3), date(2025, 3, 13), 1000),  # ten days late
    (3, date(2025, 3, 1), date(2025, 3, 31), None, 3000),  # open, overdue from April on
    (4, date(2025, 4, 10), date(2025, 5, 10), date(2025, 5, 10), 1000),
)


def known(history, item, as_of):
    row = history.filter(pl.col("due_item") == item).with_columns(as_of=pl.lit(as_of))
    return features(history, row, SHRINK).to_dicts()[0]


def test_the_figures_of_a_payer_as_they_stood_on_a_morning():
    now = known(HISTORY, 4, date(2025, 4, 10))
    assert now["n_paid"] == 2 and now["last3_delay"] == 0.0 and now["n_overdue"] == 1 and now["overdue_share"] == 1.0
    assert now["late_last10"] == pytest.approx(2 / 3)  # one in time, one paid late, one overdue and still open
    assert now["days_since_payment"] == 28 and now["term_days"] == 30 and now["age_days"] == 0
    assert now["eb_late"] == pytest.approx((2 + 2 * now["portfolio_late"]) / 5)
    assert now["own_late"] == pytest.approx(2 / 3) and now["own_median"] == 0.0


def test_a_payment_is_known_from_the_next_morning_on():
    assert known(HISTORY, 3, date(2025, 3, 13))["n_paid"] == 1
    assert known(HISTORY, 3, date(2025, 3, 14))["n_paid"] == 2


def test_an_open_item_is_known_to_be_late_once_its_due_date_and_grace_are_over():
    row = HISTORY.filter(pl.col("due_item") == 4).with_columns(as_of=pl.lit(date(2025, 4, 3)))
    late = [features(HISTORY, row, SHRINK, grace)["late_last10"].item() for grace in (0, 5)]
    assert late == [pytest.approx(2 / 3), pytest.approx(1 / 2)]


def test_a_new_customer_has_the_figures_of_the_portfolio():
    stranger = facts((9, DAY, DAY + timedelta(days=30), None, 500)).with_columns(account=pl.lit(99, dtype=pl.Int64))
    everyone = pl.concat([portfolio(), stranger])
    row = features(everyone, at_issue(stranger), SHRINK).to_dicts()[0]
    assert row["n_paid"] == 0 and row["days_since_payment"] is None
    assert row["eb_late"] == pytest.approx(row["portfolio_late"])


def test_shuffling_the_future_changes_no_feature_of_today():
    history = portfolio()
    rows = pl.concat([at_issue(history, end=DAY), open_on(history, DAY)])
    before = features(history, rows, SHRINK)
    random = np.random.default_rng(1)
    later = history.with_columns(
        noise=pl.Series(random.integers(0, 200, history.height)), drop=pl.Series(random.random(history.height) < 0.5)
    )
    # every payment on or after the day moves or vanishes, every later invoice is another one
    changed = later.with_columns(
        paid_on=pl.when(pl.col("paid_on") < DAY).then("paid_on").when(pl.col("drop")).then(None)
        .otherwise(pl.lit(DAY) + pl.duration(days=pl.col("noise"))),
        amount_minor=pl.when(pl.col("issued_on") < DAY).then("amount_minor").otherwise(pl.col("noise") * 977),
        account=pl.when(pl.col("issued_on") < DAY).then("account").otherwise(pl.col("noise") % 60),
    )  # fmt: skip
    assert not changed["paid_on"].equals(history["paid_on"])
    after = features(changed, rows, SHRINK)
    assert before.select(list(FEATURES)).equals(after.select(list(FEATURES)))
    assert before.select(list(FEATURES)).equals(features(as_known(history, DAY), rows, SHRINK).select(list(FEATURES)))


def test_a_leak_would_be_seen_by_that_test():
    history = portfolio()
    row = open_on(history, DAY).head(50)
    tomorrow = row.with_columns(as_of=pl.lit(DAY + timedelta(days=60)))
    assert not features(history, row, SHRINK)["eb_late"].equals(features(history, tomorrow, SHRINK)["eb_late"])


def test_the_order_of_the_facts_changes_nothing():
    history = portfolio(accounts=20)
    rows = at_issue(history)
    mixed = history.sample(fraction=1.0, shuffle=True, seed=5)
    one, other = features(history, rows, SHRINK), features(mixed, rows, SHRINK)
    for name in FEATURES:
        assert np.allclose(one[name].fill_null(-1).to_numpy(), other[name].fill_null(-1).to_numpy()), name


def test_weekly_mornings_hold_what_was_open_on_each():
    history = portfolio(accounts=10)
    weekly = open_weekly(history, date(2025, 8, 4), date(2025, 10, 1))
    for morning in weekly["as_of"].unique():
        here = weekly.filter(pl.col("as_of") == morning)
        assert sorted(here["due_item"]) == sorted(open_on(history, morning)["due_item"])
    assert weekly["as_of"].n_unique() == 9


def test_payers_that_differ_a_lot_are_believed_after_few_invoices():
    random = np.random.default_rng(2)
    known_items = np.full(400, 10.0)
    apart = random.binomial(10, random.beta(0.6, 0.6, 400)).astype(float)
    alike = random.binomial(10, 0.5, 400).astype(float)
    assert 0.7 <= fit_rate_strength(apart, known_items) <= 2.0  # truth: 1.2
    assert fit_rate_strength(alike, known_items) >= 20
    assert fit_rate_strength(apart[:3], known_items[:3]) == Shrinkage().k_late


def test_the_strength_of_a_mean_delay_is_noise_over_difference():
    random = np.random.default_rng(4)
    means = random.normal(0, 3, 500)
    delays = means[:, None] + random.normal(0, 6, (500, 8))
    k = fit_mean_strength(delays.sum(1), (delays**2).sum(1), np.full(500, 8.0))
    assert k == pytest.approx(4.0, rel=0.25)  # 36 / 9


def test_what_falls_due_on_a_saturday_and_is_paid_on_monday_was_not_late():
    friday, saturday, monday = date(2025, 5, 2), date(2025, 5, 3), date(2025, 5, 5)
    weekend = facts(
        (1, date(2025, 4, 3), saturday, monday, 1000),
        (2, date(2025, 4, 2), friday, monday, 1000),  # due on a banking day: three days late
        (3, date(2025, 5, 10), date(2025, 6, 9), None, 1000),
    )
    counted = in_banking_days(weekend)
    assert counted["due_on"].to_list() == [monday, friday, date(2025, 6, 9)]
    assert counted["stated_on"].to_list() == weekend["due_on"].to_list()
    assert known(weekend, 3, date(2025, 5, 10))["own_late"] == 1.0
    now = known(counted, 3, date(2025, 5, 10))
    assert (now["own_late"], now["own_mean"]) == (0.5, 1.5)


def test_a_holiday_moves_the_day_on_and_the_weekend_behind_it_too():
    """1 May 2026 is a Friday: what falls due on it is due on Monday the fourth."""
    item = facts((1, date(2026, 4, 1), date(2026, 5, 1), None, 1000))
    assert in_banking_days(item, {date(2026, 5, 1)})["due_on"].to_list() == [date(2026, 5, 4)]
    assert in_banking_days(item)["due_on"].to_list() == [date(2026, 5, 1)]
