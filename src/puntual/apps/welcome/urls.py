"""Addresses of the first run."""

from __future__ import annotations

from django.urls import path

from puntual.apps.access.choices import PUBLIC, SIGNED_IN
from puntual.apps.welcome import views, views_missing

app_name = "welcome"
urlpatterns = [
    path("comenzar/", views.start, name="start"),
    path("comenzar/cuenta/", views.account, name="account"),
    path("comenzar/ejemplo/", views.example, name="example"),
    path("comenzar/empresa/", views.company, name="company"),
    path("comenzar/faltan/", views_missing.missing, name="missing"),
    path("comenzar/faltan/plazo/", views_missing.terms, name="terms"),
    path("comenzar/permisos/", views.consents, name="consents"),
    path("comenzar/permisos/anotar/", views.declare, name="declare"),
    path("comenzar/politica/", views.policy, name="policy"),
    path("comenzar/vista/", views.preview, name="preview"),
    path("comenzar/programar/", views.schedule, name="schedule"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "account": PUBLIC,
    "start": SIGNED_IN,
    "example": (SIGNED_IN, "company.create"),
    "company": "company.create",
    "missing": ("imports.see", "accounts.change"),
    "terms": "accounts.change",
    "consents": "norms.see",
    "declare": "consents.declare",
    "policy": ("policies.see", "policies.activate"),
    "preview": "sends.see",
    "schedule": "sends.change",
}
