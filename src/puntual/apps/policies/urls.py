"""Addresses of Políticas."""

from __future__ import annotations

from django.urls import path

from puntual.apps.policies import views, views_edit, views_limits

app_name = "policies"
urlpatterns = [
    path("politicas/", views.index, name="index"),
    path("politicas/nueva/", views.new, name="new"),
    path("politicas/<int:pk>/", views.policy, name="policy"),
    path("politicas/<int:pk>/pasos/nuevo/", views_edit.step, name="step_new"),
    path("politicas/<int:pk>/pasos/<str:step_id>/", views_edit.step, name="step"),
    path("politicas/<int:pk>/pasos/<str:step_id>/quitar/", views_edit.remove, name="step_remove"),
    path("politicas/<int:pk>/reglas/", views_edit.rules, name="rules"),
    path("politicas/<int:pk>/convenios/", views_limits.negotiation, name="negotiation"),
    path("politicas/<int:pk>/conciliacion/", views_limits.cash, name="cash"),
    path("politicas/<int:pk>/aprender/", views_limits.learning, name="learning"),
    path("politicas/<int:pk>/incentivos/nuevo/", views_limits.incentive, name="incentive_new"),
    path("politicas/<int:pk>/incentivos/<int:number>/", views_limits.incentive, name="incentive"),
    path("politicas/<int:pk>/incentivos/<int:number>/quitar/", views_limits.incentive_remove, name="incentive_remove"),
    path("politicas/<int:pk>/texto/", views_edit.text, name="text"),
    path("politicas/<int:pk>/descartar/", views_edit.discard, name="discard"),
    path("politicas/<int:pk>/deshacer/", views_edit.undo, name="undo"),
    path("politicas/<int:pk>/vista-previa/", views.preview, name="preview"),
    path("politicas/<int:pk>/ensayo/", views.replay, name="replay"),
    path("politicas/<int:pk>/activar/", views.activate, name="activate"),
    path("politicas/<int:pk>/versiones/<int:number>/", views.version, name="version"),
    path("politicas/<int:pk>/asignar/", views.assign, name="assign"),
    path("politicas/<int:pk>/asignar/deshacer/", views.unassign, name="unassign"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": "policies.see",
    "new": "policies.change",
    "policy": "policies.see",
    "step_new": "policies.change",
    "step": ("policies.see", "policies.change"),
    "step_remove": "policies.change",
    "rules": ("policies.see", "policies.change"),
    "negotiation": ("policies.see", "policies.change"),
    "cash": ("policies.see", "policies.change"),
    "learning": ("policies.see", "policies.change"),
    "incentive_new": "policies.change",
    "incentive": ("policies.see", "policies.change"),
    "incentive_remove": "policies.change",
    "text": ("policies.see", "policies.change"),
    "discard": "policies.change",
    "undo": "policies.change",
    "preview": "policies.see",
    "replay": "policies.see",
    "activate": "policies.activate",
    "version": ("policies.see", "policies.change"),
    "assign": "policies.activate",
    "unassign": "policies.activate",
}
