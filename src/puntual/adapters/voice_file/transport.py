"""Writes what a voice would say to the data folder; with espeak-ng installed, also a .wav to listen to."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from puntual.ports.channels import Delivery, Outgoing

_SPEAK_S = 20
_VOICES = {"es": "es-419", "pt": "pt-br", "en": "en-us"}


class VoiceFileChannel:
    """Writes each script to `<folder>/<day>/voz-<message id>.txt`, whole or not at all. `speaker`: the program that
    reads it aloud; None looks for espeak-ng."""

    def __init__(
        self, folder: Path, now: Callable[[], datetime], *, language: str = "es", speaker: str | None = None
    ) -> None:
        self._folder, self._now = folder, now
        self._voice = _VOICES.get(language, _VOICES["es"])
        self._speaker = shutil.which("espeak-ng") if speaker is None else speaker

    def send(self, message: Outgoing) -> Delivery:
        """Write one script. The sound is a courtesy: without it the script stands."""
        day = self._folder / f"{self._now():%Y-%m-%d}"
        day.mkdir(parents=True, exist_ok=True)
        file = day / f"voz-{message.message_id.split('@')[0]}.txt"
        part = file.with_suffix(".part")
        part.write_text(f"Para: {message.recipient}\nCanal: voice\n\n{message.text.strip()}\n", encoding="utf-8")
        os.replace(part, file)  # noqa: PTH105
        self._speak(message.text, file.with_suffix(".wav"))
        return Delivery(file=str(file.relative_to(self._folder.parent)))

    def _speak(self, text: str, sound: Path) -> None:
        if not self._speaker:
            return
        line = [self._speaker, "-v", self._voice, "-s", "150", "-w", str(sound), "--stdin"]
        try:
            subprocess.run(line, input=text.encode(), timeout=_SPEAK_S, check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError):
            sound.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is kept open."""
