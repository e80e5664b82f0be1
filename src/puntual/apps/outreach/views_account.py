"""The account that carries SMS or WhatsApp: who, from which sender, with or without accents; and what Puntual tells by
itself when something happens."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puntual.apps.audit import write as audit
from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import write_accounts
from puntual.apps.outreach import write_events
from puntual.apps.outreach.forms_account import CARRIERS, AccountForm
from puntual.apps.outreach.models import EventRules
from puntual.apps.scope import Scope, page, screen
from puntual.core.errors import UnusableInput


@screen
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, scope: Scope, channel: str) -> HttpResponse:
    """Who carries a channel. `?proveedor=` another than the one there is."""
    if channel not in CARRIERS:
        raise Http404
    one = inbox.channel_account(scope.creditor.pk, channel)
    asked = request.GET.get("proveedor") or (one.adapter if one else CARRIERS[channel][0])
    if asked not in CARRIERS[channel]:
        raise Http404
    mine = one if one and one.adapter == asked else None
    form = AccountForm(
        asked, request.POST or None, known=inbox.secrets_of(mine) if mine else None,
        address=mine.address if mine else "", accents=bool(mine and mine.accents),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            kept = write_accounts.keep_account(
                creditor_id=scope.creditor.pk, adapter=asked, address=form.cleaned_data["address"],
                credentials=form.credentials(), accents=form.cleaned_data.get("accents", False), at=timezone.now(),
            )  # fmt: skip
        except UnusableInput as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
        else:
            audit.record(
                act="channel_account_kept", actor=request.user, kind="channel_account", pk=kept.pk,
                detail={"adapter": asked, "address": kept.address, "accents": kept.accents},
            )  # fmt: skip
            messages.success(request, _("Cuenta guardada."))
            return redirect("settings:channel_account", channel)
    context = {
        "channel": channel, "form": form, "account": mine, "adapter": asked, "carriers": CARRIERS[channel],
        "notice_url": import_string(settings.NOTICE_URL)(mine) if mine else "",
    }  # fmt: skip
    return page(request, scope, "outreach/account.html", context)


class EventsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is told by itself."""

    class Meta:
        model = EventRules
        fields = ("promise_made", "promise_broken", "offer", "plan", "dispute", "receipt", "welcome")


@screen
@require_http_methods(["GET", "POST"])
def events(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Which facts are told, each once, with its words one click away."""
    form = EventsForm(request.POST or None, instance=write_events.rules_of(scope.creditor.pk))
    if request.method == "POST" and form.is_valid():
        write_events.save_rules(creditor_id=scope.creditor.pk, told=form.cleaned_data)
        audit.record(act="events_chosen", actor=request.user, kind="creditor", pk=scope.creditor.pk,
                     detail=form.cleaned_data)  # fmt: skip
        messages.success(request, _("Guardado. Vale para lo que pase desde ahora."))
        return redirect("settings:events")
    return page(request, scope, "outreach/events.html", {"form": form})
