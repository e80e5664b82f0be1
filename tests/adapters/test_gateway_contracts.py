"""The stand-ins against the gateways' own contracts: Stripe's and PayPal's libraries are generated from their public
OpenAPI files, so a field or a value that the real API does not have cannot pass. Mercado Pago publishes none: its
documents are held against our extract of the types of its official library (mercadopago_contract.py)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import mercadopago_contract as mp
import pytest
import stripe
import test_gateway_mercadopago as mpt
import test_gateway_paypal as pp
import test_gateway_stripe as st
from contracts import lost_in, stripe_violations, unknown_parameters
from gateway_desk import checkout, take
from paypalserversdk.api_helper import APIHelper
from paypalserversdk.models.capture_status import CaptureStatus
from paypalserversdk.models.captured_payment import CapturedPayment
from paypalserversdk.models.order import Order
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.order_status import OrderStatus
from paypalserversdk.models.payment_token_request import PaymentTokenRequest
from paypalserversdk.models.payment_token_response import PaymentTokenResponse
from paypalserversdk.models.payment_token_status import PaymentTokenStatus
from paypalserversdk.models.refund import Refund as PayPalRefund
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.models.refund_status import RefundStatus
from paypalserversdk.models.setup_token_request import SetupTokenRequest
from paypalserversdk.models.setup_token_response import SetupTokenResponse
from stripe.params.checkout import SessionCreateParams

from puntual.adapters.mercadopago import MercadoPago
from puntual.adapters.paypal import PayPal
from puntual.adapters.stripe import Stripe
from puntual.ports.payments import MandateCharge, MandateRequest, Refund
from puntual.simulators.loopback import Request
from puntual.simulators.mercadopago import START, MercadoPagoSimulator
from puntual.simulators.paypal import PayPalSimulator
from puntual.simulators.paypal.signing import Signer
from puntual.simulators.stripe import StripeSimulator, unflatten

#: object -> the class of the library that was generated for it.
STRIPE = {
    "checkout.session": stripe.checkout.Session, "payment_intent": stripe.PaymentIntent, "charge": stripe.Charge,
    "refund": stripe.Refund, "dispute": stripe.Dispute, "payout": stripe.Payout, "event": stripe.Event,
    "balance_transaction": stripe.BalanceTransaction, "setup_intent": stripe.SetupIntent,
}  # fmt: skip


class TestStripe:
    @pytest.fixture
    def lived(self):
        """A stand-in after everything that it can do, with what the adapter asked of it."""
        with StripeSimulator() as sim:
            gateway = Stripe(sim.url)
            first, second, third = (gateway.create_checkout(checkout(st.CREDENTIALS, key=f"k{n}")) for n in range(3))
            sim.decline(first.checkout_id)
            intent = sim.pay(first.checkout_id)
            sim.pend(second.checkout_id)
            lost = sim.pay(third.checkout_id)
            gateway.refund(Refund(intent, "MXN", "r1", 10_00), st.CREDENTIALS)
            sim.charge_back(lost)
            sim.win(lost)
            sim.pay_out(100_00)
            asked = gateway.start_mandate(MandateRequest(st.CREDENTIALS, "MXN", "1", "m", "https://a", "https://b"))
            sim.grant(asked.checkout_id)
            token = gateway.read_mandate(asked.checkout_id, st.CREDENTIALS)
            for refuses in (False, True):
                sim.refuse_next = refuses
                key = f"c{refuses}"
                gateway.charge(MandateCharge(st.CREDENTIALS, token, 500_00, "MXN", "2000000571", "Cuota", key))
            yield sim

    def documents(self, sim: StripeSimulator) -> list[dict[str, Any]]:
        return [
            *sim.sessions.values(), *sim.intents.values(), *sim.refunds, *sim.disputes, *sim.payouts.values(),
            *sim.events, *(e["data"]["object"] for e in sim.events),
        ]  # fmt: skip

    def test_no_field_nor_value_is_invented(self, lived) -> None:
        found = [v for one in self.documents(lived) for v in stripe_violations(one, STRIPE[one["object"]])]
        assert sorted(set(found)) == []
        assert {one["object"] for one in self.documents(lived)} >= {"checkout.session", "payment_intent", "dispute"}

    def test_what_the_adapter_asks_has_only_parameters_that_exist(self, lived) -> None:
        made = [unflatten(r.form()) for r in lived.seen if r.path == "/v1/checkout/sessions" and r.method == "POST"]
        assert len(made) == 4
        assert [p for form in made for p in unknown_parameters(form, SessionCreateParams)] == []
        charged = [unflatten(r.form()) for r in lived.seen if r.path == "/v1/payment_intents"]
        assert [p for form in charged for p in unknown_parameters(form, stripe.params.PaymentIntentCreateParams)] == []

    def test_the_check_itself_finds_what_is_wrong(self) -> None:
        """A contract that cannot fail proves nothing."""
        wrong = {"id": "pi_1", "object": "payment_intent", "amount": "12", "status": "paid", "colour": "red"}
        assert sorted(v.split(":")[0] for v in stripe_violations(wrong, stripe.PaymentIntent)) == [
            "PaymentIntent.amount", "PaymentIntent.colour", "PaymentIntent.status",
        ]  # fmt: skip
        assert list(unknown_parameters({"mode": "payment", "color": "red"}, SessionCreateParams)) == ["color"]


def statuses(model: type) -> set[str]:
    return {value for name, value in vars(model).items() if name.isupper() and isinstance(value, str)}


def told(sim: PayPalSimulator, path: str) -> dict[str, Any]:
    """What the stand-in answers to a reading."""
    status, document = sim.answer(Request("GET", path, {}, {"authorization": "Bearer A21-simulated"}, b""))
    assert status == 200
    return document


def through(document: dict[str, Any], model: Any) -> list[str]:
    """What PayPal's own model does not take of a document."""
    return list(lost_in(document, APIHelper.to_dictionary(model.from_dictionary(document))))


