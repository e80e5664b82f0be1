"""Addresses of Domiciliaciones."""

from __future__ import annotations

from django.urls import path

from puntual.apps.debits import views

app_name = "debits"
urlpatterns = [
    path("domiciliaciones/", views.index, name="index"),
    path("domiciliaciones/mandatos/", views.mandates, name="mandates"),
    path("domiciliaciones/mandatos/<int:pk>/", views.mandate, name="mandate"),
    path("domiciliaciones/mandatos/<int:pk>/papel/", views.paper, name="paper"),
    path("domiciliaciones/mandatos/<int:pk>/cambiar/", views.change, name="change"),
    path("domiciliaciones/archivo/", views.make, name="make"),
    path("domiciliaciones/archivo/<int:pk>/", views.download, name="download"),
    path("domiciliaciones/respuesta/", views.answer, name="answer"),
    path("domiciliaciones/cargo/<int:pk>/otra-vez/", views.again, name="again"),
    path("domiciliaciones/como-se-cobra/", views.settings_, name="settings"),
    path("clientes/<int:pk>/domiciliacion/", views.sign, name="sign"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": "payments.see",
    "mandates": "payments.see",
    "mandate": "deals.see",
    "paper": "payments.see",
    "change": "deals.propose",
    "make": "payments.match",
    "download": "payments.match",
    "answer": "payments.match",
    "again": "payments.match",
    "settings": ("payments.see", "gateways.change"),
    "sign": "deals.propose",
}
