"""Prediction on payers whose behaviour is known: curves, calibration, cold start, the fall-back and the backtest."""

import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from payers import paid_on_calendar, portfolio

from puntual.adapters.scorer_lightgbm import LightGBMLearner
from puntual.core.errors import UnusableInput
from puntual.core.frames import check_frame
from puntual.core.segments.backtest import backtest
from puntual.core.segments.calibration import (
    auc,
    brier,
    challenger_is_better,
    champion,
    drift,
    ece,
    ece_by_chance,
    reliability,
    wape,
)
from puntual.core.segments.cash import cash_by_day, large_items
from puntual.core.segments.facts import at_issue, open_on
from puntual.core.segments.features import features
from puntual.core.segments.keeping import dumps, loads
from puntual.core.segments.learning import LogisticLearner
from puntual.core.segments.prediction import predict
from puntual.core.segments.score import SCORES, score
from puntual.core.segments.survival import Curve, kaplan_meier, knots, periods
from puntual.core.segments.training import train
from puntual.project.cli.payment_history import from_csv

CUT = date(2025, 10, 1)
IBM = Path(__file__).parents[3] / "shared" / "data" / "ibm-late-payments.csv"


@pytest.fixture(scope="module")
def history():
    return portfolio(accounts=80)


@pytest.fixture(scope="module")
def trained(history):
    return train(history, CUT, LightGBMLearner(rounds=40, bags=1))


def test_the_answers_of_one_item_never_contradict_each_other(history, trained):
    rows = pl.concat([at_issue(history, CUT), open_on(history, CUT)])
    for model in (trained, train(history, CUT, None)):
        scores = check_frame(score(history, rows, model), SCORES, "scores")
        assert scores["due_item"].equals(rows["due_item"])
        assert scores.select((pl.col("p_paid_7") <= pl.col("p_paid_14")).all()).item()
        assert scores.select((pl.col("p_paid_14") <= pl.col("p_paid_30")).all()).item()
        assert scores.select(pl.col("p_late", "p_paid_7", "p_paid_30", "self_cure").is_between(0, 1).all()).row(0) == (
            True, True, True, True,
        )  # fmt: skip
        assert scores.select((pl.col("earliest_on") <= pl.col("expected_on")).all()).item()
        assert scores.select((pl.col("expected_on") <= pl.col("latest_on")).all()).item()
        assert scores.select((pl.col("expected_on") >= pl.col("as_of")).all()).item()


def test_what_is_overdue_is_late_for_certain(history, trained):
    rows = open_on(history, CUT).filter(pl.col("due_on") < CUT)
    assert rows.height > 20
    assert score(history, rows, trained)["p_late"].to_list() == [1.0] * rows.height


def test_late_payers_are_told_from_early_ones(history, trained):
    rows = at_issue(history, CUT).filter(pl.col("paid_on").is_not_null())
    late = (rows["paid_on"] > rows["due_on"]).cast(pl.Float64).to_numpy()
    p = score(history, rows, trained)["p_late"].to_numpy()
    assert auc(p, late) > 0.85
    assert brier(p, late) < 0.15


def test_the_interval_of_the_date_holds_what_it_promises(history, trained):
    rows = at_issue(history, CUT, CUT + timedelta(days=40)).filter(pl.col("paid_on").is_not_null())
    scores = score(history, rows, trained)
    inside = rows["paid_on"].is_between(scores["earliest_on"], scores["latest_on"]).mean()
    assert 0.7 <= inside <= 0.97


def test_the_same_seed_gives_the_same_model_and_its_text_reads_back(history):
    learner, rows = LightGBMLearner(rounds=10, bags=2), at_issue(history, CUT).head(50)
    one, other = train(history, CUT, learner), train(history, CUT, learner)
    assert score(history, rows, one).equals(score(history, rows, other))
    matrix = np.random.default_rng(0).normal(size=(20, 29)).astype(np.float32)
    assert np.allclose(learner.load(one.hazard.text()).predict(matrix), one.hazard.predict(matrix))
    linear = train(history, CUT, LogisticLearner()).hazard
    assert np.array_equal(LogisticLearner().load(linear.text()).predict(matrix), linear.predict(matrix))


