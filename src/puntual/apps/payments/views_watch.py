"""What is unusual in the payments, until a person says what it was; and the deposits of the gateways, part by part."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.payments import read, read_attention, read_payouts, write_alerts, write_payouts
from puntual.apps.payments.choices import AlertDecision
from puntual.apps.payments.models import GatewayAccount, PaymentAlert
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import Refused, UnusableInput

#: A report of a year.
LARGEST = 20 * 1024 * 1024


@screen
@require_GET
def unusual(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What waits for somebody to look, and what was found out before."""
    creditor = scope.creditor.pk
    context = {
        "alerts": read_attention.told(read_attention.open_alerts(creditor)[: read_attention.SHOWN]),
        "attended": read_attention.attended_alerts(creditor),
        "decisions": AlertDecision.choices,
    }
    return page(request, scope, "payments/unusual.html", context)


@screen
@require_POST
def attend(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A person says what it was."""
    get_object_or_404(PaymentAlert, pk=pk, creditor=scope.creditor)
    given = request.POST
    try:
        row = write_alerts.attend(
            alert_id=pk, decision=given.get("decision", ""), note=given.get("nota", ""), by=request.user.pk or 0,
            at=timezone.now(),
        )  # fmt: skip
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("payments:unusual")
    detail = {"reason": row.reason, "decision": row.decision}
    audit.record(act="payment_alert_attended", actor=request.user, kind="payment_alert", pk=pk, detail=detail)
    messages.success(request, _("Anotado: %(what)s.") % {"what": row.get_decision_display().lower()})
    return redirect("payments:unusual")


@screen
@require_GET
def deposits(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Each deposit: whether it is the sum of its parts, and whether the bank has it."""
    told = [g for g in read.gateways(scope.creditor.pk, active=False) if g.provider in settings.PAYOUT_REPORTS]
    context = {"rows": read_payouts.deposits(scope.creditor.pk), "reports": told}
    return page(request, scope, "payments/deposits.html", context)


@screen
@require_POST
def report(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A gateway's own report of its deposits."""
    file, chosen = request.FILES.get("file"), request.POST.get("gateway", "")
    rows = GatewayAccount.objects.select_related("creditor").filter(creditor=scope.creditor)
    gateway = get_object_or_404(rows, pk=int(chosen) if chosen.isdecimal() else 0)
    try:
        if file is None or (file.size or 0) > LARGEST:
            raise UnusableInput(_("Elija el reporte de la pasarela, de hasta 20 MB."))
        n = write_payouts.take_report(gateway=gateway, data=file.read(), filename=file.name or "", at=timezone.now())
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
        return redirect("payments:deposits")
    audit.record(act="payout_report_read", actor=request.user, kind="gateway", pk=gateway.pk, detail={"payouts": n})
    messages.success(request, _("%(n)d depósitos leídos, con sus partes.") % {"n": n})
    return redirect("payments:deposits")


@screen
@require_GET
def deposit(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One deposit: gross, fees, refunds and chargebacks to the net, and exactly which part is not what we know."""
    row = read_payouts.deposit(scope.creditor.pk, pk)
    if row is None:
        raise Http404
    context = {"row": row, "parts": read_payouts.parts_of(row.fact)}
    return page(request, scope, "payments/deposit.html", context)
