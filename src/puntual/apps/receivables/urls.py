"""Addresses of Cartera, Cliente and Factura."""

from __future__ import annotations

from django.urls import path

from puntual.apps.receivables import views, views_detail

app_name = "receivables"
urlpatterns = [
    path("cartera/", views.portfolio, name="portfolio"),
    path("cartera/descargar/", views.download, name="download"),
    path("cartera/acciones/", views.bulk_preview, name="bulk_preview"),
    path("cartera/acciones/aplicar/", views.bulk_apply, name="bulk_apply"),
    path("cartera/deshacer/", views.bulk_undo, name="bulk_undo"),
    path("clientes/<int:pk>/", views_detail.account, name="account"),
    path("facturas/<int:pk>/", views_detail.invoice, name="invoice"),
]
