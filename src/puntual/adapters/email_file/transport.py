"""«Modo de prueba»: real messages, written as .eml to the data folder instead of leaving it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from puntual.adapters.mime import as_email
from puntual.ports.channels import Delivery, Outgoing


class FileChannel:
    """Writes each message to `<folder>/<day>/<message id>.eml`, whole or not at all."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder, self._now = folder, now

    def send(self, message: Outgoing) -> Delivery:
        now = self._now()
        day = self._folder / f"{now:%Y-%m-%d}"
        day.mkdir(parents=True, exist_ok=True)
        file = day / f"{message.message_id.split('@')[0]}.eml"
        part = file.with_suffix(".part")
        part.write_bytes(as_email(message, now=now).as_bytes())
        os.replace(part, file)  # noqa: PTH105
        return Delivery(file=str(file.relative_to(self._folder.parent)))

    def close(self) -> None:
        """Nothing is kept open."""
