"""A stand-in for PayPal: token, orders, captures, refunds, disputes, notices signed with a certificate of its own."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime
from typing import Any

from puntual.simulators.gateway import START, GatewaySimulator
from puntual.simulators.loopback import Problem, Request, Sent
from puntual.simulators.paypal.signing import Signer

__all__ = ["CERTIFICATE", "START", "PayPalSimulator"]

CERTIFICATE = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-simulated"


class PayPalSimulator(GatewaySimulator):
    """People act by `approve`, `charge_back`, `win`, ...; the seller's side captures. Each act leaves a notice."""

    key_header = "paypal-request-id"
    bearer, between = "A21-simulated", "-"
    stranger = {"error": "invalid_token", "error_description": "Token signature verification failed"}
    missing = {"name": "RESOURCE_NOT_FOUND", "message": "INVALID_RESOURCE_ID"}
    routes = (
        ("POST", r"/v1/oauth2/token", "token"),
        ("POST", r"/v2/checkout/orders", "create_order"),
        ("GET", r"/v2/checkout/orders/([\w-]+)", "get_order"),
        ("POST", r"/v2/checkout/orders/([\w-]+)/capture", "capture"),
        ("GET", r"/v2/payments/captures/([\w-]+)", "get_capture"),
        ("POST", r"/v2/payments/captures/([\w-]+)/refund", "create_refund"),
        ("POST", r"/v3/vault/setup-tokens", "create_setup_token"),
        ("GET", r"/v3/vault/setup-tokens/([\w-]+)", "get_setup_token"),
        ("POST", r"/v3/vault/payment-tokens", "create_payment_token"),
        ("GET", r"/v1/customer/disputes/([\w-]+)", "get_dispute"),
        ("GET", r"/v1/notifications/webhooks-events", "list_events"),
    )

    def __init__(
        self, webhook_id: str = "WH-1", client: str = "cliente", secret: str = "secreto", signer: Signer | None = None
    ) -> None:
        super().__init__()
        self.webhook_id, self.client, self.secret = webhook_id, client, secret
        self.orders: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.setups: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.decline_next = self.hold_next = self.refuse_next = False
        self.signer = signer or Signer(START)

    # --- what the API does ---

    def token(self, request: Request) -> dict[str, Any]:
        basic = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            raise Problem(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})
        return {"access_token": self.bearer, "expires_in": 3600, "token_type": "Bearer"}

    def create_order(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        body = request.json()
        vaulted = body["payment_source"]["paypal"].get("vault_id")
        if vaulted is not None:
            self._may_charge(vaulted)
        order = self.new_id("ORD")
        for unit in body["purchase_units"]:
            total = sum(float(i["unit_amount"]["value"]) * int(i["quantity"]) for i in unit.get("items", ()))
            if "items" in unit and abs(total - float(unit["amount"]["value"])) > 0.004:
                raise Problem(422, {"name": "UNPROCESSABLE_ENTITY", "message": "ITEM_TOTAL_MISMATCH"})
        self.orders[order] = {
            "id": order, "status": "PAYER_ACTION_REQUIRED", "create_time": self._tick(), "intent": body["intent"],
            "purchase_units": [{**u, "payments": {"captures": [], "refunds": []}} for u in body["purchase_units"]],
            "links": [{"rel": "payer-action", "href": f"{self.url}/checkoutnow?token={order}"}],
        }  # fmt: skip
        if vaulted is not None:
            return _shown(self._take(self.orders[order]))
        return self.orders[order]

    def create_setup_token(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        setup = self.new_id("SETUP")
        self.setups[setup] = {
            "id": setup, "status": "PAYER_ACTION_REQUIRED", "customer": request.json()["customer"],
            "payment_source": {"paypal": {"usage_type": request.json()["payment_source"]["paypal"]["usage_type"]}},
            "links": [{"rel": "approve", "href": f"{self.url}/agreements/approve?token={setup}"}],
        }  # fmt: skip
        return self.setups[setup]

    def get_setup_token(self, request: Request, setup: str) -> dict[str, Any]:
        self.authorise(request)
        return self.find(self.setups, setup)

    def create_payment_token(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        setup = self.find(self.setups, request.json()["payment_source"]["token"]["id"])
        if setup["status"] != "APPROVED":
            raise Problem(422, {"name": "UNPROCESSABLE_ENTITY", "message": "SETUP_TOKEN_NOT_APPROVED"})
        token = self.new_id("VAULT")
        self.tokens[token] = {"id": token, "payment_source": setup["payment_source"]}
        setup["status"] = "VAULTED"
        return self.tokens[token]

    def get_order(self, request: Request, order: str) -> dict[str, Any]:
        self.authorise(request)
        return _shown(self.find(self.orders, order))

    def capture(self, request: Request, order: str) -> dict[str, Any]:
        self.authorise(request)
        found = self.find(self.orders, order)
        if found["status"] != "APPROVED":
            raise Problem(422, {"name": "UNPROCESSABLE_ENTITY", "message": "ORDER_NOT_APPROVED"})
        return _shown(self._take(found))

    def _may_charge(self, token: str) -> None:
        refused, self.refuse_next = self.refuse_next or token not in self.tokens, False
        if refused:
            raise Problem(422, {"name": "UNPROCESSABLE_ENTITY", "message": "INSTRUMENT_DECLINED"})

    def _take(self, found: dict[str, Any]) -> dict[str, Any]:
        """The money moves, unless it is declined or held."""
        status = "DECLINED" if self.decline_next else "PENDING" if self.hold_next else "COMPLETED"
        self.decline_next = self.hold_next = False
        [unit] = found["purchase_units"]
        money = {k: unit["amount"][k] for k in ("currency_code", "value")}
        fee = {**money, "value": f"{float(money['value']) * 0.04:.2f}"}
        net = {**money, "value": f"{float(money['value']) * 0.96:.2f}"}
        made = {
            "id": self.new_id("CAP"), "status": status, "amount": money, "create_time": self._tick(),
            "seller_receivable_breakdown": {"gross_amount": money, "paypal_fee": fee, "net_amount": net},
            "supplementary_data": {"related_ids": {"order_id": found["id"]}},
        }  # fmt: skip
        unit["payments"]["captures"].append(made)
        found |= {"status": "COMPLETED", "payer": {"payer_id": f"PAYER-{found['id']}"}}
        self._event(f"PAYMENT.CAPTURE.{status}", made)
        return found

    def get_capture(self, request: Request, capture: str) -> dict[str, Any]:
        self.authorise(request)
        return self._capture(capture)[1]

    def create_refund(self, request: Request, capture: str) -> dict[str, Any]:
        self.authorise(request)
        return self.refund(capture, (request.json().get("amount") or {}).get("value"))

    def get_dispute(self, request: Request, dispute: str) -> dict[str, Any]:
        self.authorise(request)
        return self.find(self.disputes, dispute)

    def list_events(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        since = request.query["start_time"]
        wanted = datetime.fromisoformat(since)
        return {"events": [e for e in self.events if datetime.fromisoformat(e["create_time"]) >= wanted], "links": []}

    # --- what people and banks do ---

    def approve(self, order: str, *, declines: bool = False, holds: bool = False) -> None:
        """The customer says yes on PayPal's page; the money moves when the seller captures."""
        self.decline_next, self.hold_next = declines, holds
        self.orders[order]["status"] = "APPROVED"
        self._event("CHECKOUT.ORDER.APPROVED", self.orders[order])

    def grant(self, setup: str) -> None:
        """The person lets the seller charge later."""
        self.setups[setup]["status"] = "APPROVED"

    def release(self, capture: str) -> None:
        """A held payment goes through."""
        found = self._capture(capture)[1]
        found["status"] = "COMPLETED"
        self._event("PAYMENT.CAPTURE.COMPLETED", found)

    def refund(self, capture: str, value: str | None = None) -> dict[str, Any]:
        unit, found = self._capture(capture)
        back = sum(float(r["amount"]["value"]) for r in unit["payments"]["refunds"])
        left = float(found["amount"]["value"]) - back
        wanted = left if value is None else float(value)
        if not 0 < wanted <= left + 0.001:
            raise Problem(422, {"name": "UNPROCESSABLE_ENTITY", "message": "REFUND_AMOUNT_EXCEEDED"})
        made = {
            "id": self.new_id("REF"), "status": "COMPLETED", "create_time": self._tick(),
            "amount": {**found["amount"], "value": f"{wanted:.2f}"},
            "links": [{"rel": "up", "href": f"{self.url}/v2/payments/captures/{capture}"}],
        }  # fmt: skip
        unit["payments"]["refunds"].append(made)
        found["status"] = "REFUNDED" if left - wanted < 0.005 else "PARTIALLY_REFUNDED"
        self._event("PAYMENT.CAPTURE.REFUNDED", made)
        return made

    def charge_back(self, capture: str) -> str:
        unit, found = self._capture(capture)
        back = sum(float(r["amount"]["value"]) for r in unit["payments"]["refunds"])
        now, dispute = self._tick(), self.new_id("PP-D")
        self.disputes[dispute] = {
            "dispute_id": dispute, "create_time": now, "update_time": now, "dispute_life_cycle_stage": "CHARGEBACK",
            "dispute_amount": {**found["amount"], "value": f"{float(found['amount']['value']) - back:.2f}"},
            "disputed_transactions": [{"seller_transaction_id": capture}],
        }  # fmt: skip
        self._event("CUSTOMER.DISPUTE.CREATED", self.disputes[dispute])
        return dispute

    def win(self, dispute: str) -> None:
        outcome = {"outcome_code": "RESOLVED_SELLER_FAVOUR"}
        self.disputes[dispute] |= {"update_time": self._tick(), "dispute_outcome": outcome}
        self._event("CUSTOMER.DISPUTE.RESOLVED", self.disputes[dispute])

    def signed(self, event: dict[str, Any], signer: Signer | None = None, address: str = CERTIFICATE) -> Sent:
        """An event as it is posted; with another signer it is a forgery."""
        body, when, transmission = json.dumps(event).encode(), self.clock.isoformat(), f"tx-{event['id']}"
        message = f"{transmission}|{when}|{self.webhook_id}|{zlib.crc32(body)}"
        headers = {
            "Paypal-Transmission-Id": transmission, "Paypal-Transmission-Time": when, "Paypal-Cert-Url": address,
            "Paypal-Auth-Algo": "SHA256withRSA", "Paypal-Transmission-Sig": (signer or self.signer).sign(message),
        }  # fmt: skip
        return Sent(headers, {}, body)

    # --- how it keeps its state ---

    def _event(self, kind: str, thing: dict[str, Any]) -> None:
        event = {"id": self.new_id("WH-EV"), "event_type": kind, "create_time": self._tick()}
        event["resource"] = json.loads(json.dumps(thing))
        self.events.append(event)
        self.outbox.append(self.signed(event))

    def _capture(self, capture: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for order in self.orders.values():
            for unit in order["purchase_units"]:
                for made in unit["payments"]["captures"]:
                    if made["id"] == capture:
                        return unit, made
        raise Problem(404, dict(self.missing))

    def _tick(self) -> str:
        return self.tick().isoformat()


def _shown(order: dict[str, Any]) -> dict[str, Any]:
    """An order as it is told: its captures are not told with the ids around them, as a capture by itself is."""
    told: dict[str, Any] = json.loads(json.dumps(order))
    for unit in told["purchase_units"]:
        for made in unit["payments"]["captures"]:
            made.pop("supplementary_data", None)
    return told
