"""Stripe against its simulator, through Stripe's own library."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import stripe
from gateway_desk import checkout, received, state_of, take

from puntual.adapters.stripe import Stripe
from puntual.adapters.stripe.payment import from_units, to_units
from puntual.adapters.stripe.transport import API_VERSION
from puntual.core.ledger.gateway import bookings
from puntual.ports.payments import (
    ChargesMandates,
    Credentials,
    Forged,
    GatewayError,
    MandateCharge,
    MandateRequest,
    PaymentGateway,
    Refund,
)
from puntual.simulators.stripe import START, StripeSimulator

CREDENTIALS = Credentials("stripe", {"secret_key": "sk_test", "webhook_secret": "whsec_test"})


@pytest.fixture
def sim():
    with StripeSimulator() as simulator:
        yield simulator


@pytest.fixture
def gateway(sim):
    return Stripe(sim.url)


@pytest.fixture
def link(gateway):
    return gateway.create_checkout(checkout(CREDENTIALS))


def last(sim, gateway):
    return state_of(take(gateway, CREDENTIALS, sim.outbox[-1], sim.clock))


def test_two_documents_in_one_payment(sim, gateway, link):
    assert isinstance(gateway, PaymentGateway)
    items = sim.items[link.checkout_id]
    assert [i["price_data"]["unit_amount"] for i in items] == ["100050", "49950"]

    intent = sim.pay(link.checkout_id)
    state = last(sim, gateway)
    assert (state.status, state.net_minor, state.paid.fee_minor) == ("paid", 150_000, 5_400)
    assert (state.payment_id, state.reference) == (intent, "2000000571")


def test_the_version_of_the_api_is_pinned(sim, gateway, link):
    assert {r.headers["stripe-version"] for r in sim.seen} == {API_VERSION}


def test_the_same_attempt_never_makes_two_checkouts(sim, gateway, link):
    assert gateway.create_checkout(checkout(CREDENTIALS)) == link
    assert len(sim.sessions) == 1


def test_pesos_without_cents_and_the_two_exceptions(sim, gateway):
    link = gateway.create_checkout(checkout(CREDENTIALS, currency="CLP", amounts=(9_000, 1)))
    sim.pay(link.checkout_id)
    assert last(sim, gateway).net_minor == 9_001
    assert to_units(500, "ISK") == 50_000 and from_units(50_000, "ISK") == 500


def test_an_oxxo_voucher_is_pending_until_somebody_pays_it(sim, gateway, link):
    intent = sim.pend(link.checkout_id)
    assert last(sim, gateway).status == "pending"
    sim.settle(intent)
    state = last(sim, gateway)
    assert (state.status, state.paid.method) == ("paid", "oxxo")


def test_a_declined_card_and_then_a_good_one(sim, gateway, link):
    sim.decline(link.checkout_id)
    failed = last(sim, gateway)
    assert (failed.status, bookings(failed)) == ("failed", [])
    sim.pay(link.checkout_id)
    assert last(sim, gateway).status == "paid"


def test_refund_dispute_and_victory(sim, gateway, link):
    intent = sim.pay(link.checkout_id)
    sim.refund(intent, 50_000)
    sim.charge_back(intent)
    lost = last(sim, gateway)
    assert (lost.status, lost.net_minor) == ("charged_back", 0)
    sim.win(intent)
    assert last(sim, gateway).net_minor == 100_000


def test_an_inquiry_moves_no_money(sim, gateway, link):
    intent = sim.pay(link.checkout_id)
    sim.charge_back(intent)
    sim.disputes[0]["status"] = "warning_needs_response"
    assert last(sim, gateway).status == "paid"


def test_our_refund_is_made_once_and_never_more_than_was_paid(sim, gateway, link):
    intent = sim.pay(link.checkout_id)
    order = Refund(intent, "MXN", "devolver-1", 50_000)
    gateway.refund(order, CREDENTIALS)
    assert state_of(gateway.refund(order, CREDENTIALS)).net_minor == 100_000
    assert len(sim.refunds) == 1
    with pytest.raises(GatewayError) as too_much:
        gateway.refund(Refund(intent, "MXN", "devolver-2", 100_001), CREDENTIALS)
    assert too_much.value.permanent and len(sim.refunds) == 1


def test_a_payout_is_a_fact_of_its_own(sim, gateway):
    payout = sim.pay_out(144_600)
    [event] = take(gateway, CREDENTIALS, sim.outbox[-1], sim.clock)
    assert (event.kind, event.payment_id, event.amount_minor) == ("payout", payout, 144_600)


def test_the_poller_finds_what_no_event_told(sim, gateway):
    for n in range(3):
        sim.pay(gateway.create_checkout(checkout(CREDENTIALS, key=f"k{n}")).checkout_id)
    sim.outbox.clear()
    paid = [e for e in gateway.list_events(CREDENTIALS, START) if e.kind == "paid"]
    assert len(paid) == 3
    assert gateway.list_events(CREDENTIALS, sim.clock + timedelta(minutes=1)) == ()


def test_forged_tampered_and_stale_events_are_refused(sim, gateway, link):
    sim.pay(link.checkout_id)
    good = sim.outbox[-1]
    calls = len(sim.seen)
    forged = sim.signed(json.loads(good.body), secret="whsec_otro")
    tampered = type(good)(good.headers, {}, good.body.replace(b"pi_", b"pj_"))
    for bad, now in ((forged, sim.clock), (tampered, sim.clock), (good, sim.clock + timedelta(hours=1))):
        with pytest.raises(Forged):
            take(gateway, CREDENTIALS, bad, now)
    with pytest.raises(Forged):
        take(gateway, CREDENTIALS, type(good)({}, {}, good.body), sim.clock)
    assert len(sim.seen) == calls


def test_the_official_library_agrees_with_our_signature(sim, link):
    sim.pay(link.checkout_id)
    sent = sim.outbox[-1]
    stripe.WebhookSignature.verify_header(sent.body.decode(), sent.headers["Stripe-Signature"], "whsec_test")
    assert received(sent).headers.keys() == {"stripe-signature"}


def test_a_passing_failure_may_be_tried_again_and_a_bad_key_not(sim, gateway):
    sim.fail_next(503)
    with pytest.raises(GatewayError) as passing:
        gateway.create_checkout(checkout(CREDENTIALS))
    assert not passing.value.permanent
    wrong = Credentials("stripe", {"secret_key": "sk_other"})
    with pytest.raises(GatewayError) as final:
        gateway.create_checkout(checkout(wrong, key="otro"))
    assert final.value.permanent


# --- mandates ---


def mandate(gateway, sim):
    request = MandateRequest(CREDENTIALS, "MXN", "3000000100", "mandato-1", "https://x/si", "https://x/no")
    link = gateway.start_mandate(request)
    assert gateway.read_mandate(link.checkout_id, CREDENTIALS) is None
    sim.grant(link.checkout_id)
    return gateway.read_mandate(link.checkout_id, CREDENTIALS)


def charge(token, key="cuota-1"):
    return MandateCharge(CREDENTIALS, token, 25_000, "MXN", "2000000571", "Cuota 1", key)


def test_what_was_allowed_once_is_charged_later(sim, gateway):
    assert isinstance(gateway, ChargesMandates)
    token = mandate(gateway, sim)
    state = state_of(gateway.charge(charge(token)))
    assert (state.status, state.net_minor, state.reference) == ("paid", 25_000, "2000000571")
    assert state_of(gateway.charge(charge(token))).payment_id == state.payment_id
    assert len(sim.intents) == 1


def test_a_refused_card_is_a_fact_and_not_an_error(sim, gateway):
    token = mandate(gateway, sim)
    sim.refuse_next = True
    state = state_of(gateway.charge(charge(token)))
    assert (state.status, bookings(state)) == ("failed", [])


def test_a_token_shows_nowhere(sim, gateway):
    token = mandate(gateway, sim)
    assert token not in repr(charge(token)) and "cuota-1" in repr(charge(token))
