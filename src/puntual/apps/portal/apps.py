from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "puntual.apps.portal"
    label = "portal"
