"""Addresses of Visitas."""

from __future__ import annotations

from django.urls import path

from puntual.apps.visits import views

app_name = "visits"
urlpatterns = [
    path("visitas/", views.index, name="index"),
    path("visitas/sw.js", views.worker, name="worker"),
    path("visitas/ruta/<int:pk>/", views.round_, name="round"),
    path("visitas/ruta/<int:pk>/salir/", views.release, name="release"),
    path("visitas/<int:pk>/anotar/", views.report, name="report"),
    path("visitas/<int:pk>/prueba/", views.proof, name="proof"),
    path("visitas/<int:pk>/prueba/<slug:which>/", views.picture, name="picture"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": ("visits.see", "visits.plan"),
    "worker": "signed_in",
    "round": "visits.see",
    "release": "visits.work",
    "report": "visits.work",
    "proof": "visits.see",
    "picture": "visits.see",
}
