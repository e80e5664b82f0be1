"""Addresses of what is decided after friendly ways."""

from __future__ import annotations

from django.urls import path

from puntual.apps.escalation import views, views_legal

app_name = "escalation"
urlpatterns = [
    path("central/", views.bureau, name="bureau"),
    path("central/cuenta/<int:pk>/", views.ask_form, name="bureau_ask_form"),
    path("central/cuenta/<int:pk>/pedir/", views.ask, name="bureau_ask"),
    path("legal/", views_legal.legal, name="legal"),
    path("legal/<int:pk>/dado/", views_legal.give, name="legal_give"),
    path("legal/<int:pk>/terminar/", views_legal.end, name="legal_end"),
    path("clientes/<int:pk>/legal/", views_legal.of_account, name="legal_account"),
    path("clientes/<int:pk>/legal/pedir/", views_legal.propose, name="legal_propose"),
    path("clientes/<int:pk>/expediente/", views.judicial_file, name="judicial_file"),
    path("clientes/<int:pk>/castigo/", views.write_off_file, name="write_off_file"),
    path("central/<int:pk>/", views.case, name="bureau_case"),
    path("central/<int:pk>/carta/", views.letter, name="bureau_letter"),
    path("central/<int:pk>/aviso/", views.notice, name="bureau_notice"),
    path("central/<int:pk>/aviso/<int:notice_id>/", views.settle, name="bureau_settle"),
    path("central/<int:pk>/reportado/", views.make, name="bureau_make"),
    path("central/<int:pk>/terminar/", views.end, name="bureau_end"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "bureau": "legal.see",
    "bureau_ask_form": "legal.see",
    "bureau_ask": "legal.propose",
    "legal": "legal.see",
    "legal_account": "legal.see",
    **dict.fromkeys(("legal_propose", "legal_give", "legal_end"), "legal.propose"),
    "judicial_file": "legal.see",
    "write_off_file": "legal.see",
    "bureau_case": "legal.see",
    "bureau_letter": "legal.see",
    "bureau_notice": "legal.propose",
    "bureau_settle": "legal.propose",
    "bureau_make": "legal.approve",
    "bureau_end": "legal.propose",
}
