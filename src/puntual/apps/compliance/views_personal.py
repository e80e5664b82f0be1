"""Datos personales: what a person may ask to see or to be forgotten, until when it is answered, and what keeps it."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puntual.apps.audit import write as audit
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.apps.scope import Scope, follow, page, screen
from puntual.core.errors import Refused
from puntual.law.retention_loader import retention

#: What must be typed to forget a person: it cannot be undone.
WORD = "BORRAR"


@screen
@require_http_methods(["GET", "POST"])
def personal(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Everything held about a person to download, and forgetting them when no law keeps it."""
    account = Account.objects.select_related("party", "creditor").filter(pk=pk).first()
    if account is None:
        raise Http404
    scope = follow(request, scope, account.creditor_id)
    if request.method == "POST":
        return _forget(request, account)
    if request.GET.get("formato") == "json":
        return _download(request, account)
    context = {
        "account": account,
        "name": parties.person(account.party_id).name,
        "held": import_string(settings.PERSONAL_HELD_BY)(account.party, timezone.now()),
        "kept": retention(account.party.country or account.creditor.country, scope.today),
        "word": WORD,
    }
    return page(request, scope, "compliance/personal.html", context)


def _download(request: HttpRequest, account: Account) -> HttpResponse:
    found = import_string(settings.PERSONAL_EXPORT)(account.party)
    audit.record(act="party_exported", actor=request.user, kind="party", pk=account.party_id)
    text = json.dumps(found, ensure_ascii=False, indent=1, default=_plain)
    name = f'attachment; filename="datos-per_{account.party_id}.json"'
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers={"Content-Disposition": name})


def _plain(value: object) -> object:
    if hasattr(value, "as_json"):
        return value.as_json()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _forget(request: HttpRequest, account: Account) -> HttpResponse:
    if request.POST.get("word", "").strip() != WORD:
        messages.error(request, _("Escriba %s para confirmar: no se puede deshacer.") % WORD)
        return redirect("compliance:personal", account.pk)
    try:
        import_string(settings.PERSONAL_FORGET)(account.party, timezone.now(), request.user)
    except Refused as error:
        messages.error(request, error.sentence)
        return redirect("compliance:personal", account.pk)
    messages.success(request, _("Sus datos se borraron. Los libros quedan, sin decir quién era."))
    return redirect("receivables:portfolio")
