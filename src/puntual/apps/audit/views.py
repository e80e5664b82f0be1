"""Pruebas y bitácora on screen: the dossier of a customer to download, and what people did."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from puntual.apps.access import read as access
from puntual.apps.access import urlmap
from puntual.apps.access.choices import ACTS
from puntual.apps.audit import dossier, read, words, write
from puntual.apps.parties.models import Account
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import UnusableInput
from puntual.core.time import parse_date

_DAYS = 365
_VERBS = (("saw", gettext_lazy("Vio")), ("did", gettext_lazy("Hizo")), ("refused", gettext_lazy("Se le negó")))


@screen
@require_GET
def evidence(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The dossier of one customer for this creditor, as PDF, CSV or JSON. Who took it is noted."""
    account = Account.objects.select_related("party").filter(pk=pk).first()
    if account is None:
        raise Http404
    scope = follow(request, scope, account.creditor_id)
    try:
        start = _day(request.GET.get("desde", ""), scope.today - timedelta(days=_DAYS))
        last = _day(request.GET.get("hasta", ""), scope.today)
        found = dossier.dossier(
            party=account.party, start=start, last=last, creditor_id=account.creditor_id, made_at=timezone.now()
        )
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("receivables:account", pk)
    form = request.GET.get("formato", "pdf")
    detail = {"from": str(start), "to": str(last), "format": form}
    write.record(act="evidence_exported", actor=request.user, kind="party", pk=account.party_id, detail=detail)
    if form == "json":
        return JsonResponse(found.as_json(), json_dumps_params={"ensure_ascii": False})
    if form == "csv":
        return _file(dossier.as_csv(found).encode(), "text/csv; charset=utf-8", f"pruebas-{pk}.csv")
    return _file(dossier.as_pdf(found), "application/pdf", f"pruebas-{pk}.pdf")


def _day(text: str, default: date) -> date:
    return parse_date(text) if text else default


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@screen
@require_GET
def log(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What people did lately, newest first, and whether the chains hold. Who does not work for every company sees
    what was done by those who work for theirs only."""
    shown = read.acts(200, request.GET.get("acto", ""), access.colleagues(request))
    context = {
        "acts": [(row, words.named(row.act)) for row in shown],
        "intact": read.chains_hold(),
        "heads": read.heads(),
    }
    return page(request, scope, "audit/log.html", context)


def _sentence(row: read.AccessRecord) -> str:
    """What the address lets, in words."""
    need = urlmap.need_of(row.act)
    return ACTS.get((need.look if row.verb == "saw" else need.change or need.look) if need else "", "")


@screen
@require_GET
def accesses(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Who saw what, who changed what and who was refused, at the companies whose log the person reads."""
    given, number = request.GET, request.GET.get("numero", "")
    sought = read.Sought(
        given.get("que", ""), given.get("quien", "").strip(), given.get("donde", ""),
        int(number) if number.isdigit() else None,
    )  # fmt: skip
    own = [c.pk for c in scope.creditors if access.grants(request).may("log.see", c.pk)]
    mine = None if access.colleagues(request) is None else own
    names = {c.pk: c.name for c in scope.creditors}
    rows = [(row, names.get(row.creditor_id or 0, ""), _sentence(row)) for row in read.accesses(mine, sought)]
    context = {"rows": rows, "sought": sought, "verbs": _VERBS, "verb_names": dict(_VERBS)}
    return page(request, scope, "audit/accesses.html", context)
