"""Random lives of payments at a gateway, and the unkind ways in which its notices arrive. Shared by the fault tests."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import stripe

from puntual.adapters.mercadopago import MercadoPago
from puntual.adapters.paypal import PayPal
from puntual.adapters.stripe import Stripe
from puntual.ports.payments import CheckoutRequest, Credentials, DueAmount, Received
from puntual.simulators.loopback import Loopback, Request, Sent
from puntual.simulators.mercadopago import START, MercadoPagoSimulator
from puntual.simulators.paypal import PayPalSimulator
from puntual.simulators.paypal.signing import Signer
from puntual.simulators.stripe import StripeSimulator

MP = Credentials("mercadopago", {"access_token": "mp-token", "webhook_secret": "mp-secret"})
PP = Credentials("paypal", {"client_id": "cliente", "client_secret": "secreto", "webhook_id": "WH-1"})
ST = Credentials("stripe", {"secret_key": "sk_test", "webhook_secret": "whsec_test"})
SIGNER, STRANGER = Signer(START), Signer(START)


class InMemory(httpx.BaseTransport):
    """Calls a simulator without sockets: two thousand lives in seconds."""

    def __init__(self, simulator: Loopback) -> None:
        self.simulator = simulator

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {k.lower(): v for k, v in request.headers.items()}
        query = dict(request.url.params)
        status, body = self.simulator.answer(Request(request.method, request.url.path, query, headers, request.read()))
        return httpx.Response(status, json=body)


class InMemoryStripe(stripe.HTTPClient):
    """The same for Stripe's library, through the door that it leaves for other HTTP clients."""

    name = "memory"

    def __init__(self, simulator: Loopback) -> None:
        super().__init__()
        self.simulator = simulator

    def request(self, method: str, url: str, headers: Any, post_data: Any = None):
        parts = urlsplit(url)
        told = {k.lower(): v for k, v in (headers or {}).items()}
        body = (post_data or "").encode()
        asked = Request(method.upper(), parts.path, dict(parse_qsl(parts.query)), told, body)
        status, document = self.simulator.answer(asked)
        return json.dumps(document), status, {}

    def close(self) -> None: ...


class World:
    """Three checkouts at most, and anything that people and banks may do to them.

    `reference`: the one that every checkout carries, else one of its own each. `first`: from which number ids are
    given, so that two lives never share one.
    """

    credentials: Credentials

    def __init__(self, rng: random.Random, reference: str = "", first: int = 1000) -> None:
        self.rng, self.reference = rng, reference
        self.sim, self.gateway = self.made()
        self.sim.base, self.sim.number = "https://simulado", first
        self.checkouts = [self._checkout(n).checkout_id for n in range(rng.randint(1, 3))]

    def made(self):
        """The stand-in and the adapter that speaks to it."""
        raise NotImplementedError

    def _checkout(self, n: int):
        amounts = [self.rng.randrange(1_000, 900_000) for _ in range(self.rng.randint(1, 3))]
        return self.gateway.create_checkout(request(self.credentials, n, amounts, self.reference))

    def arriving(self) -> list[Sent]:
        """What arrives of what was sent: some lost, some twice or thrice, all in any order."""
        return unkind(self.rng, self.sim.outbox)


class MercadoPagoWorld(World):
    credentials = MP

    def made(self):
        sim = MercadoPagoSimulator()
        return sim, MercadoPago("https://simulado", InMemory(sim))

    def act(self) -> None:
        rng, sim = self.rng, self.sim
        if not sim.payments or rng.random() < 0.35:
            getattr(sim, rng.choice(["pay", "pay", "decline", "pend"]))(rng.choice(self.checkouts))
            return
        payment = rng.choice(sorted(sim.payments))
        status = sim.payments[payment]["status"]
        if status == "pending":
            getattr(sim, rng.choice(["settle", "expire"]))(payment)
        elif status == "approved":
            left = sim.payments[payment]["transaction_amount"] - sum(
                r["amount"] for r in sim.payments[payment]["refunds"]
            )
            rng.choice(
                [
                    lambda: sim.refund(payment),
                    lambda: sim.refund(payment, round(left / 3, 2)),
                    lambda: sim.charge_back(payment),
                ]
            )()
        elif status == "charged_back":
            sim.win(payment)

    def forgery(self) -> Sent:
        payment = self.rng.choice([*sorted(self.sim.payments), "666"])
        return self.sim.signed(payment, secret="adivinado")

    def truth(self) -> dict[str, int]:
        """What each payment left with us, in minor units, by the gateway's own state."""
        return {pk: self._net(p) for pk, p in self.sim.payments.items()}

    @staticmethod
    def _net(payment: dict) -> int:
        came_in = payment["status"] in ("approved", "refunded", "charged_back")
        lost = payment["status"] == "charged_back" and payment["status_detail"] != "reimbursed"
        if not came_in or lost:
            return 0
        return round((payment["transaction_amount"] - sum(r["amount"] for r in payment["refunds"])) * 100)


