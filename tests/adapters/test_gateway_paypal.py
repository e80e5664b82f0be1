"""PayPal against its simulator: approval, one capture, held money, refunds, disputes, and whose certificate it is."""

from __future__ import annotations

import json
from datetime import timedelta

import attrs
import pytest
from gateway_desk import checkout, state_of, take

from puntual.adapters.paypal import PayPal
from puntual.adapters.paypal.webhook import check_address
from puntual.core.ledger.gateway import bookings, fold_events
from puntual.ports.payments import (
    Credentials,
    Forged,
    GatewayError,
    MandateCharge,
    MandateRequest,
    PaymentGateway,
    Refund,
)
from puntual.simulators.paypal import CERTIFICATE, START, PayPalSimulator
from puntual.simulators.paypal.signing import Signer

CREDENTIALS = Credentials("paypal", {"client_id": "cliente", "client_secret": "secreto", "webhook_id": "WH-1"})


@pytest.fixture(scope="module")
def signer():
    return Signer(START)


@pytest.fixture
def sim(signer):
    with PayPalSimulator() as simulator:
        simulator.signer = signer
        yield simulator


@pytest.fixture
def gateway(sim):
    fetched = []

    def fetch(address):
        fetched.append(address)
        return sim.signer.pem

    made = PayPal(sim.url, fetch_certificate=fetch, now=lambda: sim.clock)
    made.fetched = fetched
    return made


@pytest.fixture
def link(gateway):
    return gateway.create_checkout(checkout(CREDENTIALS))


def last(sim, gateway):
    return state_of(take(gateway, CREDENTIALS, sim.outbox[-1], sim.clock))


def paid(sim, gateway, link):
    sim.approve(link.checkout_id)
    return last(sim, gateway)


def test_an_approved_order_is_captured_and_paid(sim, gateway, link):
    assert isinstance(gateway, PaymentGateway)
    state = paid(sim, gateway, link)
    assert (state.status, state.net_minor, state.paid.fee_minor) == ("paid", 150_000, 6_000)
    assert state.reference == "2000000571"
    items = sim.orders[link.checkout_id]["purchase_units"][0]["items"]
    assert [(i["sku"], i["unit_amount"]["value"]) for i in items] == [("11", "1000.50"), ("12", "499.50")]


def test_the_same_approval_told_twice_captures_once(sim, gateway, link):
    sim.approve(link.checkout_id)
    approval = sim.outbox[-1]
    take(gateway, CREDENTIALS, approval, sim.clock)
    take(gateway, CREDENTIALS, approval, sim.clock)
    assert len(sim.orders[link.checkout_id]["purchase_units"][0]["payments"]["captures"]) == 1


def test_a_declined_payment_books_nothing(sim, gateway, link):
    sim.approve(link.checkout_id, declines=True)
    state = last(sim, gateway)
    assert (state.status, bookings(state)) == ("failed", [])


def test_held_money_is_pending_until_released(sim, gateway, link):
    sim.approve(link.checkout_id, holds=True)
    state = last(sim, gateway)
    assert state.status == "pending"
    sim.release(state.payment_id)
    assert last(sim, gateway).status == "paid"


def test_refund_dispute_and_victory(sim, gateway, link):
    capture = paid(sim, gateway, link).payment_id
    sim.refund(capture, "500.00")
    assert last(sim, gateway).net_minor == 100_000
    dispute = sim.charge_back(capture)
    lost = last(sim, gateway)
    assert (lost.status, lost.net_minor) == ("charged_back", 0)
    sim.win(dispute)
    assert last(sim, gateway).net_minor == 100_000


def test_an_inquiry_moves_no_money(sim, gateway, link):
    capture = paid(sim, gateway, link).payment_id
    dispute = sim.charge_back(capture)
    sim.disputes[dispute]["dispute_life_cycle_stage"] = "INQUIRY"
    assert last(sim, gateway).status == "paid"


def test_our_refund_is_made_once(sim, gateway, link):
    capture = paid(sim, gateway, link).payment_id
    order = Refund(capture, "MXN", "devolver-1", 50_000)
    gateway.refund(order, CREDENTIALS)
    assert state_of(gateway.refund(order, CREDENTIALS)).net_minor == 100_000
    with pytest.raises(GatewayError) as too_much:
        gateway.refund(Refund(capture, "MXN", "devolver-2", 100_001), CREDENTIALS)
    assert too_much.value.permanent


def test_the_poller_finds_what_no_notice_told(sim, gateway):
    for n in range(3):
        link = gateway.create_checkout(checkout(CREDENTIALS, key=f"k{n}"))
        sim.approve(link.checkout_id)
    sim.outbox.clear()
    states = fold_events(gateway.list_events(CREDENTIALS, START)).values()
    assert [s.net_minor for s in states] == [150_000] * 3
    assert gateway.list_events(CREDENTIALS, sim.clock + timedelta(minutes=1)) == ()


