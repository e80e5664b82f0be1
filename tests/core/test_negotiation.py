"""Negotiation: quotes that add up, limits of authority, incentives, disputes, and what no table allows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation import agreement, dispute, incentive, promise, settlement
from puntual.core.negotiation.authority import Grant, Limit, Need, check_approval, need
from puntual.core.negotiation.cash import Cash, Received
from puntual.core.negotiation.quote import Debt, Terms, add_months, allocate_to_items, quote

DAY = date(2026, 3, 2)
pcts = st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)


@given(
    st.integers(1, 10**12), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 60),
    st.sampled_from(["week", "fortnight", "month"]), pcts, pcts, pcts, pcts, pcts,
)  # fmt: skip
def test_a_quote_always_adds_up_to_the_cent(principal, interest, fee, n, every, down, wi, wf, wp, rate):
    debt = Debt(principal, interest, fee, "MXN")
    offer = quote(debt, Terms(n, every, DAY, down, wi, wf, wp, rate))

    assert debt.open_minor == offer.waived.total_minor + sum(i.debt_minor for i in offer.instalments)
    assert offer.to_pay_minor == sum(i.debt_minor + i.finance_minor for i in offer.instalments)
    assert all(i.debt_minor >= 0 and i.finance_minor >= 0 for i in offer.instalments)
    assert [i.number for i in offer.instalments] == list(range(1, n + 1))
    assert all(a.due_on < b.due_on for a, b in zip(offer.instalments, offer.instalments[1:]))


def test_three_payments_of_one_hundred_pesos_differ_by_one_cent():
    offer = quote(Debt(10000, 0, 0, "MXN"), Terms(3, "month", date(2026, 1, 31)))
    assert [(i.due_on.isoformat(), i.amount_minor) for i in offer.instalments] == [
        ("2026-01-31", 3334), ("2026-02-28", 3333), ("2026-03-31", 3333),
    ]  # fmt: skip


def test_down_payment_waiver_and_financing():
    # 1000.00 of principal, 100.00 of interest, half of it forgiven: 1050.00, 20 % down = 210.00, 2 x 420.00.
    # 24 % a year is 2 % a month on what is left: 840.00 -> 16.80 and 420.00 -> 8.40.
    offer = quote(
        Debt(100_000, 10_000, 0, "MXN"),
        Terms(3, "month", DAY, down_payment_pct=Decimal(20), waive_interest_pct=Decimal(50), plan_rate_pct=Decimal(24)),
    )
    assert [(i.debt_minor, i.finance_minor) for i in offer.instalments] == [(21_000, 0), (42_000, 1_680), (42_000, 840)]
    assert offer.waived.interest_minor == 5_000
    assert offer.waiver_pct() == Decimal("4.55")


def test_pesos_without_cents_split_in_whole_pesos():
    offer = quote(Debt(10_001, 0, 0, "CLP"), Terms(2, "fortnight", DAY))
    assert [i.amount_minor for i in offer.instalments] == [5_001, 5_000]


@pytest.mark.parametrize(
    "change",
    [{"instalments": 0}, {"every": "year"}, {"down_payment_pct": Decimal(101)}, {"plan_rate_pct": Decimal(-1)}],
)
def test_terms_that_make_no_plan_are_named(change):
    with pytest.raises(UnusableInput):
        quote(Debt(1000, 0, 0, "MXN"), attrs.evolve(Terms(2, "month", DAY), **change))


def test_nothing_owed_makes_no_plan():
    with pytest.raises(UnusableInput, match="No hay saldo"):
        quote(Debt(0, 0, 0, "MXN"), Terms(2, "month", DAY))


def test_months_end_where_the_month_ends():
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_a_plan_payment_fills_the_oldest_document_first():
    assert allocate_to_items(1500, [(1, 1000), (2, 800)]) == [(1, 1000), (2, 500)]
    assert allocate_to_items(5000, [(1, 1000), (2, 800)]) == [(1, 1000), (2, 800)]


# --- promises ---

PROMISE = promise.Promise(1, (11, 12), 50_000, "MXN", DAY, DAY + timedelta(days=7))
RULES = promise.PromiseRules(min_pct_of_open=Decimal(20))


def new(p=PROMISE, open_minor=100_000, open_promises=(), broken_recent=0):
    return promise.check_new(
        p, open_minor=open_minor, open_promises=open_promises, broken_recent=broken_recent, rules=RULES
    )


def test_a_reasonable_promise_is_taken():
    assert new() == PROMISE


@pytest.mark.parametrize(
    ("reason", "arguments"),
    [
        ("promise_amount", {"open_minor": 49_999}),
        ("promise_amount", {"open_minor": 250_003}),
        ("promise_past_date", {"p": attrs.evolve(PROMISE, promised_on=DAY - timedelta(days=1))}),
        ("promise_too_far", {"p": attrs.evolve(PROMISE, promised_on=DAY + timedelta(days=16))}),
        ("promise_already_open", {"open_promises": [attrs.evolve(PROMISE, due_items=(12,))]}),
        ("promise_too_many_broken", {"broken_recent": 3}),
    ],
)
def test_a_promise_outside_the_policy_is_refused_with_its_reason(reason, arguments):
    with pytest.raises(Refused) as refusal:
        new(**arguments)
    assert refusal.value.reason == reason


def test_a_closed_promise_does_not_block_a_new_one():
    assert new(open_promises=[attrs.evolve(PROMISE, state="broken")]) == PROMISE


def test_what_is_not_in_the_table_cannot_happen():
    with pytest.raises(Refused, match="la promesa está en «withdrawn»"):
        promise.MACHINE.advance("withdrawn", "paid")
    assert promise.MACHINE.final() == {"withdrawn"}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 60_000)), max_size=6), st.integers(0, 40))
def test_more_money_never_breaks_a_promise(payments, as_of_day):
    as_of = DAY + timedelta(days=as_of_day)
    rows = tuple(Received(DAY + timedelta(days=d), a) for d, a in payments if d <= as_of_day)
    poorer = Cash(rows[:-1], 10**9, 0, as_of)
    richer = Cash(rows, 10**9, 0, as_of)
    good = {"paid", None}
    if promise.judge(PROMISE, poorer, RULES, as_of).event in good:
        assert promise.judge(PROMISE, richer, RULES, as_of).event in good


# --- authority ---

LIMITS = (
    Limit("gestor", Decimal(5), 3, 90, 1_000_000),
    Limit("supervisor", Decimal(30), 12, 365, 10_000_000),
    Limit("gerente", Decimal(50), 24, 730),
)
SMALL = Grant(Decimal(5), 3, 90, 1_000_000)


def test_within_limits_nobody_else_is_needed():
    assert need(SMALL, "gestor", LIMITS) == Need(None)


def test_the_least_powerful_role_that_may_is_asked():
    assert need(attrs.evolve(SMALL, waiver_pct=Decimal("5.01")), "gestor", LIMITS) == Need(
        "supervisor", ("waiver_pct",)
    )
    assert need(attrs.evolve(SMALL, instalments=13, amount_minor=10**9), "gestor", LIMITS) == Need(
        "gerente", ("instalments", "amount")
    )


def test_what_nobody_may_grant_is_refused():
    with pytest.raises(Refused) as refusal:
        need(attrs.evolve(SMALL, waiver_pct=Decimal(51)), "gestor", LIMITS)
    assert refusal.value.reason == "over_every_limit"


def test_another_person_with_authority_approves():
    big = attrs.evolve(SMALL, waiver_pct=Decimal(20))
    check_approval(big, asked_by=1, approved_by=2, role="supervisor", limits=LIMITS)
    with pytest.raises(Refused) as same:
        check_approval(big, asked_by=2, approved_by=2, role="gerente", limits=LIMITS)
    assert same.value.reason == "same_person"
    with pytest.raises(Refused) as weak:
        check_approval(big, asked_by=1, approved_by=2, role="gestor", limits=LIMITS)
    assert weak.value.reason == "no_authority"


# --- settlements and incentives ---

DEBT = Debt(90_000, 8_000, 2_000, "MXN")


def test_no_settlement_below_the_floor():
    rules = settlement.SettlementRules(Decimal("60.5"))
    assert settlement.check_offer(DEBT, 60_500, rules) == 60_500
    with pytest.raises(Refused) as low:
        settlement.check_offer(DEBT, 60_499, rules)
    assert low.value.reason == "below_floor"
    with pytest.raises(Refused) as whole:
        settlement.check_offer(DEBT, 100_000, rules)
    assert whole.value.reason == "nothing_to_waive"


def test_charges_are_forgiven_before_principal():
    assert settlement.forgiven(DEBT, 60_000) == settlement.Waived(30_000, 8_000, 2_000)
    assert settlement.forgiven(DEBT, 95_000) == settlement.Waived(0, 3_000, 2_000)


def test_early_discount_is_on_principal_and_ends():
    early = incentive.Incentive("early_discount", Decimal(2), date(2026, 3, 10))
    offer = incentive.offer(early, DEBT, DAY)
    assert (offer.pay_minor, offer.waived.principal_minor, offer.waived.total_minor) == (98_200, 1_800, 1_800)
    assert incentive.offer(early, DEBT, date(2026, 3, 11)) is None


def test_interest_reduction_touches_charges_only():
    half = incentive.Incentive("interest_reduction", Decimal(50), date(2026, 3, 10))
    assert incentive.offer(half, DEBT, DAY).waived == settlement.Waived(0, 4_000, 1_000)


def test_a_settlement_incentive_below_its_floor_is_not_offered():
    generous = incentive.Incentive("settlement", Decimal(40), date(2026, 3, 10), floor_pct=Decimal(70))
    assert incentive.offer(generous, DEBT, DAY) is None
    lower = attrs.evolve(generous, pct=Decimal(30))
    assert incentive.offer(lower, DEBT, DAY).pay_minor == 70_000


def test_an_incentive_is_earned_void_or_over():
    early = incentive.Incentive("early_discount", Decimal(2), date(2026, 3, 10))
    offer = incentive.offer(early, DEBT, DAY)
    paid = Cash((Received(date(2026, 3, 9), 98_200),), 1_800, 0, date(2026, 3, 12))
    nothing = Cash((), 100_000, 0, date(2026, 3, 12))
    after = date(2026, 3, 12)

    assert incentive.judge(offer, "offered", DAY, paid, after).event == "earn"
    assert incentive.judge(offer, "offered", DAY, nothing, after).event == "expire"
    assert incentive.judge(offer, "offered", DAY, nothing, DAY, bound_broken=True).event == "void"
    assert (
        incentive.judge(offer, "offered", DAY, attrs.evolve(nothing, bank_through=None), after).reason == "stale_bank"
    )
    undone = attrs.evolve(paid, received=(Received(date(2026, 3, 9), 98_200, undone_on=after),))
    assert incentive.judge(offer, "earned", DAY, undone, after).event == "reversed"


# --- disputes ---


def test_a_dispute_splits_the_amount():
    assert dispute.split(10_000, 2_500) == dispute.Split(7_500, 2_500)
    with pytest.raises(Refused):
        dispute.split(10_000, 10_001)


def test_the_outcome_follows_what_is_credited():
    assert dispute.resolve("in_review", 2_500, 2_500).target == "for_customer"
    assert dispute.resolve("in_review", 2_500, 0).target == "for_creditor"
    assert dispute.resolve("in_review", 2_500, 1).target == "partly"
    with pytest.raises(Refused):
        dispute.resolve("in_review", 2_500, 2_501)
    with pytest.raises(Refused):
        dispute.resolve("open", 2_500, 0)


def test_the_pause_stands_until_the_customer_is_told():
    assert "for_creditor" in dispute.PAUSING
    assert "told" not in dispute.PAUSING and "withdrawn" not in dispute.PAUSING
    assert dispute.is_late("in_review", DAY, DAY + timedelta(days=1))
    assert not dispute.is_late("told", DAY, DAY + timedelta(days=1))


def test_autopay_charges_only_what_is_missing_and_due():
    plan = quote(DEBT, Terms(4, "month", DAY)).instalments
    deal = agreement.Agreement(1, (11,), "MXN", plan, DAY)
    rows = agreement.statuses(deal, 30_000, agreement.AgreementRules(), date(2026, 4, 2))
    assert agreement.autopay_due(rows, date(2026, 4, 2)) == ((2, 20_000),)
    assert agreement.next_due(rows).number == 2
