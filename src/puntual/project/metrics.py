"""`/metrics`: what a monitor asks for, in Prometheus' words. Counts only: nothing personal, nothing of money."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from puntual import __version__
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.planning import read as planning


def _may(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        return compare_digest(request.headers.get("Authorization", ""), f"Bearer {token}")
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Messages by state, and of each company how long its last run took and over how many due items. With
    PUNTUAL_METRICS_TOKEN it asks for that bearer; without, it answers this machine only."""
    if not _may(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    Gauge("puntual_info", "Versión en marcha", ["version"], registry=registry).labels(__version__).set(1)
    messages = Gauge("puntual_messages", "Mensajes por estado", ["state"], registry=registry)
    for state, count in outreach.states().items():
        messages.labels(state).set(count)
    seconds = Gauge("puntual_run_seconds", "Segundos del último día decidido", ["creditor"], registry=registry)
    items = Gauge("puntual_run_due_items", "Documentos del último día decidido", ["creditor"], registry=registry)
    for creditor in parties.creditors():
        plan = planning.latest(creditor.pk)
        if plan is not None:
            seconds.labels(creditor.code).set(plan.seconds)
            items.labels(creditor.code).set(plan.summary.get("due_items", 0))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
