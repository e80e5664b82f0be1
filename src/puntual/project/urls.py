"""Every address of the product, by hand: screens by app, the API, the portal, webhooks, health."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
