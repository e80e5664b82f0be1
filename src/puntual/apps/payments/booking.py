"""From facts to the books: whose a payment is, and what the books still lack of it. Private to this app."""

from __future__ import annotations

from datetime import datetime

from puntual.apps.outreach import facts as outreach
from puntual.apps.parties import read as parties
from puntual.apps.payments.models import GatewayFact, GatewayPayment, PaymentRequest
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables import write_gateway
from puntual.core.errors import UnusableInput
from puntual.core.ledger import gateway as core
from puntual.core.ledger import references
from puntual.core.time import local_date


def state_of(payment: GatewayPayment) -> core.PaymentState:
    """All the facts known of a payment, folded."""
    events = [event_of(fact) for fact in payment.facts.all()]
    [state] = core.fold_events(events).values()
    return state


def event_of(fact: GatewayFact) -> core.GatewayEvent:
    return core.GatewayEvent(
        fact.provider, fact.event_id, fact.kind, fact.external_id, fact.amount_minor, fact.currency, fact.at,
        fact.reference, fact.part_id, fact.fee_minor, fact.method,
    )  # fmt: skip


def book(payment: GatewayPayment, *, at: datetime) -> int:
    """Write in the books what they lack of this payment, in the caller's transaction. Gives how many bookings."""
    state = state_of(payment)
    _identify(payment, state)
    payment.status, payment.net_minor = state.status, state.net_minor
    payment.method = (state.paid.method if state.paid else payment.method)[:40]
    payment.save(update_fields=["status", "net_minor", "method", "request", "account"])
    if payment.account_id is None:
        return 0
    booked = {key_of(f) for f in payment.facts.all() if f.booked_at}
    made = core.bookings(state, booked)
    for one in made:
        _write(payment, one)
    done = {one.key for one in made}
    ids = [f.pk for f in payment.facts.all() if key_of(f) in done]
    GatewayFact.objects.filter(pk__in=ids).update(booked_at=at)
    return len(made)


def key_of(fact: GatewayFact) -> str:
    return ":".join(filter(None, (fact.provider, fact.external_id, fact.kind, fact.part_id)))


def _identify(payment: GatewayPayment, state: core.PaymentState) -> None:
    """By our own reference, and only within the creditor whose gateway it came through."""
    read = references.read(state.reference)
    if payment.account_id or read is None:
        return
    kind, number = read
    mine = payment.gateway.creditor_id
    if kind == references.REQUEST:
        # Other systems may charge through the same gateway account: only what we asked through it is ours.
        asked = PaymentRequest.objects.filter(pk=number, creditor_id=mine, checkouts__gateway=payment.gateway)
        request = asked.first()
        if request:
            payment.request, payment.account_id = request, request.account_id
        return
    try:
        account = parties.account(f"cta_{number}")
    except UnusableInput:
        return
    if account.creditor_id == mine:
        payment.account_id = account.pk


def _write(payment: GatewayPayment, one: core.Booking) -> None:
    creditor = parties.creditor(f"acr_{payment.gateway.creditor_id}")
    on, source = local_date(one.at, creditor.zone), f"gateway:{payment.provider}"
    key = book_key(payment, one.key)
    account = payment.account_id
    assert account is not None
    if one.amount_minor < 0:
        kind = "refund" if one.kind == core.REFUNDED else "chargeback"
        taken = write_gateway.TakenBack(
            account, kind, -one.amount_minor, one.currency, on, key, source, _paid_key(payment)
        )
        write_gateway.take_back(creditor_id=creditor.pk, taken=taken)
        return
    if one.kind == core.PAID:
        write_gateway.confirm_provisional(
            account=account, amount_minor=one.amount_minor, currency=one.currency, on=on, source=source
        )
    wanted = _wanted(payment, one) if one.kind == core.PAID else ()
    money = receivables.NewPayment(account, one.amount_minor, one.currency, on, key, source, wanted)
    receivables.post_payments(creditor_id=creditor.pk, payments=[money])
    fee = write_gateway.GatewayFee(account, one.fee_minor, one.currency, on, key, source)
    write_gateway.post_fees(creditor_id=creditor.pk, fees=[fee])
    outreach.record_fact(
        account_id=account, kind="paid", at=one.at, key=f"gateway:{key}", method=payment.method,
        amount_minor=one.amount_minor, currency=one.currency,
    )  # fmt: skip


def book_key(payment: GatewayPayment, key: str) -> str:
    """The key of a fact in the books: another one after each time that a person took back whose the payment is."""
    return f"{key}:u{payment.undone}" if payment.undone else key


def _paid_key(payment: GatewayPayment) -> str:
    return book_key(payment, f"{payment.provider}:{payment.external_id}:{core.PAID}")


def _wanted(payment: GatewayPayment, one: core.Booking) -> tuple[tuple[int, int], ...]:
    """The due items that the customer chose, when the money is just what was asked for them."""
    request = payment.request
    if request is None or (request.amount_minor, request.currency) != (one.amount_minor, one.currency):
        return ()
    return tuple((item, minor) for item, minor in request.items)
