"""Stripe's API through its own library, with the version of the API pinned: an upgrade of the library changes
nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from puntual.adapters.stripe import payment as payments
from puntual.adapters.stripe import webhook
from puntual.ports.payments import (
    CheckoutLink,
    CheckoutRequest,
    Credentials,
    GatewayError,
    GatewayEvent,
    MandateCharge,
    MandateRequest,
    Notice,
    Part,
    Received,
    Refund,
)

API_VERSION = "2025-03-31.basil"
#: Events that may change what the books hold. The poller asks for these only.
TYPES = (
    "checkout.session.async_payment_failed", "checkout.session.async_payment_succeeded", "checkout.session.completed",
    "charge.refunded", "refund.created", "refund.updated", "refund.failed", "charge.dispute.created",
    "charge.dispute.closed", "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn",
    "payment_intent.canceled", "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.succeeded",
    "payout.paid",
)  # fmt: skip


class Stripe:
    """The PaymentGateway of Stripe. Credentials: `secret_key`, `webhook_secret`.

    `http_client`: the library's HTTP client, for tests; its own, made on first use and kept, when there is none.
    """

    provider = webhook.PROVIDER

    def __init__(self, base_url: str | None = None, http_client: Any = None) -> None:
        self._base_url, self._http = base_url, http_client

    def create_checkout(self, request: CheckoutRequest) -> CheckoutLink:
        options = {"idempotency_key": request.idempotency_key}
        with _problems():
            made = self._client(request.credentials).v1.checkout.sessions.create(_session(request), options)
        return CheckoutLink(self.provider, made.id, made.url or "", request.expires_at, made.payment_intent or "")

    def read_notice(self, received: Received, credentials: Credentials, now: datetime) -> Notice:
        return webhook.read_notice(received, credentials, now)

    def facts(self, notice: Notice, body: bytes, credentials: Credentials) -> tuple[GatewayEvent, ...]:
        """The payment intent is read again: an event holds the state of its moment and not the fee."""
        if not notice.resource_id or notice.topic not in TYPES:
            return ()
        with _problems():
            return self._read(self._client(credentials), notice.topic, notice.resource_id, notice.event_id)

    def list_events(self, credentials: Credentials, since: datetime) -> tuple[GatewayEvent, ...]:
        """Every event since then, each payment read once however many events speak of it."""
        client = self._client(credentials)
        query = {"created": {"gte": int(since.timestamp())}, "types": list(TYPES), "limit": 100}
        with _problems():
            events = [e.to_dict() for e in client.v1.events.list(query).auto_paging_iter()]
            subjects = {webhook.subject(e): e for e in events}
            read = [self._read(client, e["type"], one, e["id"]) for one, e in subjects.items() if one]
        return tuple(event for found in read for event in found)

    def refund(self, refund: Refund, credentials: Credentials) -> tuple[GatewayEvent, ...]:
        client = self._client(credentials)
        order: dict[str, Any] = {"payment_intent": refund.payment_id}
        if refund.amount_minor is not None:
            order["amount"] = payments.to_units(refund.amount_minor, refund.currency)
        with _problems():
            client.v1.refunds.create(order, {"idempotency_key": refund.idempotency_key})
            return self._read(client, "refund.created", refund.payment_id, "")

    # --- charging later what was allowed once ---

    def start_mandate(self, request: MandateRequest) -> CheckoutLink:
        session: dict[str, Any] = {
            "mode": "setup",
            "currency": request.currency.lower(),
            "customer_creation": "always",
            "client_reference_id": request.reference,
            "metadata": {"reference": request.reference},
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
            "locale": "es-419",
        }
        if request.payer_email:
            session["customer_email"] = request.payer_email
        options = {"idempotency_key": request.idempotency_key}
        with _problems():
            made = self._client(request.credentials).v1.checkout.sessions.create(session, options)
        return CheckoutLink(self.provider, made.id, made.url or "")

    def read_mandate(self, checkout_id: str, credentials: Credentials) -> str | None:
        """Customer and method, once the person finished the page."""
        with _problems():
            client = self._client(credentials)
            session = client.v1.checkout.sessions.retrieve(checkout_id, {"expand": ["setup_intent"]}).to_dict()
        setup = session.get("setup_intent") or {}
        if setup.get("status") != "succeeded" or not session.get("customer"):
            return None
        return f"{session['customer']}/{setup['payment_method']}"

    def charge(self, charge: MandateCharge) -> tuple[GatewayEvent, ...]:
        """An intent confirmed without the person. A refused card leaves its intent, which says so."""
        import stripe

        customer, _, method = charge.token.partition("/")
        client = self._client(charge.credentials)
        order: dict[str, Any] = {
            "amount": payments.to_units(charge.amount_minor, charge.currency),
            "currency": charge.currency.lower(),
            "customer": customer,
            "payment_method": method,
            "off_session": True,
            "confirm": True,
            "description": charge.description[:200],
            "metadata": {"reference": charge.reference},
        }
        with _problems():
            try:
                one = client.v1.payment_intents.create(order, {"idempotency_key": charge.idempotency_key}).id
            except stripe.CardError as refused:
                one = ((refused.json_body or {}).get("error") or {}).get("payment_intent", {}).get("id", "")
                if not one:
                    raise
            return self._read(client, "payment_intent.created", one, "")

    def payout_parts(self, payout_id: str, currency: str, credentials: Credentials) -> tuple[Part, ...]:
        """The balance transactions of an automatic payout, without the payout itself."""
        query: dict[str, Any] = {"payout": payout_id, "limit": 100, "expand": ["data.source"]}
        with _problems():
            client = self._client(credentials)
            rows = [row.to_dict() for row in client.v1.balance_transactions.list(query).auto_paging_iter()]
        return tuple(payments.part_of(row, currency) for row in rows if row["type"] != "payout")

    def _read(self, client: Any, topic: str, one: str, event_id: str) -> tuple[GatewayEvent, ...]:
        if topic.startswith("payout."):
            return (payments.payout_of(client.v1.payouts.retrieve(one).to_dict(), event_id),)
        expand = {"expand": ["latest_charge.balance_transaction"]}
        intent = client.v1.payment_intents.retrieve(one, expand).to_dict()
        of = {"payment_intent": one, "limit": 100}
        refunds = [r.to_dict() for r in client.v1.refunds.list(of).auto_paging_iter()]
        disputes = [d.to_dict() for d in client.v1.disputes.list(of).auto_paging_iter()]
        return payments.facts_of(intent, refunds, disputes, event_id)

    def _client(self, credentials: Credentials) -> Any:
        import stripe  # 30 MB of modules: only who pays with Stripe pays for it

        # One client for all: its certificates are read once. The worker tries again on its own, with its own pauses.
        self._http = self._http or stripe.HTTPXClient(allow_sync_methods=True, timeout=20)
        return stripe.StripeClient(
            credentials.need("secret_key"),
            stripe_version=API_VERSION,
            base_addresses={"api": self._base_url} if self._base_url else {},
            http_client=self._http,
            max_network_retries=0,
        )


def _session(request: CheckoutRequest) -> dict[str, Any]:
    metadata = {"reference": request.reference, "due_items": ",".join(str(i.due_item) for i in request.items)[:500]}
    session: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": request.reference,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": request.description[:200]},
        "locale": "es-419",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": payments.to_units(item.amount_minor, request.currency),
                    "product_data": {"name": item.label[:250]},
                },
            }
            for item in request.items
        ],
    }
    if request.methods:
        session["payment_method_types"] = list(request.methods)
    if request.payer_email:
        session["customer_email"] = request.payer_email
    if request.expires_at:
        session["expires_at"] = int(request.expires_at.timestamp())
    return session


class _problems:
    """Stripe's exceptions as ours. A card that fails is news, not an error: it never comes this way."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None:
            return
        import stripe

        if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
            raise GatewayError("Stripe no está disponible: se intentará de nuevo.", permanent=False) from error
        if isinstance(error, stripe.StripeError):
            status = error.http_status or 500
            sentence = f"Stripe lo rechazó ({status}): {error.user_message or error.code or 'sin explicación'}"
            raise GatewayError(sentence[:300], permanent=400 <= status < 500, code=str(error.code or status)) from error
