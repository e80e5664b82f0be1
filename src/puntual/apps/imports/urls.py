"""Addresses of Cargar datos."""

from __future__ import annotations

from django.urls import path

from puntual.apps.imports import views

app_name = "imports"
urlpatterns = [
    path("cargar/", views.index, name="index"),
    path("cargar/revisar/<str:token>/", views.review, name="review"),
    path("cargar/revisar/<str:token>/columnas/", views.layout, name="layout"),
    path("cargar/revisar/<str:token>/cargar/", views.load, name="load"),
    path("cargar/<int:pk>/", views.run, name="run"),
    path("cargar/<int:pk>/apartados.csv", views.rejects, name="rejects"),
    path("cargar/<int:pk>/faltaron/", views.vanished, name="vanished"),
    path("cargar/<int:pk>/faltaron/deshacer/", views.vanished_undo, name="vanished_undo"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": ("imports.see", "imports.load"),
    "review": "imports.see",
    "layout": "imports.load",
    "load": "imports.load",
    "run": "imports.see",
    "rejects": "imports.see",
    "vanished": "imports.load",
    "vanished_undo": "imports.load",
}
