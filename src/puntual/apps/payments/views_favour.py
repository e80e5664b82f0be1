"""Money in favour: customers whose money nobody applied while they owe; one press applies it, and it can be undone."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.parties import read as parties
from puntual.apps.payments import after
from puntual.apps.payments import read_screens as screens
from puntual.apps.payments.choices import STRATEGIES
from puntual.apps.policies import read_rules as policies
from puntual.apps.receivables import write as books
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput


@screen
@require_GET
def favour(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Who has money waiting, how much, and what is owed beside it."""
    rule = policies.cash_rules(scope.creditor.pk, timezone.now()).strategy
    context = {
        "rows": screens.in_favour(scope.creditor.pk, scope.today),
        "rule": STRATEGIES[rule],
        "waits": rule == "pagador",
        "token": secrets.token_hex(8),
    }
    return page(request, scope, "payments/favour.html", context)


@screen
@require_POST
def apply_favour(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Apply it as the policy says. The same form again changes nothing."""
    text, currency = request.POST.get("cuenta", ""), request.POST.get("moneda", "")
    try:
        account = parties.account(f"cta_{text}" if text.isdigit() else "", scope.creditor)
        done = books.apply_unapplied(
            account=account.pk, currency=currency, on=scope.today, source="hand",
            key=f"favour:{account.pk}:{currency}:{request.POST.get('token', '')[:20]}",
        )  # fmt: skip
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("payments:favour")
    if done.created:
        after.judge(scope.creditor.pk, [account.pk], timezone.now())
        audit.record(act="favour_applied", actor=request.user, kind="account", pk=account.pk)
        messages.success(request, _("Aplicado: lo que estaba a favor ya paga lo que debe."))
    else:
        messages.info(request, _("No había nada que aplicar."))
    return redirect("payments:favour")
