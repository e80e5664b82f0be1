"""A gateway's deposit against its parts: it closes to the cent, or tells exactly which part does not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs

from puntual.core.ledger.gateway import GatewayEvent, fold_events
from puntual.core.ledger.payouts import Deposit, Part, check, find_lines
from puntual.core.ledger.statement import Line

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


def event(kind, payment, minor, part="", fee=0):
    return GatewayEvent(
        "stripe", f"{kind}{payment}{part}", kind, payment, minor, "MXN", NOW, part_id=part, fee_minor=fee
    )


KNOWN = {
    payment: state
    for (_, payment), state in fold_events(
        [
            event("paid", "pi_1", 1000_00, fee=36_00), event("paid", "pi_2", 500_00, fee=18_00),
            event("refunded", "pi_1", 200_00, "re_1"), event("charged_back", "pi_2", 500_00, "dp_1"),
        ]
    ).items()
}  # fmt: skip
PARTS = (
    Part("payment", "pi_1", "ch_1", 1000_00, 36_00), Part("payment", "pi_2", "ch_2", 500_00, 18_00),
    Part("refund", "pi_1", "re_1", -200_00), Part("chargeback", "pi_2", "dp_1", -500_00),
)  # fmt: skip


def wrong(parts, told=746_00):
    return [(w.part.part_id, w.reason, w.known_minor) for w in check(told, parts, KNOWN).wrong]


def test_gross_less_fees_refunds_and_chargebacks_is_the_deposit():
    got = check(746_00, PARTS, KNOWN)
    assert got.closes and got.parts_minor == 746_00 and got.fees_minor == 54_00
    assert (got.sums["payment"], got.sums["refund"], got.sums["chargeback"]) == (1500_00, -200_00, -500_00)


def test_a_cent_that_no_part_explains_is_told():
    got = check(745_99, PARTS, KNOWN)
    assert not got.closes and got.missing_minor == -1 and not got.wrong


def test_the_very_part_that_differs_is_named_with_both_figures():
    dearer = attrs.evolve(PARTS[0], fee_minor=40_00)
    assert wrong((dearer, *PARTS[1:])) == [("ch_1", "payout_fee_differs", 36_00)]
    other = attrs.evolve(PARTS[2], gross_minor=-250_00)
    assert wrong((*PARTS[:2], other, PARTS[3])) == [("re_1", "payout_refund_differs", 200_00)]
    assert wrong((attrs.evolve(PARTS[1], gross_minor=501_00),)) == [("ch_2", "payout_amount_differs", 500_00)]


def test_a_payment_nobody_heard_of_and_money_moved_for_another_cause_are_named():
    parts = (Part("payment", "pi_9", "ch_9", 10_00), Part("other", "", "adj_1", -5_00), Part("fee", "", "f_1", -1_00))
    assert wrong(parts) == [("ch_9", "payout_unknown_payment", 0), ("adj_1", "payout_other", 0)]


def deposit(pk, minor, on=date(2026, 3, 2), ref="po_12345"):
    return Deposit(pk, ref, Line(0, on, minor, "MXN"), ("stripe",))


def line(pk, minor, text="", on=date(2026, 3, 3)):
    return Line(pk, on, minor, "MXN", text)


def test_the_bank_line_is_found_by_the_deposits_own_name_even_with_another_amount():
    assert find_lines([deposit(1, 746_00)], [line(7, 746_00), line(8, 700_00, "STRIPE PO_12345")]) == {1: 8}


def test_two_deposits_of_one_amount_take_a_line_each_and_never_the_same():
    two = [deposit(1, 100_00), deposit(2, 100_00, ref="po_99999")]
    assert find_lines(two, [line(7, 100_00, "STRIPE"), line(8, 100_00, "Stripe mx")]) == {1: 7, 2: 8}


def test_an_amount_alone_is_enough_only_when_nothing_else_could_be_meant():
    assert find_lines([deposit(1, 100_00)], [line(7, 100_00, "ABONO")]) == {1: 7}
    assert find_lines([deposit(1, 100_00)], [line(7, 100_00, "ABONO"), line(8, 100_00, "SPEI")]) == {}


def test_a_line_of_another_month_is_not_it():
    assert find_lines([deposit(1, 100_00)], [line(7, 100_00, "STRIPE", on=date(2026, 4, 3))]) == {}
