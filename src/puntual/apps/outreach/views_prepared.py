"""The one act of a prepared WhatsApp message: open it in the user's own WhatsApp."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST

from puntual.apps.outreach.models import Outbox
from puntual.apps.scope import Scope, screen
from puntual.core.errors import Refused, UnusableInput


@screen
@require_POST
def open_prepared(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Gate, count, and go to WhatsApp with the words written; or back with the reason why not."""
    get_object_or_404(Outbox, pk=pk, creditor=scope.creditor)
    try:
        url = import_string(settings.PREPARED_OPENER)(pk, timezone.now(), request.user.pk)
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
        return redirect("outreach:message", pk=pk)
    return HttpResponseRedirect(url)
