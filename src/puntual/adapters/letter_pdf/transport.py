"""A letter «leaves» when it is written as a PDF for the printer; a person posts it and tells its number."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from puntual.adapters.letter_pdf.document import LetterPage, letters_pdf
from puntual.ports.channels import ChannelError, Delivery, Outgoing


class LetterChannel:
    """Writes each letter to `<folder>/<day>/carta-<message id>.pdf`, whole or not at all."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder, self._now = folder, now

    def send(self, message: Outgoing) -> Delivery:
        """Write one letter. ChannelError when there is no address to send it to."""
        if not message.recipient.strip():
            raise ChannelError("No hay domicilio a donde enviar la carta.", permanent=True, bad_recipient=True)
        now = self._now()
        to = (message.recipient_name, message.recipient)
        page = LetterPage(message.sender_name, *to, f"{now:%d/%m/%Y}", message.text)
        day = self._folder / f"{now:%Y-%m-%d}"
        day.mkdir(parents=True, exist_ok=True)
        file = day / f"carta-{message.message_id.split('@')[0]}.pdf"
        part = file.with_suffix(".part")
        part.write_bytes(letters_pdf([page]))
        os.replace(part, file)  # noqa: PTH105
        return Delivery(file=str(file.relative_to(self._folder.parent)))

    def close(self) -> None:
        """Nothing is kept open."""
