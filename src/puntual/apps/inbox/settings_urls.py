"""Addresses."""

from __future__ import annotations

app_name = "inbox_settings"
urlpatterns: list = []
PERMISSIONS: dict[str, str] = {}
