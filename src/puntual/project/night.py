"""The night's work beside the dispatcher: the portfolio is scored in a process of its own, once a day, before dawn."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

from puntual.apps.parties import read as parties
from puntual.apps.segments import read as segments
from puntual.core.time import zone
from puntual.project import bindings

#: Hours of the company's day in which its portfolio is scored: nothing may be sent then in any country.
FROM_HOUR, TO_HOUR = 1, 6


class Night:
    """Starts `puntual predict --keep` when some company's morning comes near, and never two at once."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.tried: set[object] = set()

    def turn(self) -> None:
        """Look once. A failure is told by that process itself and tried again the next night."""
        if self.child is not None:
            if self.child.poll() is None:
                return
            self.child = None
        now = bindings.now()
        due = [one for one in parties.creditors() if self._due(one.pk, now.astimezone(zone(one.zone)))]
        if due:
            line = "from puntual.project.cli import main; main(['predict', '--keep'])"
            self.child = subprocess.Popen([sys.executable, "-c", line], stdout=subprocess.DEVNULL)

    def _due(self, creditor_id: int, local: datetime) -> bool:
        key = (creditor_id, local.date())
        if not FROM_HOUR <= local.hour < TO_HOUR or key in self.tried:
            return False
        self.tried.add(key)
        last = segments.scoring(creditor_id)
        return last is None or last.day < local.date()
