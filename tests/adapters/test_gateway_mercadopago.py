"""Mercado Pago against its simulator: several documents in one payment, vouchers, refunds, chargebacks, forgeries."""

from __future__ import annotations

from datetime import timedelta

import attrs
import mercadopago.webhook
import pytest
from gateway_desk import NOW, checkout, received, state_of, take

from puntual.adapters.mercadopago import MercadoPago
from puntual.core.ledger.gateway import bookings
from puntual.ports.payments import Credentials, Forged, GatewayError, PaymentGateway, Refund
from puntual.simulators.mercadopago import START, MercadoPagoSimulator

CREDENTIALS = Credentials("mercadopago", {"access_token": "mp-token", "webhook_secret": "mp-secret"}, country="MX")


@pytest.fixture
def sim():
    with MercadoPagoSimulator() as simulator:
        yield simulator


@pytest.fixture
def gateway(sim):
    return MercadoPago(sim.url)


@pytest.fixture
def link(gateway):
    return gateway.create_checkout(checkout(CREDENTIALS))


def test_it_is_a_payment_gateway(gateway):
    assert isinstance(gateway, PaymentGateway)


def test_two_documents_in_one_payment(sim, gateway, link):
    pref = sim.preferences[link.checkout_id]
    assert [(i["id"], i["unit_price"]) for i in pref["items"]] == [("11", 1000.5), ("12", 499.5)]
    assert link.url == pref["sandbox_init_point"] and pref["external_reference"] == "2000000571"

    payment = sim.pay(link.checkout_id)
    state = state_of(take(gateway, CREDENTIALS, sim.outbox[-1]))

    assert (state.status, state.net_minor, state.reference) == ("paid", 150_000, "2000000571")
    assert (state.paid.fee_minor, state.payment_id) == (5_250, payment)


def test_pesos_without_cents(sim, gateway):
    link = gateway.create_checkout(checkout(CREDENTIALS, currency="CLP", amounts=(9_000, 1)))
    assert [i["unit_price"] for i in sim.preferences[link.checkout_id]["items"]] == [9000, 1]
    sim.pay(link.checkout_id)
    assert state_of(take(gateway, CREDENTIALS, sim.outbox[-1])).net_minor == 9_001


def test_the_same_attempt_never_makes_two_checkouts(sim, gateway, link):
    again = gateway.create_checkout(checkout(CREDENTIALS))
    assert again == link and len(sim.preferences) == 1


def test_a_voucher_is_pending_until_somebody_pays_it(sim, gateway, link):
    payment = sim.pend(link.checkout_id)
    before = state_of(take(gateway, CREDENTIALS, sim.outbox[-1]))
    assert (before.status, bookings(before)) == ("pending", [])

    sim.settle(payment)
    assert state_of(take(gateway, CREDENTIALS, sim.outbox[-1])).status == "paid"


def test_a_declined_card_books_nothing(sim, gateway, link):
    sim.decline(link.checkout_id)
    state = state_of(take(gateway, CREDENTIALS, sim.outbox[-1]))
    assert (state.status, bookings(state)) == ("failed", [])


def test_partial_refund_chargeback_and_victory(sim, gateway, link):
    payment = sim.pay(link.checkout_id)
    sim.refund(payment, 500)
    sim.charge_back(payment)
    lost = state_of(take(gateway, CREDENTIALS, sim.outbox[-1]))
    assert (lost.status, lost.net_minor) == ("charged_back", 0)
    assert [(b.kind, b.amount_minor) for b in bookings(lost)] == [
        ("paid", 150_000), ("refunded", -50_000), ("charged_back", -100_000),
    ]  # fmt: skip

    sim.win(payment)
    won = state_of(take(gateway, CREDENTIALS, sim.outbox[-1]))
    assert (won.status, won.net_minor) == ("paid", 100_000)
    assert [b.kind for b in bookings(won, {b.key for b in bookings(lost)})] == ["chargeback_won"]