def test_risk_only_rises_with_what_makes_a_payer_late(history, trained):
    rows = features(history, at_issue(history, CUT).head(40), trained.shrink)
    from puntual.core.segments.score import scored_features

    low = scored_features(rows.with_columns(eb_late=pl.lit(0.1)), trained)["p_late"].to_numpy()
    high = scored_features(rows.with_columns(eb_late=pl.lit(0.9)), trained)["p_late"].to_numpy()
    assert (high >= low - 1e-12).all() and (high > low).any()


def test_with_little_history_only_shrinkage_speaks_and_says_so():
    young = portfolio(accounts=12, each=12)
    model = train(young, CUT, LightGBMLearner())
    scores = score(young, at_issue(young, CUT), model)
    assert model.closed < 300 and model.hazard is None
    assert scores["short_history"].all() and set(scores["method"]) == {"shrinkage"}
    assert scores["p_late"].n_unique() > 5  # still tells payers apart


def test_an_installation_without_any_payment_still_answers():
    new = portfolio(accounts=3, each=2).with_columns(paid_on=pl.lit(None, dtype=pl.Date))
    scores = score(new, open_on(new, date(2026, 1, 1)), train(new, date(2026, 1, 1), LightGBMLearner()))
    assert scores.height == new.height and scores["p_paid_30"].is_between(0, 1).all()


def test_the_future_of_the_cut_does_not_change_what_is_learnt(history):
    learner = LightGBMLearner(rounds=10, bags=1)
    moved = history.with_columns(
        paid_on=pl.when(pl.col("paid_on") < CUT).then("paid_on").otherwise(pl.lit(date(2027, 1, 1))),
        amount_minor=pl.when(pl.col("issued_on") < CUT).then("amount_minor").otherwise(pl.lit(1, dtype=pl.Int64)),
    )
    rows = open_on(history, CUT)
    one = score(history, rows, train(history, CUT, learner))
    assert one.equals(score(moved, open_on(moved, CUT), train(moved, CUT, learner)))


def test_open_items_count_as_unpaid_only_for_as_long_as_they_were_seen():
    days = knots(np.array([10.0]), np.array([12.5]))
    assert days.tolist() == [[-1, 7, 8, 10, 12, 14, 16, 30, 60, 90, 180]]  # 12 is the payer's usual day
    lines = periods(days, np.array([np.inf]), np.array([12.0]))
    assert list(zip(lines.start, lines.end, lines.paid)) == [(-1, 7, 0), (7, 8, 0), (8, 10, 0), (10, 12, 0)]
    lines = periods(days, np.array([12.0]), np.array([40.0]))
    assert list(zip(lines.start, lines.end, lines.paid)) == [(-1, 7, 0), (7, 8, 0), (8, 10, 0), (10, 12, 1)]


def test_the_curve_is_read_between_its_knots_and_beyond_them():
    curve = Curve(np.array([[-1.0, 7.0, 14.0]]), np.array([[1.0, 0.6, 0.2]]))
    assert curve.paid_by(7.0)[0] == pytest.approx(0.4)
    assert curve.paid_by(10.5)[0] == pytest.approx(0.6)
    assert curve.day_of(0.6)[0] == pytest.approx(10.5)
    slow = Curve(np.array([[-1.0, 7.0, 14.0]]), np.array([[1.0, 0.9, 0.8]]))
    assert 14 < slow.day_of(0.5)[0] < 60
    never = Curve(np.array([[-1.0, 7.0, 14.0]]), np.array([[1.0, 1.0, 1.0]]))
    assert never.day_of(0.5)[0] == 365.0


