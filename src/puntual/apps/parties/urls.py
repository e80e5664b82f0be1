"""Addresses of Configuración."""

from __future__ import annotations

from django.urls import path

from puntual.apps.outreach import views_account as account
from puntual.apps.outreach import views_channels as channels
from puntual.apps.outreach import views_settings as sends
from puntual.apps.outreach import views_whatsapp as whatsapp
from puntual.apps.parties import views_settings as views

app_name = "settings"
urlpatterns = [
    path("configuracion/", views.index, name="index"),
    path("configuracion/empresa/", views.company, name="company"),
    path("configuracion/empresa/deshacer/", views.company_undo, name="company_undo"),
    path("configuracion/correo/", sends.mail, name="mail"),
    path("configuracion/correo/prueba/", sends.test, name="mail_test"),
    path("configuracion/modo-de-prueba/", sends.mode, name="mode"),
    path("configuracion/primeros-envios/", sends.first_sends, name="first_sends"),
    path("configuracion/canales/", channels.channels, name="channels"),
    path("configuracion/canales/precio/", channels.price, name="price"),
    path("configuracion/canales/precio/<int:pk>/quitar/", channels.drop_price, name="price_drop"),
    path("configuracion/canales/<slug:channel>/cuenta/", account.account, name="channel_account"),
    path("configuracion/mensajes-por-hechos/", account.events, name="events"),
    path("configuracion/canales/<slug:channel>/ritmo/", channels.pace, name="pace"),
    path("configuracion/whatsapp/", whatsapp.catalogue, name="whatsapp"),
    path("configuracion/whatsapp/actualizar/", whatsapp.sync, name="whatsapp_sync"),
    path("configuracion/whatsapp/<slug:name>/<slug:language>/enviar/", whatsapp.submit, name="whatsapp_submit"),
    path("configuracion/mensajes/", sends.templates, name="templates"),
    path("configuracion/mensajes/<slug:name>/<slug:channel>/", sends.template, name="template"),
    path("configuracion/mensajes/<slug:name>/<slug:channel>/original/", sends.use_shipped, name="template_shipped"),
    path("configuracion/mensajes/<slug:name>/<slug:channel>/deshacer/", sends.template_undo, name="template_undo"),
    path("configuracion/respaldo/", views.backup, name="backup"),
    path("configuracion/respaldo/<str:name>", views.backup_file, name="backup_file"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": "settings.see",
    "company": ("settings.see", "settings.change"),
    "company_undo": "settings.change",
    "mail": ("settings.see", "settings.change"),
    "mail_test": "settings.change",
    "mode": ("settings.see", "settings.change"),
    "first_sends": "settings.change",
    "channels": "settings.see",
    "channel_account": ("settings.see", "settings.change"),
    "events": ("settings.see", "settings.change"),
    "price": "settings.change",
    "price_drop": "settings.change",
    "pace": "settings.change",
    "whatsapp": "settings.see",
    "whatsapp_sync": "settings.change",
    "whatsapp_submit": "settings.change",
    "templates": "settings.see",
    "template": ("settings.see", "settings.change"),
    "template_shipped": "settings.change",
    "template_undo": "settings.change",
    "backup": "backup.take",
    "backup_file": "backup.take",
}
