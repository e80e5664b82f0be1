"""Charging the instalments that a person allowed: once, on their day, never after it is taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from puntual.adapters.mercadopago import MercadoPago
from puntual.adapters.paypal import PayPal
from puntual.adapters.stripe import Stripe
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write_deals
from puntual.apps.parties import write as parties
from puntual.apps.payments import read_mandates, write, write_mandates
from puntual.apps.payments.models import GatewayPayment, Mandate
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.errors import UnusableInput
from puntual.core.negotiation.authority import Limit
from puntual.core.negotiation.quote import Terms
from puntual.simulators.paypal import PayPalSimulator
from puntual.simulators.stripe import StripeSimulator

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
URLS = write.Urls("https://x/si", "https://x/no")


@pytest.fixture
def sim():
    with StripeSimulator() as simulator:
        simulator.clock = NOW
        yield simulator


@pytest.fixture
def bound(sim):
    return {"stripe": Stripe(sim.url), "mercadopago": MercadoPago("https://simulado")}


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def gateway(creditor):
    secrets = {"secret_key": "sk_test", "webhook_secret": "whsec_test"}
    return write.add_gateway(gateway=write.NewGateway(creditor.pk, "stripe", secrets), at=NOW)


@pytest.fixture
def account(creditor):
    """Owes 900.00 and pays it in three instalments from 5 November."""
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    dues = ((date(2026, 10, 1), 900_00),)
    invoice = books.NewInvoice(account, "A-1", "A-1", date(2026, 9, 1), "MXN", 900_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    offer = write_deals.Offer(
        account, DAY, date(2026, 11, 9), "portal", "d1", "portal", (Limit("portal", Decimal(0), 6, 200),)
    )
    deal = write_deals.offer_agreement(offer=offer, terms=Terms(3, "month", date(2026, 11, 5)), at=NOW)
    write_deals.accept(deal_id=deal.pk, on=DAY, at=NOW, evidence={})
    return account


@pytest.fixture
def mandate(account, gateway, bound, sim):
    asked = write_mandates.ask(account_id=account, gateway_id=gateway.pk, key="m1", gateways=bound, urls=URLS, at=NOW)
    sim.grant(asked.checkout_id)
    return write_mandates.grant(mandate_id=asked.pk, gateways=bound, evidence={"sha256": "ab"}, at=NOW)


def charge(creditor, bound, day):
    return write_mandates.charge_due(creditor_id=creditor.pk, gateways=bound, as_of=day, at=NOW)


def owed(account):
    return sum(b.open_minor for b in books_read.open_items(account))


def test_nothing_is_charged_until_it_is_allowed(account, gateway, bound, sim, creditor):
    asked = write_mandates.ask(account_id=account, gateway_id=gateway.pk, key="m1", gateways=bound, urls=URLS, at=NOW)
    assert write_mandates.grant(mandate_id=asked.pk, gateways=bound, evidence={}, at=NOW).state == "asked"
    assert charge(creditor, bound, date(2026, 11, 5)).asked == 0
    assert owed(account) == 900_00


def test_each_instalment_is_charged_on_its_day_and_once(creditor, account, mandate, bound, sim):
    assert charge(creditor, bound, date(2026, 11, 4)).asked == 0
    assert charge(creditor, bound, date(2026, 11, 5)) == write_mandates.Charged(1, 1, 0)
    assert charge(creditor, bound, date(2026, 11, 5)).asked == 0
    assert owed(account) == 600_00
    rows = negotiation.instalment_statuses(negotiation.current_deal(account), date(2026, 11, 6), None)
    assert [r.state for r in rows] == ["paid", "pending", "pending"]
    assert charge(creditor, bound, date(2026, 12, 5)).paid == 1
    assert owed(account) == 300_00


def test_a_refused_card_is_tried_again_three_days_later_and_no_more_than_three_times(
    creditor, account, mandate, bound, sim
):
    days = [5, 6, 8, 11, 14]
    got = []
    for day in days:
        sim.refuse_next = True
        got.append(charge(creditor, bound, date(2026, 11, day)).refused)
    assert got == [1, 0, 1, 1, 0]
    assert owed(account) == 900_00 and GatewayPayment.objects.filter(status="failed").count() == 3


def test_what_was_paid_by_other_means_is_not_charged(creditor, account, mandate, bound, sim):
    payment = books.NewPayment(account, 200_00, "MXN", date(2026, 11, 4), "p1", "bank")
    books.post_payments(creditor_id=creditor.pk, payments=[payment])
    assert charge(creditor, bound, date(2026, 11, 5)).paid == 1
    assert owed(account) == 600_00


def test_money_in_favour_goes_first(creditor, account, mandate, bound, sim):
    payment = books.NewPayment(account, 300_00, "MXN", date(2026, 11, 4), "p1", "bank", apply=False)
    books.post_payments(creditor_id=creditor.pk, payments=[payment])
    assert charge(creditor, bound, date(2026, 11, 5)).asked == 0


def test_taken_back_nothing_more_is_charged_and_the_token_is_gone(creditor, account, mandate, bound, sim):
    write_mandates.revoke(mandate_id=mandate.pk, at=NOW)
    assert charge(creditor, bound, date(2026, 11, 5)).asked == 0
    assert Mandate.objects.get().sealed_token is None
    assert read_mandates.standing(account) is None


def test_a_new_one_takes_the_place_of_the_old(account, gateway, mandate, bound, sim):
    asked = write_mandates.ask(account_id=account, gateway_id=gateway.pk, key="m2", gateways=bound, urls=URLS, at=NOW)
    sim.grant(asked.checkout_id)
    new = write_mandates.grant(mandate_id=asked.pk, gateways=bound, evidence={}, at=NOW)
    mandate.refresh_from_db()
    assert (mandate.state, new.state) == ("revoked", "active")


def test_a_gateway_that_cannot_is_said_so(creditor, account, bound):
    secrets = {"access_token": "t", "webhook_secret": "s"}
    other = write.add_gateway(gateway=write.NewGateway(creditor.pk, "mercadopago", secrets), at=NOW)
    with pytest.raises(UnusableInput, match="no permite domiciliar"):
        write_mandates.ask(account_id=account, gateway_id=other.pk, key="m9", gateways=bound, urls=URLS, at=NOW)
    assert not Mandate.objects.exists()


def test_paypal_charges_what_was_allowed_on_its_page_too(account, creditor):
    with PayPalSimulator() as sim:
        sim.clock = NOW
        bound = {"paypal": PayPal(sim.url, now=lambda: sim.clock)}
        secrets = {"client_id": "cliente", "client_secret": "secreto", "webhook_id": "WH-1"}
        gateway = write.add_gateway(gateway=write.NewGateway(creditor.pk, "paypal", secrets), at=NOW)
        asked = write_mandates.ask(
            account_id=account, gateway_id=gateway.pk, key="m1", gateways=bound, urls=URLS, at=NOW
        )
        assert charge(creditor, bound, date(2026, 11, 5)) == write_mandates.Charged(0, 0, 0)
        sim.grant(asked.checkout_id)
        write_mandates.grant(mandate_id=asked.pk, gateways=bound, evidence={"sha256": "ab"}, at=NOW)
        sim.refuse_next = True
        assert charge(creditor, bound, date(2026, 11, 5)) == write_mandates.Charged(1, 0, 1)
        for _ in range(2):
            charge(creditor, bound, date(2026, 11, 8))
        assert [p.status for p in GatewayPayment.objects.order_by("pk")] == ["failed", "paid"]
        assert sum(b.open_minor for b in books_read.open_items(account)) == 600_00
