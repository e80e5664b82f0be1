"""«Modo de prueba» of SMS and WhatsApp: the words and the number, written as .txt instead of leaving."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from puntual.core.channels.sms_text import as_sent, measure
from puntual.ports.channels import Delivery, Outgoing


class TextFileChannel:
    """Writes each message to `<folder>/<day>/<message id>.txt`, whole or not at all."""

    def __init__(self, folder: Path, channel: str, now: Callable[[], datetime], *, accents: bool = False) -> None:
        self._folder, self._channel, self._now, self._accents = folder, channel, now, accents

    def send(self, message: Outgoing) -> Delivery:
        day = self._folder / f"{self._now():%Y-%m-%d}"
        day.mkdir(parents=True, exist_ok=True)
        file = day / f"{message.message_id.split('@')[0]}.txt"
        part = file.with_suffix(".part")
        part.write_text(self._written(message), encoding="utf-8")
        os.replace(part, file)  # noqa: PTH105
        return Delivery(file=str(file.relative_to(self._folder.parent)))

    def _written(self, message: Outgoing) -> str:
        if self._channel != "sms":
            return f"Para: {message.recipient}\nCanal: {self._channel}\n\n{message.text}\n"
        text = as_sent(message.text, accents=message.with_accents(self._accents))
        return f"Para: {message.recipient}\nCanal: sms\nPartes: {measure(text).parts}\n\n{text}\n"

    def close(self) -> None:
        """Nothing is kept open."""
