"""The only writer of requests, checkouts, notices and facts. Notices: verified, stored, answered; processed later.

No transaction is open while a gateway is spoken to. Every step may be repeated: keys make it harmless.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import attrs
from django.db import transaction

from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.payments import after, booking, read
from puntual.apps.payments.choices import CREDENTIALS, Provider
from puntual.apps.payments.models import (
    Checkout,
    GatewayAccount,
    GatewayFact,
    GatewayPayment,
    PaymentRequest,
    RawWebhook,
)
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import write as books
from puntual.apps.receivables import write_gateway
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import references
from puntual.core.ledger.gateway import PAID, PAYOUT, GatewayEvent
from puntual.ports.payments import CheckoutRequest, DueAmount, GatewayError, Notice, PaymentGateway

#: provider -> what speaks to it; bound in project.
Gateways = Mapping[str, PaymentGateway]
#: After a failure: a minute, then twice as long each time, up to six hours.
RETRY, LONGEST = timedelta(minutes=1), timedelta(hours=6)
#: The poller looks back this much further than its last time: gateways list late what happened early.
OVERLAP = timedelta(hours=2)


@attrs.frozen
class NewGateway:
    """A creditor's own account at a gateway, with the secrets that its provider asks for (choices.CREDENTIALS)."""

    creditor: int
    provider: str
    values: Mapping[str, str] = attrs.field(repr=False)
    live: bool = False
    country: str = ""
    label: str = ""


def add_gateway(*, gateway: NewGateway, at: datetime) -> GatewayAccount:
    """Keep its secrets under the keyring. UnusableInput names those that are missing."""
    asked, values = CREDENTIALS[Provider(gateway.provider)], gateway.values
    missing = [str(name) for field, name in asked.items() if not values.get(field, "").strip()]
    if missing:
        raise UnusableInput(f"Faltan datos de la cuenta: {', '.join(missing)}.", field="values")
    sealed = vault.seal_file(json.dumps({k: v.strip() for k, v in values.items()}).encode())
    return GatewayAccount.objects.create(
        creditor_id=gateway.creditor, provider=gateway.provider, label=gateway.label, country=gateway.country,
        ref=secrets.token_urlsafe(12), live=gateway.live, sealed=sealed, created_at=at,
    )  # fmt: skip


@transaction.atomic
def request_payment(*, account_id: int, items: Sequence[tuple[int, int]], key: str, at: datetime) -> PaymentRequest:
    """What somebody is about to pay: (due item, amount) pairs of one currency, none above what is open of it."""
    known = PaymentRequest.objects.filter(key=key).first()
    if known:
        return known
    opened = {b.due_item_id: b for b in receivables.open_items(account_id)}
    if not items or any(i not in opened or not 0 < minor <= opened[i].open_minor for i, minor in items):
        raise UnusableInput("Alguno de esos documentos ya se pagó o debe menos: vuelva a elegir.", field="items")
    currencies = {opened[i].currency for i, _ in items}
    if len(currencies) > 1:
        raise UnusableInput("Pague por separado los documentos de cada moneda.", field="items")
    return PaymentRequest.objects.create(
        account_id=account_id, creditor_id=opened[items[0][0]].creditor_id, items=[list(pair) for pair in items],
        amount_minor=sum(minor for _, minor in items), currency=currencies.pop(), key=key, created_at=at,
    )  # fmt: skip


@attrs.frozen
class Urls:
    """Where the customer comes back, and where the gateway posts its notices."""

    success: str
    cancel: str
    notify: str = ""


def start_checkout(
    *,
    request_id: int,
    gateway_id: int,
    gateways: Gateways,
    urls: Urls,
    at: datetime,
    attempt: int = 1,
    expires_at: datetime | None = None,
) -> Checkout:
    """The gateway's link for a request. Asked twice it is the same link; GatewayError when the gateway refuses."""
    found = Checkout.objects.filter(request_id=request_id, gateway_id=gateway_id, attempt=attempt).first()
    if found:
        return found
    request = PaymentRequest.objects.get(pk=request_id)
    account = GatewayAccount.objects.get(pk=gateway_id, creditor_id=request.creditor_id, active=True)
    labels = read.labels_of([item for item, _ in request.items])
    link = gateways[account.provider].create_checkout(
        CheckoutRequest(
            credentials=read.credentials(account),
            items=tuple(DueAmount(item, labels.get(item, str(item)), minor) for item, minor in request.items),
            currency=request.currency,
            description=parties.creditor(f"acr_{request.creditor_id}").name,
            reference=references.make(references.REQUEST, request.pk),
            # The account's ref is random: two installations with one gateway account never share a key.
            idempotency_key=f"puntual-{account.ref}-{request.pk}-{attempt}",
            success_url=urls.success,
            cancel_url=urls.cancel,
            notify_url=urls.notify,
            expires_at=expires_at,
        )
    )
    made, _ = Checkout.objects.get_or_create(
        request=request, gateway=account, attempt=attempt,
        defaults={"checkout_id": link.checkout_id, "url": link.url, "expires_at": link.expires_at, "created_at": at},
    )  # fmt: skip
    return made


