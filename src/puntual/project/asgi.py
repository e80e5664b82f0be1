"""ASGI entry point: `uvicorn puntual.project.asgi:application`."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "puntual.project.settings")
application = get_asgi_application()