def test_kaplan_meier_by_hand():
    curve = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0, 4.0]), np.array([True, True, False, True, False]))
    expected = [0.8, 0.6, 0.3, 0.3]  # 4/5, then 3/4 of it, then 1/2 of it; the last is censored
    assert curve.unpaid_after(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx([0.01 + 0.99 * e for e in expected])
    assert curve.unpaid_after(np.array([0.5]))[0] == 1.0


def test_measures_by_hand():
    p, y = np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 0.0, 1.0, 1.0])
    assert auc(p, y) == pytest.approx(3.5 / 4)
    assert brier(p, y) == pytest.approx((0.01 + 0.16 + 0.36 + 0.04) / 4)
    assert ece(p, y, bins=2) == pytest.approx((abs(0.25 - 0.0) + abs(0.6 - 1.0)) / 2)
    assert wape(np.array([90.0, 110.0]), np.array([100.0, 100.0])) == pytest.approx(0.1)
    assert auc(p, np.zeros(4)) is None and wape(p, np.zeros(4)) is None
    table = reliability(p, y, bins=2).to_dicts()
    assert [(r["rows"], r["happened"]) for r in table] == [(2, 0.0), (2, 1.0)]
    assert table[0]["low"] == 0.0 and 0.6 < table[0]["high"] < 0.7


