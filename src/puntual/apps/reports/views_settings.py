"""Metas y costos: what each indicator should be, what a contact costs, and the reports that go out by themselves."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from puntual.apps.reports import read, write
from puntual.apps.reports.choices import TITLES, Cadence
from puntual.apps.reports.models import ScheduledReport
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput
from puntual.core.money import Money, parse_major
from puntual.core.reports.registry import REGISTRY
from puntual.ui.channels import CHANNELS

_COSTED = ("email", "sms", "whatsapp", "call", "letter", "visit")


@screen
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Targets by indicator and cost by channel; nothing changes if something cannot be read."""
    wrong: dict[str, str] = {}
    if request.method == "POST":
        targets, costs = _targets(request, scope, wrong), _costs(request, scope, wrong)
        if not wrong:
            write.set_targets(creditor_id=scope.creditor.pk, targets=targets)
            write.set_contact_costs(creditor_id=scope.creditor.pk, costs=costs)
            messages.success(request, _("Metas y costos guardados."))
            return redirect("reports:settings")
    return page(request, scope, "reports/settings.html", _context(request, scope, wrong))


def _context(request: HttpRequest, scope: Scope, wrong: dict[str, str]) -> dict[str, Any]:
    currency, targets = scope.creditor.currency, read.targets_of(scope.creditor)
    costs = read.contact_cost(scope.creditor.pk)

    def given(name: str, kept: str) -> str:
        return request.POST.get(name, kept)

    return {
        "targets": [
            (kpi, given(f"meta_{kpi.code}", _plain(targets.get(kpi.code), kpi.unit, currency)), wrong.get(kpi.code, ""))
            for kpi in REGISTRY
        ],
        "costs": [
            (code, CHANNELS[code][0], given(f"costo_{code}", _major(costs.get(code), currency)), wrong.get(code, ""))
            for code in _COSTED
        ],
        "scheduled": ScheduledReport.objects.filter(creditor=scope.creditor, active=True).order_by("report"),
        "wrong": wrong, "titles": list(TITLES.items()), "cadences": Cadence.choices, "tab": "metas",
    }  # fmt: skip


def _major(minor: int | None, currency: str) -> str:
    return "" if minor is None else str(Money(minor, currency).major())


def _plain(value: Decimal | None, unit: str, currency: str) -> str:
    if value is None:
        return ""
    if unit in ("money", "money_per"):
        return str(Money(int(value), currency).major())
    return f"{value:f}"


def _targets(request: HttpRequest, scope: Scope, wrong: dict[str, str]) -> dict[str, Decimal]:
    found = {}
    for kpi in REGISTRY:
        text = request.POST.get(f"meta_{kpi.code}", "").strip()
        if not text:
            continue
        try:
            is_money = kpi.unit in ("money", "money_per")
            number = Decimal(parse_major(text, scope.creditor.currency).minor) if is_money else Decimal(text)
            if not number.is_finite() or abs(number) >= Decimal(10) ** 17:
                raise InvalidOperation
            found[kpi.code] = number
        except (UnusableInput, InvalidOperation):
            wrong[kpi.code] = _("Escriba solo cifras y punto decimal, por ejemplo 45.5.")
    return found


def _costs(request: HttpRequest, scope: Scope, wrong: dict[str, str]) -> dict[str, int]:
    found = {}
    for code in _COSTED:
        text = request.POST.get(f"costo_{code}", "").strip()
        if not text:
            continue
        try:
            minor = parse_major(text, scope.creditor.currency).minor
        except UnusableInput as error:
            wrong[code] = error.sentence
            continue
        if minor < 0:
            wrong[code] = _("Un costo no puede ser negativo.")
        found[code] = minor
    return found


@screen
@require_POST
def schedule(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A report by mail on its day."""
    email, kind = request.POST.get("correo", "").strip(), request.POST.get("reporte", "")
    cadence = request.POST.get("cada", "")
    try:
        validate_email(email)
    except ValidationError:
        messages.error(request, _("Escriba un correo completo, por ejemplo ana@empresa.com."))
        return redirect("reports:settings")
    if kind not in TITLES or cadence not in Cadence.values:
        messages.error(request, _("Elija un reporte y cada cuánto."))
        return redirect("reports:settings")
    write.schedule(creditor_id=scope.creditor.pk, report=kind, cadence=cadence, email=email)
    messages.success(request, _("Programado: saldrá en su día."))
    return redirect("reports:settings")


@screen
@require_POST
def unschedule(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """No longer by mail."""
    write.unschedule(creditor_id=scope.creditor.pk, pk=pk)
    messages.success(request, _("Ese reporte ya no saldrá."))
    return redirect("reports:settings")
