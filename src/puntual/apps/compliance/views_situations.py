"""Situations of a person, noted and ended from the customer's page: minimal data, with an end, and who did it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puntual.apps.audit import write as audit
from puntual.apps.compliance import write
from puntual.apps.parties.models import Account
from puntual.apps.scope import Scope, follow, screen
from puntual.core.compliance import declared
from puntual.core.errors import UnusableInput
from puntual.core.time import parse_date

#: When nobody says until when, a person looks at it again after these days. A death has no end.
REVIEW_DAYS = 90
_PROOF = 4


@screen
@require_POST
def add(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Note what stops automation for this person, over every creditor."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    reason, until = request.POST.get("reason", ""), request.POST.get("until", "").strip()
    try:
        end = parse_date(until) if until else scope.today + timedelta(days=REVIEW_DAYS)
        row = write.add_situation(
            party_id=account.party_id, reason=reason, since=scope.today, until=None if reason == "deceased" else end,
            note=request.POST.get("note", "").strip(),
        )  # fmt: skip
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("receivables:account", pk)
    audit.record(act="situation_noted", actor=request.user, kind="situation", pk=row.pk)
    messages.success(request, _("Anotado: desde ahora nada sale solo; lo atiende una persona."))
    return redirect("receivables:account", pk)


@screen
@require_POST
def end(request: HttpRequest, scope: Scope, pk: int, situation_id: int) -> HttpResponse:
    """It no longer holds; its note is not kept."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    try:
        write.end_situation(situation_id=situation_id, party_id=account.party_id, on=scope.today)
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("receivables:account", pk)
    audit.record(act="situation_ended", actor=request.user, kind="situation", pk=situation_id)
    messages.success(request, _("Terminó: los recordatorios vuelven a seguir su política."))
    return redirect("receivables:account", pk)


@screen
@require_POST
def flag(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A circumstance that a rule names, or hours that the person declared, with where it is written."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    given = request.POST
    word = given.get("flag", "")
    if word in (declared.INCONVENIENT, declared.REQUESTED):
        word = f"{word}:{given.get('days', '')}={given.get('from', '')}-{given.get('to', '')}"
    try:
        if len(given.get("proof", "").strip()) < _PROOF:
            raise UnusableInput(_("Diga dónde consta: un escrito, una llamada, un mensaje."), field="proof")
        until = given.get("until", "").strip()
        row = write.add_flag(
            party_id=account.party_id, flag=word, since=scope.today, until=parse_date(until) if until else None,
            proof=given.get("proof", "").strip(),
        )  # fmt: skip
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("receivables:account", pk)
    audit.record(act="flag_noted", actor=request.user, kind="flag", pk=row.pk, detail={"flag": row.flag})
    messages.success(request, _("Anotado: las normas ya lo tienen en cuenta."))
    return redirect("receivables:account", pk)


@screen
@require_POST
def flag_end(request: HttpRequest, scope: Scope, pk: int, flag_id: int) -> HttpResponse:
    """It no longer holds."""
    account = _account(pk)
    scope = follow(request, scope, account.creditor_id)
    write.end_flag(flag_id=flag_id, party_id=account.party_id, on=scope.today)
    audit.record(act="flag_ended", actor=request.user, kind="flag", pk=flag_id)
    messages.success(request, _("Ya no se tiene en cuenta."))
    return redirect("receivables:account", pk)


def _account(pk: int) -> Account:
    found = Account.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
