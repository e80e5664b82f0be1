"""Normas de contacto: what the law stopped and why, and the norms themselves, rule by rule."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from puntual.apps.compliance import read, read_law, read_rates
from puntual.apps.planning import read_screens as planning
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen

#: Days that the page looks back, and refusals shown one by one.
DAYS = 30
SHOWN = 50


@screen
@require_GET
def norms(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What was stopped over the last month, by rule, and the norms that are loaded."""
    found = planning.refusals(scope.creditor.pk, scope.today, DAYS)
    context: dict[str, Any] = {
        "refusals": [{"refusal": r, "rule": read_law.rule(r.rule)} for r in found],
        "total": sum(r.n for r in found),
        "norms": read_law.packs(),
        "home": read_law.pack(scope.creditor.country),
        "days": DAYS,
        "missing_rates": len(read_rates.missing({c.country for c in scope.creditors}, scope.today)),
    }
    return page(request, scope, "compliance/norms.html", context)


@screen
@require_GET
def pack(request: HttpRequest, scope: Scope, country: str) -> HttpResponse:
    """The norm of one country."""
    found = read_law.pack(country)
    if found is None:
        raise Http404
    context = {"pack": found, "norms": read_law.packs(), "review": read.review_of(found.country)}
    return page(request, scope, "compliance/pack.html", context)


@screen
@require_GET
def rule(request: HttpRequest, scope: Scope, rule_id: str) -> HttpResponse:
    """One rule, and whom it stopped lately."""
    found = read_law.rule(rule_id)
    if found is None:
        raise Http404
    rows = planning.refused_rows(scope.creditor.pk, rule_id, scope.today, DAYS)
    shown = list(rows[:SHOWN])
    names = names_of(row.account for row in shown)
    context = {
        "rule": found,
        "rows": [{"row": row, "name": names[row.account_id]} for row in shown],
        "days": DAYS,
        "shown": SHOWN,
    }
    return page(request, scope, "compliance/rule.html", context)
