"""Addresses of Riesgo y segmentos."""

from __future__ import annotations

from django.urls import path

from puntual.apps.segments import views, views_experiments, views_learnt, views_model

app_name = "segments"
urlpatterns = [
    path("riesgo/", views.overview, name="overview"),
    path("riesgo/segmentos/", views.segments, name="segments"),
    path("riesgo/segmentos/<slug:code>/", views.segment, name="segment"),
    path("riesgo/reglas/", views.rules, name="rules"),
    path("riesgo/calificar/", views.score_now, name="score_now"),
    path("riesgo/recursos/", views.resources, name="resources"),
    path("riesgo/experimentos/", views_experiments.index, name="experiments"),
    path("riesgo/experimentos/nuevo/", views_experiments.new, name="new_experiment"),
    path("riesgo/experimentos/<int:pk>/", views_experiments.detail, name="experiment"),
    path("riesgo/experimentos/<int:pk>/terminar/", views_experiments.stop, name="stop_experiment"),
    path("riesgo/canal-y-hora/", views_learnt.learnt, name="learnt"),
    path("riesgo/canal-y-hora/<int:pk>/", views_learnt.propose, name="learn"),
    path("riesgo/modelo/", views_model.card, name="model"),
    path("riesgo/comparar/", views_model.compare, name="compare"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "overview": "segments.see",
    "segments": "segments.see",
    "segment": "segments.see",
    "rules": ("segments.see", "segments.change"),
    "score_now": "segments.change",
    "resources": ("segments.see", "segments.change"),
    "experiments": "segments.see",
    "new_experiment": "segments.change",
    "experiment": "segments.see",
    "stop_experiment": "segments.change",
    "learnt": "segments.see",
    "learn": "policies.change",
    "model": "segments.see",
    "compare": "segments.see",
}
