"""A stand-in for Mercado Pago: preferences, payments that live, refunds, chargebacks, signed notices. Never for
money.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from puntual.simulators.gateway import START, GatewaySimulator
from puntual.simulators.loopback import Page, Problem, Request, Sent, post
from puntual.simulators.mercadopago import page

__all__ = ["START", "MercadoPagoSimulator"]


class MercadoPagoSimulator(GatewaySimulator):
    """People act by `pay`, `decline`, `pend`, `settle`, `charge_back`, `win`; each act leaves a notice in `outbox`."""

    key_header = "x-idempotency-key"
    stranger = {"message": "invalid access token", "error": "unauthorized"}
    missing = {"message": "Payment not found", "error": "not_found"}
    routes = (
        ("POST", r"/checkout/preferences", "create_preference"),
        ("GET", r"/v1/payments/search", "search"),
        ("GET", r"/v1/payments/(\w+)", "get_payment"),
        ("POST", r"/v1/payments/(\w+)/refunds", "create_refund"),
        ("GET", r"/merchant_orders/(\w+)", "get_order"),
        ("GET", r"/checkout/v1/redirect", "show_checkout"),
        ("POST", r"/checkout/v1/redirect", "act_on_checkout"),
    )

    def __init__(self, secret: str = "mp-secret", token: str = "mp-token", fee_pct: float = 3.5) -> None:
        super().__init__()
        self.secret, self.bearer, self.fee_pct = secret, token, fee_pct
        self.preferences: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        #: (address, notice): how notices leave when a person acts on the page.
        self.post = post

    # --- what the API does ---

    def create_preference(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        body = request.json()
        if not body.get("items") or any(i["unit_price"] <= 0 for i in body["items"]):
            raise Problem(400, {"message": "items invalid", "error": "bad_request"})
        pref = f"pref-{self.next_number()}"
        url = f"{self.url}/checkout/v1/redirect?pref_id={pref}"
        self.preferences[pref] = {**body, "id": pref, "init_point": url, "sandbox_init_point": url}
        return self.preferences[pref]

    def get_payment(self, request: Request, payment: str) -> dict[str, Any]:
        self.authorise(request)
        return self.find(self.payments, payment)

    def search(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        since = datetime.fromisoformat(request.query["begin_date"])
        changed = [p for p in self.payments.values() if datetime.fromisoformat(p["date_last_updated"]) >= since]
        changed.sort(key=lambda p: (p["date_last_updated"], p["id"]))
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        paging = {"total": len(changed), "offset": offset, "limit": limit}
        return {"paging": paging, "results": changed[offset : offset + limit]}

    def create_refund(self, request: Request, payment: str) -> dict[str, Any]:
        self.authorise(request)
        found = self.find(self.payments, payment)
        return self._refund(found, request.json().get("amount"))

    def get_order(self, request: Request, order: str) -> dict[str, Any]:
        self.authorise(request)
        paid = [{"id": p["id"]} for p in self.payments.values() if str(p["order"]["id"]) == order]
        return {"id": int(order), "payments": paid}

    # --- what people see ---

    def show_checkout(self, request: Request) -> Page:
        pref = self.preferences.get(request.query.get("pref_id", ""))
        if pref is None:
            raise Problem(404, {"message": "preference not found"})
        return Page(page.checkout(pref))

    def act_on_checkout(self, request: Request) -> Page:
        """What the person chose: the notice leaves, and the person goes back where the seller said."""
        form = request.form()
        pref = self.preferences.get(form.get("pref_id", ""))
        if pref is None:
            raise Problem(404, {"message": "preference not found"})
        acts = {"pagar": self.pay, "efectivo": self.pend, "rechazar": self.decline}
        acts[form["acto"]](pref["id"])
        if pref.get("notification_url"):
            self.post(pref["notification_url"], self.outbox[-1])
        return Page(location=pref["back_urls"]["failure" if form["acto"] == "rechazar" else "success"])

    # --- what people and banks do ---

    def pay(self, preference: str, method: str = "visa") -> str:
        return self._open(preference, method, "approved", "accredited")

    def decline(self, preference: str) -> str:
        return self._open(preference, "visa", "rejected", "cc_rejected_insufficient_amount")

    def pend(self, preference: str, method: str = "oxxo") -> str:
        """A voucher was printed: the money comes days later, or never."""
        return self._open(preference, method, "pending", "pending_waiting_payment")

    def settle(self, payment: str) -> None:
        self._change(payment, "approved", "accredited")

    def expire(self, payment: str) -> None:
        self._change(payment, "cancelled", "expired")

    def refund(self, payment: str, amount: float | None = None) -> None:
        self._refund(self.payments[payment], amount)

    def charge_back(self, payment: str) -> None:
        self._change(payment, "charged_back", "in_process")

    def win(self, payment: str) -> None:
        self._change(payment, "charged_back", "reimbursed")

    def qr_notice(self, payment: str) -> Sent:
        """The notice of a QR payment: not signed."""
        return Sent({"content-type": "application/json"}, {"topic": "payment", "id": payment}, b"{}")

    def signed(self, data_id: str, secret: str | None = None, *, milliseconds: bool = True) -> Sent:
        """A notice about a payment, signed; with another secret it is a forgery."""
        event, ts = self.next_number(), int(self.clock.timestamp() * (1000 if milliseconds else 1))
        request_id = f"req-{event}"
        manifest = f"id:{data_id};request-id:{request_id};ts:{ts};"
        mac = hmac.new((secret or self.secret).encode(), manifest.encode(), hashlib.sha256).hexdigest()
        body = {"id": event, "type": "payment", "action": "payment.updated", "data": {"id": data_id}}
        headers = {"x-signature": f"ts={ts},v1={mac}", "x-request-id": request_id}
        return Sent(headers, {"data.id": data_id, "type": "payment"}, json.dumps(body).encode())

    # --- how it keeps its state ---

    def _open(self, preference: str, method: str, status: str, detail: str) -> str:
        pref = self.preferences[preference]
        amount = round(sum(i["unit_price"] * i["quantity"] for i in pref["items"]), 2)
        number = self.next_number()
        payment = str(number)
        now = self._tick()
        self.payments[payment] = {
            "id": number, "status": status, "status_detail": detail, "currency_id": pref["items"][0]["currency_id"],
            "transaction_amount": amount, "external_reference": pref["external_reference"], "date_created": now,
            "date_approved": now if status == "approved" else None, "date_last_updated": now, "refunds": [],
            "payment_method_id": method, "payer": {"id": f"payer-{preference}"},
            "order": {"id": int(preference.rpartition("-")[2]), "type": "mercadopago"},
            "fee_details": [
                {"type": "mercadopago_fee", "fee_payer": "collector", "amount": round(amount * self.fee_pct / 100, 2)},
                {"type": "financing_fee", "fee_payer": "payer", "amount": 1.0},
            ],
        }  # fmt: skip
        self.outbox.append(self.signed(payment))
        return payment

    def _change(self, payment: str, status: str, detail: str) -> None:
        found, now = self.payments[payment], self._tick()
        found |= {"status": status, "status_detail": detail, "date_last_updated": now}
        if status == "approved":
            found["date_approved"] = found["date_approved"] or now
        self.outbox.append(self.signed(payment))

    def _refund(self, found: dict[str, Any], amount: float | None) -> dict[str, Any]:
        back = sum(r["amount"] for r in found["refunds"])
        left = round(found["transaction_amount"] - back, 2)
        if found["status"] != "approved" or (amount or left) > left:
            raise Problem(400, {"message": "The amount is greater than the payment", "error": "bad_request"})
        now = self._tick()
        made = {"id": self.next_number(), "amount": amount or left, "date_created": now, "status": "approved"}
        found["refunds"].append(made)
        found["date_last_updated"] = now
        whole = made["amount"] == left
        found |= {"status": "refunded" if whole else "approved"}
        found["status_detail"] = "refunded" if whole else "partially_refunded"
        self.outbox.append(self.signed(str(found["id"])))
        return made

    def _tick(self) -> str:
        return self.tick().isoformat(timespec="milliseconds")
