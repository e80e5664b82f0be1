"""Addresses of the proofs and of the log."""

from __future__ import annotations

from django.urls import path

from puntual.apps.audit import views

app_name = "audit"
urlpatterns = [
    path("normas/bitacora/", views.log, name="log"),
    path("normas/bitacora/accesos/", views.accesses, name="accesses"),
    path("normas/pruebas/<int:pk>/", views.evidence, name="evidence"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "log": "log.see",
    "accesses": "log.see",
    "evidence": "evidence.export",
}
