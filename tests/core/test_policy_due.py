"""What a policy asks for on a day, per account, over frames: which step, how much, and why not."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from puntual.core import frames
from puntual.core.ledger.position import aged
from puntual.core.policy import PolicyInForce, due, parse

DAY = date(2026, 11, 24)
STEPS = [
    {"id": "previo", "dia": -4, "plantilla": "a"},
    {"id": "aviso", "dia": 3, "plantilla": "b"},
    {"id": "caros", "dia": 10, "plantilla": "c", "cuando": {"importe_minimo": {"MXN": "1000.00"}}},
    {"id": "mayoristas", "dia": 15, "plantilla": "c", "cuando": {"segmentos": ["mayorista"]}},
    {"id": "muebles", "dia": 20, "plantilla": "c", "cuando": {"productos": ["muebles"]}},
    {"id": "decidir", "dia": 91, "tarea": "Decidir"},
]


def policy(**more):
    return PolicyInForce(1, parse({"politica": "p", "pais": "MX", "canales": ["email"], "pasos": STEPS, **more}))


def items(*rows):
    """Rows of (item, account, minor, late[, currency])."""
    frame = pl.DataFrame(
        [
            {"due_item": i, "account": a, "party": a, "creditor": 1, "currency": (c or ["MXN"])[0],
             "due_on": DAY - timedelta(days=late), "principal_minor": m, "interest_minor": 0, "fee_minor": 0,
             "open_minor": m}
            for i, a, m, late, *c in rows
        ]
    )  # fmt: skip
    return aged(frame, DAY).select(frames.POSITION.keys())


def accounts(*ids, segment=None, favour=0):
    rows = [(a, a, 1, segment, None, favour, "MXN" if favour else None) for a in ids or (1,)]
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in frames.ACCOUNTS.items()}, orient="row")


def said(*rows):
    return pl.DataFrame(rows, schema={"account": pl.Int64, "on": pl.Date}, orient="row")


def holds(*rows):
    full = [
        {"due_item": None, "account": None, "held_minor": None, "until": None, "remind_on": None, **r} for r in rows
    ]
    return pl.DataFrame(full, schema={n: c.dtype for n, c in frames.HOLDS.items()})


def asked(position, *, on=None, contacts=None, paused=None, policies=None):
    rows = due(
        position, on if on is not None else accounts(), contacts if contacts is not None else said(),
        paused if paused is not None else holds(), policies or {None: policy()}, DAY,
    )  # fmt: skip
    return {r["account"]: r for r in rows.to_dicts()}


@pytest.mark.parametrize(
    ("late", "step", "reason"),
    [(-10, None, "not_due_yet"), (-4, "previo", "step_due"), (2, "previo", "step_due"), (3, "aviso", "step_due"),
     (90, "aviso", "step_due"), (91, "decidir", "step_due")],
)  # fmt: skip
def test_the_step_is_the_one_of_the_debts_age(late, step, reason):
    got = asked(items((1, 1, 500_00, late)))[1]
    assert (got["step"], got["reason"]) == (step, reason)


class TestConditions:
    def test_a_dear_debt_gets_its_own_step(self):
        got = asked(items((1, 1, 1000_00, 12), (2, 2, 999_99, 12)), on=accounts(1, 2))
        assert (got[1]["step"], got[2]["step"]) == ("caros", "aviso")

    def test_a_segment_gets_its_own_step(self):
        assert asked(items((1, 1, 500_00, 16)), on=accounts(1, segment="mayorista"))[1]["step"] == "mayoristas"

    def test_a_product_gets_its_own_step(self):
        position = items((1, 1, 500_00, 25), (2, 2, 500_00, 25)).with_columns(
            product=pl.when(pl.col("due_item") == 1).then(pl.lit("muebles"))
        )
        got = asked(position, on=accounts(1, 2))
        assert (got[1]["step"], got[2]["step"]) == ("muebles", "aviso")


class TestAlreadySaid:
    def test_a_contact_after_the_steps_day_covers_it(self):
        got = asked(items((1, 1, 500_00, 5)), contacts=said((1, DAY - timedelta(days=1))))[1]
        assert (got["wanted"], got["reason"]) == (False, "already_contacted")

    def test_one_before_it_does_not_but_days_between_are_kept(self):
        got = asked(items((1, 1, 500_00, 3)), contacts=said((1, DAY - timedelta(days=1))))[1]
        assert (got["wanted"], got["reason"]) == (False, "min_gap")

    def test_and_then_it_goes(self):
        got = asked(items((1, 1, 500_00, 3)), contacts=said((1, DAY - timedelta(days=4))))[1]
        assert (got["wanted"], got["step"]) == (True, "aviso")


class TestPauses:
    def test_a_disputed_part_is_not_asked_for_the_rest_is(self):
        paused = holds({"due_item": 1, "party": 1, "reason": "dispute_open", "held_minor": 200_00})
        got = asked(items((1, 1, 500_00, 5)), paused=paused)[1]
        assert (got["wanted"], got["amount_minor"], got["held_minor"], got["held_reason"]) == (
            True, 300_00, 200_00, "dispute_open",
        )  # fmt: skip

    def test_a_promise_of_all_pauses_all(self):
        paused = holds({"due_item": 1, "party": 1, "reason": "promise_open"})
        got = asked(items((1, 1, 500_00, 5)), paused=paused)[1]
        assert (got["wanted"], got["reason"]) == (False, "promise_open")

    def test_but_for_one_reminder_the_day_before(self):
        paused = holds({"due_item": 1, "party": 1, "reason": "promise_open", "remind_on": DAY})
        got = asked(items((1, 1, 500_00, 5)), paused=paused)[1]
        assert (got["wanted"], got["reason"], got["amount_minor"]) == (True, "promise_reminder", 500_00)

    def test_unless_another_pause_touches_it(self):
        paused = holds(
            {"due_item": 1, "party": 1, "reason": "promise_open", "remind_on": DAY},
            {"party": 1, "reason": "vulnerable"},
        )
        got = asked(items((1, 1, 500_00, 5)), paused=paused)[1]
        assert (got["wanted"], got["reason"]) == (False, "vulnerable")

    def test_a_pause_that_ended_is_none(self):
        paused = holds({"party": 1, "reason": "moratorium", "until": DAY})
        assert asked(items((1, 1, 500_00, 5)), paused=paused)[1]["wanted"] is True


class TestAmounts:
    def test_what_is_far_from_due_is_not_in_the_amount(self):
        got = asked(items((1, 1, 500_00, 5), (2, 1, 900_00, -30)))[1]
        assert (got["amount_minor"], got["items"]) == (500_00, 2)

    def test_money_in_favour_counts(self):
        assert asked(items((1, 1, 500_00, 5)), on=accounts(1, favour=120_00))[1]["amount_minor"] == 380_00
        assert asked(items((1, 1, 500_00, 5)), on=accounts(1, favour=500_00))[1]["reason"] == "covered_by_unapplied"

    def test_under_the_minimum_it_waits(self):
        bound = {None: policy(minimo={"MXN": "600.00"})}
        assert asked(items((1, 1, 500_00, 5)), policies=bound)[1]["reason"] == "below_minimum"

    def test_two_currencies_speak_of_the_more_urgent_and_never_add_up(self):
        got = asked(items((1, 1, 500_00, 5), (2, 1, 90_00, 20, "USD")))[1]
        assert (got["currency"], got["amount_minor"]) == ("USD", 90_00)


class TestWhichPolicy:
    def test_no_policy_contacts_nobody(self):
        assert asked(items((1, 1, 500_00, 5)), policies={7: policy()})[1]["reason"] == "no_policy"

    def test_do_nothing_means_nothing(self):
        nothing = PolicyInForce(2, parse({"politica": "n", "pais": "MX", "no_contactar": True}))
        assert asked(items((1, 1, 500_00, 5)), policies={None: nothing})[1]["reason"] == "do_nothing_policy"

    def test_an_accounts_own_policy_rules_it(self):
        own = accounts(1, 2).with_columns(policy=pl.when(pl.col("account") == 2).then(9))
        nothing = PolicyInForce(2, parse({"politica": "n", "pais": "MX", "no_contactar": True}))
        got = asked(items((1, 1, 500_00, 5), (2, 2, 500_00, 5)), on=own, policies={None: policy(), 9: nothing})
        assert (got[1]["reason"], got[2]["reason"]) == ("step_due", "do_nothing_policy")
