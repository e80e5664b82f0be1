"""The face's own pages: choices of each person, the palette, the style guide, saved views, health."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from puntual.apps.access import read as access
from puntual.core.errors import UnusableInput
from puntual.ui import read, write
from puntual.ui.ageing import ageing
from puntual.ui.choices import Density, Theme
from puntual.ui.states import SENDS, STATES, VERDICTS


def back(request: HttpRequest, default: str = "/") -> HttpResponse:
    """To the page that a form came from, if it is ours."""
    wanted = request.POST.get("volver", "")
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if own else default)


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """«Mis opciones»: theme, density, shortcuts."""
    if request.method == "POST":
        given = request.POST
        try:
            write.set_preference(
                user_id=request.user.pk,
                theme=given.get("theme"),
                density=given.get("density"),
                shortcuts=given["shortcuts"] == "on" if "shortcuts" in given else None,
            )
        except UnusableInput as error:
            messages.error(request, error.sentence)
        return back(request, "/mis-opciones/")
    return render(request, "ui/preferences.html", {"themes": Theme.choices, "densities": Density.choices})


@login_required
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """What Ctrl K offers for the words typed: places, and what each app's search finds."""
    query = request.GET.get("q", "").strip()
    groups: list[dict[str, Any]] = []
    places = read.palette_entries(query, may_open=access.opener(request))
    if len(query) >= 2:
        for dotted in settings.PALETTE_SEARCH:
            groups += import_string(dotted)(request, query)
    found = [{"url": e.path, "name": e.name, "icon": e.icon, "sub": ""} for e in places]
    if found:
        groups.append({"name": _("Ir a"), "results": found})
    return render(request, "ui/_palette_results.html", {"groups": groups, "query": query})


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of a list under a name."""
    given = request.POST
    try:
        row = write.save_view(
            user_id=request.user.pk,
            screen=given.get("screen", "")[:40],
            name=given.get("name", ""),
            query=given.get("query", ""),
            for_team=given.get("team") == "on",
        )
        messages.success(request, _("Vista «%(name)s» guardada.") % {"name": row.name})
    except UnusableInput as error:
        messages.error(request, error.sentence)
    return back(request)


@login_required
@require_POST
def remove_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget a saved view."""
    row = write.remove_view(user_id=request.user.pk, view_id=view_id)
    if row:
        messages.success(request, _("Vista «%(name)s» quitada.") % {"name": row.name})
    return back(request)


@login_required
@require_GET
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component, alive, on one page."""
    today = date(2026, 11, 20)
    context = {
        "today": today,
        "states": [*STATES, *SENDS, *VERDICTS],
        "order": "-open",
        "bar": ageing([8_450_000, 3_120_050, 1_240_000, 560_000, 910_075], "MXN"),
        "clear": ageing([0, 0, 0, 0, 0], "CLP"),
        "days": [today + timedelta(days=d) for d in (3, 1, 0, -1, -20)],
        "reasons": ["promise_open", "frequency_cap", "holiday", "opted_out"],
        "tones": ["", "good", "warn", "bad", "info", "clay"],
    }
    return render(request, "ui/style_guide.html", context)


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can work: its database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False, "database": False}, status=503)
    return JsonResponse({"ready": True, "database": True})
