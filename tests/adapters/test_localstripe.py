"""The PaymentIntents of the Stripe adapter against localstripe, somebody else's stand-in, run as a program of its own.

It knows no Checkout and no disputes: what the adapter asks of disputes is answered beside it, with none.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe
from gateway_desk import state_of

from puntual.adapters.stripe import Stripe
from puntual.ports.payments import Credentials, GatewayError, MandateCharge, Refund

CREDENTIALS = Credentials("stripe", {"secret_key": "sk_test_12345", "webhook_secret": "whsec"})
NONE = {"object": "list", "data": [], "has_more": False, "url": "/v1/disputes"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """localstripe on a port of this machine; ended with the tests."""
    port = free_port()
    line = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(line, cwd=tmp_path_factory.mktemp("localstripe"), **quiet)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=10)


def known(body: bytes) -> bytes:
    """Without the parameters that localstripe does not know and Stripe does."""
    return "&".join(p for p in body.decode().split("&") if not p.startswith("description=")).encode()


@pytest.fixture(scope="module")
def base(local):
    """localstripe, with an empty list of disputes before it and without the words that it does not know."""

    class Beside(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            if self.path.startswith("/v1/disputes"):
                return self._answer(200, json.dumps(NONE).encode())
            body = known(self.rfile.read(int(self.headers.get("content-length", "0")))) or None
            kept = {k: v for k, v in self.headers.items() if k.lower() in ("authorization", "content-type")}
            asked = urllib.request.Request(local + self.path, body, kept, method=self.command)
            try:
                with urllib.request.urlopen(asked, timeout=10) as answer:
                    self._answer(answer.status, answer.read())
            except urllib.error.HTTPError as refused:
                self._answer(refused.code, refused.read())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _serve

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Beside)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def token(base: str, card: str) -> str:
    """A customer with a card, as the mandate's page would leave them."""
    client = stripe.StripeClient("sk_test_12345", base_addresses={"api": base})
    customer = client.v1.customers.create({"email": "ana@correo.example"})
    number = {"number": card, "exp_month": 12, "exp_year": 2033, "cvc": "123"}
    method = client.v1.payment_methods.create({"type": "card", "card": number})
    client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    return f"{customer.id}/{method.id}"


def charge(base: str, card: str, key: str = "cuota-1"):
    order = MandateCharge(CREDENTIALS, token(base, card), 1_234_56, "MXN", "2000000571", "Cuota 1", key)
    return Stripe(base).charge(order)


def test_a_charge_is_paid_with_our_reference(base) -> None:
    state = state_of(charge(base, "4242424242424242"))
    assert (state.status, state.net_minor, state.paid.currency) == ("paid", 1_234_56, "MXN")
    assert state.reference == "2000000571"


def test_a_part_given_back_is_told_by_its_own_id(base) -> None:
    [paid] = charge(base, "4242424242424242")
    events = Stripe(base).refund(Refund(paid.payment_id, "MXN", "dev-1", 234_56), CREDENTIALS)
    state = state_of(events)
    assert (state.status, state.net_minor) == ("paid", 1_000_00)
    [back] = [e for e in events if e.kind == "refunded"]
    assert back.amount_minor == 234_56 and back.part_id.startswith("re_")


def test_a_refused_card_is_final_and_nothing_is_paid(base) -> None:
    """localstripe does not tell the intent that was refused, as Stripe does: then it is an error that asking again does
    not change."""
    with pytest.raises(GatewayError, match="declined") as refused:
        charge(base, "4000000000000341")
    assert refused.value.permanent
