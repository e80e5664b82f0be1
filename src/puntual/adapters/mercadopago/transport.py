"""Mercado Pago's API: preferences (Checkout Pro with its local rails), payments, refunds, search."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx

from puntual.adapters.http import JsonClient
from puntual.adapters.mercadopago import payment as payments
from puntual.adapters.mercadopago import webhook
from puntual.ports.payments import (
    CheckoutLink,
    CheckoutRequest,
    Credentials,
    GatewayError,
    GatewayEvent,
    Notice,
    Received,
    Refund,
)

API = "https://api.mercadopago.com"
PAGE = 50
#: Topics that speak of a payment; anything else is kept and passed over.
_PAYMENT_TOPICS = frozenset({"payment", "payments"})


class MercadoPago:
    """The PaymentGateway of Mercado Pago. Credentials: `access_token`, `webhook_secret`."""

    provider = webhook.PROVIDER

    def __init__(self, base_url: str = API, transport: httpx.BaseTransport | None = None) -> None:
        self._http = JsonClient("Mercado Pago", base_url, transport)

    def create_checkout(self, request: CheckoutRequest) -> CheckoutLink:
        if request.currency not in payments.CURRENCIES:
            raise GatewayError(
                f"Mercado Pago no cobra en {request.currency}: use otra forma de pago.", permanent=True, code="currency"
            )
        made = self._call(
            "POST", "/checkout/preferences", request.credentials, request.idempotency_key, json=_body(request)
        )
        live = request.credentials.live
        url = made["init_point"] if live else made.get("sandbox_init_point") or made["init_point"]
        return CheckoutLink(self.provider, str(made["id"]), str(url), request.expires_at)

    def read_notice(self, received: Received, credentials: Credentials, now: datetime) -> Notice:
        return webhook.read_notice(received, credentials, now)

    def facts(self, notice: Notice, body: bytes, credentials: Credentials) -> tuple[GatewayEvent, ...]:
        """The payment is read again: neither a signed nor an unsigned notice says what happened to it."""
        if notice.topic in ("merchant_order", "topic_merchant_order_wh"):
            order = self._call("GET", f"/merchant_orders/{notice.resource_id}", credentials)
            ids = [str(p["id"]) for p in order.get("payments") or ()]
        elif notice.topic == "topic_chargebacks_wh":
            chargeback = self._call("GET", f"/v1/chargebacks/{notice.resource_id}", credentials)
            ids = [str(p) for p in chargeback.get("payments") or ()]
        elif notice.topic in _PAYMENT_TOPICS:
            ids = [notice.resource_id]
        else:
            return ()
        found = [
            payments.facts_of(self._call("GET", f"/v1/payments/{one}", credentials), notice.event_id) for one in ids
        ]
        return tuple(event for events in found for event in events)

    def list_events(self, credentials: Credentials, since: datetime) -> tuple[GatewayEvent, ...]:
        """Every payment that changed since then, page by page, oldest first so that new ones do not shift the pages."""
        found: list[GatewayEvent] = []
        offset = 0
        while True:
            query: dict[str, Any] = {
                "range": "date_last_updated",
                "begin_date": since.isoformat(timespec="milliseconds"),
                "end_date": "NOW",
                "sort": "date_last_updated",
                "criteria": "asc",
                "offset": offset,
                "limit": PAGE,
            }
            page = self._call("GET", "/v1/payments/search", credentials, params=query)
            rows = page.get("results") or []
            for row in rows:
                found += payments.facts_of(row)
            offset += PAGE
            if not rows or offset >= int(page["paging"]["total"]):
                return tuple(found)

    def refund(self, refund: Refund, credentials: Credentials) -> tuple[GatewayEvent, ...]:
        """Gives back and reads the payment again, so that the refund's own id is known."""
        amount = refund.amount_minor
        body = {} if amount is None else {"amount": payments.major(amount, refund.currency)}
        path = f"/v1/payments/{refund.payment_id}/refunds"
        self._call("POST", path, credentials, refund.idempotency_key, json=body)
        return payments.facts_of(self._call("GET", f"/v1/payments/{refund.payment_id}", credentials))

    def _call(self, method: str, path: str, credentials: Credentials, key: str = "", **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {credentials.need('access_token')}"}
        if key:
            headers["X-Idempotency-Key"] = key
        return self._http.call(method, path, headers=headers, **how)


def _body(request: CheckoutRequest) -> dict[str, Any]:
    """A line per due item: the customer sees on the gateway's page what he saw on ours."""
    body: dict[str, Any] = {
        "items": [
            {
                "id": str(item.due_item),
                "title": item.label[:250],
                "quantity": 1,
                "unit_price": payments.major(item.amount_minor, request.currency),
                "currency_id": request.currency,
            }
            for item in request.items
        ],
        "external_reference": request.reference,
        "back_urls": {
            "success": request.success_url,
            "pending": request.success_url,
            "failure": request.cancel_url,
        },
        "statement_descriptor": request.description[:13],
    }
    if request.success_url.startswith("https://"):
        body["auto_return"] = "approved"
    if request.notify_url:
        body["notification_url"] = request.notify_url
    if request.payer_email:
        body["payer"] = {"email": request.payer_email, "name": request.payer_name}
    if request.expires_at:
        body |= {"expires": True, "expiration_date_to": request.expires_at.isoformat(timespec="milliseconds")}
    return body
