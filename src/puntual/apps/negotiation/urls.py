"""Addresses of Promesas y convenios and of Aclaraciones y quejas."""

from __future__ import annotations

from django.urls import path

from puntual.apps.negotiation import views, views_deals, views_incentives

app_name = "negotiation"
urlpatterns = [
    path("promesas/", views.promises, name="promises"),
    path("clientes/<int:pk>/convenio/", views_deals.offer, name="offer"),
    path("clientes/<int:pk>/incentivo/", views_incentives.incentive, name="incentive"),
    path("convenios/<int:pk>/", views_deals.deal, name="deal"),
    path("convenios/<int:pk>/aprobar/", views_deals.approve, name="approve"),
    path("convenios/<int:pk>/responder/", views_deals.answer, name="answer"),
    path("aclaraciones/", views.disputes, name="disputes"),
    path("aclaraciones/<slug:kind>/<int:pk>/", views.said, name="said"),
    path("aclaraciones/<slug:kind>/<int:pk>/avanzar/", views.advance, name="advance"),
    path("aclaraciones/<slug:kind>/<int:pk>/pasar/", views.pass_on, name="pass_on"),
    path("aclaraciones/<slug:kind>/<int:pk>/causa/", views.inside, name="inside"),
    path("aclaraciones/<slug:kind>/<int:pk>/prueba/", views.attach, name="attach"),
    path("aclaraciones/<slug:kind>/<int:pk>/prueba/<int:file_id>/", views.file, name="file"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "promises": "deals.see",
    "offer": "deals.propose",
    "incentive": "deals.propose",
    "deal": "deals.see",
    "approve": "deals.approve",
    "answer": "deals.propose",
    "disputes": "disputes.see",
    "said": "disputes.see",
    "file": "disputes.see",
    **dict.fromkeys(("advance", "inside", "attach", "pass_on"), "disputes.work"),
}
