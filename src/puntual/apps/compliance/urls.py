"""Addresses of Normas de contacto."""

from __future__ import annotations

from django.urls import path

from puntual.apps.compliance import views, views_personal, views_rates, views_register, views_situations, views_soft

app_name = "compliance"
urlpatterns = [
    path("normas/", views.norms, name="norms"),
    path("normas/valores/", views_soft.values, name="soft_values"),
    path("normas/valores/<str:rule_id>/", views_soft.edit, name="soft_edit"),
    path("normas/valores/<int:pk>/deshacer/", views_soft.undo, name="soft_undo"),
    path("normas/tasas/", views_rates.rates, name="rates"),
    path("normas/tasas/cargar/", views_rates.load, name="rates_load"),
    path("normas/tasas/<str:name>/", views_rates.index, name="rate"),
    path("normas/autorizaciones/", views_register.register, name="register"),
    path("normas/situaciones/<int:pk>/", views_situations.add, name="situation_add"),
    path("normas/situaciones/<int:pk>/<int:situation_id>/terminar/", views_situations.end, name="situation_end"),
    path("normas/circunstancias/<int:pk>/", views_situations.flag, name="flag_add"),
    path("normas/circunstancias/<int:pk>/<int:flag_id>/terminar/", views_situations.flag_end, name="flag_end"),
    path("normas/datos/<int:pk>/", views_personal.personal, name="personal"),
    path("normas/<str:country>/", views.pack, name="pack"),
    path("normas/<str:country>/firmar/", views_soft.sign, name="sign"),
    path("normas/regla/<str:rule_id>/", views.rule, name="rule"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "norms": "norms.see",
    "soft_values": "norms.see",
    "soft_edit": ("norms.see", "norms.change"),
    "soft_undo": "norms.change",
    "rates": "norms.see",
    "rates_load": "norms.change",
    "rate": "norms.see",
    "register": "norms.see",
    "situation_add": "situations.note",
    "situation_end": "situations.note",
    "personal": ("evidence.export", "norms.change"),
    "flag_add": "situations.note",
    "flag_end": "situations.note",
    "pack": "norms.see",
    "sign": "norms.change",
    "rule": "norms.see",
}
