"""`puntual refund list|ask|approve|reject|send`: giving back what a gateway brought, by the rules of the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from puntual.core.errors import UnusableInput
from puntual.project.cli import FINDINGS, django_setup, emit, person_allowed

if TYPE_CHECKING:
    from puntual.apps.payments.models import RefundOrder

by_option = click.option("--by", "user", required=True, help="Usuario a cuyo nombre se hace: su permiso cuenta.")
json_option = click.option("--json", "as_json", is_flag=True)


@click.group()
def command() -> None:
    """Devoluciones por la pasarela."""


@command.command("list")
@click.option("--creditor", help="Empresa; sin ella, la única que hay.")
@json_option
def list_refunds(creditor: str | None, as_json: bool) -> None:
    """Las devoluciones pedidas y cómo van."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.payments.models import RefundOrder

    one = parties.creditor(creditor)
    rows = RefundOrder.objects.filter(payment__gateway__creditor=one).select_related("payment").order_by("pk")
    told = [_told(row) for row in rows]
    human = "\n".join(f"{r['id']}  {r['amount']['minor']} {r['amount']['currency']}  {r['state']}" for r in told)
    emit({"refunds": told}, as_json=as_json, human=human or "Ninguna.")


@command.command()
@click.argument("payment")
@click.option("--amount", help="Importe en unidades mayores; sin él, todo lo que queda por devolver.")
@click.option("--reason", required=True)
@click.option("--key", required=True, help="Suya y única: con la misma, otra vez es la misma devolución.")
@by_option
@json_option
def ask(payment: str, amount: str | None, reason: str, key: str, user: str, as_json: bool) -> int:
    """Pide una devolución; dentro de lo que la política deja a una persona, sale por la pasarela."""
    django_setup()
    from puntual.apps.payments import write_refunds
    from puntual.apps.payments.models import GatewayPayment
    from puntual.core.money import parse_major
    from puntual.project import bindings

    text = payment.removeprefix("pago_")
    found = GatewayPayment.objects.select_related("gateway").filter(pk=int(text) if text.isdigit() else 0).first()
    if found is None:
        raise UnusableInput(f"No hay un pago «{payment}»: use el id que da `GET /api/v1/gateway-payments`.")
    by, at = person_allowed(user, "refunds.propose", found.gateway.creditor_id), bindings.now()
    minor = parse_major(amount, found.currency).minor if amount else write_refunds.may_refund_minor(found)
    order = write_refunds.ask(
        payment_id=found.pk, amount_minor=minor, reason=reason, key=f"cli:{key}"[:80], by=by.pk, at=at
    )
    _audit("refund_asked", by, order)
    return _sent(order, as_json)


@command.command()
@click.argument("refund")
@by_option
@json_option
def approve(refund: str, user: str, as_json: bool) -> int:
    """Aprueba lo que pidió otra persona: el dinero sale por la pasarela."""
    return _decide(refund, user, True, as_json)


@command.command()
@click.argument("refund")
@by_option
@json_option
def reject(refund: str, user: str, as_json: bool) -> int:
    """No se devuelve."""
    return _decide(refund, user, False, as_json)


def _decide(refund: str, user: str, yes: bool, as_json: bool) -> int:
    django_setup()
    from puntual.apps.payments import write_refunds
    from puntual.apps.payments.models import RefundOrder
    from puntual.project import bindings

    text = refund.removeprefix("dev_")
    rows = RefundOrder.objects.select_related("payment__gateway")
    row = rows.filter(pk=int(text) if text.isdigit() else 0).first()
    if row is None:
        raise UnusableInput(f"No hay una devolución «{refund}»: vea `puntual refund list`.")
    by = person_allowed(user, "refunds.approve", row.payment.gateway.creditor_id)
    order = write_refunds.decide(order_id=row.pk, yes=yes, by=by.pk, at=bindings.now())
    _audit("refund_approved" if yes else "refund_rejected", by, order)
    return _sent(order, as_json)


def _audit(act: str, by: Any, order: RefundOrder) -> None:
    from puntual.apps.audit import write as audit

    detail = {"payment": order.payment_id, "amount_minor": order.amount_minor, "by": "cli"}
    audit.record(act=act, actor=by, kind="refund", pk=order.pk, detail=detail)


def _sent(order: RefundOrder, as_json: bool) -> int:
    """Send it if nobody else has to say yes; tell how it stands. 1 when the gateway did not do it."""
    from puntual.apps.payments import write_refunds
    from puntual.project import bindings
    from puntual.project.gateways import gateways

    done = write_refunds.send(order_id=order.pk, gateways=gateways(), at=bindings.now())
    told = _told(done)
    why = f" ({done.error})" if done.error else ""
    emit(told, as_json=as_json, human=f"{told['id']}: {done.get_state_display()}{why}")
    return FINDINGS if done.state == "failed" else 0


def _told(row: RefundOrder) -> dict[str, Any]:
    return {
        "id": f"dev_{row.pk}", "payment": f"pago_{row.payment_id}", "state": str(row.state), "error": row.error,
        "amount": {"minor": row.amount_minor, "currency": row.payment.currency}, "reason": row.reason,
    }  # fmt: skip
