"""Addresses of Mandantes."""

from __future__ import annotations

from django.urls import path

from puntual.apps.clients import views

app_name = "clients"
urlpatterns = [
    path("mandantes/", views.index, name="index"),
    path("mandantes/cargar/", views.load, name="load"),
    path("mandantes/archivos/<int:pk>/", views.received, name="received"),
    path("mandantes/archivos/<int:pk>/deshacer/", views.give_back, name="give_back"),
    path("mandantes/devolver/", views.make_return, name="make_return"),
    path("mandantes/devoluciones/<int:number>/", views.return_file, name="return_file"),
    path("mandantes/formatos/", views.layouts, name="layouts"),
    path("mandantes/comision/", views.commission, name="commission"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": "clients.see",
    "load": "clients.load",
    "received": "clients.see",
    "give_back": "clients.load",
    "make_return": "clients.load",
    "return_file": "clients.load",
    "layouts": ("clients.see", "clients.change"),
    "commission": ("clients.see", "clients.change"),
}
