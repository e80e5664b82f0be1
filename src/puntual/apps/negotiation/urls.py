"""Addresses of Promesas y convenios and of Aclaraciones y quejas."""

from __future__ import annotations

from django.urls import path

from puntual.apps.negotiation import views

app_name = "negotiation"
urlpatterns = [
    path("promesas/", views.promises, name="promises"),
    path("aclaraciones/", views.disputes, name="disputes"),
    path("aclaraciones/<slug:kind>/<int:pk>/", views.said, name="said"),
    path("aclaraciones/<slug:kind>/<int:pk>/avanzar/", views.advance, name="advance"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "promises": "deals.see",
    "disputes": "disputes.see",
    "said": "disputes.see",
    "advance": "disputes.work",
}
