"""What may be arranged, how deposits apply themselves, what is learnt, and incentives: each by its form, into the
draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from puntual.apps.policies import editing
from puntual.apps.policies import read_screens as screens
from puntual.apps.policies.forms import add_problems
from puntual.apps.policies.forms_learning import LearningForm, learning_initial
from puntual.apps.policies.forms_limits import (
    CashForm,
    IncentiveForm,
    NegotiationForm,
    cash_initial,
    incentive_initial,
    negotiation_initial,
)
from puntual.apps.policies.views import the_policy
from puntual.apps.policies.views_edit import keep
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput


@screen
@require_http_methods(["GET", "POST"])
def negotiation(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Promises, agreements, settlements and limits of authority."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    kept, currency = editing.document(one.text).get("negociacion") or {}, scope.creditor.currency
    initial = negotiation_initial(one.value.negotiation, kept, currency)
    form = NegotiationForm(request.POST or None, initial=initial, currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            text = editing.with_rules(one.text, {"negociacion": form.section(kept)})
            return keep(request, one, text, _("Convenios y límites guardados."))
        except UnusableInput as error:
            add_problems(form, error, {})
    return page(request, scope, "policies/negotiation.html", {"one": one, "form": form})


@screen
@require_http_methods(["GET", "POST"])
def cash(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """When a deposit applies itself."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    kept, currency = editing.document(one.text).get("conciliacion") or {}, scope.creditor.currency
    form = CashForm(request.POST or None, initial=cash_initial(one.value.cash, kept, currency), currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            text = editing.with_rules(one.text, {"conciliacion": form.section(kept)})
            return keep(request, one, text, _("Conciliación guardada."))
        except UnusableInput as error:
            add_problems(form, error, {})
    return page(request, scope, "policies/cash.html", {"one": one, "form": form})


@screen
@require_http_methods(["GET", "POST"])
def learning(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What the daily run may learn under this policy, and how much is left to chance."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    kept = editing.document(one.text).get("aprender") or {}
    form = LearningForm(request.POST or None, initial=learning_initial(one.value.learning))
    if request.method == "POST" and form.is_valid():
        try:
            text = editing.with_rules(one.text, {"aprender": form.section(kept)})
            return keep(request, one, text, _("Lo que se aprende, guardado."))
        except UnusableInput as error:
            add_problems(form, error, {})
    return page(request, scope, "policies/learning.html", {"one": one, "form": form})


@screen
@require_http_methods(["GET", "POST"])
def incentive(request: HttpRequest, scope: Scope, pk: int, number: int = 0) -> HttpResponse:
    """One incentive, new or the one of that number."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    rows = _rows(one, number)
    form = IncentiveForm(request.POST or None, initial=incentive_initial(rows[number - 1]) if number else {})
    if request.method == "POST" and form.is_valid():
        made = [*rows[: number - 1], form.row(), *rows[number:]] if number else [*rows, form.row()]
        try:
            text = editing.with_rules(one.text, {"incentivos": made})
            return keep(request, one, text, _("Incentivo guardado."))
        except UnusableInput as error:
            add_problems(form, error, {})
    return page(request, scope, "policies/incentive.html", {"one": one, "form": form, "number": number})


@screen
@require_POST
def incentive_remove(request: HttpRequest, scope: Scope, pk: int, number: int) -> HttpResponse:
    """Take an incentive out; it can be undone."""
    one = screens.shown(the_policy(scope, pk), timezone.now())
    rows = _rows(one, number)
    try:
        text = editing.with_rules(one.text, {"incentivos": [*rows[: number - 1], *rows[number:]]})
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("policies:policy", pk)
    return keep(request, one, text, _("Incentivo quitado."))


def _rows(one: screens.Shown, number: int) -> list[dict[str, object]]:
    rows = list(editing.document(one.text).get("incentivos") or [])
    if number > len(rows):
        raise Http404
    return rows
