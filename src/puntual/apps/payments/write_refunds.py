"""The only writer of refunds that the company orders: asked, approved by another person above a limit, sent, booked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from puntual.apps.payments import read, write
from puntual.apps.payments.choices import RefundState
from puntual.apps.payments.models import GatewayPayment, RefundOrder
from puntual.apps.policies import read_rules as policies
from puntual.core.errors import Refused, UnusableInput
from puntual.ports.payments import GatewayError
from puntual.ports.payments import Refund as Ordered

#: What still may leave the gateway.
_ALIVE = (RefundState.TO_APPROVE, RefundState.APPROVED)


def may_refund_minor(payment: GatewayPayment) -> int:
    """What may still be given back: what the gateway holds of it, less what was ordered and not done yet."""
    ordered = payment.refunds.filter(state__in=_ALIVE).aggregate(total=Sum("amount_minor"))["total"] or 0
    return max(payment.net_minor - int(ordered), 0)


def alone_minor(payment: GatewayPayment, at: datetime) -> int:
    """What one person may give back of that currency without another's yes, by the policy of the payment's account."""
    policy = payment.account.policy_id if payment.account else None
    rules = policies.negotiation_rules(payment.gateway.creditor_id, policy, at)
    return rules.refund_alone_minor.get(payment.currency, 0)


@transaction.atomic
def ask(*, payment_id: int, amount_minor: int, reason: str, key: str, by: int, at: datetime) -> RefundOrder:
    """Order a refund. Up to what the policy leaves to one person nobody else is asked."""
    known = RefundOrder.objects.filter(key=key).first()
    if known:
        return known
    payment = (
        GatewayPayment.objects.select_for_update(of=("self",)).select_related("gateway", "account").get(pk=payment_id)
    )
    left = may_refund_minor(payment)
    if not 0 < amount_minor <= left:
        raise UnusableInput(
            "El importe debe ser mayor que cero y no pasar de lo que queda por devolver.", field="amount"
        )
    if not reason.strip():
        raise UnusableInput("Escriba por qué se devuelve: quien lo apruebe y el auditor lo leerán.", field="reason")
    if payment.account_id is None:
        raise UnusableInput("Diga antes de quién es ese pago: así los libros sabrán qué vuelve a deberse.")
    alone = amount_minor <= alone_minor(payment, at)
    return RefundOrder.objects.create(
        payment=payment, amount_minor=amount_minor, reason=reason.strip()[:300], key=key, asked_by_id=by, asked_at=at,
        state=RefundState.APPROVED if alone else RefundState.TO_APPROVE, decided_by_id=by if alone else None,
        decided_at=at if alone else None,
    )  # fmt: skip


@transaction.atomic
def decide(*, order_id: int, yes: bool, by: int, at: datetime) -> RefundOrder:
    """Another person says yes or no."""
    row = RefundOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    if row.state != RefundState.TO_APPROVE:
        raise Refused("Esa devolución ya se había decidido.")
    if row.asked_by_id == by:
        raise Refused("Quien la pide no puede aprobarla: debe hacerlo otra persona.", reason="same_person")
    row.state = RefundState.APPROVED if yes else RefundState.REJECTED
    row.decided_by_id, row.decided_at = by, at
    row.save()
    return row


def send(*, order_id: int, gateways: write.Gateways, at: datetime) -> RefundOrder:
    """Tell the gateway, keep what it answers and book it. Sent twice it is one refund: the key is the order's own.

    A gateway that does not answer leaves it approved, to be sent again; one that refuses says why, and nothing left.
    """
    row = RefundOrder.objects.select_related("payment__gateway").get(pk=order_id)
    if row.state != RefundState.APPROVED:
        return row
    payment, gateway = row.payment, row.payment.gateway
    whole = row.amount_minor == payment.net_minor
    order = Ordered(
        payment.external_id, payment.currency, f"puntual-{gateway.ref}-refund-{row.pk}",
        None if whole else row.amount_minor,
    )  # fmt: skip
    try:
        events = gateways[gateway.provider].refund(order, read.credentials(gateway))
    except GatewayError as error:
        row.state = RefundState.FAILED if error.permanent else RefundState.APPROVED
        row.error = error.sentence[:300]
        row.save(update_fields=["state", "error"])
        return row
    with transaction.atomic():
        write.book_all(write.keep(gateway=gateway, events=events), at=at)
        row.state, row.error = RefundState.DONE, ""
        row.save(update_fields=["state", "error"])
    return row


def send_waiting(*, creditor_id: int, gateways: write.Gateways, at: datetime) -> int:
    """Send what was approved and could not leave. Gives how many left now."""
    rows = RefundOrder.objects.filter(state=RefundState.APPROVED, payment__gateway__creditor_id=creditor_id)
    return sum(
        send(order_id=pk, gateways=gateways, at=at).state == RefundState.DONE
        for pk in rows.values_list("pk", flat=True)
    )
