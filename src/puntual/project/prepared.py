"""Opening a prepared WhatsApp message from a screen, bound to the portal's links."""

from __future__ import annotations

from datetime import datetime

from puntual.pipeline import prepared
from puntual.project.bindings import portal_links


def open_prepared(outbox_id: int, now: datetime, user_id: int | None) -> str:
    """The address that opens the user's WhatsApp. Refused or UnusableInput say why not."""
    return prepared.open_prepared(outbox_id=outbox_id, now=now, links=portal_links, user_id=user_id).url
