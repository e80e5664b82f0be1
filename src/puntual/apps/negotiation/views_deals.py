"""Offering an agreement or a settlement, approving what passes one's authority, noting the customer's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.negotiation import forms, read, write_deals
from puntual.apps.negotiation.authority import role_of
from puntual.apps.negotiation.models import Deal
from puntual.apps.parties.models import Account
from puntual.apps.policies import read_rules as policies
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation import settlement
from puntual.core.negotiation.authority import Grant, need
from puntual.core.negotiation.quote import Debt, Instalment, Quote, quote
from puntual.core.negotiation.rules import NegotiationRules
from puntual.ui.amounts import typed_amount

EVERY = (
    ("week", gettext_lazy("cada semana")),
    ("fortnight", gettext_lazy("cada quincena")),
    ("month", gettext_lazy("cada mes")),
)
#: How the customer said yes, when somebody of the company writes it down.
HOW = (
    ("call", gettext_lazy("Por teléfono")),
    ("whatsapp", gettext_lazy("Por WhatsApp")),
    ("email", gettext_lazy("Por correo")),
    ("paper", gettext_lazy("En persona, firmado")),
)
ROLE_NAMES = {
    "agent": gettext_lazy("cualquier gestor"),
    "supervisor": gettext_lazy("supervisión"),
    "manager": gettext_lazy("gerencia"),
}


@attrs.frozen
class Shown:
    """What would be offered: each payment, what is given up, and who must say yes (None: nobody else)."""

    quote: Quote
    needs: str | None
    exceeded: tuple[str, ...]


@screen
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """«Ofrecer convenio o quita»: typed, seen to the cent, offered. `?cambia=`: in the place of that agreement."""
    account = Account.objects.filter(pk=pk, creditor_id=scope.creditor.pk).first()
    if account is None:
        raise Http404
    rules = policies.negotiation_rules(scope.creditor.pk, account.policy_id, timezone.now())
    items = [b for b in receivables.open_items(account.pk) if b.open_minor > 0]
    if not items:
        messages.info(request, _("No tiene documentos abiertos: no hay nada que convenir."))
        return redirect("receivables:account", pk=pk)
    given = request.POST if request.method == "POST" else request.GET
    role, replaces = role_of(request.user, scope.creditor.pk), _replaced(account.pk, given.get("cambia", ""))
    error, shown, asked = "", None, None
    try:
        asked = forms.asked(given, [(b.due_item_id, b.currency, b.open_minor) for b in items], scope.today, rules)
        shown = _shown(asked, items, role, rules, scope)
        if request.method == "POST":
            deal = _offer(request, scope, account, asked, role, rules, replaces)
            return _told(request, deal)
    except (UnusableInput, Refused) as problem:
        error = problem.sentence
    asked = asked or forms.asked(given.__class__(""), [(b.due_item_id, b.currency, b.open_minor) for b in items],
                                 scope.today, rules)  # fmt: skip
    context: dict[str, Any] = {
        "account": account, "name": names_of([account])[account.pk], "items": items, "asked": asked, "shown": shown,
        "error": error, "every": EVERY, "given": given, "rules": rules, "limit": rules.limit_of(role),
        "currencies": sorted({b.currency for b in items}), "replaces": replaces, "token": _token(request),
        "typed": typed_amount(asked.pay_minor, asked.currency, scope.locale),
        "first_max": scope.today + timedelta(days=rules.starts_within_days),
        "pay_max": scope.today + timedelta(days=rules.settlement_days),
        "needs": ROLE_NAMES.get(shown.needs or "", "") if shown else "",
    }  # fmt: skip
    return page(request, scope, "negotiation/offer.html", context)


def _replaced(account_id: int, text: str) -> Deal | None:
    """The current agreement that a new one would take the place of."""
    current = read.current_deal(account_id)
    return current if current and text == str(current.pk) and current.kind == "agreement" else None


def _token(request: HttpRequest) -> str:
    import secrets

    return request.POST.get("token") or secrets.token_hex(12)


def _shown(asked: forms.Asked, items: list[Any], role: str, rules: NegotiationRules, scope: Scope) -> Shown:
    mine = [b for b in items if b.due_item_id in asked.items]
    debt = Debt(
        sum(b.principal_minor for b in mine), sum(b.interest_minor for b in mine), sum(b.fee_minor for b in mine),
        asked.currency,
    )  # fmt: skip
    if asked.kind == "settlement":
        settlement.check_offer(debt, asked.pay_minor, rules.settlement)
        parts = (Instalment(1, asked.pay_by, asked.pay_minor, 0),)
        made = Quote(debt, settlement.forgiven(debt, asked.pay_minor), parts)
    else:
        made = quote(debt, asked.terms)
    grant = Grant(made.waiver_pct(), len(made.instalments), (made.last_on - scope.today).days, debt.open_minor)
    asks = need(grant, role, rules.limits)
    return Shown(made, asks.role, asks.exceeded)


def _offer(
    request: HttpRequest,
    scope: Scope,
    account: Account,
    asked: forms.Asked,
    role: str,
    rules: NegotiationRules,
    replaces: Deal | None,
) -> Deal:
    token = request.POST.get("token", "")
    if not 16 <= len(token) <= 40 or not token.isalnum():
        raise UnusableInput(_("Este formulario ya no sirve: ábralo otra vez."))
    new = write_deals.Offer(
        account=account.pk, offered_on=scope.today, expires_on=scope.today + timedelta(days=rules.offer_days),
        source="agent", key=f"deal:{token}", role=role, limits=rules.limits, due_items=asked.items, by=request.user.pk,
        replaces=replaces.pk if replaces else None,
    )  # fmt: skip
    at = timezone.now()
    if asked.kind == "settlement":
        return write_deals.offer_settlement(
            offer=new, pay_minor=asked.pay_minor, pay_by=asked.pay_by, rules=rules.settlement, at=at
        )
    return write_deals.offer_agreement(offer=new, terms=asked.terms, at=at)


def _told(request: HttpRequest, deal: Deal) -> HttpResponse:
    if deal.state == "to_approve":
        role = ROLE_NAMES.get(deal.needs_role, deal.needs_role)
        messages.info(request, _("Pasa de su autoridad: espera la aprobación de %(role)s.") % {"role": role})
    else:
        messages.success(request, _("Ofrecido: el cliente ya lo ve en su página y puede aceptarlo con un toque."))
    return redirect("negotiation:deal", pk=deal.pk)


def _deal(request: HttpRequest, scope: Scope, pk: int) -> tuple[Deal, Scope]:
    row = Deal.objects.select_related("account", "by", "approved_by", "replaces").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row, follow(request, scope, row.creditor_id)


@screen
@require_GET
def deal(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One agreement or settlement: its payments, who granted it, how it was accepted, and what can be done now."""
    from puntual.apps.payments import read as payments

    row, scope = _deal(request, scope, pk)
    rules = policies.negotiation_rules(scope.creditor.pk, row.account.policy_id, timezone.now())
    role = role_of(request.user, scope.creditor.pk)
    statuses = read.instalment_statuses(row, scope.today, payments.bank_through(scope.creditor.pk), rules.agreement)
    parts = list(row.instalments.all())
    waived = row.waived_principal_minor + row.waived_interest_minor + row.waived_fee_minor
    fits = need(write_deals.grant_of(row), role, rules.limits).role is None
    context = {
        "row": row, "name": names_of([row.account])[row.account_id], "parts": parts, "statuses": statuses,
        "waived_minor": waived, "pay_minor": sum(p.debt_minor + p.finance_minor for p in parts),
        "steps": read.steps_of(row), "how": HOW, "needs": ROLE_NAMES.get(row.needs_role, ""),
        "own": row.by_id is not None and row.by_id == request.user.pk, "fits": fits,
    }  # fmt: skip
    return page(request, scope, "negotiation/deal.html", context)


