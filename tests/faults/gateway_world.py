"""Random lives of payments at a gateway, and the unkind ways in which its notices arrive. Shared by the fault tests."""

from __future__ import annotations

import random
from datetime import timedelta

import httpx

from puntual.adapters.mercadopago import MercadoPago
from puntual.adapters.paypal import PayPal
from puntual.ports.payments import CheckoutRequest, Credentials, DueAmount, Received
from puntual.simulators.loopback import Loopback, Request, Sent
from puntual.simulators.mercadopago import START, MercadoPagoSimulator
from puntual.simulators.paypal import PayPalSimulator
from puntual.simulators.paypal.signing import Signer

MP = Credentials("mercadopago", {"access_token": "mp-token", "webhook_secret": "mp-secret"})
PP = Credentials("paypal", {"client_id": "cliente", "client_secret": "secreto", "webhook_id": "WH-1"})
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


class MercadoPagoWorld:
    """Three checkouts at most, and anything that people and banks may do to them."""

    credentials = MP

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.sim = rng, MercadoPagoSimulator()
        self.sim.base = "https://simulado"
        self.gateway = MercadoPago("https://simulado", InMemory(self.sim))
        self.checkouts = [self._checkout(n).checkout_id for n in range(rng.randint(1, 3))]

    def _checkout(self, n: int):
        amounts = [self.rng.randrange(1_000, 900_000) for _ in range(self.rng.randint(1, 3))]
        return self.gateway.create_checkout(request(self.credentials, n, amounts))

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
        return {p["id"]: self._net(p) for p in self.sim.payments.values()}

    @staticmethod
    def _net(payment: dict) -> int:
        came_in = payment["status"] in ("approved", "refunded", "charged_back")
        lost = payment["status"] == "charged_back" and payment["status_detail"] != "reimbursed"
        if not came_in or lost:
            return 0
        return round((payment["transaction_amount"] - sum(r["amount"] for r in payment["refunds"])) * 100)


class PayPalWorld(MercadoPagoWorld):
    credentials = PP

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.sim = PayPalSimulator(signer=SIGNER)
        self.sim.base = "https://simulado"
        self.gateway = PayPal(
            "https://simulado", InMemory(self.sim), fetch_certificate=lambda _: SIGNER.pem, now=lambda: self.sim.clock
        )
        self.checkouts = [self._checkout(n).checkout_id for n in range(rng.randint(1, 3))]

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


def request(credentials: Credentials, n: int, amounts: list[int]) -> CheckoutRequest:
    items = tuple(DueAmount(10 * n + i, f"FA-{n}{i}", a) for i, a in enumerate(amounts))
    return CheckoutRequest(
        credentials, items, "MXN", "Empresa", f"ref-{n}", f"intento-{n}", "https://x/s", "https://x/c"
    )


def received(sent: Sent) -> Received:
    return Received({k.lower(): v for k, v in sent.headers.items()}, sent.query, sent.body)


def unkind(rng: random.Random, outbox: list[Sent]) -> list[Sent]:
    """What arrives of what was sent: some lost, some twice or thrice, all in any order."""
    arriving = [sent for sent in outbox for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
    rng.shuffle(arriving)
    return arriving


def later(world: MercadoPagoWorld):
    return world.sim.clock + timedelta(minutes=1)
