"""Reads for payments that people register by hand."""

from __future__ import annotations

from puntual.apps.receivables.models import Event
from puntual.core.errors import UnusableInput


def event_of_key(key: str) -> int:
    """The event booked under that key. UnusableInput if there is none."""
    found = Event.objects.filter(key=key).values_list("pk", flat=True).first()
    if found is None:
        raise UnusableInput(f"No hay un movimiento «{key}».")
    return int(found)
