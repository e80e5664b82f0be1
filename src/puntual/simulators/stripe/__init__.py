"""A stand-in for Stripe's Checkout: sessions, payment intents, refunds, disputes, payouts, signed events."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any

from puntual.simulators.gateway import START, GatewaySimulator
from puntual.simulators.loopback import Problem, Request, Sent

__all__ = ["START", "StripeSimulator", "unflatten"]


class StripeSimulator(GatewaySimulator):
    """People act by `pay`, `decline`, `pend`, `settle`, `charge_back`, `win`; each act leaves an event in `outbox`."""

    stranger = {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
    missing = {"error": {"type": "invalid_request_error", "message": "No such object"}}
    routes = (
        ("POST", r"/v1/checkout/sessions", "create_session"),
        ("GET", r"/v1/checkout/sessions/(\w+)", "get_session"),
        ("POST", r"/v1/payment_intents", "charge_mandate"),
        ("GET", r"/v1/payment_intents/(\w+)", "get_intent"),
        ("GET", r"/v1/refunds", "list_refunds"),
        ("POST", r"/v1/refunds", "create_refund"),
        ("GET", r"/v1/disputes", "list_disputes"),
        ("GET", r"/v1/events", "list_events"),
        ("GET", r"/v1/payouts/(\w+)", "get_payout"),
        ("GET", r"/v1/balance_transactions", "list_balance"),
    )

    def __init__(self, secret: str = "whsec_test", key: str = "sk_test", fee_pct: float = 3.6) -> None:
        super().__init__()
        self.secret, self.bearer, self.fee_pct = secret, key, fee_pct
        self.sessions: dict[str, dict[str, Any]] = {}
        #: session -> its lines, which the real one only tells when they are asked for.
        self.items: dict[str, list[dict[str, Any]]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: list[dict[str, Any]] = []
        self.disputes: list[dict[str, Any]] = []
        self.payouts: dict[str, dict[str, Any]] = {}
        #: payout -> what it is made of.
        self.balances: dict[str, list[dict[str, Any]]] = {}
        self.paid_out: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.refuse_next = False

    # --- what the API does ---

    def create_session(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        form = unflatten(request.form())
        if form["mode"] == "setup":
            session = self.new_id("cs_test")
            self.sessions[session] = {
                "id": session, "object": "checkout.session", "url": f"{self.url}/pay/{session}", "customer": None,
                "setup_intent": {"object": "setup_intent", "status": "requires_payment_method"}, "mode": "setup",
            }  # fmt: skip
            return self.sessions[session]
        items = list(form["line_items"].values())
        amount = sum(int(i["price_data"]["unit_amount"]) * int(i["quantity"]) for i in items)
        intent, session = self.new_id("pi"), self.new_id("cs_test")
        self.intents[intent] = {
            "id": intent, "object": "payment_intent", "amount": amount, "amount_received": 0,
            "currency": items[0]["price_data"]["currency"], "status": "requires_payment_method",
            "metadata": form["payment_intent_data"]["metadata"], "last_payment_error": None, "latest_charge": None,
            "created": self._tick(),
        }  # fmt: skip
        self.sessions[session] = {
            "id": session, "object": "checkout.session", "payment_intent": intent, "status": "open",
            "url": f"{self.url}/pay/{session}", "client_reference_id": form["client_reference_id"],
        }  # fmt: skip
        self.items[session] = items
        return self.sessions[session]

    def get_session(self, request: Request, session: str) -> dict[str, Any]:
        self.authorise(request)
        return self.find(self.sessions, session)

    def charge_mandate(self, request: Request) -> dict[str, Any]:
        """An intent confirmed off session: succeeds, or is refused when `refuse_next` says so."""
        self.authorise(request)
        form = unflatten(request.form())
        if not any(s.get("customer") == form["customer"] for s in self.sessions.values()):
            raise Problem(400, {"error": {"type": "invalid_request_error", "message": "No such customer"}})
        intent = self.new_id("pi")
        self.intents[intent] = {
            "id": intent, "object": "payment_intent", "amount": int(form["amount"]), "amount_received": 0,
            "currency": form["currency"], "status": "requires_payment_method", "last_payment_error": None,
            "metadata": form["metadata"], "latest_charge": None, "created": self._tick(),
        }  # fmt: skip
        if self.refuse_next:
            self.refuse_next = False
            self.intents[intent]["last_payment_error"] = {"code": "card_declined"}
            self._event("payment_intent.payment_failed", self.intents[intent])
            error = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}
            raise Problem(402, {"error": {**error, "payment_intent": self.intents[intent]}})
        self.settle(intent, "card")
        return self.intents[intent]

    def get_intent(self, request: Request, intent: str) -> dict[str, Any]:
        self.authorise(request)
        return self.find(self.intents, intent)

    def list_refunds(self, request: Request) -> dict[str, Any]:
        return self._list([r for r in self.refunds if r["payment_intent"] == request.query["payment_intent"]])

    def list_disputes(self, request: Request) -> dict[str, Any]:
        return self._list([d for d in self.disputes if d["payment_intent"] == request.query["payment_intent"]])

    def list_events(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        since = int(request.query["created[gte]"])
        newest_first = [e for e in reversed(self.events) if e["created"] >= since]
        after = request.query.get("starting_after")
        if after:
            newest_first = newest_first[[e["id"] for e in newest_first].index(after) + 1 :]
        page = newest_first[: int(request.query["limit"])]
        return {**self._list(page), "has_more": len(page) < len(newest_first)}

    def create_refund(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        form = request.form()
        return self._refund(form["payment_intent"], int(form["amount"]) if "amount" in form else None)

    def get_payout(self, request: Request, payout: str) -> dict[str, Any]:
        self.authorise(request)
        return self.find(self.payouts, payout)

    def list_balance(self, request: Request) -> dict[str, Any]:
        self.authorise(request)
        return self._list(self.balances.get(request.query["payout"], []))

    # --- what people and banks do ---

    def grant(self, session: str) -> None:
        """The person lets the seller charge later."""
        self.sessions[session] |= {
            "customer": self.new_id("cus"),
            "setup_intent": {"object": "setup_intent", "status": "succeeded", "payment_method": self.new_id("pm")},
        }

    def pay(self, session: str, method: str = "card") -> str:
        intent = self.sessions[session]["payment_intent"]
        self.settle(intent, method)
        self._event("checkout.session.completed", self.sessions[session])
        return intent

    def pend(self, session: str, method: str = "oxxo") -> str:
        intent = self.intents[self.sessions[session]["payment_intent"]]
        intent["status"] = "requires_action"
        self._event("checkout.session.completed", self.sessions[session])
        return str(intent["id"])

    def decline(self, session: str) -> str:
        intent = self.intents[self.sessions[session]["payment_intent"]]
        intent["last_payment_error"] = {"code": "card_declined"}
        self._event("payment_intent.payment_failed", intent)
        return str(intent["id"])

    def settle(self, intent: str, method: str = "oxxo") -> None:
        found = self.intents[intent]
        fee = round(found["amount"] * self.fee_pct / 100)
        balance = {"id": self.new_id("txn"), "object": "balance_transaction", "fee": fee, "currency": found["currency"]}
        charge = {
            "id": self.new_id("ch"), "object": "charge", "created": self._tick(), "balance_transaction": balance,
            "payment_method_details": {"type": method},
        }  # fmt: skip
        found |= {"status": "succeeded", "amount_received": found["amount"], "latest_charge": charge}
        self._event("payment_intent.succeeded", found)

    def expire(self, intent: str) -> None:
        """A voucher that nobody paid."""
        self.intents[intent] |= {"status": "canceled"}
        self._event("payment_intent.canceled", self.intents[intent])

    def refund(self, intent: str, amount: int | None = None) -> None:
        self._refund(intent, amount)

    def charge_back(self, intent: str) -> None:
        left = self.intents[intent]["amount"] - sum(r["amount"] for r in self.refunds if r["payment_intent"] == intent)
        dispute = {
            "id": self.new_id("dp"), "object": "dispute", "payment_intent": intent, "amount": left,
            "status": "needs_response", "created": self._tick(),
        }  # fmt: skip
        self.disputes.append(dispute)
        self._event("charge.dispute.created", dispute)

    def win(self, intent: str) -> None:
        dispute = next(d for d in self.disputes if d["payment_intent"] == intent)
        dispute["status"] = "won"
        self._event("charge.dispute.closed", dispute)

    def pay_out(self, amount: int, currency: str = "mxn") -> str:
        payout = self.new_id("po")
        self.payouts[payout] = {
            "id": payout, "object": "payout", "amount": amount, "currency": currency, "arrival_date": self._tick(),
        }  # fmt: skip
        self._event("payout.paid", self.payouts[payout])
        return payout

    def pay_out_all(self, currency: str = "mxn") -> str:
        """Everything that was not paid out yet: payments less their fees, refunds, disputes."""
        rows = [row for row in self._moved() if row["source"]["id"] not in self.paid_out]
        self.paid_out |= {str(row["source"]["id"]) for row in rows}
        payout = self.pay_out(sum(row["net"] for row in rows), currency)
        total = -self.payouts[payout]["amount"]
        own = {"id": self.new_id("txn"), "type": "payout", "amount": total, "fee": 0, "net": total, "source": payout}
        self.balances[payout] = [*rows, own]
        return payout

    def _moved(self) -> list[dict[str, Any]]:
        rows = []
        for intent in self.intents.values():
            if intent["latest_charge"]:
                fee = intent["latest_charge"]["balance_transaction"]["fee"]
                source = {"id": intent["latest_charge"]["id"], "object": "charge", "payment_intent": intent["id"]}
                rows.append(self._balance("charge", intent["amount_received"], fee, source))
        rows += [self._balance("refund", -r["amount"], 0, r) for r in self.refunds]
        return rows + [self._balance("adjustment", -d["amount"], 0, d) for d in self.disputes if d["status"] != "won"]

    def _balance(self, kind: str, amount: int, fee: int, source: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.new_id("txn"), "object": "balance_transaction", "type": kind, "amount": amount, "fee": fee,
            "net": amount - fee, "source": source,
        }  # fmt: skip

    def signed(self, event: dict[str, Any], secret: str | None = None, at: datetime | None = None) -> Sent:
        """An event as it is posted: each delivery is signed anew. With another secret it is a forgery, with an old
        instant a replay.
        """
        body, stamp = json.dumps(event).encode(), str(int((at or self.clock).timestamp()))
        mac = hmac.new((secret or self.secret).encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return Sent({"Stripe-Signature": f"t={stamp},v1={mac}"}, {}, body)

    # --- how it keeps its state ---

    def _refund(self, intent: str, amount: int | None) -> dict[str, Any]:
        found = self.intents[intent]
        left = found["amount_received"] - sum(r["amount"] for r in self.refunds if r["payment_intent"] == intent)
        wanted = left if amount is None else amount
        if not 0 < wanted <= left or any(d["payment_intent"] == intent for d in self.disputes):
            message = "Refund amount is greater than unrefunded amount on charge"
            raise Problem(400, {"error": {"type": "invalid_request_error", "message": message}})
        made = {
            "id": self.new_id("re"), "object": "refund", "payment_intent": intent, "amount": wanted,
            "status": "succeeded", "created": self._tick(),
        }  # fmt: skip
        self.refunds.append(made)
        self._event("refund.created", made)
        return made

    def _event(self, kind: str, thing: dict[str, Any]) -> None:
        snapshot = json.loads(json.dumps(thing))
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "type": kind,
            "created": self._tick(),
            "data": {"object": snapshot},
        }
        self.events.append(event)
        self.outbox.append(self.signed(event))

    def _list(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        return {"object": "list", "data": rows, "has_more": False, "url": "/v1"}

    def _tick(self) -> int:
        return int(self.tick().timestamp())


def unflatten(form: dict[str, str]) -> dict[str, Any]:
    """`a[b][0]=x` to nested mappings, as Stripe's forms are written."""
    tree: dict[str, Any] = {}
    for name, value in form.items():
        keys = re.findall(r"[^\[\]]+", name)
        node = tree
        for key in keys[:-1]:
            node = node.setdefault(key, {})
        node[keys[-1]] = value
    return tree
