"""Addresses of Normas de contacto."""

from __future__ import annotations

from django.urls import path

from puntual.apps.compliance import views

app_name = "compliance"
urlpatterns = [
    path("normas/", views.norms, name="norms"),
    path("normas/<str:country>/", views.pack, name="pack"),
    path("normas/regla/<str:rule_id>/", views.rule, name="rule"),
]
