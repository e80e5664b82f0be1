"""What a contact costs, for the indicators: what its messages really cost; else its price; else what somebody wrote."""

from __future__ import annotations

import pytest
from messaging_house import DAWN, TEN, House

from puntual.apps.outreach import prices
from puntual.apps.reports import read, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    made = House()
    made.now = TEN
    return made


def test_nobody_told_anything(house):
    assert read.contact_cost(house.creditor.pk) == {}


def test_prices_rule_over_what_was_written_and_a_call_keeps_its_own(house):
    write.set_contact_costs(creditor_id=house.creditor.pk, costs={"whatsapp": 500, "call": 900})
    prices.save_price(creditor_id=house.creditor.pk, channel="whatsapp", text="0.654", currency="MXN", at=DAWN)
    assert read.contact_cost(house.creditor.pk) == {"whatsapp": 65, "call": 900}


def test_what_left_says_it_better_than_the_price_of_today(house):
    prices.save_price(creditor_id=house.creditor.pk, channel="whatsapp", text="0.80", currency="MXN", at=DAWN)
    assert house.remind().sent == 1
    prices.save_price(creditor_id=house.creditor.pk, channel="whatsapp", text="2.00", currency="MXN", at=TEN)
    assert read.contact_cost(house.creditor.pk) == {"whatsapp": 80}


def test_a_price_in_another_currency_is_not_mixed_in(house):
    prices.save_price(creditor_id=house.creditor.pk, channel="sms", text="0.0349", currency="USD", at=DAWN)
    assert read.contact_cost(house.creditor.pk) == {}
