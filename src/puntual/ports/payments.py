"""What a payment gateway must offer. Accounts are per creditor: an agency never receives the money of others.

A webhook is handled in two steps that never mix: `read_notice` verifies it and says what it is about, from the bytes
alone,
so that it can be stored and answered at once; `facts` asks the gateway, later, what is true, and only that is booked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from puntual.core.ledger.gateway import GatewayEvent
from puntual.core.ledger.payouts import Part

__all__ = [
    "CheckoutLink",
    "CheckoutRequest",
    "Credentials",
    "DueAmount",
    "ChargesMandates",
    "Forged",
    "GatewayError",
    "GatewayEvent",
    "MandateCharge",
    "MandateRequest",
    "Notice",
    "Part",
    "PaymentGateway",
    "Received",
    "Refund",
    "Released",
    "TellsPayouts",
]


class GatewayError(Exception):
    """The gateway refused or failed. `permanent`: asking again changes nothing. The sentence is for people, in
    Spanish.
    """

    def __init__(self, sentence: str, *, permanent: bool, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.permanent, self.code = sentence, permanent, code


class Forged(Exception):
    """A webhook whose signature does not verify. `reason` is a code of the catalogue; nothing of it is trusted."""

    def __init__(self, reason: str = "webhook_forged") -> None:
        super().__init__(reason)
        self.reason = reason


@attrs.frozen
class Credentials:
    """A creditor's account at a gateway. `secrets` never shows in a log or an error."""

    provider: str
    secrets: Mapping[str, str] = attrs.field(repr=False, hash=False)
    live: bool = False
    country: str = ""

    def need(self, name: str) -> str:
        """The secret of that name; a permanent GatewayError that says what to fill in when it is missing."""
        value = self.secrets.get(name, "")
        if not value:
            raise GatewayError(
                f"Falta «{name}» en la cuenta de {self.provider} del acreedor: complétela en Configuración.",
                permanent=True,
                code="missing_credential",
            )
        return value


@attrs.frozen
class DueAmount:
    """One due item within a payment: what the customer sees and how much of it is paid."""

    due_item: int
    label: str
    amount_minor: int


@attrs.frozen
class CheckoutRequest:
    """Several due items, or parts of them, in one payment.

    `reference`: our payment request, which comes back in every notice. `idempotency_key`: the same key never makes a
    second
    payment. The return addresses belong to the creditor's portal. `expires_at`: after it the link no longer takes
    money.
    """

    credentials: Credentials
    items: tuple[DueAmount, ...]
    currency: str
    description: str
    reference: str
    idempotency_key: str
    success_url: str
    cancel_url: str
    notify_url: str = ""
    payer_email: str = ""
    payer_name: str = ""
    expires_at: datetime | None = None
    methods: tuple[str, ...] = ()

    @property
    def amount_minor(self) -> int:
        return sum(item.amount_minor for item in self.items)

    def __attrs_post_init__(self) -> None:
        if not self.items or any(item.amount_minor <= 0 for item in self.items):
            raise ValueError("a checkout asks a positive amount for each of its due items")


@attrs.frozen
class CheckoutLink:
    """Where the customer pays. `checkout_id` is the gateway's; `payment_id` when it is known from the start."""

    provider: str
    checkout_id: str
    url: str
    expires_at: datetime | None = None
    payment_id: str = ""


@attrs.frozen
class Received:
    """A webhook as it came. Header names are lower case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@attrs.frozen
class Notice:
    """What a webhook is about. `trusted` False: not signed; it only asks us to look, it tells nothing.

    `event_id` is unique per provider: the same one again is a repetition. `resource_id`: what to read again.
    """

    provider: str
    event_id: str
    topic: str
    resource_id: str
    trusted: bool = True


@attrs.frozen
class Refund:
    """Money to give back: the whole payment when `amount_minor` is None."""

    payment_id: str
    currency: str
    idempotency_key: str
    amount_minor: int | None = None


@attrs.frozen
class MandateRequest:
    """Ask a person to let us charge what falls due of an agreement, on the gateway's own page."""

    credentials: Credentials
    currency: str
    reference: str
    idempotency_key: str
    success_url: str
    cancel_url: str
    payer_email: str = ""


@attrs.frozen
class MandateCharge:
    """A charge nobody is present for. `token`: what `read_mandate` gave; the same key never charges twice."""

    credentials: Credentials
    token: str = attrs.field(repr=False)
    amount_minor: int
    currency: str
    reference: str
    description: str
    idempotency_key: str


@runtime_checkable
class ChargesMandates(Protocol):
    """A gateway that can charge later what the person allowed once. Not every gateway is one."""

    def start_mandate(self, request: MandateRequest) -> CheckoutLink: ...

    def read_mandate(self, checkout_id: str, credentials: Credentials) -> str | None:
        """The token of a mandate that was granted; None while it was not."""
        ...

    def charge(self, charge: MandateCharge) -> tuple[GatewayEvent, ...]:
        """Facts of the charge: a card that is refused is a fact (failed), not an error."""
        ...


@attrs.frozen
class Released:
    """A deposit as a gateway's own report tells it, with its parts."""

    event: GatewayEvent
    parts: tuple[Part, ...]


@runtime_checkable
class TellsPayouts(Protocol):
    """A gateway that says what each of its deposits is made of. Not every gateway does."""

    def payout_parts(self, payout_id: str, currency: str, credentials: Credentials) -> tuple[Part, ...]: ...


@runtime_checkable
class PaymentGateway(Protocol):
    """One gateway. Every call may raise GatewayError; `read_notice` raises Forged and asks the API nothing."""

    @property
    def provider(self) -> str: ...

    def create_checkout(self, request: CheckoutRequest) -> CheckoutLink: ...

    def read_notice(self, received: Received, credentials: Credentials, now: datetime) -> Notice: ...

    def facts(self, notice: Notice, body: bytes, credentials: Credentials) -> tuple[GatewayEvent, ...]:
        """What is true of the notice's payment, read from the gateway wherever the notice itself is no proof."""
        ...

    def list_events(self, credentials: Credentials, since: datetime) -> tuple[GatewayEvent, ...]:
        """Every fact since then: finds what webhooks lost."""
        ...

    def refund(self, refund: Refund, credentials: Credentials) -> tuple[GatewayEvent, ...]: ...
