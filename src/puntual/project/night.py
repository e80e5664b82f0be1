"""The night's work beside the dispatcher, each piece in a process of its own and one at a time: interest and fees of
the day, reports by mail and missed targets, what the law wants forgotten, and the scores before dawn.

A machine that sleeps at night does its charges and its forgetting at the first chance of the day; scoring a portfolio
is for the small hours only.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime

from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import read as reports
from puntual.apps.segments import read as segments
from puntual.core.time import zone
from puntual.project import bindings

#: Hours of the company's day in which its portfolio is scored: nothing may be sent then in any country.
FROM_HOUR, TO_HOUR = 1, 6


class Night:
    """Starts each company's work once a day, and never two pieces at once."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.waiting: list[Sequence[str]] = []
        self.tried: set[tuple[object, ...]] = set()

    def turn(self) -> None:
        """Look once. A failure is told by that process itself and tried again the next night."""
        if self.child is not None and self.child.poll() is None:
            return
        self.child = None
        self._find()
        if self.waiting:
            self.child = _start(self.waiting.pop(0))

    def _find(self) -> None:
        now = bindings.now()
        companies = [(one, now.astimezone(zone(one.zone))) for one in parties.creditors()]
        for one, local in companies:
            if local.hour >= FROM_HOUR and self._first("accrue", one.pk, local.date()):
                self.waiting.append(["accrue", "--creditor", one.code])
            hour = ("reports", one.pk, local.date(), local.hour)
            if local.hour >= FROM_HOUR and self._first(*hour) and reports.waiting(one, local.date()):
                self.waiting.append(["report", "mail", "--creditor", one.code])
        if companies and self._first("retention", now.date()):
            self.waiting.append(["retention"])
        unscored = [one for one, local in companies if self._unscored(one, local)]
        if unscored:
            self.waiting.append(["predict", "--keep"])

    def _unscored(self, one: Creditor, local: datetime) -> bool:
        if not FROM_HOUR <= local.hour < TO_HOUR or not self._first("predict", one.pk, local.date()):
            return False
        last = segments.scoring(one.pk)
        return last is None or last.day < local.date()

    def _first(self, *key: object) -> bool:
        """Whether this was not tried yet; from now on it was."""
        fresh = key not in self.tried
        self.tried.add(key)
        return fresh


def _start(words: Sequence[str]) -> subprocess.Popen[bytes]:
    line = f"from puntual.project.cli import main; main({json.dumps(list(words))})"
    return subprocess.Popen([sys.executable, "-c", line], stdout=subprocess.DEVNULL)
