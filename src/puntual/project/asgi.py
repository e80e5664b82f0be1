"""ASGI entry point: `uvicorn puntual.project.asgi:application`.

Django gives every request a thread of its own, and with it a new connection to the database. Here a few threads stay,
each with its connection and what that has in memory: a page at the desk costs a third less (ADR 0010).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "puntual.project.settings")
#: Threads of one web process. Pages are short; these are so many slow ones (a report) that hold nobody up.
SEATS = 8


class _Seat:
    """A thread that stays, and how many requests it has now. One that only listens (the live floor) uses it for
    moments: others share it meanwhile."""

    def __init__(self, number: int) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"pagina-{number}")
        self.busy = 0

    def __enter__(self) -> ThreadPoolExecutor:
        self.busy += 1
        return self.thread

    def __exit__(self, *_how: object) -> None:
        self.busy -= 1


class Handler(ASGIHandler):
    """Each request on the thread that has fewest."""

    def __init__(self) -> None:
        super().__init__()
        self.seats = [_Seat(n) for n in range(SEATS)]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Solo se atiende HTTP, no «{scope['type']}».")
        with min(self.seats, key=lambda one: one.busy) as thread:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)


django.setup(set_prefix=False)
application = Handler()