def note_charge(*, request: PaymentRequest, gateway: GatewayAccount, at: datetime) -> Checkout:
    """A charge by mandate: no page, but the gateway through which this request may be paid."""
    made, _ = Checkout.objects.get_or_create(
        request=request, gateway=gateway, attempt=1, defaults={"checkout_id": "mandate", "url": "", "created_at": at}
    )
    return made


# --- notices ---


def receive(*, gateway_id: int, notice: Notice, body: bytes, at: datetime) -> bool:
    """Store a verified notice. Says whether it was new: the same event again is the same row."""
    _, created = RawWebhook.objects.get_or_create(
        provider=notice.provider, event_id=notice.event_id[:160],
        defaults={
            "gateway_id": gateway_id, "topic": notice.topic[:80], "resource_id": notice.resource_id[:160],
            "trusted": notice.trusted, "sealed_body": vault.seal_file(body), "received_at": at, "next_try_at": at,
        },
    )  # fmt: skip
    return created


@attrs.frozen
class Worked:
    """How many notices were processed, failed for now, and how many bookings were made."""

    processed: int
    failed: int
    booked: int


def work(*, gateways: Gateways, at: datetime, limit: int = 200) -> Worked:
    """Process waiting notices: ask the gateway what is true, keep the facts, book what the books lack."""
    processed = failed = booked = 0
    waiting = RawWebhook.objects.filter(processed_at=None, next_try_at__lte=at).order_by("next_try_at", "pk")
    for raw in list(waiting.select_related("gateway")[:limit]):
        notice = Notice(raw.provider, raw.event_id, raw.topic, raw.resource_id, raw.trusted)
        try:
            events = gateways[raw.provider].facts(
                notice, vault.unseal_file(raw.sealed_body), read.credentials(raw.gateway)
            )
        except GatewayError as error:
            _try_later(raw, error, at)
            failed += 1
            continue
        with transaction.atomic():
            payments = keep(gateway=raw.gateway, events=events)
            booked += book_all(payments, at=at)
            raw.processed_at, raw.error = at, ""
            raw.save(update_fields=["processed_at", "error"])
        processed += 1
    return Worked(processed, failed, booked)


def retry(*, notice_id: int, gateways: Gateways, at: datetime) -> bool:
    """A person asks again for a notice that failed, without waiting for its hour. Says whether it was understood."""
    RawWebhook.objects.filter(pk=notice_id, processed_at=None).update(next_try_at=at)
    work(gateways=gateways, at=at)
    return RawWebhook.objects.filter(pk=notice_id, processed_at__isnull=False, error="").exists()


def switch_gateway(*, gateway_id: int, active: bool) -> None:
    """Offer it to customers or not. Its notices are still heard: a link that was sent may still be paid."""
    GatewayAccount.objects.filter(pk=gateway_id).update(active=active)


def _try_later(raw: RawWebhook, error: GatewayError, at: datetime) -> None:
    """A final refusal (no such payment) is not asked again: the notice is kept with what was answered."""
    raw.tries += 1
    raw.error = error.sentence[:300]
    raw.next_try_at = at + min(RETRY * 2 ** min(raw.tries - 1, 10), LONGEST)
    raw.processed_at = at if error.permanent and error.code == "404" else None
    raw.save(update_fields=["tries", "error", "next_try_at", "processed_at"])


def poll(*, gateway_id: int, gateways: Gateways, at: datetime, since: datetime | None = None) -> Worked:
    """Everything the gateway knows since the last time: finds what notices lost."""
    account = GatewayAccount.objects.get(pk=gateway_id)
    start = since or (account.polled_through or account.created_at) - OVERLAP
    events = gateways[account.provider].list_events(read.credentials(account), start)
    with transaction.atomic():
        payments = keep(gateway=account, events=events)
        booked = book_all(payments, at=at)
        account.polled_through = at
        account.save(update_fields=["polled_through"])
    return Worked(len(payments), 0, booked)