def test_one_token_serves_until_it_ends(sim, gateway, link):
    paid(sim, gateway, link)
    assert sum(r.path == "/v1/oauth2/token" for r in sim.seen) == 1
    sim.clock += timedelta(hours=1)
    gateway.create_checkout(checkout(CREDENTIALS, key="otro"))
    assert sum(r.path == "/v1/oauth2/token" for r in sim.seen) == 2


def test_currencies_that_it_does_not_take_are_said_before_asking(sim, gateway):
    for currency in ("COP", "PEN", "CLP", "ARS"):
        with pytest.raises(GatewayError, match=f"no cobra en {currency}"):
            gateway.create_checkout(checkout(CREDENTIALS, currency=currency))
    assert sim.seen == []


# --- notices ---


def test_the_certificate_is_fetched_once_and_only_from_paypal(sim, gateway, link):
    paid(sim, gateway, link)
    take(gateway, CREDENTIALS, sim.outbox[0], sim.clock)
    assert gateway.fetched == [CERTIFICATE]


@pytest.mark.parametrize(
    "address",
    [
        "https://api.sandbox.paypal.com.evil.mx/v1/notifications/certs/C",
        "https://evil.mx/v1/notifications/certs/C",
        "http://api.sandbox.paypal.com/v1/notifications/certs/C",
        "https://api.sandbox.paypal.com@evil.mx/v1/notifications/certs/C",
        "https://api.sandbox.paypal.com:8443/v1/notifications/certs/C",
        "https://api.sandbox.paypal.com/v1/notifications/certs/../../../evil",
        "https://api.sandbox.paypal.com/otra/C",
        "https://api.paypal.com/v1/notifications/certs/C",
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_never_fetched(sim, gateway, link, address):
    sim.approve(link.checkout_id)
    event = json.loads(sim.outbox[-1].body)
    with pytest.raises(Forged):
        take(gateway, CREDENTIALS, sim.signed(event, Signer(START), address), sim.clock)
    assert gateway.fetched == []


def test_forged_tampered_and_stale_notices_are_refused(sim, gateway, link):
    sim.approve(link.checkout_id)
    good = sim.outbox[-1]
    calls = len(sim.seen)
    forged = sim.signed(json.loads(good.body), Signer(START))
    tampered = attrs.evolve(good, body=good.body.replace(b"APPROVED", b"CREATED "))
    other_algorithm = attrs.evolve(good, headers={**good.headers, "Paypal-Auth-Algo": "none"})
    late = sim.clock + timedelta(days=5)
    for bad, now in ((forged, sim.clock), (tampered, sim.clock), (other_algorithm, sim.clock), (good, late)):
        with pytest.raises(Forged):
            take(gateway, CREDENTIALS, bad, now)
    assert len(sim.seen) == calls


def test_an_expired_certificate_proves_nothing(sim, gateway, link):
    sim.approve(link.checkout_id)
    sim.clock += timedelta(days=400)
    with pytest.raises(Forged):
        take(gateway, CREDENTIALS, sim.signed(json.loads(sim.outbox[-1].body)), sim.clock)


def test_the_live_host_is_another():
    check_address("https://api.paypal.com/v1/notifications/certs/C", live=True)
    with pytest.raises(Forged):
        check_address(CERTIFICATE, live=True)


class TestWhatWasAllowedOnce:
    def asked(self, gateway):
        return gateway.start_mandate(
            MandateRequest(CREDENTIALS, "MXN", "1000000161", "m1", "https://a/si", "https://a/no")
        )

    def charge(self, gateway, token, key="c1"):
        return gateway.charge(MandateCharge(CREDENTIALS, token, 500_00, "MXN", "2000000571", "Cuota", key))

    def test_granted_on_paypals_page_it_charges_once_a_key(self, gateway, sim):
        link = self.asked(gateway)
        assert gateway.read_mandate(link.checkout_id, CREDENTIALS) is None
        sim.grant(link.checkout_id)
        token = gateway.read_mandate(link.checkout_id, CREDENTIALS)
        assert token and gateway.read_mandate(link.checkout_id, CREDENTIALS) == token
        first, again = self.charge(gateway, token), self.charge(gateway, token)
        assert first == again and len(sim.orders) == 1
        state = state_of(first)
        assert (state.status, state.net_minor, state.reference) == ("paid", 500_00, "2000000571")

    def test_a_refused_charge_is_a_fact_that_moves_nothing(self, gateway, sim):
        link = self.asked(gateway)
        sim.grant(link.checkout_id)
        token = gateway.read_mandate(link.checkout_id, CREDENTIALS)
        sim.refuse_next = True
        state = state_of(self.charge(gateway, token))
        assert (state.status, state.net_minor, state.reference) == ("failed", 0, "2000000571")
        assert not sim.orders

    def test_a_currency_that_it_does_not_take_is_said_before_anything(self, gateway, sim):
        with pytest.raises(GatewayError, match="CLP"):
            gateway.start_mandate(MandateRequest(CREDENTIALS, "CLP", "1", "m", "https://a", "https://b"))
        assert not sim.setups