def judged(model_error, naive_error, weeks=10, per_week=40):
    random = np.random.default_rng(6)
    n = weeks * per_week
    y = (random.random(n) < 0.5).astype(float)
    on = [CUT - timedelta(days=7 * (i // per_week) + 1) for i in range(n)]
    return pl.DataFrame(
        {"judged_on": on, "outcome": y, "p_model": np.abs(y - model_error), "p_naive": np.abs(y - naive_error)}
    )


def test_the_model_falls_back_to_the_naive_line_when_it_loses_over_eight_weeks():
    assert champion(judged(0.2, 0.3), CUT).line == "model"
    fallen = champion(judged(0.4, 0.3), CUT)
    assert fallen.line == "naive" and fallen.judged == 8 * 40
    assert fallen.model_brier == pytest.approx(0.16) and fallen.naive_brier == pytest.approx(0.09)


def test_a_bad_week_long_ago_or_a_handful_of_cases_do_not_dethrone_the_model():
    old = judged(0.4, 0.3).with_columns(pl.col("judged_on") - timedelta(weeks=12))
    assert champion(old, CUT).line == "model" and champion(old, CUT).judged == 0
    assert champion(judged(0.4, 0.3, per_week=5), CUT).line == "model"


def test_a_challenger_must_be_better_beyond_chance():
    random = np.random.default_rng(8)
    y = (random.random(800) < 0.5).astype(float)
    account = np.arange(800) // 4
    champion_p = np.clip(0.5 + 0.2 * (y - 0.5) + random.normal(0, 0.1, 800), 0, 1)
    better = np.clip(0.5 + 0.5 * (y - 0.5) + random.normal(0, 0.1, 800), 0, 1)
    assert challenger_is_better(champion_p, better, y, account)
    assert not challenger_is_better(better, champion_p, y, account)
    assert not challenger_is_better(champion_p, champion_p, y, account)
    none = np.array([])
    assert not challenger_is_better(none, none, none, none.astype(np.int64))  # nothing judged: the champion stays


def test_drift_names_the_feature_that_moved(history, trained):
    now = features(history, at_issue(history, CUT), trained.shrink)
    moved = now.with_columns(amount_vs_usual=pl.col("amount_vs_usual") + 3.0)
    quiet, loud = (dict(drift(trained.profile, rows).iter_rows()) for rows in (now, moved))
    assert quiet["amount_vs_usual"] < 0.1 and loud["amount_vs_usual"] > 0.25
    assert {name for name in loud if loud[name] != quiet[name]} == {"amount_vs_usual"}


def test_a_backtest_shows_the_plain_lines_beside_the_model(history):
    result = backtest(history, [CUT], LightGBMLearner(rounds=40, bags=1))["cuts"][0]
    assert result["cut"] == "2025-10-01" and result["n"] == at_issue(history, CUT).height
    assert result["late"]["auc"] > 0.85
    assert result["late"]["brier"] < result["naive"]["late"]["brier"]
    assert set(result["baselines"]) == {"shrinkage", "logistic"}
    for line in (result, result["naive"], *result["baselines"].values()):
        assert {"late", "paid_7", "paid_14", "paid_30", "mae_days", "cash_30_wape"} <= set(line)
    assert result["mae_days"] < 6 and result["model"]["learner"] == "lightgbm"


def test_a_cut_outside_the_history_is_refused_with_a_sentence(history):
    with pytest.raises(UnusableInput, match="2031-01-01"):
        backtest(history, [date(2031, 1, 1)], None)


@pytest.mark.skipif(not IBM.exists(), reason="el archivo de referencia de IBM no está junto al proyecto")
def test_the_public_yardstick_is_reached_without_a_leak():
    facts, names = from_csv(IBM)
    assert names["customer"][0] == "0379-NEVHP"
    cut = backtest(facts, [date(2013, 7, 1)], LightGBMLearner())["cuts"][0]
    assert cut["n"] == 536
    assert 0.85 <= cut["late"]["auc"] <= 0.90  # above it something leaks
    assert cut["late"]["brier"] <= 0.140 and cut["mae_days"] <= 5.9
    assert all(cut[f"paid_{h}"]["ece"] <= 0.05 for h in (7, 14, 30))
    assert cut["naive"]["mae_days"] == pytest.approx(6.21, abs=0.01)


def test_every_open_item_is_told_why_in_plain_words(history):
    table, trained = predict(history, CUT, LightGBMLearner(rounds=40, bags=1))
    assert table["due_item"].to_list() == open_on(history, CUT)["due_item"].to_list()
    assert (table["drivers"].list.len() == 3).all()
    slow = table.filter(pl.col("p_late") > 0.9).filter(pl.col("due_on") > CUT)
    first = [reasons[0] for reasons in slow["drivers"].to_list()]
    assert slow.height >= 10 and {r["effect"] for r in first} == {"later"}
    told = [int(re.match(r"Suele pagar (\d+) días después de vencer", r["text"]).group(1)) for r in first]
    assert {r["code"] for r in first} == {"driver_usual_after"} and min(told) >= 15 and max(told) <= 25  # truth: 20


def test_a_new_customer_is_explained_by_the_lack_of_history(history):
    stranger = history.filter(pl.col("due_item") == 1).with_columns(
        due_item=pl.lit(10**6), account=pl.lit(10**6), issued_on=pl.lit(CUT - timedelta(days=1)),
        due_on=pl.lit(CUT + timedelta(days=29)), paid_on=pl.lit(None, dtype=pl.Date),
    ).cast(dict(history.schema))  # fmt: skip
    for learner in (LightGBMLearner(rounds=20, bags=1), None):
        table, _ = predict(pl.concat([history, stranger]), CUT, learner)
        reasons = table.filter(pl.col("due_item") == 10**6)["drivers"].item().to_list()
        assert "Aún no hay pagos de este cliente: se usa lo que hace la cartera." in [r["text"] for r in reasons]


def test_nothing_open_is_refused_with_a_sentence(history):
    with pytest.raises(UnusableInput, match="No hay documentos abiertos al 2020-01-01"):
        predict(history, date(2020, 1, 1), None)


def test_self_cure_does_not_credit_what_a_contact_brought(history):
    """Half of the items were contacted on their due date and paid because of it: they leave the count that day."""
    helped = history.with_columns(
        contacted_on=pl.when(pl.col("due_item") % 2 == 0).then("due_on"),
        paid_on=pl.when(pl.col("due_item") % 2 == 0).then(pl.col("due_on") + pl.duration(days=2))
        .otherwise(pl.col("due_on") + pl.duration(days=40)),
    )  # fmt: skip
    rows = open_on(helped, CUT)
    mixed = score(helped.drop("contacted_on"), rows.drop("contacted_on"), train(helped.drop("contacted_on"), CUT, None))
    alone = score(helped, rows, train(helped, CUT, None))
    assert alone["self_cure"].mean() < 0.6 * mixed["self_cure"].mean()


def test_the_cash_of_a_month_is_the_sum_of_what_each_item_is_likely_to_bring():
    curve = Curve(np.array([[-1.0, 7.0, 14.0]] * 2), np.array([[1.0, 0.5, 0.0], [1.0, 1.0, 0.0]]))
    table = cash_by_day(np.array([1000.0, 2000.0]), curve, CUT, days=15)
    assert table["day"][7] == CUT + timedelta(days=7) and table["cumulative_minor"][7] == 500
    assert table["cumulative_minor"][14] == 3000 and table["expected_minor"].sum() == 3000
    assert table["low_minor"][14] == table["high_minor"][14] == 3000  # all is paid for certain by then
    assert table["low_minor"][7] < 500 < table["high_minor"][7]
    wider = cash_by_day(np.array([1000.0, 2000.0]), curve, CUT, days=15, past_error=0.1)
    assert wider["high_minor"][14] == round(3000 + 1.28 * 0.1 * 1.2533 * 3000)


def test_giants_are_shown_one_by_one():
    rows = pl.DataFrame({"amount_minor": [10, 900, 45, 45, 5], "currency": ["MXN"] * 4 + ["CLP"]})
    assert large_items(rows)["amount_minor"].to_list() == [900, 5]


def test_a_kept_model_scores_as_before_and_is_not_read_by_another_learner(history, trained):
    rows, learner = open_on(history, CUT), LightGBMLearner()
    again = loads(dumps(trained), learner)
    assert score(history, rows, again).equals(score(history, rows, trained))
    assert again.profile.equals(trained.profile)
    with pytest.raises(UnusableInput, match="«lightgbm», que no está instalado"):
        loads(dumps(trained), None)
    plain = train(history, CUT, None)
    assert score(history, rows, loads(dumps(plain), None)).equals(score(history, rows, plain))
    other = dumps(plain).replace('"eb_late"', '"horoscopo"', 1)
    with pytest.raises(UnusableInput, match="vuelva a entrenarlo"):
        loads(other, None)


@pytest.mark.parametrize(
    ("kind", "most"), [("friday", 0.8), ("month_end", 3.5), ("fortnight", 2.0), ("run_45", 6.5), ("after_45", 2.0)]
)
def test_payment_calendars_of_payers_are_learnt(kind, most):
    history = paid_on_calendar(portfolio(accounts=80, each=30 if "45" in kind else 20), kind)
    cut = backtest(history, [CUT], LightGBMLearner(rounds=60, bags=1))["cuts"][0]
    assert cut["mae_days"] < most and cut["mae_days"] < 0.5 * cut["naive"]["mae_days"]
    assert cut["open_book"]["paid_7"]["brier"] < 0.05


def test_who_pays_on_fridays_is_expected_on_a_friday_and_told_so():
    history = paid_on_calendar(portfolio(accounts=80), "friday")
    table, _ = predict(history, CUT, LightGBMLearner(rounds=60, bags=1))
    assert set(table["expected_on"].dt.weekday()) == {5} and (table["expected_on"] >= CUT).all()
    told = {reason["text"] for reasons in table["drivers"].to_list() for reason in reasons}
    assert "Suele pagar en viernes; vence en martes." in told


def test_with_little_history_the_late_rate_of_the_payer_parts_the_curve_of_the_portfolio(history):
    model = train(history, CUT, None)
    rows = at_issue(history, CUT)
    scores = score(history, rows, model)
    rate = features(history, rows, model.shrink)["eb_late"].clip(0.01, 0.99)
    assert scores["p_late"].to_numpy() == pytest.approx(rate.to_numpy(), abs=0.005)
    after = scores["expected_on"] > rows["due_on"]
    sure = (scores["p_late"] - 0.5).abs() > 0.05
    assert after.filter(sure).equals((scores["p_late"] > 0.5).filter(sure)) and sure.sum() > 200
    paid = rows["paid_on"].is_not_null().to_numpy()
    error = (scores["expected_on"] - rows["paid_on"]).dt.total_days().abs().to_numpy()[paid].mean()
    assert error < 6


def test_the_calibration_error_of_exact_probabilities_is_what_chance_is_said_to_give():
    random = np.random.default_rng(3)
    for n, least in ((150, 0.03), (5_000, 0.0)):
        p = random.beta(0.6, 1.2, n)
        seen = np.mean([ece(p, (random.random(n) < p).astype(float)) for _ in range(300)])
        assert ece_by_chance(p) == pytest.approx(seen, rel=0.06)
        assert ece_by_chance(p) > least, "with few rows an error above zero says nothing against the model"
    assert ece_by_chance(np.array([])) is None