# --- facts ---


@transaction.atomic
def keep(*, gateway: GatewayAccount, events: Iterable[GatewayEvent]) -> list[GatewayPayment]:
    """Add the facts that are new. Gives the payments that they are about, whether new or not."""
    touched: dict[str, GatewayPayment] = {}
    for event in events:
        payment = None if event.kind == PAYOUT else touched.get(event.payment_id) or _payment(gateway, event)
        if payment:
            touched[event.payment_id] = payment
        fact, created = GatewayFact.objects.get_or_create(
            provider=event.provider, external_id=event.payment_id, kind=event.kind, part_id=event.part_id,
            defaults={"gateway": gateway, "payment": payment, **_values(event)},
        )  # fmt: skip
        if not created and fact.booked_at is None and (event.at, event.event_id) > (fact.at, fact.event_id):
            GatewayFact.objects.filter(pk=fact.pk).update(**_values(event))
    return list(touched.values())


def _values(event: GatewayEvent) -> dict[str, object]:
    return {
        "event_id": event.event_id[:160], "amount_minor": event.amount_minor, "fee_minor": event.fee_minor,
        "currency": event.currency, "at": event.at, "reference": event.reference[:80], "method": event.method[:40],
        "payer_digest": vault.digest("payer", f"{event.provider}:{event.payer}") if event.payer else None,
    }  # fmt: skip


def _payment(gateway: GatewayAccount, event: GatewayEvent) -> GatewayPayment:
    payment, _ = GatewayPayment.objects.get_or_create(
        provider=event.provider, external_id=event.payment_id,
        defaults={"gateway": gateway, "currency": event.currency, "first_at": event.at, "method": event.method[:40]},
    )  # fmt: skip
    return payment


@transaction.atomic
def assign(*, payment_id: int, account_id: int, at: datetime) -> int:
    """A person says whose an unidentified payment is. Gives how many bookings that made."""
    payment = GatewayPayment.objects.select_for_update().select_related("gateway").get(pk=payment_id)
    account = parties.account(f"cta_{account_id}")
    if payment.account_id or account.creditor_id != payment.gateway.creditor_id:
        raise UnusableInput("Ese pago ya tiene dueño o el cliente es de otra empresa.", field="account")
    payment.account_id = account_id
    payment.save(update_fields=["account"])
    return book_all([payment], at=at)


@transaction.atomic
def unassign(*, payment_id: int, at: datetime, on: date) -> GatewayPayment:
    """It was not that customer's: what was booked is reversed and the money is of nobody again. Refused for what came
    by our own link or reference, and once any of it was given back.
    """
    payment = GatewayPayment.objects.select_for_update(of=("self",)).select_related("gateway").get(pk=payment_id)
    facts = list(payment.facts.all())
    if payment.account_id is None or payment.request_id or references.read(_reference(facts)):
        raise Refused("Ese pago trae su propia referencia: no lo asignó una persona.")
    booked = [f for f in facts if f.booked_at]
    if [f.kind for f in booked] != [PAID]:
        raise Refused("Parte de ese pago ya se devolvió: no se puede cambiar de cliente.")
    [fact] = booked
    key, source = booking.book_key(payment, booking.key_of(fact)), f"gateway:{payment.provider}"
    books.reverse_payment(key=key, on=on, source=source, note="No era de este cliente")
    write_gateway.reverse_by_key(key=f"gateway_fee:{key}", on=on, source=source)
    GatewayFact.objects.filter(pk=fact.pk).update(booked_at=None)
    account, payment.account_id, payment.undone = payment.account_id, None, payment.undone + 1
    payment.save(update_fields=["account", "undone"])
    after.judge(payment.gateway.creditor_id, [account], at)
    return payment


def _reference(facts: Iterable[GatewayFact]) -> str:
    return next((f.reference for f in facts if f.reference), "")


def book_all(payments: Iterable[GatewayPayment], *, at: datetime) -> int:
    """Book what the books lack of these payments, and judge at once what their people had promised."""
    made = 0
    for payment in payments:
        new = booking.book(payment, at=at)
        if new:
            after.judge(payment.gateway.creditor_id, [payment.account_id], at)
        made += new
    return made
