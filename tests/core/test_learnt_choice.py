"""The run learns channel and hour: inside the policy, the law and what people asked for, with its chance kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from puntual.core.channels.learnt import chosen, with_hours
from puntual.core.errors import UnusableInput
from puntual.core.policy import PolicyInForce, parse
from puntual.core.segments.contactability import CELLS, cells, daypart, with_chance

NOON_UTC = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # ten in the morning in Mexico City


def policy(**learns):
    document = {
        "politica": "Amable", "pais": "MX", "canales": ["email", "whatsapp", "sms"],
        "pasos": [{"dia": 3, "plantilla": "recordatorio"}], "aprender": learns,
    }  # fmt: skip
    return {None: PolicyInForce(1, parse(document))}


def lawful(accounts, channels=("email", "whatsapp"), hours=(None, 15), lead=0):
    rows = [
        (a, a, channel, order + lead, hour, NOON_UTC + timedelta(hours=0 if hour is None else hour - 10))
        for a in accounts
        for order, channel in enumerate(channels)
        for hour in hours
    ]
    shape = {"account": pl.Int64, "party": pl.Int64, "channel": pl.String, "order": pl.Int32, "hour": pl.Int32,
             "at": pl.Datetime("us", "UTC")}  # fmt: skip
    frame = pl.DataFrame(rows, schema=shape, orient="row")
    return frame.with_columns(zone=pl.lit("America/Mexico_City"), policy_version=pl.lit(1, dtype=pl.Int64))


def answered(channel, part, yes, no):
    return [(p, channel, part, True) for p in range(yes)] + [(p, channel, part, False) for p in range(yes, yes + no)]


def known(*groups):
    rows = [row for group in groups for row in group]
    frame = pl.DataFrame(rows, schema=["party", "channel", "daypart", "answered"], orient="row")
    return cells(frame, ("email", "whatsapp", "sms"))


ALIKE = known(answered("email", "morning", 30, 70), answered("whatsapp", "morning", 30, 70))
BETTER = known(answered("email", "morning", 20, 180), answered("whatsapp", "afternoon", 140, 60))


def test_without_leave_of_the_policy_nothing_is_learnt():
    assert chosen(lawful([1, 2]), ALIKE, policy(), "s") is None
    assert chosen(lawful([1, 2]), ALIKE, policy(texto=True), "s") is None
    assert chosen(lawful([1, 2]), None, policy(canal=True), "s") is None


def test_what_answers_better_is_picked_more_often_and_the_rest_is_still_tried():
    picked = chosen(lawful(range(1, 2001)), BETTER, policy(canal=True, hora=True, explorar=20), "s")
    assert picked["account"].sort().to_list() == list(range(1, 2001))
    best = picked.filter((pl.col("channel") == "whatsapp") & (pl.col("daypart") == "afternoon"))
    assert best.height / 2000 > 0.45
    assert picked.filter(pl.col("channel") == "whatsapp").height / 2000 > 0.85
    assert set(picked["channel"]) == {"email", "whatsapp"}
    assert picked["propensity"].min() >= 0.2 / 4 - 1e-9
    assert set(picked["offered"]) == {"email:morning email:afternoon whatsapp:morning whatsapp:afternoon"}


def test_the_chance_that_is_kept_is_the_chance_of_the_draw():
    rows = lawful(range(1001, 5001))  # none of them was ever tried
    picked = chosen(rows, ALIKE, policy(canal=True, hora=True), "s")
    for (channel, part), group in picked.group_by("channel", "daypart"):
        assert group.height / 4000 == pytest.approx(group["propensity"].mean(), abs=0.025), (channel, part)
        assert group["propensity"].n_unique() == 1


def test_the_same_day_picks_the_same_and_another_day_draws_anew():
    rows = lawful(range(1, 200))
    one = chosen(rows, ALIKE, policy(canal=True), "10 de marzo")
    assert chosen(rows, ALIKE, policy(canal=True), "10 de marzo").equals(one)
    assert chosen(rows.filter(pl.col("account") > 50), ALIKE, policy(canal=True), "10 de marzo").equals(
        one.filter(pl.col("account") > 50)
    )
    other = chosen(rows, ALIKE, policy(canal=True), "11 de marzo")
    assert other["channel"].to_list() != one["channel"].to_list()


def test_only_the_hour_learns_the_hour_of_the_policys_own_channel():
    picked = chosen(lawful(range(1, 300)), BETTER, policy(hora=True), "s")
    assert set(picked["channel"]) == {"email"}
    assert set(picked["offered"]) == {"email:morning email:afternoon"}


def test_who_said_by_which_channel_keeps_it():
    picked = chosen(lawful(range(1, 300), lead=-1), BETTER, policy(canal=True, hora=True), "s")
    assert set(picked["channel"]) == {"email"}


def test_work_of_a_person_is_never_changed_for_a_machine_nor_the_other_way():
    by_hand_first = lawful([1, 2], channels=("call", "email"), hours=(None,))
    assert chosen(by_hand_first, BETTER, policy(canal=True), "s") is None
    machine_first = chosen(lawful([1, 2], channels=("email", "call"), hours=(None,)), BETTER, policy(canal=True), "s")
    assert machine_first["channel"].to_list() == ["email", "email"]
    assert machine_first["propensity"].to_list() == [1.0, 1.0]


def test_other_hours_stay_within_the_hours_that_the_person_chose():
    rows = lawful([1, 2], channels=("email", "call"), hours=(None,)).drop("hour").with_columns(
        hour_from=pl.Series([0, 0, 12, 12], dtype=pl.Int32), hour_to=pl.Series([24, 24, 17, 17], dtype=pl.Int32)
    )  # fmt: skip
    made = with_hours(rows, policy(hora=True))
    told = [(a, c, h) for a, c, h in made.select("account", "channel", "hour").iter_rows() if h is not None]
    assert sorted(told) == [(1, "email", 15), (1, "email", 18), (2, "email", 15)]


def test_a_party_without_answers_of_its_own_counts_as_the_portfolio():
    assert set(BETTER.columns) == set(CELLS)
    prior = BETTER.filter(pl.col("party").is_null() & (pl.col("channel") == "whatsapp")).sort("daypart")
    rate = dict(prior.select("daypart", pl.col("alpha") / (pl.col("alpha") + pl.col("beta"))).iter_rows())
    assert rate["afternoon"] == pytest.approx(0.69, abs=0.02)
    assert rate["morning"] == rate["evening"] > 0.5  # never tried: drawn to its channel


def test_the_chance_of_being_best_is_the_posteriors_own():
    options = pl.DataFrame({"party": [1, 1, 2, 2], "alpha": [3.0, 2.0, 50.0, 2.0], "beta": [4.0, 6.0, 5.0, 20.0]})
    said = with_chance(options, explore=0.0)["propensity"].to_list()
    random = np.random.default_rng(0)
    drawn = (random.beta(3, 4, 200_000) > random.beta(2, 6, 200_000)).mean()
    assert said[0] == pytest.approx(drawn, abs=0.005) and said[0] + said[1] == pytest.approx(1.0)
    assert said[2] > 0.999


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"canal": "sí"}, "aprender.canal: escriba true o false"),
        ({"explorar": 0}, "debe ser un número entero entre 5 y 50"),
        ({"color": True}, "no se conoce «color»"),
        ("todo", "aprender: escriba qué se aprende"),
    ],
)
def test_what_cannot_be_read_is_said_with_how_to_mend_it(raw, words):
    document = {"politica": "A", "pais": "MX", "pasos": [{"dia": 1, "plantilla": "r"}], "aprender": raw}
    with pytest.raises(UnusableInput, match=words):
        parse(document)


def test_an_hour_belongs_to_one_part_of_the_day():
    assert pl.DataFrame({"h": [10, 15, 18]}).select(daypart(pl.col("h"))).to_series().to_list() == [
        "morning", "afternoon", "evening",
    ]  # fmt: skip
