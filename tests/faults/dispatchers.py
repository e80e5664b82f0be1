"""What the tests of the dispatcher share: a real SMTP server that remembers, and dispatchers that are processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from aiosmtpd.controller import Controller

_DISPATCHER = """
import os, sys, time
os.environ["DATABASE_URL"], os.environ["PUNTUAL_DATA"] = sys.argv[1], sys.argv[2]
os.environ["DJANGO_SETTINGS_MODULE"] = "puntual.project.settings"
import django; django.setup()
from datetime import UTC, datetime, timedelta
from puntual.pipeline.dispatch import dispatch
from puntual.project import bindings
began = time.monotonic()
start = datetime.fromisoformat(sys.argv[3])
print("listo", flush=True)
tally = dispatch(bindings.outside(lambda: start + timedelta(seconds=time.monotonic() - began)))
print(tally, flush=True)
"""


class Sink:
    """A real SMTP server on loopback that keeps the Message-ID and the recipient of everything it accepted."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.accepted: list[str] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, server, session, envelope):
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode()
        self.accepted += [
            line.split("<", 1)[1].rstrip(">") for line in head.split("\r\n") if line.startswith("Message-ID")
        ]
        self.recipients += envelope.rcpt_tos
        return "250 recibido"


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A sink that listens for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        handler = Sink(free.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def start_dispatcher(at: datetime) -> subprocess.Popen[str]:
    """A dispatcher of its own process on this test's database, whose clock starts at `at`. Says «listo» when ready."""
    from django.conf import settings
    from django.db import connection

    s = connection.settings_dict
    url = f"postgresql://{s['USER']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"
    if connection.vendor == "sqlite":
        url = f"sqlite:///{s['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-c", _DISPATCHER, url, str(settings.DATA), at.isoformat()],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ}, cwd=Path.cwd(),
    )  # fmt: skip
