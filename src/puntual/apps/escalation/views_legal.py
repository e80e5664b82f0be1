"""Etapa legal: what was authorised and waits to be given, and, of each account, what may be asked and why not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.escalation import read_legal, write_legal
from puntual.apps.escalation.models import LegalStep
from puntual.apps.parties.models import Account
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.escalation import steps
from puntual.core.time import parse_date

SHOWN = 100


@screen
@require_GET
def legal(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every step that stands."""
    rows = list(read_legal.alive(scope.creditor.pk)[:SHOWN])
    names = names_of(row.account for row in rows)
    return page(request, scope, "escalation/legal.html", {"rows": [_told(r, names[r.account_id]) for r in rows]})


@screen
@require_GET
def of_account(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Where one account stands, what may be asked of its debt, and what was done."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    name = names_of([account])[pk]
    context = {
        "account": account, "name": name, "debts": read_legal.debts(account, scope.today),
        "rows": [_told(row, name) for row in read_legal.steps_of(pk)],
    }  # fmt: skip
    return page(request, scope, "escalation/legal_account.html", context)


def _told(row: LegalStep, name: str) -> dict[str, Any]:
    return {
        "row": row, "name": name, "kind": steps.KINDS[row.kind].name, "to_give": row.state == steps.AUTHORISED,
        "alive": row.state in steps.PAUSING_STATES,
    }  # fmt: skip


@screen
@require_POST
def propose(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Ask another person for a step."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    try:
        write_legal.propose(
            account=account, kind=request.POST.get("step", ""), currency=request.POST.get("currency", ""),
            reason=request.POST.get("reason", ""), today=scope.today, at=timezone.now(), by=request.user,
        )  # fmt: skip
        messages.success(request, _("Pedido: espera el sí de otra persona en «Por aprobar»."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("escalation:legal_account", pk)


@screen
@require_POST
def give(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """It was given, with its proof."""
    row = _step(pk)
    scope = follow(request, scope, row.creditor_id)
    try:
        on = parse_date(request.POST.get("on", "") or scope.today.isoformat())
        reference = request.POST.get("reference", "")
        write_legal.give(step_id=pk, on=on, reference=reference, today=scope.today, by=request.user)
        messages.success(request, _("Anotado con su prueba."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("escalation:legal_account", row.account_id)


@screen
@require_POST
def end(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """It is dropped, or over."""
    row = _step(pk)
    scope = follow(request, scope, row.creditor_id)
    try:
        write_legal.end(step_id=pk, on=scope.today, reason=request.POST.get("reason", ""), by=request.user)
        messages.success(request, _("Terminado: la cuenta vuelve a las vías amables."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("escalation:legal_account", row.account_id)


def _account(pk: int) -> Account:
    found = Account.objects.select_related("party", "creditor").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _step(pk: int) -> LegalStep:
    row = read_legal.step(pk)
    if row is None:
        raise Http404
    return row
