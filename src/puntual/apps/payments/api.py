"""REST: what gateways brought, what stands out in it, and giving money back by the same rules as the screens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from ninja import Router, Schema

from puntual.apps.access import read as access
from puntual.apps.access.choices import ACTS
from puntual.apps.access.models import ApiKey
from puntual.apps.access.problems import Bearer, Money, Problem, creditor_of, once, page, person_of
from puntual.apps.audit import write as audit
from puntual.apps.payments import write_refunds
from puntual.apps.payments.choices import RefundState
from puntual.apps.payments.models import GatewayPayment, RefundOrder
from puntual.core.errors import Refused, UnusableInput

router = Router(tags=["Pagos en línea"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class GatewayPaymentOut(Schema):
    id: str
    provider: str
    external_id: str
    account: str | None
    status: str
    net: Money
    refundable: Money
    method: str
    first_at: datetime


class GatewayPayments(Schema):
    items: list[GatewayPaymentOut]
    next: str | None


class RefundOut(Schema):
    id: str
    payment: str
    amount: Money
    state: str
    reason: str
    error: str


class Refunds(Schema):
    items: list[RefundOut]
    next: str | None


class RefundIn(Schema):
    reason: str
    amount_minor: int | None = None


class DecisionIn(Schema):
    approve: bool


@router.get("/gateway-payments", response={200: GatewayPayments, **ERRORS}, auth=Bearer("read"))
def gateway_payments(
    request: HttpRequest, creditor: str | None = None, status: str | None = None, cursor: str | None = None,
    limit: int = 50,
) -> Any:  # fmt: skip
    """Pagos de las pasarelas, por páginas. `status`: pending, paid, failed, refunded o charged_back."""
    rows = GatewayPayment.objects.filter(gateway__creditor=creditor_of(request, creditor))
    found, following = page(rows.filter(status=status) if status else rows, cursor, limit)
    return {"items": [_payment(p) for p in found], "next": following}


@router.get("/refunds", response={200: Refunds, **ERRORS}, auth=Bearer("read"))
def refunds(
    request: HttpRequest, creditor: str | None = None, state: str | None = None, cursor: str | None = None,
    limit: int = 50,
) -> Any:  # fmt: skip
    """Devoluciones, por páginas. `state`: to_approve, approved, done, failed o rejected."""
    rows = RefundOrder.objects.filter(payment__gateway__creditor=creditor_of(request, creditor))
    found, following = page((rows.filter(state=state) if state else rows).select_related("payment"), cursor, limit)
    return {"items": [_refund(r) for r in found], "next": following}


@router.post("/gateway-payments/{ref}/refunds", response={201: Any, **ERRORS}, auth=Bearer("write"))
def ask(request: HttpRequest, ref: str, body: RefundIn, creditor: str | None = None) -> Any:
    """Pide una devolución (de todo lo que queda, si no se dice cuánto) a nombre de quien hizo la llave. Más allá de lo
    que la política deja a una sola persona, espera a otra; si no, sale por la pasarela: `state` dice en qué quedó."""
    one, by, now = creditor_of(request, creditor), _who(request, "refunds.propose", creditor), timezone.now()
    row = GatewayPayment.objects.filter(gateway__creditor=one, pk=_number(ref, "pago_")).first()
    if row is None:
        raise UnusableInput(f"No hay un pago «{ref}».")

    def act() -> tuple[int, Any]:
        minor = write_refunds.may_refund_minor(row) if body.amount_minor is None else body.amount_minor
        order = write_refunds.ask(
            payment_id=row.pk, amount_minor=minor, reason=body.reason, key=_key(request), by=by.pk, at=now
        )
        detail = {"payment": row.pk, "amount_minor": order.amount_minor}
        audit.record(act="refund_asked", actor=by, kind="refund", pk=order.pk, detail=detail)
        return 201, _refund(order)

    answer = once(request, act)
    _send_own(request)
    return answer


@router.post("/refunds/{ref}/decision", response={200: Any, **ERRORS}, auth=Bearer("approve"))
def decide(request: HttpRequest, ref: str, body: DecisionIn, creditor: str | None = None) -> Any:
    """Aprueba o rechaza la devolución que pidió otra persona. Aprobada, sale por la pasarela."""
    one, by, now = creditor_of(request, creditor), _who(request, "refunds.approve", creditor), timezone.now()
    row = RefundOrder.objects.filter(payment__gateway__creditor=one, pk=_number(ref, "dev_")).first()
    if row is None:
        raise UnusableInput(f"No hay una devolución «{ref}».")

    def act() -> tuple[int, Any]:
        done = write_refunds.decide(order_id=row.pk, yes=body.approve, by=by.pk, at=now)
        said = "refund_approved" if body.approve else "refund_rejected"
        audit.record(act=said, actor=by, kind="refund", pk=row.pk, detail={"payment": row.payment_id})
        return 200, _refund(done)

    answer = once(request, act)
    _send(row)
    return answer


def _who(request: Any, act: str, creditor: str | None) -> Any:
    """The person behind the key, who must be allowed the act themselves."""
    by = person_of(request.auth)
    if not access.grants_of(by).may(act, creditor_of(request, creditor).pk):
        raise Refused(f"A quien hizo esta llave le falta el permiso «{ACTS[act]}».")
    return by


def _send_own(request: Any) -> None:
    """What the form of this key asked, if nobody else has to say yes. The gateway is spoken to outside any
    transaction; what does not leave now is sent by the next round."""
    row = RefundOrder.objects.filter(key=_key(request)).first()
    if row is not None:
        _send(row)


def _send(row: RefundOrder) -> None:
    gateways = import_string(settings.PORTAL_GATEWAYS)()
    write_refunds.send(order_id=row.pk, gateways=gateways, at=timezone.now())


def _payment(p: GatewayPayment) -> dict[str, Any]:
    left = write_refunds.may_refund_minor(p) if p.account_id else 0
    return {
        "id": f"pago_{p.pk}", "provider": p.provider, "external_id": p.external_id, "status": p.status,
        "account": f"cta_{p.account_id}" if p.account_id else None, "method": p.method, "first_at": p.first_at,
        "net": {"minor": p.net_minor, "currency": p.currency},
        "refundable": {"minor": left, "currency": p.currency},
    }  # fmt: skip


def _refund(r: RefundOrder) -> dict[str, Any]:
    return {
        "id": f"dev_{r.pk}", "payment": f"pago_{r.payment_id}", "state": RefundState(r.state).value,
        "amount": {"minor": r.amount_minor, "currency": r.payment.currency}, "reason": r.reason, "error": r.error,
    }  # fmt: skip


def _number(ref: str, prefix: str) -> int:
    text = ref.removeprefix(prefix)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _key(request: Any) -> str:
    """The order's key: the caller's own, apart from those of other callers."""
    key: ApiKey = request.auth
    return f"api:{key.pk}:{request.headers.get('Idempotency-Key', '').strip()}"[:80]
