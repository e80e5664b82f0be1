"""Addresses of Políticas."""

from __future__ import annotations

from django.urls import path

from puntual.apps.policies import views, views_edit

app_name = "policies"
urlpatterns = [
    path("politicas/", views.index, name="index"),
    path("politicas/nueva/", views.new, name="new"),
    path("politicas/<int:pk>/", views.policy, name="policy"),
    path("politicas/<int:pk>/pasos/nuevo/", views_edit.step, name="step_new"),
    path("politicas/<int:pk>/pasos/<str:step_id>/", views_edit.step, name="step"),
    path("politicas/<int:pk>/pasos/<str:step_id>/quitar/", views_edit.remove, name="step_remove"),
    path("politicas/<int:pk>/reglas/", views_edit.rules, name="rules"),
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
