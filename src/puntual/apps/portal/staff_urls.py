"""Addresses of «Avisos de clientes», for the people of the company."""

from __future__ import annotations

from django.urls import URLPattern, path

from puntual.apps.portal import views_page, views_staff

app_name = "portal_staff"
urlpatterns: list[URLPattern] = [
    path("avisos/", views_staff.told, name="told"),
    path("avisos/<slug:kind>/<int:pk>/", views_staff.resolve, name="resolve"),
    path("clientes/<int:pk>/pagina/", views_page.links, name="links"),
    path("clientes/<int:pk>/pagina/hacer/", views_page.act, name="link_act"),
    path("avisos/archivo/<slug:kind>/<int:pk>/", views_staff.file, name="file"),
]
#: What each address needs (apps/access/urlmap.py).
PERMISSIONS = {
    "told": "notices.see",
    "resolve": "notices.work",
    "file": "notices.see",
    "links": "accounts.see",
    "link_act": "notices.work",
}
