"""Soft values of the norms on screen: what may be changed, what is changed here, the reason and the way back."""

from __future__ import annotations

from typing import Any

import yaml
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.compliance import read, read_law, soft, write
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import parse_date

LABELS = {
    "windows": gettext_lazy("Días y horas"),
    "holidays": gettext_lazy("Festivos"),
    "max": gettext_lazy("Cuántas veces, como máximo"),
    "per": gettext_lazy("Cada"),
    "hours": gettext_lazy("Horas de la ventana"),
    "scope": gettext_lazy("A quién se cuenta"),
    "count": gettext_lazy("Qué se cuenta"),
    "channels": gettext_lazy("Canales"),
    "min_hours": gettext_lazy("Horas entre contactos"),
    "days": gettext_lazy("Días"),
    "notices": gettext_lazy("Avisos"),
    "max_days": gettext_lazy("Días de plazo"),
    "prefix": gettext_lazy("Prefijo"),
    "office": gettext_lazy("Oficina"),
    "enabled": gettext_lazy("Se aplica"),
}


@screen
@require_GET
def values(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every value that this installation changed, with its reason, and the soft rules of the company's country."""
    home = read_law.pack(scope.creditor.country)
    context = {
        "changes": [_change(v) for v in read.soft_values()],
        "home": home,
        "rules": [r for r in home.rules if not r.hard] if home else [],
    }
    return page(request, scope, "compliance/soft_values.html", context)


def _change(value: Any) -> dict[str, Any]:
    return {
        "row": value,
        "rule": read_law.rule(value.rule),
        "label": LABELS.get(value.field, value.field),
        "shown": shown(value.value),
    }


def shown(value: Any) -> str:
    """A value as a person writes it: one line of YAML."""
    if isinstance(value, bool):
        return str(_("sí") if value else _("no"))
    if isinstance(value, str | int):
        return str(value)
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000)
    return text.strip()


@screen
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, scope: Scope, rule_id: str) -> HttpResponse:
    """The fields of one soft rule, one form each. A hard one only says why it cannot be changed."""
    found = read_law.rule(rule_id)
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            _save(request, found.country, rule_id)
        except (Refused, UnusableInput) as error:
            messages.error(request, error.sentence)
            return redirect("compliance:soft_edit", rule_id)
        return redirect("compliance:soft_values")
    row = soft.rule_row(found.country, rule_id)
    changed = {v.field: v for v in read.soft_values(pack=found.country) if v.rule == rule_id}
    fields = [
        {
            "name": name,
            "label": LABELS.get(name, name),
            "own": shown("mode" not in row if name == soft.ENABLED else row[name]),
            "value": shown(changed[name].value) if name in changed else "",
            "is_switch": name == soft.ENABLED,
        }
        for name in soft.editable(row)
    ]
    return page(request, scope, "compliance/soft_edit.html", {"rule": found, "fields": fields})


def _save(request: HttpRequest, country: str, rule_id: str) -> None:
    field, text = request.POST.get("field", ""), request.POST.get("value", "").strip()
    row = write.set_value(
        pack=country, rule=rule_id, field=field, value=parse_value(field, text), note=request.POST.get("note", ""),
        at=timezone.now(), by=request.user,
    )  # fmt: skip
    detail = {"pack": country, "rule": rule_id, "field": field, "value": row.value if row else None}
    audit.record(act="soft_value_changed", actor=request.user, kind="soft_value", pk=row and row.pk, detail=detail)
    undo = reverse("compliance:soft_undo", args=[row.pk]) if row else ""
    messages.success(request, _("Cambiado: rige desde ahora y se avisará junto a cada decisión."), extra_tags=undo)


@screen
@require_POST
def sign(request: HttpRequest, scope: Scope, country: str) -> HttpResponse:
    """A lawyer's name, licence and day for the norm of a country, as it is written now."""
    code = country.upper()
    try:
        row = write.sign(
            pack=code, name=request.POST.get("name", ""), licence=request.POST.get("licence", ""),
            on=parse_date(request.POST.get("on", "")), today=scope.today, at=timezone.now(), by=request.user,
        )  # fmt: skip
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("compliance:pack", code)
    detail = {"pack": code, "version": row.value["version"], "on": row.value["on"]}
    audit.record(act="pack_signed", actor=request.user, kind="soft_value", pk=row.pk, detail=detail)
    undo = reverse("compliance:soft_undo", args=[row.pk])
    messages.success(request, _("Firmada: desde ahora las decisiones dicen quién la revisó."), extra_tags=undo)
    return redirect("compliance:pack", code)


def parse_value(field: str, text: str) -> Any:
    """What a person wrote, as the norm's file would say it. UnusableInput when it cannot be read."""
    if field == soft.ENABLED:
        return text in ("on", "sí", "si", "true", "1")
    if not text:
        raise UnusableInput("Escriba el valor nuevo, con la misma forma que el de la norma.", field="value")
    if field in ("office", "prefix"):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise UnusableInput("Ese valor no se entiende: escríbalo con la misma forma que el de la norma.") from None


@screen
@require_POST
def undo(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Take a change back."""
    try:
        row = write.take_back(value_id=pk, at=timezone.now())
        detail = {"pack": row.pack, "rule": row.rule, "field": row.field, "value": row.value}
        audit.record(act="soft_value_undone", actor=request.user, kind="soft_value", pk=row.pk, detail=detail)
        messages.success(request, _("Deshecho: vuelve a regir lo de antes."))
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return redirect("compliance:soft_values")
