"""«Dar un incentivo»: a small help for paying now, seen to the cent, within one's authority or with another's yes."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puntual.apps.audit import write as audit
from puntual.apps.negotiation import read, write_granted
from puntual.apps.negotiation.authority import role_of
from puntual.apps.negotiation.choices import IncentiveKind
from puntual.apps.negotiation.views_deals import ROLE_NAMES
from puntual.apps.parties.models import Account
from puntual.apps.policies import read_rules as policies
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.incentive import SETTLEMENT, Incentive
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.time import parse_date

#: How long an incentive stands where nobody says otherwise, in days.
STANDS_DAYS = 7


@screen
@require_http_methods(["GET", "POST"])
def incentive(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Typed, seen, given; beyond one's authority, asked."""
    account = get_object_or_404(Account, pk=pk, creditor=scope.creditor)
    items = [b for b in receivables.open_items(pk) if b.open_minor > 0]
    if not items:
        messages.info(request, _("No tiene documentos abiertos: no hay nada que rebajar."))
        return redirect("receivables:account", pk=pk)
    given = request.POST if request.method == "POST" else request.GET
    rules, at = policies.negotiation_rules(scope.creditor.pk, account.policy_id, timezone.now()), timezone.now()
    role, error, told = role_of(request.user, scope.creditor.pk), "", None
    chosen = _items(given, [(b.due_item_id, b.currency) for b in items])
    try:
        asked = typed(given, scope.today, rules)
        told = write_granted.shown(account=account, incentive=asked, items=chosen, role=role, on=scope.today, at=at)
        if request.method == "POST":
            return _give(request, scope, account, asked, chosen)
    except (UnusableInput, Refused) as problem:
        error = problem.sentence if given else ""
    context: dict[str, Any] = {
        "account": account, "name": names_of([account])[pk], "items": items, "chosen": set(chosen), "told": told,
        "error": error, "kinds": IncentiveKind.choices, "given": given, "limit": rules.limit_of(role),
        "through": given.get("hasta") or (scope.today + timedelta(days=STANDS_DAYS)).isoformat(),
        "needs": ROLE_NAMES.get(told.need.role or "", "") if told else "", "standing": read.incentives_of(pk)[:5],
        "token": given.get("token") or secrets.token_hex(12),
    }  # fmt: skip
    return page(request, scope, "negotiation/incentive.html", context)


def typed(given: QueryDict, today: date, rules: NegotiationRules) -> Incentive:
    """What the form or the address asks for. A part of the whole debt keeps the policy's floor."""
    kind = given.get("clase", "") or IncentiveKind.EARLY_DISCOUNT
    if kind not in IncentiveKind.values:
        raise UnusableInput(_("Elija qué se rebaja."), field="clase")
    through = parse_date(given["hasta"]) if given.get("hasta") else today + timedelta(days=STANDS_DAYS)
    if not today <= through <= today + timedelta(days=90):
        raise UnusableInput(_("El incentivo vale entre hoy y 90 días más."), field="hasta")
    return Incentive(
        kind, _pct(given.get("pct", "2")), through, rules.settlement.floor_pct if kind == SETTLEMENT else Decimal(0)
    )


def _pct(text: str) -> Decimal:
    try:
        pct = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        pct = Decimal("NaN")
    if not pct.is_finite() or not 0 < pct <= 100:
        raise UnusableInput(_("Escriba un porcentaje mayor que 0 y hasta 100, por ejemplo 2.5."), field="pct")
    return pct


def _items(given: QueryDict, opened: list[tuple[int, str]]) -> tuple[int, ...]:
    """The documents that were ticked; all those of the first one's currency where none was."""
    boxes = {int(v) for v in given.getlist("doc") if v.isdecimal() and len(v) < 19}
    mine = tuple(item for item, _currency in opened if item in boxes)
    return mine or tuple(item for item, currency in opened if currency == opened[0][1])


def _give(
    request: HttpRequest, scope: Scope, account: Account, asked: Incentive, items: tuple[int, ...]
) -> HttpResponse:
    token = request.POST.get("token", "")
    if not 16 <= len(token) <= 40 or not token.isalnum():
        raise UnusableInput(_("Este formulario ya no sirve: ábralo otra vez."))
    wanted = write_granted.Asked(
        account,
        asked,
        items,
        request.POST.get("motivo", ""),
        f"incentive:{token}",
        request.user,  # type: ignore[arg-type]
    )
    row = write_granted.grant(asked=wanted, on=scope.today, at=timezone.now())
    if row is None:
        messages.info(request, _("Pasa de su autoridad: espera el sí de otra persona."))
        return redirect("access:approvals")
    detail = {"kind": row.kind, "pct": str(row.pct), "account": account.pk}
    audit.record(act="incentive_given", actor=request.user, kind="incentive", pk=row.pk, detail=detail)
    messages.success(request, _("Dado: el cliente ya lo ve en su página, y va en sus mensajes."))
    return redirect("receivables:account", pk=account.pk)
