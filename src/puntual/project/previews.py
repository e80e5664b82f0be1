"""What a message would say if it left now, for the screens. Sends nothing and keeps nothing."""

from __future__ import annotations

from datetime import datetime

from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.core.errors import UnusableInput
from puntual.pipeline import compose
from puntual.project.bindings import portal_links


def preview(row: Outbox, now: datetime) -> tuple[str, str, str]:
    """Recipient, subject and text of a planned message. UnusableInput says why there is none."""
    if row.contact_point_id is None:
        raise UnusableInput("No es un mensaje: es una tarea para una persona.")
    made = compose.messages([row], portal_links, now).get(row.pk)
    if made is None:
        raise UnusableInput("No hay texto: los datos de la persona se borraron o su contacto ya no está.")
    key = parties.key_of(row.party_id)
    return made.outgoing.recipient, vault.unseal(key, made.sealed_subject), vault.unseal(key, made.sealed_text)
