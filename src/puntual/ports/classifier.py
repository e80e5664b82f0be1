"""What understanding replies must offer, and what a language model may at most propose.

`Classifier` is asked for every reply. `Proposer` is optional: its answer goes through
`core.customers.understanding.combine`, which lets it fill gaps for a person to confirm but never act, nor undo a
stop.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from puntual.core.customers.understanding import Understanding


class Classifier(Protocol):
    """Reads one reply. Offline, deterministic, and quick enough for a webhook (under 20 ms)."""

    def classify(self, text: str, country: str, at: datetime) -> Understanding:
        """What `text` says. `country` is ISO 3166-1 alpha-2 and rules currency, zone and slang; `at` is the aware
        instant at which the person wrote, against which "mañana" or "el viernes" are resolved.

        UnusableInput for an empty text, an unknown country or an instant without offset.
        """


class Proposer(Protocol):
    """A language model behind a wall: sees the text only, returns a proposal or None when it has nothing or fails."""

    def propose(self, text: str, country: str, at: datetime) -> Understanding | None: ...
