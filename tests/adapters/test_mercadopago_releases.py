"""Mercado Pago's report of released money: withdrawals, each with what it is made of."""

from __future__ import annotations

import pytest

from puntual.adapters.mercadopago.releases import read
from puntual.core.errors import UnusableInput
from puntual.core.ledger.payouts import Part

HEAD = (
    "DATE,SOURCE_ID,EXTERNAL_REFERENCE,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,NET_DEBIT_AMOUNT,GROSS_AMOUNT,"
    "MP_FEE_AMOUNT\n"
)
REPORT = (
    HEAD
    + """2026-03-02T10:00:00.000-06:00,,,initial_available_balance,,10.00,0.00,10.00,0.00
2026-03-02T11:00:00.000-06:00,11,2000000126,release,payment,965.00,0.00,1000.00,-35.00
2026-03-02T12:00:00.000-06:00,11,2000000126,release,refund,0.00,200.00,-200.00,0.00
2026-03-02T13:00:00.000-06:00,,,release,reserve_for_payout,0.00,5.00,-5.00,0.00
2026-03-02T13:01:00.000-06:00,,,release,reserve_for_payout,5.00,0.00,5.00,0.00
2026-03-03T10:00:00.000-06:00,901,,release,payout,0.00,700.00,-700.00,0.00
2026-03-04T10:00:00.000-06:00,12,,release,advertising,0.00,15.00,-15.00,0.00
2026-03-05T10:00:00.000-06:00,902,,release,withdrawal,0.00,60.00,-60.00,0.00
2026-03-05T10:00:00.000-06:00,,,total,,970.00,980.00,0.00,0.00
"""
)


def test_each_withdrawal_is_what_came_in_since_the_one_before():
    one, two = read(REPORT.encode(), "r.csv", "MXN")
    assert (one.event.payment_id, one.event.amount_minor, two.event.amount_minor) == ("901", 700_00, 60_00)
    assert one.parts == (
        Part("carried", "", "saldo anterior", 10_00), Part("payment", "11", "11", 1000_00, 35_00),
        Part("refund", "11", "11", -200_00), Part("carried", "", "reserve_for_payout", -5_00),
        Part("carried", "", "reserve_for_payout", 5_00), Part("carried", "", "queda en la cuenta", -75_00),
    )  # fmt: skip
    assert two.parts == (Part("carried", "", "saldo anterior", 75_00), Part("other", "", "advertising", -15_00))
    for told in (one, two):
        assert sum(part.net_minor for part in told.parts) == told.event.amount_minor


def test_more_withdrawn_than_there_was_does_not_close():
    data = HEAD + "2026-03-03T10:00:00.000-06:00,901,,release,payout,0.00,700.00,-700.00,0.00\n"
    [one] = read(data.encode(), "r.csv", "MXN")
    assert one.parts == () and one.event.amount_minor == 700_00


def test_another_table_says_what_it_lacks():
    with pytest.raises(UnusableInput, match="RECORD_TYPE"):
        read(b"DATE,IMPORTE\n2026-03-03,10\n", "otra.csv", "MXN")
