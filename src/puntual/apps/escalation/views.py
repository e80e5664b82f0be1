"""Reporte a central on screen: what the norm asks first, its notices with their evidence, and from when it may be."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.escalation import files, read, write
from puntual.apps.escalation.models import BureauReport
from puntual.apps.parties.models import Account
from puntual.apps.portal import papers
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import parse_date

SHOWN = 100


@screen
@require_GET
def bureau(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every report that is alive, with its clock."""
    rows = read.reports(scope.creditor.pk)[:SHOWN]
    return page(
        request, scope, "escalation/bureau.html", {"standings": [read.standing(row, scope.today) for row in rows]}
    )


@screen
@require_GET
def case(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One report: its clock, its notices and what may be done now."""
    row = _report(pk)
    scope = follow(request, scope, row.creditor_id)
    found = read.standing(row, scope.today)
    notices = [{"row": n, "words": read.words_of(n, row.account.party_id)} for n in found.notices]
    context = {"found": found, "report": row, "notices": notices, "channels": write.CHANNELS}
    return page(request, scope, "escalation/bureau_case.html", context)


@screen
@require_GET
def ask_form(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What asking for a report means, for one account."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    alive = account.bureau_reports.filter(state__in=["noticing", "reported"]).first()
    if alive is not None:
        return redirect("escalation:bureau_case", alive.pk)
    context = {
        "account": account, "name": read.parties.person(account.party_id).name, "speaks": read.speaks(account),
        "debts": read.overdue(pk, scope.today),
    }  # fmt: skip
    return page(request, scope, "escalation/bureau_ask.html", context)


@screen
@require_POST
def ask(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Begin it."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    try:
        row = write.ask(
            account_id=pk, currency=request.POST.get("currency", ""), central=request.POST.get("central", ""),
            today=scope.today, at=timezone.now(), by=request.user,
        )  # fmt: skip
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
        return redirect("escalation:bureau_ask_form", pk)
    return redirect("escalation:bureau_case", row.pk)


@screen
@require_POST
def notice(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A notice that went out."""
    row = _report(pk)
    scope = follow(request, scope, row.creditor_id)

    def act() -> None:
        sent = parse_date(request.POST.get("sent_on", ""))
        given = write.NewNotice(sent, request.POST.get("channel", ""), request.POST.get("proof", ""))
        write.give_notice(report_id=pk, notice=given, today=scope.today, at=timezone.now(), by=request.user)

    return _do(request, pk, act, _("Aviso anotado con su prueba."))


@screen
@require_POST
def settle(request: HttpRequest, scope: Scope, pk: int, notice_id: int) -> HttpResponse:
    """It was delivered, or it came back."""
    row = _report(pk)
    scope = follow(request, scope, row.creditor_id)

    def act() -> None:
        write.settle_notice(
            notice_id=notice_id, creditor_id=row.creditor_id, state=request.POST.get("state", ""),
            proof=request.POST.get("proof", ""), on=scope.today, by=request.user,
        )  # fmt: skip

    return _do(request, pk, act, _("Anotado."))


@screen
@require_POST
def make(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """It was reported: refused before its day."""
    row = _report(pk)
    scope = follow(request, scope, row.creditor_id)

    def act() -> None:
        reference = request.POST.get("reference", "")
        write.make_report(report_id=pk, on=scope.today, reference=reference, by=request.user)

    return _do(request, pk, act, _("Anotado como reportado."))


@screen
@require_POST
def end(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Dropped, or taken off by the bureau."""
    row = _report(pk)
    scope = follow(request, scope, row.creditor_id)

    def act() -> None:
        write.end(report_id=pk, on=scope.today, reason=request.POST.get("reason", ""), by=request.user)

    return _do(request, pk, act, _("Terminado."))


@screen
@require_GET
def letter(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The notice as a letter to print or attach."""
    row = _report(pk)
    scope = follow(request, scope, row.creditor_id)
    context: dict[str, Any] = {
        "text": write.text_of(row, scope.today), "person": read.parties.person(row.account.party_id), "report": row,
        "today": scope.today,
    }  # fmt: skip
    made = papers.pdf(page(request, scope, "escalation/notice_letter.html", context).content.decode())
    name = f'attachment; filename="aviso-{pk}.pdf"'
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": name})


@screen
@require_GET
def judicial_file(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The judicial file as a ZIP with its index of hashes. Who took it is noted."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    audit.record(act="expediente_exported", actor=request.user, kind="account", pk=pk)
    made = files.bundle(account, scope.today, timezone.now())
    name = f'attachment; filename="expediente-{pk}.zip"'
    return HttpResponse(made, content_type="application/zip", headers={"Content-Disposition": name})


@screen
@require_GET
def write_off_file(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """What the tax write-off of an account asks, and what there is: to read, or to take along."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    told = files.castigo(account, scope.today)
    if request.GET.get("formato") == "json":
        audit.record(act="castigo_exported", actor=request.user, kind="account", pk=pk)
        name = f'attachment; filename="castigo-{pk}.json"'
        return JsonResponse(told, json_dumps_params={"ensure_ascii": False}, headers={"Content-Disposition": name})
    return page(request, scope, "escalation/write_off.html", {"account": account, "told": told})


def _do(request: HttpRequest, pk: int, act: Any, said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except (UnusableInput, Refused) as error:
        messages.error(request, error.sentence)
    return redirect("escalation:bureau_case", pk)


def _report(pk: int) -> BureauReport:
    row = read.report(pk)
    if row is None:
        raise Http404
    return row


def _account(pk: int) -> Account:
    found = Account.objects.select_related("party", "creditor").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
