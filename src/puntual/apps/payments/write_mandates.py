"""The only writer of mandates, and what charges the instalments that they allow. Asked, granted, charged, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.negotiation import read as negotiation
from puntual.apps.parties import vault
from puntual.apps.payments import read, write
from puntual.apps.payments.choices import MandateState
from puntual.apps.payments.models import GatewayAccount, Mandate, PaymentRequest
from puntual.apps.receivables import read as receivables
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import references
from puntual.core.negotiation.agreement import autopay_due
from puntual.core.negotiation.quote import allocate_to_items
from puntual.ports.payments import ChargesMandates, GatewayError, MandateCharge, MandateRequest

#: An instalment is tried on its day and, while the card is refused, this many days later, this many times in all.
TRY_EVERY_DAYS, TRIES = 3, 3
#: A page of the gateway that nobody finished is forgotten after this.
ASKED_FOR = timedelta(days=3)


def can(bound: object) -> bool:
    """Whether that gateway may charge later what a person allowed once."""
    return isinstance(bound, ChargesMandates)


def _able(gateways: write.Gateways, provider: str) -> ChargesMandates:
    bound = gateways[provider]
    if not isinstance(bound, ChargesMandates):
        raise UnusableInput(f"{provider} no permite domiciliar pagos: use otra pasarela.", field="gateway")
    return bound


def ask(
    *,
    account_id: int,
    gateway_id: int,
    key: str,
    gateways: write.Gateways,
    urls: write.Urls,
    at: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> Mandate:
    """The page of the gateway on which the person allows it. Nothing may be charged until it is granted."""
    known = Mandate.objects.filter(key=key).first()
    if known:
        return known
    gateway = GatewayAccount.objects.select_related("creditor").get(pk=gateway_id, active=True)
    request = MandateRequest(
        read.credentials(gateway), gateway.creditor.currency, references.make(references.ACCOUNT, account_id),
        f"puntual-{gateway.ref}-{key}", urls.success, urls.cancel,
    )  # fmt: skip
    link = _able(gateways, gateway.provider).start_mandate(request)
    made, _ = Mandate.objects.get_or_create(
        key=key,
        defaults={
            "account_id": account_id, "gateway": gateway, "checkout_id": link.checkout_id, "url": link.url,
            "asked_at": at, "evidence": dict(evidence or {}),
        },
    )  # fmt: skip
    return made


def grant(
    *, mandate_id: int, gateways: write.Gateways, at: datetime, evidence: Mapping[str, Any] | None = None
) -> Mandate:
    """Ask the gateway whether the person allowed it; if so it is active, in place of an earlier one. `evidence` is kept
    beside what was kept when it was asked."""
    row = Mandate.objects.select_related("gateway").get(pk=mandate_id)
    if row.state != MandateState.ASKED:
        return row
    token = _able(gateways, row.gateway.provider).read_mandate(row.checkout_id, read.credentials(row.gateway))
    if token is None:
        return row
    with transaction.atomic():
        for old in Mandate.objects.select_for_update().filter(account_id=row.account_id, state=MandateState.ACTIVE):
            revoke(mandate_id=old.pk, at=at)
        row.state, row.granted_at = MandateState.ACTIVE, at
        row.evidence = {**row.evidence, **(evidence or {})}
        row.sealed_token = vault.seal_file(token.encode())
        row.save()
    return row


@transaction.atomic
def revoke(*, mandate_id: int, at: datetime) -> Mandate:
    """The person takes it back: from this instant nothing more is charged, and the token is destroyed."""
    row = Mandate.objects.select_for_update().get(pk=mandate_id)
    if row.state == MandateState.REVOKED:
        return row
    row.state, row.revoked_at, row.sealed_token = MandateState.REVOKED, at, None
    row.save()
    return row


def grant_waiting(*, creditor_id: int, gateways: write.Gateways, at: datetime) -> int:
    """Those who allowed it on the gateway's page and never came back to ours. Gives how many were granted."""
    waiting = Mandate.objects.filter(
        state=MandateState.ASKED, gateway__creditor_id=creditor_id, asked_at__gt=at - ASKED_FOR
    )
    granted = 0
    for row in waiting:
        try:
            granted += grant(mandate_id=row.pk, gateways=gateways, at=at).state == MandateState.ACTIVE
        except GatewayError:
            continue
    return granted


