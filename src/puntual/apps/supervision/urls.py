"""Addresses of Supervisión."""

from __future__ import annotations

from django.urls import path

from puntual.apps.supervision import views

app_name = "supervision"
urlpatterns = [
    path("supervision/", views.index, name="index"),
    path("supervision/vivo/", views.stream, name="stream"),
    path("supervision/dia/", views.day, name="day"),
    path("supervision/dia/quien/", views.work, name="work"),
    path("supervision/estado/<int:pk>/", views.stand, name="stand"),
    path("supervision/calidad/", views.quality, name="quality"),
    path("supervision/calidad/<int:pk>/", views.review, name="review"),
    path("supervision/calidad/chat/<int:pk>/<int:agent>/", views.review_chat, name="review_chat"),
    path("supervision/calidad/<int:pk>/responder/", views.resolve, name="resolve"),
    path("mis-revisiones/", views.mine, name="mine"),
    path("mis-revisiones/<int:pk>/desacuerdo/", views.dispute, name="dispute"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "index": "supervision.see",
    "stream": "supervision.see",
    "day": "supervision.see",
    "work": "supervision.see",
    "quality": "supervision.see",
    "review": ("supervision.see", "supervision.act"),
    "review_chat": ("supervision.see", "supervision.act"),
    "resolve": "supervision.act",
    "stand": "supervision.act",
    "mine": "workbench.use",
    "dispute": "workbench.use",
}