@screen
@require_POST
def approve(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Another person says yes or no to what passed somebody's authority."""
    row, scope = _deal(request, scope, pk)
    rules = policies.negotiation_rules(scope.creditor.pk, row.account.policy_id, timezone.now())
    at, by = timezone.now(), request.user.pk
    try:
        if request.POST.get("respuesta") == "si":
            role = role_of(request.user, scope.creditor.pk)
            done = write_deals.approve(deal_id=pk, by=by, role=role, limits=rules.limits, at=at, on=scope.today)
            said = _("Aprobado: ya está en marcha.") if done.state == "current" else _("Aprobado: el cliente ya lo ve.")
            messages.success(request, said)
        else:
            write_deals.reject(deal_id=pk, by=by, at=at, on=scope.today)
            messages.success(request, _("No se aprobó."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("negotiation:deal", pk=pk)


@screen
@require_POST
def answer(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The customer answered to a person: yes (and how it was said), no; or we take it back."""
    row, scope = _deal(request, scope, pk)
    at, act = timezone.now(), request.POST.get("respuesta", "")
    try:
        if act == "acepta":
            how, note = request.POST.get("como", ""), request.POST.get("nota", "").strip()[:300]
            if how not in dict(HOW):
                raise UnusableInput(_("Diga cómo aceptó el cliente."), field="como")
            evidence = {"at": at.isoformat(), "how": how, "note": note, "noted_by": request.user.pk}
            write_deals.accept(deal_id=pk, on=scope.today, at=at, evidence=evidence)
            messages.success(request, _("Aceptado: está en marcha y los recordatorios esperan."))
        elif act in ("decline", "withdraw"):
            write_deals.close(deal_id=pk, event=act, at=at, on=scope.today, by=request.user.pk)
            messages.success(request, _("Anotado."))
        else:
            raise UnusableInput(_("Elija qué hacer con la oferta."))
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("negotiation:deal", pk=pk)
