"""Addresses of Configuración that speak of what comes in."""

from __future__ import annotations

from django.urls import path

from puntual.apps.inbox import views_settings as views

app_name = "inbox_settings"
urlpatterns = [
    path("configuracion/correo-entrante/", views.mailbox, name="mailbox"),
    path("configuracion/correo-entrante/prueba/", views.mailbox_test, name="mailbox_test"),
    path("configuracion/correo-entrante/permiso/", views.permission, name="permission"),
    path("configuracion/correo-entrante/permiso/dado/", views.permission_given, name="permission_given"),
    path("configuracion/correo-entrante/quitar/", views.mailbox_stop, name="mailbox_stop"),
    path("configuracion/conversaciones/", views.rules, name="rules"),
    path("configuracion/conversaciones/respuestas/", views.canned, name="canned"),
    path("configuracion/conversaciones/respuestas/deshacer/", views.canned_undo, name="canned_undo"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "mailbox": ("settings.see", "settings.change"),
    "mailbox_test": "settings.change",
    "mailbox_stop": "settings.change",
    "permission": "settings.change",
    "permission_given": "settings.change",
    "rules": ("settings.see", "settings.change"),
    "canned": "settings.change",
    "canned_undo": "settings.change",
}
