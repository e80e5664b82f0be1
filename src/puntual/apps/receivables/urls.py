"""Addresses of Cartera, Cliente and Factura."""

from __future__ import annotations

from django.urls import path

from puntual.apps.receivables import views, views_acts, views_detail, views_payment

app_name = "receivables"
urlpatterns = [
    path("cartera/", views.portfolio, name="portfolio"),
    path("cartera/descargar/", views.download, name="download"),
    path("cartera/acciones/", views.bulk_preview, name="bulk_preview"),
    path("cartera/acciones/aplicar/", views.bulk_apply, name="bulk_apply"),
    path("cartera/deshacer/", views.bulk_undo, name="bulk_undo"),
    path("clientes/<int:pk>/", views_detail.account, name="account"),
    path("clientes/<int:pk>/pago/", views_acts.register_payment, name="register_payment"),
    path("clientes/<int:pk>/pago/documentos/", views_payment.choose_items, name="choose_items"),
    path("clientes/<int:pk>/pago/quitar/", views_acts.undo_payment, name="undo_payment"),
    path("clientes/<int:pk>/promesa/", views_acts.make_promise, name="make_promise"),
    path("clientes/<int:pk>/promesa/quitar/", views_acts.undo_promise, name="undo_promise"),
    path("facturas/<int:pk>/", views_detail.invoice, name="invoice"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "portfolio": "accounts.see",
    "download": "accounts.export",
    "bulk_preview": "accounts.change",
    "bulk_apply": "accounts.change",
    "bulk_undo": "accounts.change",
    "account": "accounts.see",
    "register_payment": "payments.register",
    "choose_items": "payments.register",
    "undo_payment": "payments.register",
    "make_promise": "deals.propose",
    "undo_promise": "deals.propose",
    "invoice": "accounts.see",
}
