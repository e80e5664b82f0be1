"""Addresses of the face itself."""

from __future__ import annotations

from django.urls import path

from puntual.apps.access.choices import PUBLIC, SIGNED_IN
from puntual.ui import views

app_name = "ui"
urlpatterns = [
    path("mis-opciones/", views.preferences, name="preferences"),
    path("paleta/", views.palette, name="palette"),
    path("vistas/", views.save_view, name="save_view"),
    path("vistas/<int:view_id>/quitar/", views.remove_view, name="remove_view"),
    path("guia/", views.style_guide, name="style_guide"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "preferences": SIGNED_IN,
    "palette": SIGNED_IN,
    "save_view": SIGNED_IN,
    "remove_view": SIGNED_IN,
    "style_guide": "guide.see",
    "healthz": PUBLIC,
    "readyz": PUBLIC,
}
