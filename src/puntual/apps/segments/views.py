"""Riesgo y segmentos: what is likely and what to do, the segments with their rules, and what there is to spend."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from puntual.apps.receivables import read as receivables
from puntual.apps.scope import Scope, page, screen
from puntual.apps.segments import read, read_screens, write, write_resources
from puntual.apps.segments.choices import segment_name
from puntual.apps.segments.forms import as_yaml, figures_of, read_yaml
from puntual.core.errors import UnusableInput
from puntual.core.segments.conditions import FIELDS, OPERATORS

#: Larger portfolios are scored at night, not while somebody waits.
AT_ONCE = 5_000


@screen
@require_GET
def overview(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is likely of the portfolio today, in groups, and which relations need a person."""
    scoring = read.scoring(scope.creditor.pk)
    context: dict[str, Any] = {"tab": "resumen", "scoring": scoring, "to_score": _to_score(scope)}
    if scoring is not None:
        work = read.worklist(scope.creditor.pk, limit=10)
        scores = read.scores_of(w.account for w in work)
        named = {line.score.account_id: line for line in read_screens.lines(list(scores.values()))}
        context |= {
            "expected": read_screens.expected(scoring), "sizes": read_screens.sizes(scope.creditor.pk, scoring),
            "groups": read.work_groups(scope.creditor.pk), "causes": read_screens.causes(scoring),
            "work": [(w, named.get(w.account)) for w in work],
            "relations": read_screens.lines(read.relations_to_attend(scope.creditor.pk, 10)),
        }  # fmt: skip
    return page(request, scope, "segments/overview.html", context)


def _to_score(scope: Scope) -> int:
    """Open documents, if they are few enough to be scored at once; 0 otherwise."""
    n = receivables.open_count(scope.creditor.pk, AT_ONCE + 1)
    return n if n <= AT_ONCE else 0


@screen
@require_POST
def score_now(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Score a small portfolio now."""
    if not _to_score(scope):
        messages.error(request, _("La cartera es grande: se califica cada noche, o con `puntual predict --keep`."))
        return redirect("segments:overview")
    found = import_string(settings.SCORE_RUNNER)(scope.creditor)
    messages.success(
        request,
        _("Listo: %(n)s documentos calificados en %(s)s segundos.") % {"n": found["items"], "s": found["seconds"]},
    )
    return redirect("segments:overview")


@screen
@require_GET
def segments(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Sizes of the segments and who moved between two days."""
    scoring = read.scoring(scope.creditor.pk)
    known = read_screens.days(scope.creditor.pk)
    start = _day(request.GET.get("desde"), known, known[min(len(known) - 1, 1)] if known else None)
    end = _day(request.GET.get("hasta"), known, known[0] if known else None)
    sizes = read_screens.sizes(scope.creditor.pk, scoring) if scoring else []
    moves = read_screens.flows(scope.creditor.pk, start, end) if start and end else []
    context = {
        "tab": "segmentos", "scoring": scoring, "sizes": sizes, "flows": moves[:40], "start": start, "end": end,
        "moved": sum(f.accounts for f in moves), "day_options": [(d.isoformat(), f"{d:%d/%m/%Y}") for d in known],
        "start_text": start.isoformat() if start else "", "end_text": end.isoformat() if end else "",
        "grid": read_screens.grid(scoring) if scoring else None,
    }  # fmt: skip
    return page(request, scope, "segments/segments.html", context)


def _day(text: str | None, known: list[date], otherwise: date | None) -> date | None:
    return next((d for d in known if d.isoformat() == text), otherwise)


@screen
@require_GET
def segment(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    """The accounts of one segment, most at stake first."""
    scoring = read.scoring(scope.creditor.pk)
    if scoring is None:
        raise Http404
    text = request.GET.get("pagina", "0")
    number = int(text) if text.isdigit() else 0
    rows, more = read_screens.accounts_in(scoring, code, number)
    context = {
        "tab": "segmentos", "scoring": scoring, "name": segment_name(code), "lines": read_screens.lines(rows),
        "code": code, "next": number + 1 if more else None, "previous": number - 1 if number else None,
        "has_previous": number > 0,
    }  # fmt: skip
    return page(request, scope, "segments/segment.html", context)


@screen
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The rules in words with their figures to change, and as text for whoever wants others."""
    document, wrong, text = read.rules_of(scope.creditor.pk), "", request.POST.get("reglas", "")
    if request.method == "POST":
        try:
            changed = read_yaml(text) if "reglas" in request.POST else _with_figures(request, document)
            write.save_rules(creditor_id=scope.creditor.pk, document=changed, at=timezone.now(), by=request.user)
            messages.success(request, _("Reglas guardadas: rigen desde la próxima calificación."))
            return redirect("segments:rules")
        except UnusableInput as error:
            wrong = error.sentence
    context = {
        "tab": "reglas", "parts": read_screens.rules_as_text(document), "text": text or as_yaml(document),
        "wrong": wrong, "versions": list(read.rule_sets(scope.creditor.pk)[:8]), "operators": list(OPERATORS),
        "fields": [(name, field.meaning) for name, field in FIELDS.items()], "given": request.POST if wrong else {},
    }  # fmt: skip
    return page(request, scope, "segments/rules.html", context)


def _with_figures(request: HttpRequest, document: dict[str, Any]) -> dict[str, Any]:
    return read_screens.with_figures(document, figures_of({k: str(v) for k, v in request.POST.items()}))


@screen
@require_http_methods(["GET", "POST"])
def resources(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What there is to spend on a day, and what a contact by each channel is taken to do."""
    wrong: dict[str, str] = {}
    if request.method == "POST":
        wrong = write_resources.save(scope.creditor, {k: str(v) for k, v in request.POST.items()})
        if not wrong:
            messages.success(request, _("Guardado: la próxima corrida lo tiene en cuenta."))
            return redirect("segments:resources")
    context = {"tab": "recursos", **write_resources.shown(scope.creditor, request.POST if wrong else {}, wrong)}
    return page(request, scope, "segments/resources.html", context)
