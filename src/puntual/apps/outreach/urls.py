"""Addresses of Envíos programados."""

from __future__ import annotations

from django.urls import path

from puntual.apps.outreach import views, views_prepared

app_name = "outreach"
urlpatterns = [
    path("envios/", views.scheduled, name="scheduled"),
    path("envios/acciones/", views.act, name="act"),
    path("envios/deshacer/", views.undo, name="undo"),
    path("envios/<int:pk>/", views.message, name="message"),
    path("envios/<int:pk>/abrir/", views_prepared.open_prepared, name="open_prepared"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "scheduled": "sends.see",
    "act": "sends.approve",
    "undo": "sends.approve",
    "message": "sends.see",
    "open_prepared": "sends.open",
}
