"""What past forecasts said, kept in a file per company: each takes a training, and its answer never changes."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import attrs

from puntual.apps.reports.columns import folder
from puntual.core.reports.forecast import Said

#: Another name when the forecast itself changes: what an older one said is not the error of this one.
_FILE = "pronosticos-2.json"
#: So many are kept: the last of several periods and learners.
_MOST = 24


@attrs.frozen
class FileMemory:
    """core.reports.forecast.Memory in the data folder."""

    creditor_id: int

    def recall(self, cut: date, known: str) -> Said | None:
        """What was said that morning with what was known then; None when nobody asked before."""
        return self._read().get(f"{cut}:{known}")

    def keep(self, cut: date, known: str, said: Said) -> None:
        """Whole or not at all; the oldest answers go."""
        told = {**self._read(), f"{cut}:{known}": said}
        place = folder(self.creditor_id)
        place.mkdir(parents=True, exist_ok=True)
        new = place / f"pronosticos-{uuid4().hex}.tmp"
        new.write_text(json.dumps(dict(list(told.items())[-_MOST:])))
        new.replace(place / _FILE)

    def _read(self) -> dict[str, Said]:
        try:
            found: dict[str, Said] = json.loads((folder(self.creditor_id) / _FILE).read_text())
            return found
        except (OSError, ValueError):
            return {}
