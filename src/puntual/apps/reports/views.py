"""Reportes: what was collected, age, promises, the funnel, the harm; each report; each figure with its rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import attrs
import polars as pl
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from puntual.apps.access import read as access
from puntual.apps.reports import charts_svg, export, read, read_screens, rows, rows_asked, tables, views_actions
from puntual.apps.reports.asked import Lines
from puntual.apps.reports.charts_of import charts_of
from puntual.apps.reports.choices import TITLES
from puntual.apps.reports.tables import Report
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import UnusableInput
from puntual.core.reports import registry
from puntual.core.time import parse_date
from puntual.ui.formats import number_text


@attrs.frozen
class Span:
    """The period of a page, and its address."""

    start: date
    end: date

    @property
    def before(self) -> Span:
        """The period of the same length just before."""
        return Span(*registry.before(self.start, self.end))

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
    by = _by(request, kind)
    found = read.kpis(scope.creditor, span.start, span.end, by) if by else _built(scope, kind, span)
    context = {
        "report": found,
        "by": by,
        "dimensions": registry.DIMENSIONS,
        "charts": charts_of(found),
        "groups": read_screens.groups(found),
    }
    if kind == "causes":
        context |= views_actions.context(scope, span.start, span.end)
    return page(request, scope, "reports/report.html", {**_frame(scope, span, kind), **context})


def _by(request: HttpRequest, kind: str) -> str:
    """The dimension by which the indicators are asked; none for other reports."""
    by = request.GET.get("por", "") if kind == "kpis" else ""
    return by if by in registry.DIMENSIONS else ""


@screen
@require_GET
def download(request: HttpRequest, scope: Scope, kind: str, form: str) -> HttpResponse:
    """The same report as a file."""
    if form not in export.TYPES:
        raise Http404
    span, by = span_of(request, scope.today), _by(request, kind)
    report = read.kpis(scope.creditor, span.start, span.end, by) if by else _built(scope, kind, span)
    only = request.GET.get("tabla", "")
    if only:
        chosen = tuple(t for t in report.tables if t.name == only)
        if not chosen:
            raise Http404
        report = attrs.evolve(report, tables=chosen, figures=(), sentences=())
    return _file([report], form, "-".join(filter(None, (kind, only, scope.creditor.code, f"{span.start}-{span.end}"))))


@screen
@require_GET
def chart(request: HttpRequest, scope: Scope, kind: str, number: int) -> HttpResponse:
    """One chart of a report as a file that says by itself what it finds: to mail it, to print it."""
    span = span_of(request, scope.today)
    drawn = charts_of(_built(scope, kind, span))
    if not 1 <= number <= len(drawn):
        raise Http404
    response = HttpResponse(charts_svg.svg(*drawn[number - 1], scope.locale, fixed=True), content_type="image/svg+xml")
    name = f"{kind}-{number}-{scope.creditor.code}-{span.start}-{span.end}.svg"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _built(scope: Scope, kind: str, span: Span) -> Any:
    if kind not in TITLES:
        raise Http404
    return read.built(kind, scope.creditor, span.start, span.end)


def _asked(request: HttpRequest, scope: Scope, code: str, span: Span) -> read_screens.Asked:
    if code not in registry.BY_CODE:
        raise Http404
    by, value = request.GET.get("por", ""), request.GET.get("valor")
    return read_screens.ask(scope.creditor, registry.kpi(code), span.start, span.end, by, value)


@screen
@require_GET
def indicator(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    """One indicator: its formula, its parts, by each dimension, and the rows of the whole or of one part."""
    scope = _of_company(request, scope)
    span = span_of(request, scope.today)
    asked = _asked(request, scope, code, span)
    below = _below(request, asked)
    may = access.grants(request).may
    companies = [one for one in scope.creditors if may("reports.see", one.pk)]
    context = read_screens.indicator(asked, companies) | _rows_context(asked.rows(below=below), scope.locale)
    part = {k: v for k, v in (("por", asked.by), ("valor", asked.value)) if v is not None}
    side = {"que": tables.BELOW} if below else {}
    context |= {"kpi": asked.kpi, "below": below, "weighs": "" if below else asked.kpi.weighs,
                "part": urlencode(part), "here": urlencode(part | side), "BELOW": tables.BELOW}  # fmt: skip
    return page(request, scope, "reports/indicator.html", {**_frame(scope, span, "kpis"), **context})


def _of_company(request: HttpRequest, scope: Scope) -> Scope:
    """The scope of the company that the address names, where it names one: its figure leads there."""
    wanted = request.GET.get("empresa", "")
    return follow(request, scope, int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else scope


def _below(request: HttpRequest, asked: read_screens.Asked) -> bool:
    """Whether the rows of the denominator are asked for."""
    return bool(asked.kpi.below) and request.GET.get("que") == tables.BELOW


def _rows_context(found: pl.DataFrame, locale: str) -> dict[str, Any]:
    """What a page shows of some rows: the first ones, how many things they are, and their sum in each currency."""
    return {
        "count_text": number_text(rows.number(found), locale), "lines_text": number_text(found.height, locale),
        "rows": rows.shown(found.head(rows.MOST)), "lines": found.height, "count": rows.number(found),
        "totals": rows.totals(found), "most": rows.MOST,
    }  # fmt: skip


@screen
@require_GET
def indicator_rows(request: HttpRequest, scope: Scope, code: str, form: str) -> HttpResponse:
    """Every row behind a figure, as a file."""
    span = span_of(request, scope.today)
    asked = _asked(request, scope, code, span)
    return _rows_file(scope, span, form, code, asked.kpi.name, asked.rows(below=_below(request, asked)))


def _rows_file(scope: Scope, span: Span, form: str, name: str, title: str, found: pl.DataFrame) -> HttpResponse:
    if form not in export.TYPES:
        raise Http404
    report = Report(
        "kpis", title, scope.creditor.code, scope.creditor.name, span.start, span.end, locale=scope.locale,
        tables=rows.as_tables(title, found),
    )  # fmt: skip
    return _file([report], form, f"filas-{name}-{scope.creditor.code}-{span.start}-{span.end}")


def _file(reports: list[Report], form: str, name: str) -> HttpResponse:
    response = HttpResponse(export.render(reports, form), content_type=export.TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _lines(request: HttpRequest, scope: Scope, what: str) -> tuple[Span, Lines]:
    """The period and the rows that an address asks for; 404 where it asks for nothing there is."""
    span = span_of(request, scope.today)
    if what not in rows_asked.READERS:
        raise Http404
    try:
        return span, rows_asked.read(what, scope.creditor, span.start, span.end, request.GET)
    except UnusableInput as error:
        raise Http404(error.sentence) from error


@screen
@require_GET
def lines(request: HttpRequest, scope: Scope, what: str) -> HttpResponse:
    """The rows behind one cell of a table."""
    span, found = _lines(request, scope, what)
    back = request.GET.get("de", "")
    context = {**_rows_context(found.found, scope.locale), "title": found.title, "weighs": found.weighs,
               "back": back if back in TITLES else "", "what": what, "query": request.GET.urlencode()}  # fmt: skip
    return page(request, scope, "reports/rows.html", {**_frame(scope, span, context["back"]), **context})


@screen
@require_GET
def lines_file(request: HttpRequest, scope: Scope, what: str, form: str) -> HttpResponse:
    """The same rows, all of them, as a file."""
    span, found = _lines(request, scope, what)
    return _rows_file(scope, span, form, what, found.title, found.found)
