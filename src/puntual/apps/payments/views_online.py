"""Pagos en línea: what gateways brought, payment by payment; and giving money back, with another person's yes."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.payments import write, write_refunds
from puntual.apps.payments.choices import PaymentStatus, RefundState
from puntual.apps.payments.models import GatewayPayment, RefundOrder
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.ui.amounts import read_amount, typed_amount
from puntual.ui.formats import money_text

PAGE = 40


@screen
@require_GET
def online(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The payments of the gateways, newest first; `?ver=` a state; above them the refunds that wait for somebody."""
    state, after = request.GET.get("ver", ""), request.GET.get("tras", "")
    rows = GatewayPayment.objects.filter(gateway__creditor=scope.creditor).select_related("account", "gateway")
    if state in PaymentStatus.values:
        rows = rows.filter(status=state)
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    got = list(rows.order_by("-pk")[: PAGE + 1])
    waiting = RefundOrder.objects.filter(
        payment__gateway__creditor=scope.creditor, state__in=(RefundState.TO_APPROVE, RefundState.APPROVED)
    ).select_related("payment__account", "asked_by")
    orders = list(waiting.order_by("pk")[:PAGE])
    names = names_of(r.account for r in [*got, *(o.payment for o in orders)] if r.account)
    context = {
        "rows": [{"row": r, "name": names.get(r.account_id, "")} for r in got[:PAGE]],
        "orders": [{"row": o, "name": names.get(o.payment.account_id, "")} for o in orders],
        "states": PaymentStatus.choices,
        "state": state,
        "next": f"?ver={state}&tras={got[PAGE - 1].pk}" if len(got) > PAGE else "",
    }
    return page(request, scope, "payments/online.html", context)


def _payment(scope: Scope, pk: int) -> GatewayPayment:
    rows = GatewayPayment.objects.select_related("account", "gateway", "request")
    return get_object_or_404(rows, pk=pk, gateway__creditor=scope.creditor)


@screen
@require_GET
def payment(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One payment: what the gateway vouches for, whose it is, its refunds, and giving it back."""
    row = _payment(scope, pk)
    left = write_refunds.may_refund_minor(row) if row.account_id else 0
    assigned = row.account_id and not row.request_id
    context: dict[str, Any] = {
        "row": row,
        "name": names_of([row.account])[row.account_id] if row.account_id else "",
        "facts": list(row.facts.order_by("at", "pk")),
        "orders": list(row.refunds.select_related("asked_by", "decided_by").order_by("pk")),
        "left_minor": left,
        "typed": typed_amount(left, row.currency, scope.locale),
        "alone_minor": write_refunds.alone_minor(row, timezone.now()),
        "assigned": assigned,
        "token": secrets.token_hex(12),
        "me": request.user.pk,
    }
    return page(request, scope, "payments/online_payment.html", context)


@screen
@require_POST
def refund(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Order it; within one's limit it leaves at once."""
    row, given = _payment(scope, pk), request.POST
    try:
        minor = read_amount(given.get("amount", ""), row.currency)
        order = write_refunds.ask(
            payment_id=pk,
            amount_minor=minor,
            reason=given.get("reason", ""),
            key=f"refund:{given.get('token', '')[:40]}",
            by=request.user.pk,
            at=timezone.now(),
        )
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
        return redirect("payments:online_payment", pk)
    _audit(request, "refund_asked", order)
    if order.state == RefundState.TO_APPROVE:
        messages.info(request, _("Pedida: otra persona la aprueba antes de que salga el dinero."))
    else:
        _send(request, scope, order)
    return redirect("payments:online_payment", pk)


@screen
@require_POST
def decide(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Yes, no, or send again what could not leave."""
    found = RefundOrder.objects.filter(payment__gateway__creditor=scope.creditor)
    order = get_object_or_404(found, pk=pk)
    answer = request.POST.get("respuesta", "")
    try:
        if answer in ("si", "no"):
            order = write_refunds.decide(order_id=pk, yes=answer == "si", by=request.user.pk, at=timezone.now())
            _audit(request, "refund_approved" if answer == "si" else "refund_rejected", order)
        if order.state == RefundState.APPROVED:
            _send(request, scope, order)
        else:
            messages.success(request, _("No se devuelve."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("payments:online_payment", order.payment_id)


def _send(request: HttpRequest, scope: Scope, order: RefundOrder) -> None:
    gateways = import_string(settings.PORTAL_GATEWAYS)()
    done = write_refunds.send(order_id=order.pk, gateways=gateways, at=timezone.now())
    money = money_text(done.amount_minor, done.payment.currency, scope.locale)
    if done.state == RefundState.DONE:
        messages.success(request, _("%(money)s devueltos; lo que pagaban vuelve a deberse.") % {"money": money})
    else:
        messages.error(request, _("La pasarela no la hizo: %(error)s") % {"error": done.error})


def _audit(request: HttpRequest, act: str, order: RefundOrder) -> None:
    detail = {"payment": order.payment_id, "amount_minor": order.amount_minor}
    audit.record(act=act, actor=request.user, kind="refund", pk=order.pk, detail=detail)


@screen
@require_POST
def unassign(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """It was not that customer's: its money is of nobody again."""
    _payment(scope, pk)
    try:
        write.unassign(payment_id=pk, at=timezone.now(), on=scope.today)
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("payments:online_payment", pk)
    audit.record(act="payment_unassigned", actor=request.user, kind="gateway_payment", pk=pk)
    messages.success(request, _("Deshecho: el pago espera otra vez a su dueño."))
    return redirect(reverse("payments:nobody", args=[pk]))