class StripeWorld(World):
    credentials = ST

    def made(self):
        sim = StripeSimulator()
        return sim, Stripe("https://simulado", InMemoryStripe(sim))

    def arriving(self) -> list[Sent]:
        """Stripe signs each delivery anew: what comes late comes with the signature of that moment."""
        return [self.sim.signed(json.loads(sent.body)) for sent in super().arriving()]

    def act(self) -> None:
        rng, sim = self.rng, self.sim
        tried = [i for i in sim.intents.values() if i["status"] in ("succeeded", "requires_action")]
        unpaid = [s for s in self.checkouts if self._of(s)["status"] == "requires_payment_method"]
        if unpaid and (not tried or rng.random() < 0.35):
            getattr(sim, rng.choice(["pay", "pay", "decline", "pend"]))(rng.choice(unpaid))
            return
        if not tried:
            return
        one = rng.choice(tried)["id"]
        if sim.intents[one]["status"] == "requires_action":
            getattr(sim, rng.choice(["settle", "expire"]))(one)
            return
        disputes = [d for d in sim.disputes if d["payment_intent"] == one]
        left = sim.intents[one]["amount"] - sum(r["amount"] for r in sim.refunds if r["payment_intent"] == one)
        if disputes:
            if disputes[0]["status"] != "won":
                sim.win(one)
        elif left:
            acts = [lambda: sim.refund(one), lambda: sim.refund(one, max(left // 3, 1)), lambda: sim.charge_back(one),
                    lambda: sim.pay_out(left)]  # fmt: skip
            rng.choice(acts)()

    def _of(self, session: str) -> dict[str, Any]:
        return self.sim.intents[self.sim.sessions[session]["payment_intent"]]

    def forgery(self) -> Sent:
        """By whoever guesses the secret, or a genuine one sent again long after."""
        event = {"id": f"evt_{self.rng.randrange(10**6)}", "object": "event", "type": "payment_intent.succeeded",
                 "data": {"object": self._of(self.rng.choice(self.checkouts))}}  # fmt: skip
        if self.rng.random() < 0.5:
            return self.sim.signed(event, at=self.sim.clock - timedelta(minutes=10))
        return self.sim.signed(event, "adivinado")

    def truth(self) -> dict[str, int]:
        """What each payment left with us: received, less what went back, less what is in dispute and not won."""
        sim, net = self.sim, {}
        for pk, intent in sim.intents.items():
            back = sum(r["amount"] for r in sim.refunds if r["payment_intent"] == pk)
            held = sum(d["amount"] for d in sim.disputes if d["payment_intent"] == pk and d["status"] != "won")
            if intent["status"] != "requires_payment_method" or intent["last_payment_error"]:
                net[pk] = intent["amount_received"] - back - held
        return net


class PayPalWorld(World):
    credentials = PP

    def made(self):
        sim = PayPalSimulator(signer=SIGNER)
        clock = {"now": lambda: sim.clock, "fetch_certificate": lambda _: SIGNER.pem}
        return sim, PayPal("https://simulado", InMemory(sim), **clock)

    def act(self) -> None:
        rng, sim = self.rng, self.sim
        waiting = [o for o in self.checkouts if sim.orders[o]["status"] == "PAYER_ACTION_REQUIRED"]
        captures = [c for o in sim.orders.values() for u in o["purchase_units"] for c in u["payments"]["captures"]]
        if waiting and (not captures or rng.random() < 0.5):
            sim.approve(rng.choice(waiting), declines=rng.random() < 0.1, holds=rng.random() < 0.1)
            return
        if not captures:
            return
        one = rng.choice(captures)
        disputes = {t["seller_transaction_id"]: d for d in sim.disputes.values() for t in d["disputed_transactions"]}
        if one["status"] == "PENDING":
            sim.release(one["id"])
        elif one["id"] in disputes:
            if "dispute_outcome" not in disputes[one["id"]]:
                sim.win(disputes[one["id"]]["dispute_id"])
        elif one["status"] in ("COMPLETED", "PARTIALLY_REFUNDED"):
            rng.choice(
                [
                    lambda: sim.refund(one["id"]),
                    lambda: sim.refund(one["id"], "1.00"),
                    lambda: sim.charge_back(one["id"]),
                ]
            )()

    def forgery(self) -> Sent:
        event = {"id": f"WH-EV-{self.rng.randrange(10**6)}", "event_type": "CHECKOUT.ORDER.APPROVED",
                 "resource": {"id": self.rng.choice(self.checkouts)}}  # fmt: skip
        return self.sim.signed(event, STRANGER)

    def truth(self) -> dict[str, int]:
        held: dict[str, float] = {}
        for dispute in self.sim.disputes.values():
            if "dispute_outcome" not in dispute:
                for t in dispute["disputed_transactions"]:
                    held[t["seller_transaction_id"]] = float(dispute["dispute_amount"]["value"])
        net = {}
        for order in self.sim.orders.values():
            for unit in order["purchase_units"]:
                back = sum(float(r["amount"]["value"]) for r in unit["payments"]["refunds"])
                for c in unit["payments"]["captures"]:
                    came = c["status"] in ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED")
                    net[c["id"]] = (
                        round((float(c["amount"]["value"]) - back - held.get(c["id"], 0)) * 100) if came else 0
                    )
        return net


def request(credentials: Credentials, n: int, amounts: list[int], reference: str = "") -> CheckoutRequest:
    items = tuple(DueAmount(10 * n + i, f"FA-{n}{i}", a) for i, a in enumerate(amounts))
    return CheckoutRequest(
        credentials, items, "MXN", "Empresa", reference or f"ref-{n}", f"intento-{n}", "https://x/s", "https://x/c"
    )


def received(sent: Sent) -> Received:
    return Received({k.lower(): v for k, v in sent.headers.items()}, sent.query, sent.body)


def unkind(rng: random.Random, outbox: list[Sent]) -> list[Sent]:
    """What arrives of what was sent: some lost, some twice or thrice, all in any order."""
    arriving = [sent for sent in outbox for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
    rng.shuffle(arriving)
    return arriving


def later(world: World):
    return world.sim.clock + timedelta(minutes=1)