@attrs.frozen
class Charged:
    """What a round of charges came to."""

    asked: int
    paid: int
    refused: int


def charge_due(
    *, creditor_id: int, gateways: write.Gateways, as_of: date, at: datetime, elsewhere: frozenset[int] = frozenset()
) -> Charged:
    """Charge what falls due today of the agreements whose people allowed it. Twice in a day it charges once.
    `elsewhere`: accounts that are charged by direct debit."""
    through = read.bank_through(creditor_id)
    if read.is_stale(through, as_of):
        # Who paid by transfer yesterday must not be charged again today.
        return Charged(0, 0, 0)
    allowed = Mandate.objects.filter(state=MandateState.ACTIVE, gateway__creditor_id=creditor_id)
    grant_waiting(creditor_id=creditor_id, gateways=gateways, at=at)
    active = {m.account_id: m for m in allowed.select_related("gateway")}
    asked = paid = refused = 0
    for deal in negotiation.current_agreements(creditor_id):
        mandate = active.get(deal.account_id)
        if mandate is None or deal.account_id in elsewhere:
            continue
        rows = negotiation.instalment_statuses(deal, as_of, through)
        due_on = {row.number: row.due_on for row in rows}
        for number, missing in autopay_due(rows, as_of):
            tries = (as_of - due_on[number]).days // TRY_EVERY_DAYS
            key = f"autopay:{deal.pk}:{number}:{tries}"
            if _covered_by_favour(deal, missing):
                continue
            if tries >= TRIES or PaymentRequest.objects.filter(key=key).exists():
                continue
            status = _charge(deal, mandate, missing, key, gateways, at)
            asked, paid, refused = asked + 1, paid + (status == "paid"), refused + (status != "paid")
    return Charged(asked, paid, refused)


def _covered_by_favour(deal: Any, minor: int) -> bool:
    """Whether the account has money that nobody applied yet: it goes first."""
    balance = receivables.open_balance([deal.account_id]).get((deal.account_id, deal.currency))
    return balance is not None and balance.unapplied_minor >= minor


def _charge(deal: Any, mandate: Mandate, minor: int, key: str, gateways: write.Gateways, at: datetime) -> str:
    """One charge: asked, sent, kept and booked. A gateway that does not answer leaves the request, and the poller finds
    out what became of it; the same key never charges twice."""
    covered = {c.due_item_id for c in deal.covers.all()}
    opened = [
        (b.due_item_id, b.open_minor) for b in receivables.open_items(deal.account_id) if b.due_item_id in covered
    ]
    items = allocate_to_items(minor, opened)
    if not items or mandate.sealed_token is None:
        return "nothing"
    try:
        request = write.request_payment(account_id=deal.account_id, items=items, key=key, at=at)
        write.note_charge(request=request, gateway=mandate.gateway, at=at)
        charge = MandateCharge(
            read.credentials(mandate.gateway), vault.unseal_file(mandate.sealed_token).decode(), request.amount_minor,
            request.currency, references.make(references.REQUEST, request.pk), "Pago de su convenio",
            f"puntual-{mandate.gateway.ref}-{key}",
        )  # fmt: skip
        events = _able(gateways, mandate.gateway.provider).charge(charge)
    except (GatewayError, Refused):
        return "unknown"
    with transaction.atomic():
        [payment] = write.keep(gateway=mandate.gateway, events=events)
        write.book_all([payment], at=at)
    return str(payment.status)
