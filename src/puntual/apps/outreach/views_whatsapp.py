"""Plantillas de WhatsApp: which are approved, how well they do, and which can be sent to be approved."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.inbox import read as inbox
from puntual.apps.outreach import read_templates, whatsapp_words
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput


@screen
@require_GET
def catalogue(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every message by language, with its state; outside the 24 hours only the approved ones are sent."""
    rows = [{"row": row, "label": read_templates.label(row.name)} for row in whatsapp_words.rows(scope.creditor.pk)]
    context = {
        "rows": rows,
        "account": inbox.channel_account(scope.creditor.pk, "whatsapp"),
        "languages": read_templates.LANGUAGES.values(),
    }
    return page(request, scope, "outreach/whatsapp.html", context)


@screen
@require_POST
def sync(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What WhatsApp says of them now."""
    try:
        found = import_string(settings.WHATSAPP_CATALOGUE)(scope.creditor.pk).templates()
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("settings:whatsapp")
    n = whatsapp_words.learnt(creditor_id=scope.creditor.pk, found=found, at=timezone.now())
    said = ngettext("%(n)d plantilla cambió de estado.", "%(n)d plantillas cambiaron de estado.", n) % {"n": n}
    messages.success(request, said if n else _("Al día: ninguna cambió de estado."))
    return redirect("settings:whatsapp")


@screen
@require_POST
def submit(request: HttpRequest, scope: Scope, name: str, language: str) -> HttpResponse:
    """One of ours goes to WhatsApp to be looked at."""
    try:
        one = whatsapp_words.draft(name, language, scope.creditor.address_form)
        status, category = import_string(settings.WHATSAPP_CATALOGUE)(scope.creditor.pk).submit(one)
    except UnusableInput as error:
        messages.error(request, error.sentence)
        return redirect("settings:whatsapp")
    whatsapp_words.submitted(creditor_id=scope.creditor.pk, one=one, status=status, category=category)
    audit.record(act="template_submitted", actor=request.user, kind="template", detail={"name": name, "to": "whatsapp"})
    messages.success(request, _("Enviada a WhatsApp. Suele responder en minutos; actualice para ver si la aprobó."))
    return redirect("settings:whatsapp")
