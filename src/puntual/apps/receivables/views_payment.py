"""Registrar pago on a page of its own: how much of each document was paid, chosen one by one."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

import attrs
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read, write
from puntual.apps.receivables.models import DueBalance
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import UnusableInput
from puntual.core.time import parse_date
from puntual.ui.amounts import read_amount, typed_amount
from puntual.ui.formats import money_text


@attrs.define
class Line:
    """A due item with what was typed beside it, and what is wrong with that."""

    balance: DueBalance
    whole: str
    typed: str = ""
    minor: int = 0
    error: str = ""


@screen
@require_http_methods(["GET", "POST"])
def choose_items(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The open documents of a customer, each with what the payment covers. Provisional until the bank says."""
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        raise Http404
    scope = follow(request, scope, account.creditor_id)
    lines = [Line(b, typed_amount(b.open_minor, b.currency, scope.locale)) for b in read.open_items(pk)]
    context: dict[str, Any] = {"account": account, "person": parties.person(account.party_id), "lines": lines}
    if request.method == "POST":
        problem, day = _read(request.POST, lines, scope)
        if day and not problem and not any(line.error for line in lines):
            return _book(request, scope, account, lines, day)
        context |= {
            "problem": problem,
            "typed_day": request.POST.get("paid_on", ""),
            "note": request.POST.get("note", ""),
        }
    context["token"] = request.POST.get("token") or secrets.token_hex(12)
    context["mixed"] = len({line.balance.currency for line in lines}) > 1
    return page(request, scope, "receivables/choose_items.html", context)


def _read(given: QueryDict, lines: list[Line], scope: Scope) -> tuple[str, date | None]:
    """Fill the lines with what was typed. Gives what is wrong with the whole, and the day."""
    for line in lines:
        b = line.balance
        line.typed = given.get(f"item_{b.pk}", "").strip()
        if not line.typed:
            continue
        try:
            line.minor = read_amount(line.typed, b.currency)
        except UnusableInput as error:
            line.error = error.sentence
            continue
        if line.minor > b.open_minor:
            owed = money_text(b.open_minor, b.currency, scope.locale)
            line.error = _("Es más de lo que se debe de este documento: %s.") % owed
    try:
        day = parse_date(given.get("paid_on", ""))
    except UnusableInput as error:
        return error.sentence, None
    if day > scope.today:
        return _("Un pago no puede tener fecha de mañana: anote una promesa."), None
    currencies = {line.balance.currency for line in lines if line.minor}
    if len(currencies) > 1:
        return _("Un pago es en una sola moneda: anote uno por cada una."), day
    if not currencies and not any(line.error for line in lines):
        return _("Escriba cuánto se pagó de al menos un documento."), day
    return "", day


def _book(request: HttpRequest, scope: Scope, account: Account, lines: list[Line], day: date) -> HttpResponse:
    """One payment over the chosen documents; the same form twice is one payment."""
    token = request.POST.get("token", "")
    if not 16 <= len(token) <= 40 or not token.isalnum():
        messages.error(request, _("Este formulario ya no sirve: ábralo otra vez."))
        return redirect("receivables:choose_items", account.pk)
    chosen = [line for line in lines if line.minor]
    wanted = tuple((line.balance.pk, line.minor) for line in chosen)
    total, currency, key = sum(minor for _i, minor in wanted), chosen[0].balance.currency, f"hand:{token}"
    note = request.POST.get("note", "").strip()[:300]
    payment = write.NewPayment(account.pk, total, currency, day, key, "hand", wanted, provisional=True, note=note)
    done = write.post_payments(creditor_id=account.creditor_id, payments=[payment])
    if not done.created:
        messages.info(request, _("Ese pago ya estaba anotado."))
        return redirect("receivables:account", account.pk)
    request.session["undo_payment"] = {"account": account.pk, "key": key}
    said = _("Pago de %(amount)s anotado. Quedará firme cuando lo traiga el banco.")
    undo = reverse("receivables:undo_payment", args=[account.pk])
    messages.success(request, said % {"amount": money_text(total, currency, scope.locale)}, extra_tags=undo)
    return redirect("receivables:account", account.pk)
