"""Corrective actions, under «Causas»: what the company mends at home, who owns it, and what changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puntual.apps.reports import corrective, write
from puntual.apps.reports.choices import Dimension
from puntual.apps.scope import Scope, screen
from puntual.core.errors import UnusableInput
from puntual.core.time import parse_date

WINDOWS = (14, 30, 60, 90)


def context(scope: Scope, start: date, end: date) -> dict[str, Any]:
    """What the page of causes shows of the actions."""
    return {
        "actions": corrective.actions(scope.creditor, scope.today),
        "action_values": [("", _("Elija de qué")), *corrective.values_of(scope.creditor, start, end)],
        "windows": [(str(n), _("%(n)d días") % {"n": n}) for n in WINDOWS],
    }


@screen
@require_POST
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A new action; said in plain words when something is missing."""
    title, owner = request.POST.get("accion", "").strip(), request.POST.get("responsable", "").strip()
    dimension, _sep, value = request.POST.get("de_que", "").partition(":")
    window = request.POST.get("dias", "30")
    try:
        begun_on = parse_date(request.POST.get("desde", "").strip() or scope.today.isoformat())
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return _back()
    if not title or not owner or dimension not in Dimension.values or not value or window not in map(str, WINDOWS):
        messages.error(request, _("Diga qué se hará, quién responde y de qué producto, área, vendedor o motivo."))
        return _back()
    write.add_action(
        creditor_id=scope.creditor.pk, title=title[:160], owner=owner[:80], dimension=dimension, value=value[:60],
        begun_on=begun_on, window_days=int(window), by_id=request.user.pk,
    )  # fmt: skip
    messages.success(request, _("Anotada: aquí verá el antes y el después."))
    return _back()


@screen
@require_POST
def close(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """It is over: its effect stays as of today."""
    write.close_action(creditor_id=scope.creditor.pk, pk=pk, on=scope.today)
    messages.success(request, _("Terminada: queda lo que cambió hasta hoy."))
    return _back()


def _back() -> HttpResponse:
    response = redirect("reports:report", kind="causes")
    response["Location"] += "#acciones"
    return response