class TestPayPal:
    @pytest.fixture
    def lived(self):
        signer = Signer(pp.START)
        with PayPalSimulator(signer=signer) as sim:
            gateway = PayPal(sim.url, fetch_certificate=lambda _: signer.pem, now=lambda: sim.clock)
            for n, how in enumerate(({}, {"declines": True}, {"holds": True})):
                link = gateway.create_checkout(checkout(pp.CREDENTIALS, key=f"k{n}"))
                sim.approve(link.checkout_id, **how)
                take(gateway, pp.CREDENTIALS, sim.outbox[-1], sim.clock + timedelta(minutes=1))
            paid = sim.orders["ORD-1001"]["purchase_units"][0]["payments"]["captures"][0]["id"]
            gateway.refund(Refund(paid, "MXN", "r1", 100_00), pp.CREDENTIALS)
            yield sim

    def test_orders_captures_and_refunds_have_only_what_the_real_ones_have(self, lived) -> None:
        orders = [told(lived, f"/v2/checkout/orders/{pk}") for pk in lived.orders]
        assert [lost for order in orders for lost in through(order, Order)] == []
        money = [unit["payments"] for order in orders for unit in order["purchase_units"]]
        captures = [told(lived, f"/v2/payments/captures/{c['id']}") for m in money for c in m["captures"]]
        refunds = [one for m in money for one in m["refunds"]]
        assert [lost for one in captures for lost in through(one, CapturedPayment)] == []
        assert [lost for one in refunds for lost in through(one, PayPalRefund)] == []
        assert {o["status"] for o in lived.orders.values()} <= statuses(OrderStatus)
        assert {c["status"] for c in captures} <= statuses(CaptureStatus) and len(captures) == 3
        assert {r["status"] for r in refunds} <= statuses(RefundStatus) and len(refunds) == 1

    def test_what_the_adapter_asks_is_an_order_that_paypal_knows(self, lived) -> None:
        orders = [r.json() for r in lived.seen if r.path == "/v2/checkout/orders" and r.method == "POST"]
        assert len(orders) == 3 and [lost for body in orders for lost in through(body, OrderRequest)] == []
        refunds = [r.json() for r in lived.seen if r.path.endswith("/refund")]
        assert [lost for body in refunds for lost in through(body, RefundRequest)] == []

    def test_what_is_allowed_once_and_charged_later_is_the_vault_that_paypal_knows(self, lived) -> None:
        gateway = PayPal(lived.url, now=lambda: lived.clock)
        link = gateway.start_mandate(MandateRequest(pp.CREDENTIALS, "MXN", "1", "m", "https://a", "https://b"))
        lived.grant(link.checkout_id)
        token = gateway.read_mandate(link.checkout_id, pp.CREDENTIALS)
        gateway.charge(MandateCharge(pp.CREDENTIALS, token, 500_00, "MXN", "2000000571", "Cuota", "c1"))
        setups = list(lived.setups.values())
        assert [lost for one in setups for lost in through(one, SetupTokenResponse)] == []
        assert [lost for one in lived.tokens.values() for lost in through(one, PaymentTokenResponse)] == []
        assert {one["status"] for one in setups} <= statuses(PaymentTokenStatus)
        asked = {r.path: r.json() for r in lived.seen if r.method == "POST" and r.path.startswith(("/v2", "/v3"))}
        assert through(asked["/v3/vault/setup-tokens"], SetupTokenRequest) == []
        assert through(asked["/v3/vault/payment-tokens"], PaymentTokenRequest) == []
        charged = asked["/v2/checkout/orders"]
        assert charged["payment_source"]["paypal"]["vault_id"] == token and through(charged, OrderRequest) == []

    def test_the_check_itself_finds_what_is_wrong(self) -> None:
        assert through({"id": "1", "colour": "red", "purchase_units": [{"x": 1}]}, Order) == [
            "$.colour", "$.purchase_units[0].x",
        ]  # fmt: skip


