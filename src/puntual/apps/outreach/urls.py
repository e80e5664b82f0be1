"""Addresses of Envíos programados."""

from __future__ import annotations

from django.urls import path

from puntual.apps.outreach import views

app_name = "outreach"
urlpatterns = [
    path("envios/", views.scheduled, name="scheduled"),
    path("envios/acciones/", views.act, name="act"),
    path("envios/deshacer/", views.undo, name="undo"),
    path("envios/<int:pk>/", views.message, name="message"),
]
