"""Watch over payments, and which way to pay: figures made by hand, alerts and order that follow from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import polars as pl

from puntual.core.customers.payment_watch import ALERTS, PAYMENTS, Settings, WatchRules, risky_settings, watch
from puntual.core.frames import check_frame, conform
from puntual.core.reports.payment_methods import ATTEMPTS, MethodRules, alike, buttons, compare, size_of

NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)


def payments(*rows):
    """(account, payer, kind, amount, hours ago)"""
    made = [
        {"payment": n, "account": a, "creditor": 1, "payer": p, "kind": k, "amount_minor": m, "currency": "MXN",
         "at": NOW - timedelta(hours=h)}
        for n, (a, p, k, m, h) in enumerate(rows, 1)
    ]  # fmt: skip
    return check_frame(conform(pl.DataFrame(made, infer_schema_length=None), PAYMENTS), PAYMENTS, "payments")


def alerts(frame, rules=WatchRules()):
    found = check_frame(watch(frame, rules, NOW), ALERTS, "alerts")
    return [(a["reason"], a["account"], a["figure"]) for a in found.iter_rows(named=True)]


def test_ordinary_payments_raise_nothing():
    assert alerts(payments((1, "a", "paid", 1000, 1), (1, "a", "paid", 1100, 700), (2, "b", "paid", 50, 2))) == []


def test_ten_times_the_usual_is_unusual_once_there_is_a_history():
    history = [(1, "a", "paid", 1000, 100 + h) for h in range(3)]
    assert alerts(payments(*history, (1, "a", "paid", 10_001, 1))) == [("payment_unusual_amount", 1, "10001")]
    assert alerts(payments(*history, (1, "a", "paid", 10_000, 1))) == []
    assert alerts(payments(*history[:2], (1, "a", "paid", 10_001, 1))) == []


def test_too_many_payments_and_payers_on_one_account():
    many = [(1, f"p{n}", "paid", 100 + n, n) for n in range(7)]
    assert alerts(payments(*many)) == [("payment_many_payers", 1, "7"), ("payment_velocity", 1, "7")]


def test_one_payer_of_many_accounts():
    assert alerts(payments(*[(n, "x", "paid", 100, 1) for n in range(9)])) == [("payment_one_payer_many", None, "9")]


def test_the_same_payment_twice_within_minutes():
    assert alerts(payments((1, "a", "paid", 5000, 1.2), (1, "a", "paid", 5000, 1.0))) == [
        ("payment_duplicate", 1, "5000")
    ]
    assert alerts(payments((1, "a", "paid", 5000, 3), (1, "a", "paid", 5000, 1))) == []


def test_chargebacks_and_refunds_by_their_share():
    paid = [(n, f"p{n}", "paid", 100, 48) for n in range(100)]
    one = payments(*paid, (1, "p1", "charged_back", 100, 1))
    two = payments(*paid, (1, "p1", "charged_back", 100, 1), (2, "p2", "charged_back", 100, 1))
    assert alerts(one) == []
    assert alerts(two) == [("payment_chargebacks", None, "2 de 100")]
    back = payments(*paid, *[(n, None, "refunded", 100, 1) for n in range(11)])
    assert alerts(back) == [("payment_refunds", None, "11 de 100")]


def test_what_comes_later_is_not_known_yet():
    assert alerts(payments(*[(1, f"p{n}", "paid", 100 + n, -n - 1) for n in range(7)])) == []


def test_settings_that_invite_fraud_are_named():
    safe = Settings(False, 100_000, True, False, False)
    assert risky_settings(safe) == ()
    assert len(risky_settings(attrs.evolve(safe, webhook_secret=False, one_person_refunds=True))) == 2


# --- which way to pay ---


def attempts(*rows):
    """(method, provider, n, failed, fee of 10,000, days, charged back)"""
    made = [
        {"method": m, "provider": p, "country": "MX", "currency": "MXN", "amount_minor": 10_000, "paid": i >= failed,
         "fee_minor": fee if i >= failed else 0, "charged_back": failed <= i < failed + back,
         "days_to_money": days if i >= failed else None}
        for m, p, n, failed, fee, days, back in rows
        for i in range(n)
    ]  # fmt: skip
    return check_frame(conform(pl.DataFrame(made, infer_schema_length=None), ATTEMPTS), ATTEMPTS, "attempts")


EXACT = MethodRules(prior_attempts=0)


def test_the_figures_of_each_method():
    rows = compare(attempts(("spei", "bank", 100, 2, 0, 0, 0), ("visa", "mp", 100, 20, 350, 2, 4)), EXACT).to_dicts()
    spei, visa = rows
    assert (spei["method"], spei["failed_bp"], spei["fee_bp"], spei["cost_bp"], spei["rank"]) == ("spei", 200, 0, 10, 1)
    # 3.50 % + 2 days x 0.05 % + 20 % failures x 5 % + 4 of 80 charged back (5 %) = 3.5 + 0.1 + 1 + 5 = 9.6 %
    assert (visa["fee_bp"], visa["days"], visa["failed_bp"], visa["charged_back_bp"]) == (350, 2.0, 2000, 500)
    assert visa["cost_bp"] == 960


def test_two_attempts_prove_nothing():
    lucky = attempts(("visa", "mp", 500, 100, 300, 1, 0), ("oxxo", "mp", 2, 0, 290, 1, 0))
    rows = {r["method"]: r for r in compare(lucky, MethodRules()).to_dicts()}
    assert rows["oxxo"]["failed_bp"] > 1_500


def test_the_order_of_the_buttons():
    compared = compare(attempts(("visa", "mp", 50, 5, 350, 1, 1), ("spei", "bank", 50, 1, 0, 0, 0)), MethodRules())
    assert buttons(compared, "MX", "MXN", ("visa", "paypal", "spei")) == ("spei", "visa", "paypal")
    assert buttons(compared, "CO", "COP", ("pse", "visa")) == ("pse", "visa")


def test_a_method_that_only_failed_still_has_figures():
    rows = compare(attempts(("pse", "x", 5, 5, 0, 0, 0)), EXACT).to_dicts()
    assert (rows[0]["failed_bp"], rows[0]["fee_bp"], rows[0]["days"]) == (10_000, 0, 0.0)
    assert rows[0]["cost_bp"] == 500
    assert Decimal(rows[0]["cost_bp"]) / 100 == 5


def test_a_method_that_never_worked_is_not_free():
    """It has the fee and the days of its country and currency, so that failing always never makes it the cheapest."""
    rows = compare(attempts(("visa", "mp", 100, 0, 600, 3, 0), ("pse", "x", 10, 10, 0, 0, 0)), EXACT).to_dicts()
    assert [(r["method"], r["fee_bp"], r["days"], r["failed_bp"], r["cost_bp"]) for r in rows] == [
        # 6 % + 3 days x 0.05 %; the same and a failure of each (5 %): with no fee it would have come first, with 5 %.
        ("visa", 600, 3.0, 0, 615),
        ("pse", 600, 3.0, 10_000, 1_115),
    ]


def test_the_best_way_depends_on_the_amount():
    """A voucher costs ten pesos whatever it pays; a card, three and a half percent."""
    small = attempts(("oxxo", "mp", 30, 0, 1_000, 1, 0), ("visa", "mp", 30, 0, 350, 1, 0))
    large = small.with_columns(
        amount_minor=pl.lit(1_000_000, dtype=pl.Int64),
        fee_minor=pl.when(pl.col("method") == "oxxo").then(1_000).otherwise(35_000).cast(pl.Int64),
    )
    every = pl.concat([small, large])

    def best(amount):
        return compare(alike(every, "MXN", amount, MethodRules()), MethodRules()).sort("rank")["method"][0]

    assert (best(9_000), best(900_000)) == ("visa", "oxxo")
    assert alike(every, "MXN", 50, MethodRules()).height == 120, "with none of that size, all of them tell"
    assert alike(every, "USD", 9_000, MethodRules()).height == 0
    assert (size_of(9_000), size_of(10_000)) == (7, 7) and size_of(900_000) > 7
