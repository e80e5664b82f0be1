"""Gestión: the queue in its three groups, the next one, and one's own day."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.scope import Scope, page, screen
from puntual.apps.workbench import (
    outside,
    read,
    read_presence,
    read_screens,
    write,
    write_presence,
    write_scripts,
)
from puntual.apps.workbench.choices import STANDS
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_date, local_instant
from puntual.core.workbench.availability import TOLD


def day_start(scope: Scope) -> datetime:
    """The first instant of the creditor's day."""
    return local_instant(scope.today, time.min, scope.creditor.zone)


@screen
@require_GET
def queue(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Whom to speak with, best first, and why."""
    now = timezone.now()
    conf = read.settings_of(scope.creditor.pk)
    held = read.held_by(request.user.pk, now)
    built_on = local_date(conf.built_at, scope.creditor.zone) if conf.built_at else None
    context = {
        "groups": read_screens.groups(scope.creditor, request.user.pk, now, conf.built),
        "held": held,
        "held_name": read_screens.parties.person(held.party_id).name if held else "",
        "call_backs": read_screens.named(read.open_call_backs(scope.creditor.pk, request.user.pk, 8)),
        "mine": read.day_of(request.user.pk, day_start(scope)),
        "stand": read_presence.stand_of(request.user.pk, held, now),
        "states": [(state, STANDS[state]) for state in TOLD],
        "built_at": conf.built_at,
        "stale": built_on is not None and built_on < scope.today,
        "now": now,
    }
    return page(request, scope, "workbench/queue.html", context)


@screen
@require_POST
def build(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Build the queue of today now."""
    now = timezone.now()
    write_scripts.install(creditor_id=scope.creditor.pk, at=now)
    count = outside.build(scope.creditor, now)
    text = ngettext("La cola tiene a %(n)d persona.", "La cola tiene a %(n)d personas.", count)
    messages.success(request, text % {"n": count})
    return redirect("workbench:queue")


@screen
@require_POST
def take_next(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Hold the best one that nobody holds, and open it."""
    hold_s = read.settings_of(scope.creditor.pk).hold_s
    me, now = request.user.pk, timezone.now()
    try:
        lock = write.take_next(creditor_id=scope.creditor.pk, agent_id=me, now=now, hold_s=hold_s)
    except Refused as error:
        messages.error(request, error.sentence)
        return redirect("workbench:queue")
    if lock is None:
        messages.info(request, _("No queda nadie por atender ahora: los demás esperan o los lleva alguien más."))
        return redirect("workbench:queue")
    return redirect("workbench:desk", pk=lock.account_id)


@screen
@require_POST
def stand(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Say how one stands: available, on a break, in training..."""
    try:
        row = write_presence.be(agent_id=request.user.pk, state=request.POST.get("state", ""), now=timezone.now())
        messages.success(request, _("Ahora está en «%(state)s».") % {"state": STANDS[row.state]})
    except (Refused, UnusableInput) as error:
        messages.error(request, error.sentence)
    return redirect("workbench:queue")


@screen
@require_POST
def beat(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The agent is still there. 409 when the hold was lost."""
    hold_s = read.settings_of(scope.creditor.pk).hold_s
    alive = write.beat(agent_id=request.user.pk, now=timezone.now(), hold_s=hold_s)
    return JsonResponse({"alive": alive}, status=200 if alive else 409)
