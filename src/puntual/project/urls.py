"""Every address of the product, by hand: screens by app, the API, the portal, webhooks, health."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from puntual.apps.access.choices import PROVEN, PUBLIC
from puntual.project import gateways, inbox, sandbox
from puntual.project.api import api
from puntual.project.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("puntual.apps.access.account_urls")),
    path("", include("puntual.apps.welcome.urls")),
    path("", include("puntual.ui.urls")),
    path("api/v1/", api.urls),
    path("metrics", metrics, name="metrics"),
    path("p/<str:token>/", include("puntual.apps.portal.urls")),
    path("", include("puntual.apps.portal.public_urls")),
    path("", include("puntual.apps.portal.staff_urls")),
    *inbox.urls,
    path("webhooks/<slug:provider>/", gateways.webhook, name="webhook"),
    path("simulador/mercadopago/<path:path>", sandbox.mercadopago, name="sandbox"),
    path("webhooks/<slug:provider>/<str:ref>/", gateways.webhook, name="webhook_of"),
    path("", include("puntual.apps.planning.urls")),
    path("", include("puntual.apps.segments.urls")),
    path("", include("puntual.apps.receivables.urls")),
    path("", include("puntual.apps.workbench.urls")),
    path("", include("puntual.apps.outreach.urls")),
    path("", include("puntual.apps.inbox.urls")),
    path("", include("puntual.apps.inbox.settings_urls")),
    path("", include("puntual.apps.audit.urls")),
    path("", include("puntual.apps.compliance.urls")),
    path("", include("puntual.apps.escalation.urls")),
    path("", include("puntual.apps.negotiation.urls")),
    path("", include("puntual.apps.policies.urls")),
    path("", include("puntual.apps.reports.urls")),
    path("", include("puntual.apps.imports.urls")),
    path("", include("puntual.apps.payments.urls")),
    path("", include("puntual.apps.clients.urls")),
    path("", include("puntual.apps.training.urls")),
    path("", include("puntual.apps.supervision.urls")),
    path("", include("puntual.apps.visits.urls")),
    path("", include("puntual.apps.debits.urls")),
    path("", include("puntual.apps.access.urls")),
    path("", include("puntual.apps.parties.urls")),
]

#: What the addresses that are no app's need: each proves who asks by its signature, its key or its token.
PERMISSIONS = {
    "api:*": PROVEN,
    "metrics": PROVEN,
    "webhook": PROVEN,
    "webhook_of": PROVEN,
    **{str(one.name): PROVEN for one in inbox.urls},
    "sandbox": PUBLIC,
}

handler403 = "puntual.ui.errors.forbidden"
handler404 = "puntual.ui.errors.not_found"
handler500 = "puntual.ui.errors.broken"
