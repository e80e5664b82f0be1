"""Reportes: what was collected, age, promises, the funnel, the harm; each report; each figure with its rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from puntual.apps.reports import export, read, read_screens, rows, views_actions
from puntual.apps.reports.charts_of import charts_of
from puntual.apps.reports.choices import TITLES
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput
from puntual.core.reports import registry
from puntual.core.time import parse_date


@attrs.frozen
class Span:
    """The period of a page, and its address."""

    start: date
    end: date

    @property
    def query(self) -> str:
        return f"desde={self.start.isoformat()}&hasta={self.end.isoformat()}"


def span_of(request: HttpRequest, today: date) -> Span:
    """The period that the address asks for; the last 30 days up to yesterday when it asks for none, or for nonsense."""
    end, start = today - timedelta(days=1), today - timedelta(days=30)
    try:
        end = parse_date(request.GET["hasta"]) if request.GET.get("hasta") else end
        start = parse_date(request.GET["desde"]) if request.GET.get("desde") else end - timedelta(days=29)
    except UnusableInput:
        return Span(today - timedelta(days=30), today - timedelta(days=1))
    return Span(start, end) if start <= end else Span(end, start)


def spans(today: date) -> list[tuple[str, Span]]:
    """The periods that people ask for."""
    end = today - timedelta(days=1)
    last_month = today.replace(day=1) - timedelta(days=1)
    return [
        (_("30 días"), Span(end - timedelta(days=29), end)),
        (_("Mes pasado"), Span(last_month.replace(day=1), last_month)),
        (_("90 días"), Span(end - timedelta(days=89), end)),
        (_("12 meses"), Span(end - timedelta(days=364), end)),
    ]


def _frame(scope: Scope, span: Span, here: str) -> dict[str, Any]:
    """What every page of reports shows around."""
    tabs = [("", _("Resumen")), *TITLES.items()]
    return {"span": span, "spans": spans(scope.today), "tabs": tabs, "tab": here}


@screen
@require_GET
def summary(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The page that a manager opens: five questions answered, each with its way down."""
    span = span_of(request, scope.today)
    context = read_screens.summary(scope.creditor, span.start, span.end)
    return page(request, scope, "reports/summary.html", {**_frame(scope, span, ""), **context})


@screen
@require_GET
def board(request: HttpRequest, scope: Scope) -> HttpResponse:
    """For a screen on the wall: large, nothing to click, renewed every five minutes."""
    span = Span(scope.today.replace(day=1), scope.today)
    return page(request, scope, "reports/board.html", read_screens.summary(scope.creditor, span.start, span.end))


@screen
@require_GET
def report(request: HttpRequest, scope: Scope, kind: str) -> HttpResponse:
    """One report with its charts, tables and ways to take it away."""
    span = span_of(request, scope.today)
    found = _built(scope, kind, span)
    context = {"report": found, "charts": charts_of(found), "groups": read_screens.groups(found)}
    if kind == "causes":
        context |= views_actions.context(scope, span.start, span.end)
    return page(request, scope, "reports/report.html", {**_frame(scope, span, kind), **context})


@screen
@require_GET
def download(request: HttpRequest, scope: Scope, kind: str, form: str) -> HttpResponse:
    """The same report as a file."""
    if form not in export.TYPES:
        raise Http404
    span = span_of(request, scope.today)
    content = export.render([_built(scope, kind, span)], form)
    response = HttpResponse(content, content_type=export.TYPES[form])
    name = f"{kind}-{scope.creditor.code}-{span.start}-{span.end}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _built(scope: Scope, kind: str, span: Span) -> Any:
    if kind not in TITLES:
        raise Http404
    return read.built(kind, scope.creditor, span.start, span.end)


@screen
@require_GET
def indicator(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    """One indicator: its formula, its parts, its last periods, its dimensions, and its rows."""
    if code not in registry.BY_CODE:
        raise Http404
    span = span_of(request, scope.today)
    kpi = registry.kpi(code)
    kind = "overdue" if code in ("overdue", "overdue_share", "at_risk", "add") else kpi.rows
    context = read_screens.indicator(scope.creditor, kpi, span.start, span.end, scope.creditors)
    context["rows"] = rows.ROWS[kind](scope.creditor, span.start, span.end)
    context["most"] = rows.MOST
    return page(request, scope, "reports/indicator.html", {**_frame(scope, span, "kpis"), **context, "kpi": kpi})