class TestMercadoPago:
    @pytest.fixture
    def lived(self):
        """A stand-in after everything that it can do, with what the adapter asked of it."""
        with MercadoPagoSimulator() as sim:
            gateway = MercadoPago(sim.url)
            links = [gateway.create_checkout(checkout(mpt.CREDENTIALS, key=f"k{n}")) for n in range(3)]
            sim.decline(links[0].checkout_id)
            paid, lost = sim.pay(links[0].checkout_id), sim.pay(links[1].checkout_id)
            for end in (sim.settle, sim.expire):
                end(sim.pend(links[2].checkout_id))
            gateway.refund(Refund(paid, "MXN", "r1", 10_00), mpt.CREDENTIALS)
            gateway.refund(Refund(paid, "MXN", "r2"), mpt.CREDENTIALS)
            sim.charge_back(lost)
            sim.win(lost)
            gateway.list_events(mpt.CREDENTIALS, START)
            yield sim

    def test_no_field_nor_value_is_invented(self, lived) -> None:
        payments = list(lived.payments.values())
        assert [v for p in payments for v in mp.violations(p, mp.PAYMENT)] == []
        assert [v for p in lived.preferences.values() for v in mp.violations(p, mp.PREFERENCE_TOLD)] == []
        assert {p["status"] for p in payments} == {"rejected", "refunded", "charged_back", "approved", "cancelled"}
        assert [p for p in payments if p["status_detail"] not in mp.STATUSES[p["status"]]] == []
        asked = {"range": "date_last_updated", "begin_date": START.isoformat(), "offset": "0", "limit": "5"}
        headers = {"authorization": f"Bearer {lived.bearer}"}
        _, found = lived.answer(Request("GET", "/v1/payments/search", asked, headers, b""))
        assert list(mp.violations(found, mp.SEARCH)) == [] and found["paging"]["total"] == 5

    def test_what_the_adapter_asks_has_only_fields_that_exist(self, lived) -> None:
        made = [r.json() for r in lived.seen if r.path == "/checkout/preferences"]
        assert len(made) == 3 and [v for body in made for v in mp.violations(body, mp.PREFERENCE)] == []
        refunds = [r.json() for r in lived.seen if r.path.endswith("/refunds")]
        assert len(refunds) == 2 and [v for body in refunds for v in mp.violations(body, mp.REFUND_ASKED)] == []
        searched = [dict(r.query) for r in lived.seen if r.path == "/v1/payments/search"]
        assert searched and [v for query in searched for v in mp.violations(query, mp.SEARCH_ASKED)] == []

    def test_the_check_itself_finds_what_is_wrong(self) -> None:
        wrong = {"id": "12", "status": "approved", "colour": "red", "refunds": [{"amount": "1"}]}
        assert [v.split(":")[0] for v in mp.violations(wrong, mp.PAYMENT)] == [
            "$.id", "$.colour", "$.refunds[].amount",
        ]  # fmt: skip
