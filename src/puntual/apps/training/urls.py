"""Addresses of Capacitación."""

from __future__ import annotations

from django.urls import path

from puntual.apps.training import views

app_name = "training"
urlpatterns = [
    path("capacitacion/", views.index, name="index"),
    path("capacitacion/equipo/", views.team, name="team"),
    path("capacitacion/practicar/<slug:case>/", views.begin, name="begin"),
    path("capacitacion/<int:pk>/", views.talk, name="talk"),
    path("capacitacion/<int:pk>/decir/", views.say, name="say"),
    path("capacitacion/<int:pk>/colgar/", views.finish, name="finish"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": "workbench.use",
    "team": "supervision.see",
    "begin": "workbench.use",
    "talk": "workbench.use",
    "say": "workbench.use",
    "finish": "workbench.use",
}
