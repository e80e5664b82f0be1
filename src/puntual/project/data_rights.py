"""What a person may ask of their data, for the screens: all that is held, what keeps it here, and forgetting them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from puntual.apps.parties.models import Party
from puntual.pipeline import erasure, personal


def everything(party: Party) -> dict[str, Any]:
    """All that is kept about a person."""
    return personal.everything(party)


def held_by(party: Party, now: datetime) -> list[str]:
    """Why they cannot be forgotten yet, in sentences; empty if they can."""
    return [hold.sentence for hold in erasure.holds(party, now)]


def forget(party: Party, now: datetime, actor: Any) -> dict[str, int]:
    """Forget them. Refused while a legal hold stands."""
    return erasure.erase(party_id=party.pk, now=now, actor=actor)
