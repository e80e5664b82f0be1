"""Addresses of Conciliar pagos and of Medios de cobro."""

from __future__ import annotations

from django.urls import path

from puntual.apps.payments import views, views_bulk, views_favour, views_gateways, views_online, views_watch

app_name = "payments"
urlpatterns = [
    path("pagos/", views.queue, name="queue"),
    path("pagos/leer/", views.understand, name="understand"),
    path("pagos/<int:pk>/", views.movement, name="movement"),
    path("pagos/<int:pk>/confirmar/", views.confirm, name="confirm"),
    path("pagos/<int:pk>/aplicar/", views.apply, name="apply"),
    path("pagos/<int:pk>/apartar/", views.ignore, name="ignore"),
    path("pagos/<int:pk>/deshacer/", views.undo, name="undo"),
    path("pagos/de-nadie/<int:pk>/", views_gateways.nobody, name="nobody"),
    path("pagos/de-nadie/<int:pk>/asignar/", views_gateways.assign, name="assign"),
    path("pagos/avisos/<int:pk>/reintentar/", views_gateways.retry, name="retry"),
    path("pagos/varios/confirmar/", views_bulk.confirm, name="confirm_many"),
    path("pagos/varios/deshacer/", views_bulk.undo, name="undo_many"),
    path("pagos/a-favor/", views_favour.favour, name="favour"),
    path("pagos/a-favor/aplicar/", views_favour.apply_favour, name="apply_favour"),
    path("pagos/en-linea/", views_online.online, name="online"),
    path("pagos/en-linea/<int:pk>/", views_online.payment, name="online_payment"),
    path("pagos/en-linea/<int:pk>/devolver/", views_online.refund, name="refund"),
    path("pagos/en-linea/<int:pk>/no-era-suyo/", views_online.unassign, name="unassign"),
    path("pagos/devoluciones/<int:pk>/", views_online.decide, name="refund_decide"),
    path("pagos/inusuales/", views_watch.unusual, name="unusual"),
    path("pagos/inusuales/<int:pk>/", views_watch.attend, name="attend"),
    path("pagos/depositos/", views_watch.deposits, name="deposits"),
    path("pagos/depositos/reporte/", views_watch.report, name="report"),
    path("pagos/depositos/<int:pk>/", views_watch.deposit, name="deposit"),
    path("pagos/medios/", views_gateways.gateways, name="gateways"),
    path("pagos/medios/<int:pk>/cambiar/", views_gateways.switch, name="switch"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "queue": "payments.see",
    "understand": "payments.match",
    "movement": "payments.see",
    "confirm": "payments.match",
    "apply": "payments.match",
    "ignore": "payments.match",
    "undo": "payments.match",
    "nobody": "payments.see",
    "assign": "payments.match",
    "retry": "payments.match",
    "confirm_many": "payments.match",
    "undo_many": "payments.match",
    "favour": "payments.see",
    "apply_favour": "payments.match",
    "online": "payments.see",
    "online_payment": "payments.see",
    "refund": "refunds.propose",
    "refund_decide": "refunds.approve",
    "unassign": "payments.match",
    "unusual": "payments.see",
    "attend": "payments.match",
    "deposits": "payments.see",
    "deposit": "payments.see",
    "report": "payments.match",
    "gateways": ("payments.see", "gateways.change"),
    "switch": "gateways.change",
}
