"""Addresses of Hoy."""

from __future__ import annotations

from django.urls import path

from puntual.apps.access.choices import SIGNED_IN
from puntual.apps.planning import views

app_name = "planning"
urlpatterns = [
    path("", views.today, name="today"),
    path("empresa/", views.choose_creditor, name="choose_creditor"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "today": SIGNED_IN,
    "choose_creditor": SIGNED_IN,
}
