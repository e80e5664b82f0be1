"""Several movements of the bank settled with one press, after their number and sum were seen; and all taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from puntual.apps.payments import forms, write_bulk
from puntual.apps.payments import read_screens as screens
from puntual.apps.payments.choices import LineState
from puntual.apps.scope import Scope, screen


@screen
@require_POST
def confirm(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Those that were ticked; or, with `todas`, every almost sure one that the filters of the list leave."""
    ticked = [int(v) for v in request.POST.getlist("sel") if v.isdecimal() and len(v) < 19]
    if request.POST.get("todas"):
        ticked = screens.almost_sure(scope.creditor.pk, forms.filters_from(request.GET))
    if not ticked:
        messages.info(request, _("Marque al menos un movimiento."))
        return redirect("payments:queue")
    done = write_bulk.confirm_many(creditor_id=scope.creditor.pk, lines=ticked, by=request.user.pk, at=timezone.now())
    request.session["settled_lines"] = list(done.done)
    told = ngettext("%(n)d movimiento aplicado.", "%(n)d movimientos aplicados.", len(done.done)) % {
        "n": len(done.done)
    }
    if done.left:
        told += " " + ngettext("%(n)d se queda para verlo.", "%(n)d se quedan para verlos.", done.left) % {
            "n": done.left
        }
    messages.success(request, told, extra_tags=reverse("payments:undo_many"))
    return redirect("payments:queue")


@screen
@require_POST
def undo(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Take back the last ones that this session settled together."""
    lines = request.session.pop("settled_lines", [])
    undone = write_bulk.undo_many(
        creditor_id=scope.creditor.pk, lines=lines, by=request.user.pk, at=timezone.now(), on=scope.today
    )
    told = ngettext("%(n)d movimiento espera otra vez.", "%(n)d movimientos esperan otra vez.", undone)
    messages.success(request, told % {"n": undone})
    return redirect(f"{reverse('payments:queue')}?ver={LineState.SUGGESTED}")
