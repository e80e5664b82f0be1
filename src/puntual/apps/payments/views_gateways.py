"""Money of the gateways: payments of nobody, notices that failed, the accounts, and which way to pay suits best."""

from __future__ import annotations

from typing import Any

import attrs
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.access.read import grants
from puntual.apps.audit import write as audit
from puntual.apps.payments import forms, read, write
from puntual.apps.payments import read_screens as screens
from puntual.apps.payments.choices import CREDENTIALS, Provider
from puntual.apps.payments.methods_shown import compared
from puntual.apps.payments.models import GatewayAccount, GatewayPayment, RawWebhook
from puntual.apps.payments.read_attention import risky
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput
from puntual.ui.formats import money_text


def _payment(scope: Scope, pk: int) -> GatewayPayment:
    rows = GatewayPayment.objects.select_related("gateway")
    return get_object_or_404(rows, pk=pk, gateway__creditor=scope.creditor, account=None)


@screen
@require_GET
def nobody(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A payment of a gateway that nobody knows whose it is: what came with it, and a search of customers (`?q=`)."""
    payment, text = _payment(scope, pk), request.GET.get("q", "")
    context = {
        "payment": payment,
        "references": sorted({f.reference for f in payment.facts.all() if f.reference}),
        "text": text,
        "found": screens.found(scope.creditor.pk, text, payment.currency),
    }
    return page(request, scope, "payments/nobody.html", context)


@screen
@require_POST
def assign(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A person says whose it is: it is booked at once, the oldest documents first."""
    payment, account = _payment(scope, pk), request.POST.get("cuenta", "")
    try:
        if not account.isdigit():
            raise UnusableInput(_("Diga de qué cliente es este pago."), field="cuenta")
        write.assign(payment_id=payment.pk, account_id=int(account), at=timezone.now())
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("payments:nobody", pk)
    audit.record(
        act="payment_assigned", actor=request.user, kind="gateway_payment", pk=pk, detail={"account": int(account)}
    )
    money = money_text(payment.net_minor, payment.currency, scope.locale)
    said = _("%(money)s: asentado en la cuenta del cliente.") % {"money": money}
    messages.success(request, said, extra_tags=reverse("payments:unassign", args=[pk]))
    return redirect("payments:queue")


@screen
@require_POST
def retry(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Ask the gateway again about a notice that failed."""
    notice = get_object_or_404(RawWebhook, pk=pk, gateway__creditor=scope.creditor, processed_at=None)
    gateways = import_string(settings.PORTAL_GATEWAYS)()
    if write.retry(notice_id=notice.pk, gateways=gateways, at=timezone.now()):
        messages.success(request, _("Esta vez la pasarela respondió: el aviso quedó procesado."))
    else:
        notice.refresh_from_db()
        messages.error(request, _("Sigue sin poderse: %(error)s") % {"error": notice.error})
    return redirect("payments:queue")


@attrs.frozen
class Shown:
    """A gateway as people may see it: never its secrets."""

    row: GatewayAccount
    webhook: str


def _shown(row: GatewayAccount) -> Shown:
    path = reverse("webhook_of", args=[row.provider, row.ref])
    return Shown(row, f"{settings.PUBLIC_URL.rstrip('/')}{path}")


@screen
@require_http_methods(["GET", "POST"])
def gateways(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Medios de cobro: the creditor's accounts, one to add (`?pasarela=`), and the comparison by own figures."""
    error, may = "", grants(request).may("gateways.change", scope.creditor.pk)
    if request.method == "POST":
        try:
            return _add(request, scope)
        except UnusableInput as problem:
            error = problem.sentence
    provider = request.POST.get("provider") or request.GET.get("pasarela", "")
    known = Provider(provider) if provider in Provider.values else None
    methods = compared(read.methods(scope.creditor.pk))
    context: dict[str, Any] = {
        "rows": [_shown(row) for row in read.gateways(scope.creditor.pk, active=False)],
        "providers": Provider.choices,
        "provider": known,
        "fields": list(CREDENTIALS[known].items()) if known else [],
        "error": error,
        "label": request.POST.get("label", ""),
        "may": may,
        "risky": risky(scope.creditor.pk, timezone.now()),
        "unsafe": not settings.PUBLIC_URL.startswith("https"),
        "methods": methods,
    }
    return page(request, scope, "payments/gateways.html", context)


def _add(request: HttpRequest, scope: Scope) -> HttpResponse:
    new = forms.new_gateway(request.POST, scope.creditor.pk, scope.creditor.country)
    row = write.add_gateway(gateway=new, at=timezone.now())
    detail = {"provider": row.provider, "live": row.live}
    audit.record(act="gateway_added", actor=request.user, kind="gateway", pk=row.pk, detail=detail)
    messages.success(request, _("Guardada bajo llave. Copie ahora su dirección de avisos en la pasarela."))
    return redirect(f"{reverse('payments:gateways')}#pasarela-{row.pk}")


@screen
@require_POST
def switch(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Stop offering a gateway, or offer it again: pressed twice, nothing changed."""
    row = get_object_or_404(GatewayAccount, pk=pk, creditor=scope.creditor)
    write.switch_gateway(gateway_id=pk, active=not row.active)
    act = "gateway_stopped" if row.active else "gateway_offered"
    audit.record(act=act, actor=request.user, kind="gateway", pk=pk)
    said = _("Ya no se ofrece a los clientes.") if row.active else _("Se ofrece otra vez a los clientes.")
    messages.success(request, said, extra_tags=reverse("payments:switch", args=[pk]))
    return redirect("payments:gateways")
