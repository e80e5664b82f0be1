"""Public addresses: a creditor's policy, and the check of a paper by its number."""

from __future__ import annotations

from django.urls import URLPattern, path

from puntual.apps.access.choices import PUBLIC
from puntual.apps.portal import views, views_papers

app_name = "public"
urlpatterns: list[URLPattern] = [
    path("politica/<slug:slug>/", views.policy, name="policy"),
    path("constancia/<slug:number>/", views_papers.check_paper, name="check_paper"),
]
#: For anybody.
PERMISSIONS = {str(one.name): PUBLIC for one in urlpatterns}
