"""PayPal's API: a token, orders, captures, refunds, disputes, and the list of its own notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from puntual.adapters.http import JsonClient
from puntual.adapters.paypal import mandates, webhook
from puntual.adapters.paypal import payment as payments
from puntual.core.ledger.gateway import FAILED
from puntual.ports.payments import (
    CheckoutLink,
    CheckoutRequest,
    Credentials,
    GatewayError,
    GatewayEvent,
    MandateCharge,
    MandateRequest,
    Notice,
    Received,
    Refund,
)

LIVE, SANDBOX = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"
#: A token is asked for again this long before it ends.
_MARGIN = timedelta(minutes=2)


class PayPal:
    """The PaymentGateway of PayPal. Credentials: `client_id`, `client_secret`, `webhook_id`.

    `fetch_certificate` gives the PEM of an address that was already checked; `now` is only used for the token's age.
    """

    provider = webhook.PROVIDER

    def __init__(
        self,
        base_url: str | None = None,
        transport: httpx.BaseTransport | None = None,
        fetch_certificate: webhook.FetchCertificate | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base_url, self._transport, self._now = base_url, transport, now
        self._clients: dict[str, JsonClient] = {}
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._certificates: dict[str, bytes] = {}
        self._fetch = fetch_certificate or self._download

    def create_checkout(self, request: CheckoutRequest) -> CheckoutLink:
        self._takes(request.currency)
        made = self._call(
            "POST", "/v2/checkout/orders", request.credentials, request.idempotency_key, json=_order(request)
        )
        links = {link["rel"]: link["href"] for link in made["links"]}
        return CheckoutLink(
            self.provider, str(made["id"]), links.get("payer-action") or links["approve"], request.expires_at
        )

    def _takes(self, currency: str) -> None:
        if currency not in payments.CURRENCIES:
            raise GatewayError(
                f"PayPal no cobra en {currency}: use otra forma de pago.", permanent=True, code="currency"
            )

    def read_notice(self, received: Received, credentials: Credentials, now: datetime) -> Notice:
        return webhook.read_notice(received, credentials, now, self._certificate)

    def facts(self, notice: Notice, body: bytes, credentials: Credentials) -> tuple[GatewayEvent, ...]:
        """The order is read again; one that the customer approved is captured first, under a key that captures once."""
        kind, _, one = notice.resource_id.partition(":")
        if not one:
            return ()
        if kind == "dispute":
            return self._facts_of_dispute(one, credentials, notice.event_id)
        if kind == "capture":
            return self._facts_of_capture(one, credentials, notice.event_id)
        return self._facts_of_order(one, credentials, notice.event_id)

    def list_events(self, credentials: Credentials, since: datetime) -> tuple[GatewayEvent, ...]:
        """PayPal keeps the notices it sent, delivered or not: each order and dispute among them is read once."""
        query = {"start_time": since.isoformat(timespec="seconds"), "page_size": 300}
        subjects: dict[str, str] = {}
        path: str | None = "/v1/notifications/webhooks-events"
        while path:
            page = self._call("GET", path, credentials, params=query)
            for event in page.get("events") or ():
                subjects[webhook.subject(event)] = str(event["id"])
            following = next((link["href"] for link in page.get("links") or () if link["rel"] == "next"), None)
            path, query = following, {}
        notices = [Notice(self.provider, event, "poll", one) for one, event in subjects.items() if one]
        return tuple(fact for notice in notices for fact in self.facts(notice, b"", credentials))

    def refund(self, refund: Refund, credentials: Credentials) -> tuple[GatewayEvent, ...]:
        amount = refund.amount_minor
        body = {} if amount is None else {"amount": payments.major(amount, refund.currency)}
        path = f"/v2/payments/captures/{refund.payment_id}"
        self._call("POST", f"{path}/refund", credentials, refund.idempotency_key, json=body)
        return self._facts_of_capture(refund.payment_id, credentials, "")

    # --- charging later what was allowed once ---

    def start_mandate(self, request: MandateRequest) -> CheckoutLink:
        self._takes(request.currency)
        body = mandates.setup(request)
        made = self._call("POST", "/v3/vault/setup-tokens", request.credentials, request.idempotency_key, json=body)
        links = {link["rel"]: link["href"] for link in made["links"]}
        return CheckoutLink(self.provider, str(made["id"]), links["approve"])

    def read_mandate(self, checkout_id: str, credentials: Credentials) -> str | None:
        """The payment token of what was allowed; asked again it is the same one, by its key."""
        found = self._call("GET", f"/v3/vault/setup-tokens/{checkout_id}", credentials)
        if found["status"] not in ("APPROVED", "VAULTED"):
            return None
        body = mandates.exchange(checkout_id)
        made = self._call("POST", "/v3/vault/payment-tokens", credentials, f"vault-{checkout_id}", json=body)
        return str(made["id"])

    def charge(self, charge: MandateCharge) -> tuple[GatewayEvent, ...]:
        """PayPal makes no order of a charge that it refuses: the refusal is told under our own key."""
        try:
            made = self._call(
                "POST", "/v2/checkout/orders", charge.credentials, charge.idempotency_key, json=mandates.order(charge)
            )
        except GatewayError as error:
            if error.code != "422":
                raise
            return (self._refused(charge),)
        return self._facts_of_order(str(made["id"]), charge.credentials, "")

    def _refused(self, charge: MandateCharge) -> GatewayEvent:
        key = charge.idempotency_key
        return GatewayEvent(
            provider=self.provider, event_id=f"refused:{key}", kind=FAILED, payment_id=key[-80:],
            amount_minor=charge.amount_minor, currency=charge.currency, at=self._now(), reference=charge.reference,
            method="paypal",
        )  # fmt: skip

    # --- reading ---

    def _facts_of_order(self, order: str, credentials: Credentials, event_id: str) -> tuple[GatewayEvent, ...]:
        found = self._call("GET", f"/v2/checkout/orders/{order}", credentials)
        if found["status"] == "APPROVED":
            found = self._call("POST", f"/v2/checkout/orders/{order}/capture", credentials, f"capture-{order}", json={})
        return payments.facts_of(found, (), event_id)

    def _facts_of_dispute(self, dispute: str, credentials: Credentials, event_id: str) -> tuple[GatewayEvent, ...]:
        found = self._call("GET", f"/v1/customer/disputes/{dispute}", credentials)
        captures = [str(t["seller_transaction_id"]) for t in found.get("disputed_transactions") or ()]
        read = [self._facts_of_capture(one, credentials, event_id, found) for one in captures]
        return tuple(event for events in read for event in events)

    def _facts_of_capture(
        self, capture: str, credentials: Credentials, event_id: str, *disputes: Any
    ) -> tuple[GatewayEvent, ...]:
        found = self._call("GET", f"/v2/payments/captures/{capture}", credentials)
        order = found["supplementary_data"]["related_ids"]["order_id"]
        return payments.facts_of(self._call("GET", f"/v2/checkout/orders/{order}", credentials), disputes, event_id)

    # --- speaking ---

    def _call(self, method: str, path: str, credentials: Credentials, key: str = "", **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token(credentials)}", "Prefer": "return=representation"}
        if key:
            headers["PayPal-Request-Id"] = key
        return self._client(credentials).call(method, path, headers=headers, **how)

    def _token(self, credentials: Credentials) -> str:
        client_id, now = credentials.need("client_id"), self._now()
        token, ends = self._tokens.get(client_id, ("", now))
        if now >= ends:
            given = self._client(credentials).call(
                "POST",
                "/v1/oauth2/token",
                headers={},
                auth=(client_id, credentials.need("client_secret")),
                data={"grant_type": "client_credentials"},
            )
            token = str(given["access_token"])
            self._tokens[client_id] = (token, now + timedelta(seconds=int(given["expires_in"])) - _MARGIN)
        return token

    def _client(self, credentials: Credentials) -> JsonClient:
        base = self._base_url or (LIVE if credentials.live else SANDBOX)
        if base not in self._clients:
            self._clients[base] = JsonClient("PayPal", base, self._transport)
        return self._clients[base]

    def _certificate(self, address: str) -> bytes:
        if address not in self._certificates:
            self._certificates[address] = self._fetch(address)
        return self._certificates[address]

    def _download(self, address: str) -> bytes:
        try:
            answer = httpx.get(address, timeout=10, follow_redirects=False).raise_for_status()
        except httpx.HTTPError as error:
            raise GatewayError("No se pudo leer el certificado de PayPal.", permanent=False, code="network") from error
        return answer.content


def _order(request: CheckoutRequest) -> dict[str, Any]:
    total = payments.major(request.amount_minor, request.currency)
    unit = {
        "custom_id": request.reference,
        "description": request.description[:127],
        "amount": {**total, "breakdown": {"item_total": total}},
        "items": [
            {
                "name": item.label[:127],
                "sku": str(item.due_item),
                "quantity": "1",
                "unit_amount": payments.major(item.amount_minor, request.currency),
            }
            for item in request.items
        ],
    }
    context = {
        "return_url": request.success_url,
        "cancel_url": request.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "locale": "es-MX",
    }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": context}},
    }
