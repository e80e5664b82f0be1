"""Cartera: the list by account, its bulk actions with preview and undo, its download, and what Ctrl K finds in it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.access.read import grants
from puntual.apps.parties import write_accounts
from puntual.apps.policies import read as policies
from puntual.apps.receivables import read_screens as read
from puntual.apps.receivables.filters import from_address, to_address
from puntual.apps.receivables.models import AccountBalance
from puntual.apps.scope import Scope, page, scope_of, screen
from puntual.core.money import Money
from puntual.ui.ageing import BUCKETS, ageing
from puntual.ui.formats import money_text
from puntual.ui.navigation import exists
from puntual.ui.read import saved_views

#: More than these are changed all the same, but cannot be undone with one click.
UNDO_MAX = 5_000
_SAMPLE = 8
_BALANCES = (
    ("open", gettext_lazy("Por cobrar")),
    ("overdue", gettext_lazy("Vencido")),
    ("credit", gettext_lazy("Con pagos sin aplicar")),
    ("all", gettext_lazy("Todos, deban o no")),
)


@screen
@require_GET
def portfolio(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The accounts that the filters in the address leave, a page at a time."""
    filters = from_address(request.GET)
    rows = read.matching(scope.creditor.pk, filters, scope.today)
    shown, mark = read.page_of(rows, filters.order, request.GET.get("tras", ""))
    bars = read.ageing_by_currency(scope.creditor.pk, scope.today)
    address = to_address(filters)
    context = {
        "filters": filters,
        "order": filters.order,
        "address": address,
        "lines": read.lines(shown, scope.today),
        "count": read.count_up_to(rows),
        "count_max": read.COUNT_MAX,
        "next": f"?{address}&tras={mark}" if mark else "",
        "first": f"?{address}" if request.GET.get("tras") else "",
        "bars": [ageing(amounts, currency) for currency, amounts in bars.items()],
        "mixed": len(bars) > 1,
        "currencies": [(c, c) for c in bars],
        "ages": BUCKETS,
        "balances": _BALANCES,
        "segments": [(s, s) for s in read.segments(scope.creditor.pk)],
        "views": saved_views(request.user.pk, "cartera"),
        "start": "/cargar/" if exists("/cargar/") else "",
        "empty": not bars and not read.has_books(scope.creditor.pk),
    }
    return page(request, scope, "receivables/portfolio.html", context)


def _selected(request: HttpRequest, scope: Scope) -> Any:
    """The balances that a bulk action is about: the ticked rows, or all that match the filters."""
    if request.POST.get("todas") == "on":
        params = dict(parse_qsl(request.POST.get("query", "")))
        return read.matching(scope.creditor.pk, from_address(params), scope.today)
    ids = [int(i) for i in request.POST.getlist("sel") if i.isdigit()]
    return AccountBalance.objects.filter(creditor_id=scope.creditor.pk, pk__in=ids)


@screen
@require_POST
def bulk_preview(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What a bulk action would touch: how many, how much, some of them. Nothing changes here."""
    rows = _selected(request, scope)
    totals = read.totals(rows)
    if not totals:
        messages.error(request, _("Marque al menos un cliente."))
        return redirect("receivables:portfolio")
    sample = list(rows.select_related("account").order_by("-open_minor", "account_id")[:_SAMPLE])
    context = {
        "totals": totals,
        "accounts": sum(n for _c, n, _m in totals),
        "sample": read.lines(sample, scope.today),
        "mixed": len(totals) > 1,
        "action": "policy" if request.POST.get("accion") == "policy" else "segment",
        "policies": [(str(p.pk), p.name) for p in policies.policies_of(scope.creditor.pk)],
        "segments": read.segments(scope.creditor.pk),
        "ticked": request.POST.getlist("sel"),
        "whole": request.POST.get("todas") == "on",
        "query": request.POST.get("query", ""),
    }
    return page(request, scope, "receivables/bulk_preview.html", context)


@screen
@require_POST
def bulk_apply(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Do it, say how many changed, and offer to undo it."""
    field, value = _change(request.POST, scope)
    ids = list(_selected(request, scope).order_by().values_list("account_id", flat=True))
    before = write_accounts.change(creditor_id=scope.creditor.pk, account_ids=ids, field=field, value=value)
    undo = ""
    if 0 < len(before) <= UNDO_MAX:
        request.session["undo_portfolio"] = {"field": field, "before": before}
        undo = reverse("receivables:bulk_undo")
    text = ngettext("%(n)d cliente cambió.", "%(n)d clientes cambiaron.", len(before)) % {"n": len(before)}
    messages.success(request, text, extra_tags=undo)
    return redirect(f"{reverse('receivables:portfolio')}?{request.POST.get('query', '')}")


def _change(given: QueryDict, scope: Scope) -> tuple[str, object]:
    if given.get("accion") == "policy":
        own = {str(p.pk): p.pk for p in policies.policies_of(scope.creditor.pk)}
        return "policy_id", own.get(given.get("policy", ""))
    return "segment", given.get("segment", "").strip()[:40]


@screen
@require_POST
def bulk_undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Put back what the last bulk action of this session changed."""
    kept = request.session.pop("undo_portfolio", None)
    if kept:
        before = [(pk, old) for pk, old in kept["before"]]
        n = write_accounts.put_back(creditor_id=scope.creditor.pk, field=kept["field"], before=before)
        messages.success(request, ngettext("%(n)d cliente como estaba.", "%(n)d clientes como estaban.", n) % {"n": n})
    return redirect("receivables:portfolio")


@screen
@require_GET
def download(request: HttpRequest, scope: Scope) -> StreamingHttpResponse:
    """The filtered list as CSV, as long as it is."""
    rows = read.matching(scope.creditor.pk, from_address(request.GET), scope.today)
    response = StreamingHttpResponse(_csv(rows, scope), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="cartera-{scope.today.isoformat()}.csv"'
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(rows: Any, scope: Scope) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(
        ["codigo", "nombre", "identificacion_fiscal", "moneda", "por_cobrar", "vencido", "a_favor", "documentos"]
        + ["vence_lo_mas_viejo", "dias_de_atraso"]
    )
    mark = ""
    while True:
        shown, mark = read.page_of(rows, "-open", mark, size=500)
        for line in read.lines(shown, scope.today):
            amounts = (line.open_minor, line.overdue_minor, line.unapplied_minor)
            yield writer.writerow(
                [_inert(line.account.code), _inert(line.name), _inert(line.tax_id), line.currency]
                + [str(Money(a, line.currency).major()) for a in amounts]
                + [line.items_open, line.oldest_due_on or "", "" if line.days_past_due is None else line.days_past_due]
            )
        if not mark:
            return


def _inert(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def search(request: HttpRequest, query: str) -> list[dict[str, Any]]:
    """For the palette: the customers that match, in the creditor of this session."""
    scope = scope_of(request)
    if scope is None or not grants(request).may("accounts.see", scope.creditor.pk):
        return []
    found = [
        {
            "url": reverse("receivables:account", args=[line.account.pk]),
            "name": line.name,
            "icon": "people",
            "sub": money_text(line.open_minor, line.currency, scope.locale, with_code=True),
        }
        for line in read.lines(read.nearest(scope.creditor.pk, query), scope.today)
    ]
    return [{"name": _("Clientes"), "results": found}] if found else []
