"""Experimentos: told before they start, shown with interval and harm, ended by a person or by harm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.policies import read as policies
from puntual.apps.scope import Scope, page, screen
from puntual.apps.segments import read, write_experiments
from puntual.apps.segments.forms import ExperimentForm
from puntual.apps.segments.models import Experiment
from puntual.core.errors import UnusableInput

_HARM_NAMES = (
    ("complaints", gettext_lazy("Clientes que se quejaron")),
    ("opt_outs", gettext_lazy("Pidieron que no se les escriba")),
)
_FIRST = {"control_pct": 10, "days": 60, "change_points": 5, "kind": "hold_out"}


@screen
@require_GET
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What runs and what ran."""
    rows = read.experiments(scope.creditor.pk)
    context = {
        "tab": "experimentos",
        "rows": [(x, state_of(x, scope)) for x in rows],
        "scoring": read.scoring(scope.creditor.pk),
    }
    return page(request, scope, "segments/experiments.html", context)


def state_of(one: Experiment, scope: Scope) -> tuple[str, str]:
    """(tone, words) of where an experiment is."""
    if one.verdict == "stop_harm":
        return "bad", _("Detenido por daño")
    if one.stopped_on:
        return "", _("Terminado a mano")
    if scope.today < one.starts_on:
        return "info", _("Por empezar")
    return ("good", _("En marcha")) if scope.today < one.ends_on else ("", _("Terminado"))


@screen
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """First what can be proved, then it starts: the same form asks and begins."""
    known = [(p.pk, p.name) for p in policies.policies_of(scope.creditor.pk) if not p.default]
    form = ExperimentForm(request.POST or None, policies=known, initial=_FIRST)
    told, wrong = None, ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            told = write_experiments.plan(scope.creditor, data["control_pct"], data["change_points"])
            if "empezar" in request.POST:
                return redirect("segments:experiment", _start(request, scope, data).pk)
        except UnusableInput as error:
            wrong = error.sentence
    context = {"tab": "experimentos", "form": form, "told": told, "wrong": wrong, "policies": known}
    return page(request, scope, "segments/new_experiment.html", context)


def _start(request: HttpRequest, scope: Scope, data: dict[str, Any]) -> Experiment:
    one = write_experiments.create(
        creditor=scope.creditor, name=data["name"], kind=data["kind"], control_pct=data["control_pct"],
        starts_on=scope.today, days=data["days"], change_points=data["change_points"], at=timezone.now(),
        by=request.user, policy_id=int(data["policy"]) if data["policy"] and data["kind"] == "policies" else None,
    )  # fmt: skip
    drawn = write_experiments.enrol(one, scope.today)
    messages.success(request, _("Empezó: %(n)s clientes sorteados.") % {"n": drawn})
    return one


@screen
@require_GET
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What it shows so far: the effect with its interval, the harm beside it, and the advice."""
    one = _of(scope, pk)
    means = {name: pair for name, pair in (one.result.get("means") or {}).items()}
    cash = one.result.get("cash")
    context = {
        "tab": "experimentos", "one": one, "state": state_of(one, scope), "result": one.result, "cash": cash,
        "groups": _groups(one), "removed": round(100 * cash["removed"]) if cash else 0,
        "running": one.stopped_on is None and scope.today < one.ends_on,
        "cash_means": [round(v) for v in means.get("cash_minor", [])],
        "estimate": [round(cash[k]) for k in ("estimate", "low", "high")] if cash else [],
        "sure": [round(one.result["sure"][k]) for k in ("low", "high")] if cash else [],
        "harms": [
            (label, *(_share(v) for v in means[name]), _points(one.result["harms"][name]))
            for name, label in _HARM_NAMES
            if name in means
        ],
        "contacts": [f"{v:.1f}".replace(".", ",") for v in means.get("contacts", [])],
    }  # fmt: skip
    return page(request, scope, "segments/experiment.html", context)


def _groups(one: Experiment) -> tuple[str, str]:
    """What the control and the treated groups live."""
    if one.kind == "hold_out":
        return _("Sin avisos"), _("Con avisos")
    return _("La política de siempre"), one.policy.name if one.policy else _("La otra política")


def _share(value: float) -> str:
    return f"{100 * value:.1f} %".replace(".", ",")


def _points(effect: dict[str, Any]) -> str:
    if effect["low"] == effect["high"] == 0:
        return _("sin diferencia")
    low, high = (f"{100 * effect[k]:+.1f}".replace(".", ",").replace("-", "−") for k in ("low", "high"))
    return _("de %(low)s a %(high)s puntos") % {"low": low, "high": high}


@screen
@require_POST
def stop(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """End it: everybody is treated alike again."""
    write_experiments.stop(_of(scope, pk), scope.today)
    messages.success(request, _("Terminado: desde la próxima corrida todos siguen la misma política."))
    return redirect("segments:experiment", pk)


def _of(scope: Scope, pk: int) -> Experiment:
    found = Experiment.objects.filter(pk=pk, creditor=scope.creditor).select_related("policy").first()
    if found is None:
        raise Http404
    return found
