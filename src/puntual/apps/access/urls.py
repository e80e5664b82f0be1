"""Addresses of Personas y permisos, of Llaves de otros programas and of Por aprobar."""

from __future__ import annotations

from django.urls import path

from puntual.apps.access import views_approvals, views_keys, views_people
from puntual.apps.access.choices import PROVEN

app_name = "access"
urlpatterns = [
    path("configuracion/personas/", views_people.people, name="people"),
    path("configuracion/personas/nueva/", views_people.invite, name="invite"),
    path("configuracion/personas/segundo-paso/", views_people.second_step, name="second_step"),
    path("configuracion/personas/<int:pk>/", views_people.person, name="person"),
    path("configuracion/personas/<int:pk>/cambiar/", views_people.act, name="act"),
    path("configuracion/llaves/", views_keys.keys, name="keys"),
    path("configuracion/llaves/<int:pk>/revocar/", views_keys.revoke, name="revoke"),
    path("por-aprobar/", views_approvals.approvals, name="approvals"),
    path("por-aprobar/reglas/", views_approvals.rules, name="approval_rules"),
    path("por-aprobar/<int:pk>/", views_approvals.decide, name="decide"),
    path("clientes/<int:pk>/condonar/", views_approvals.reduce, name="reduce"),
    path("invitacion/<str:uid>/<str:token>/", views_keys.choose_password, name="choose_password"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "people": "people.see",
    "invite": "people.change",
    "second_step": "people.change",
    "person": "people.see",
    "act": "people.change",
    "keys": "keys.change",
    "revoke": "keys.change",
    "approvals": "approvals.see",
    "approval_rules": "settings.change",
    "decide": "approvals.decide",
    "reduce": "charges.propose",
    "choose_password": PROVEN,
}
