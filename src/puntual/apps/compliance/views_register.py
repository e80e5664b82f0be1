"""The register of authorisations and stops on screen: who, by which channel, on what basis, when and its proof."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from puntual.apps.compliance import read
from puntual.apps.parties import read as parties
from puntual.apps.scope import Scope, page, screen
from puntual.core.frames import CHANNELS

PAGE = 50
SOURCES = {
    "person": _("la propia persona"), "portal": _("la propia persona"), "import": _("carga de datos"),
    "declared": _("declarada por la empresa"), "contract": _("contrato"), "agency": _("agencia"),
    "review": _("revisión de una persona"),
}  # fmt: skip


@screen
@require_GET
def register(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every act about the people of this creditor, newest first, filtered by channel, act or words of a name."""
    channel, status = request.GET.get("canal", ""), request.GET.get("acto", "")
    words = request.GET.get("q", "").strip()
    rows = read.register(
        creditor_id=scope.creditor.pk,
        channel=channel if channel in CHANNELS or channel == "*" else "",
        status=status if status in ("granted", "withdrawn", "misread") else "",
        parties=parties.parties_matching(words) if words else None,
    )
    shown = Paginator(rows, PAGE).get_page(request.GET.get("pagina"))
    people = parties.people(row.party_id for row in shown)
    context: dict[str, Any] = {
        "rows": [{"row": r, "name": people[r.party_id].name, "source": SOURCES.get(r.source, r.source)} for r in shown],
        "pages": shown,
        "channels": [c for c in CHANNELS if c != "task"],
        "channel": channel,
        "status": status,
        "q": words,
    }
    return page(request, scope, "compliance/register.html", context)