def test_our_refund_is_made_once(sim, gateway, link):
    payment = sim.pay(link.checkout_id)
    order = Refund(payment, "MXN", "devolver-1", 50_000)
    first, second = gateway.refund(order, CREDENTIALS), gateway.refund(order, CREDENTIALS)
    assert state_of(first + second).net_minor == 100_000
    assert len(sim.payments[payment]["refunds"]) == 1


def test_the_poller_finds_what_no_notice_told(sim, gateway, link):
    for _ in range(53):
        sim.pay(link.checkout_id)
    sim.outbox.clear()
    assert len(gateway.list_events(CREDENTIALS, START)) == 53
    assert gateway.list_events(CREDENTIALS, sim.clock + timedelta(minutes=1)) == ()


# --- notices ---


def test_a_forged_notice_is_refused_and_nothing_is_asked(sim, gateway, link):
    payment = sim.pay(link.checkout_id)
    calls = len(sim.seen)
    with pytest.raises(Forged):
        take(gateway, CREDENTIALS, sim.signed(payment, secret="otro"))
    assert len(sim.seen) == calls


def test_the_age_is_read_in_either_unit(sim, gateway):
    for milliseconds in (True, False):
        notice = gateway.read_notice(received(sim.signed("77", milliseconds=milliseconds)), CREDENTIALS, NOW)
        assert notice.resource_id == "77" and notice.trusted
        with pytest.raises(Forged) as stale:
            late = NOW + timedelta(days=6)
            gateway.read_notice(received(sim.signed("77", milliseconds=milliseconds)), CREDENTIALS, late)
        assert stale.value.reason == "webhook_stale"


def test_the_official_library_agrees_with_our_signature(sim):
    sent = sim.signed("77")
    mercadopago.webhook.WebhookSignatureValidator.validate(
        sent.headers["x-signature"], sent.headers["x-request-id"], sent.query["data.id"], "mp-secret"
    )


def test_a_qr_notice_is_not_trusted_but_makes_us_look(sim, gateway, link):
    payment = sim.pay(link.checkout_id)
    sent = sim.qr_notice(payment)
    notice = gateway.read_notice(received(sent), CREDENTIALS, NOW)
    assert not notice.trusted
    assert state_of(gateway.facts(notice, sent.body, CREDENTIALS)).net_minor == 150_000


def test_an_unsigned_notice_cannot_steer_where_we_look(sim, gateway):
    sent = attrs.evolve(sim.qr_notice("1"), query={"topic": "payment", "id": "../../users/me"})
    with pytest.raises(Forged):
        gateway.read_notice(received(sent), CREDENTIALS, NOW)


def test_a_later_unsigned_notice_makes_us_look_again(sim, gateway):
    sent = received(sim.qr_notice("1"))
    first, soon, later = (
        gateway.read_notice(sent, CREDENTIALS, NOW + timedelta(minutes=m)).event_id for m in (0, 1, 30)
    )
    assert first == soon != later


def test_two_tellings_of_one_event_have_one_id(sim, gateway):
    sent = sim.signed("77")
    one, two = (gateway.read_notice(received(sent), CREDENTIALS, NOW) for _ in range(2))
    assert one.event_id == two.event_id


# --- failures ---


def test_a_passing_failure_may_be_tried_again_and_a_refusal_not(sim, gateway):
    sim.fail_next(503, 400)
    with pytest.raises(GatewayError) as passing:
        gateway.create_checkout(checkout(CREDENTIALS))
    assert not passing.value.permanent
    with pytest.raises(GatewayError) as final:
        gateway.create_checkout(checkout(CREDENTIALS))
    assert final.value.permanent
    assert gateway.create_checkout(checkout(CREDENTIALS)).checkout_id in sim.preferences


def test_a_currency_that_it_does_not_take_is_said_before_asking(sim, gateway):
    with pytest.raises(GatewayError, match="no cobra en USD"):
        gateway.create_checkout(checkout(CREDENTIALS, currency="USD"))
    assert sim.seen == []


def test_secrets_never_show(gateway):
    assert "mp-token" not in repr(CREDENTIALS)
    with pytest.raises(GatewayError, match="access_token"):
        gateway.create_checkout(checkout(Credentials("mercadopago", {})))
