"""Envíos que no salieron: what failed, what nobody knows, what grew too old; and the providers that are in trouble."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.audit import write as audit
from puntual.apps.outreach import lines, read_troubles, write
from puntual.apps.outreach.models import Outbox
from puntual.apps.receivables.read_screens import names_of
from puntual.apps.scope import Scope, page, screen

PAGE = 50


@screen
@require_GET
def troubles(request: HttpRequest, scope: Scope) -> HttpResponse:
    """`?que=` failed, unknown or expired; by default those that failed and those that nobody knows."""
    now, kind = timezone.now(), request.GET.get("que", "")
    one = scope.creditor.pk
    found = read_troubles.expired(one, now) if kind == "expired" else read_troubles.rows(one, kind)
    shown = Paginator(found, PAGE).get_page(request.GET.get("pagina"))
    names = names_of(row.account for row in shown)
    context: dict[str, Any] = {
        "kind": kind if kind in read_troubles.KINDS else "",
        "counts": read_troubles.counts(one, now),
        "shown": shown,
        "sends": [{"row": row, "name": names[row.account_id]} for row in shown],
        "paused": lines.paused(now, one),
    }
    return page(request, scope, "outreach/troubles.html", context)


@screen
@require_POST
def retry(request: HttpRequest, scope: Scope) -> HttpResponse:
    """«Intentar otra vez» or «Sí llegó», for the ticked ones, or for one with its own button."""
    one = request.POST.get("uno", "")
    ids = [int(i) for i in ([one] if one else request.POST.getlist("sel")) if i.isdigit()]
    mine = list(Outbox.objects.filter(creditor_id=scope.creditor.pk, pk__in=ids).values_list("pk", flat=True))
    now = timezone.now()
    if request.POST.get("accion") == "llego":
        n = write.arrived(ids=mine, now=now)
        said = ngettext("%(n)d mensaje queda como enviado.", "%(n)d mensajes quedan como enviados.", n)
    else:
        n = write.retry(ids=mine, now=now)
        said = ngettext(
            "%(n)d mensaje sale otra vez. Antes se miran su saldo y la norma.",
            "%(n)d mensajes salen otra vez. Antes se miran su saldo y la norma.", n,
        )  # fmt: skip
    act = "send_arrived" if request.POST.get("accion") == "llego" else "send_retried"
    audit.record(act=act, actor=request.user, kind="outbox", detail={"ids": mine, "n": n})
    if n:
        messages.success(request, said % {"n": n})
    else:
        messages.error(request, _("Marque al menos un mensaje que no haya salido."))
    return redirect("outreach:troubles")


@screen
@require_POST
def mended(request: HttpRequest, scope: Scope, channel: str) -> HttpResponse:
    """«Probar ahora»: one message goes to see whether the provider works again."""
    lines.mended(creditor_id=scope.creditor.pk, channel=channel, now=timezone.now())
    audit.record(act="line_mended", actor=request.user, kind="line", detail={"channel": channel})
    messages.success(request, _("Se prueba con un mensaje. Si sale, siguen los demás."))
    return redirect("outreach:troubles")
