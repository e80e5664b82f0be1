"""Putting letters in one PDF for the printer, from the words that were kept of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from puntual.adapters.letter_pdf import LetterPage, letters_pdf
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Creditor
from puntual.core.errors import UnusableInput
from puntual.core.time import local_date


def print_letters(creditor: Creditor, ids: Sequence[int], done: Callable[[int], None] = lambda _n: None) -> str:
    """Write them as one PDF in the data folder; gives its path within it. UnusableInput when none can be read. `done`
    hears how many are laid out."""
    rows = Outbox.objects.filter(pk__in=list(ids), creditor=creditor, channel="letter").select_related("message")
    found = list(rows.order_by("pk"))
    keys = parties.keys_of(row.party_id for row in found)
    places = parties.point_values([row.contact_point_id for row in found if row.contact_point_id])
    people = parties.people(row.party_id for row in found)
    pages = [
        LetterPage(
            sender=creditor.legal_name or creditor.name,
            recipient=people[row.party_id].name,
            address=places[row.contact_point_id],
            date=f"{local_date(row.finished_at or datetime.now(UTC), creditor.zone):%d/%m/%Y}",
            text=vault.unseal(keys[row.party_id], row.message.sealed_text),
            language=row.message.language or "es",
        )
        for row in found
        if row.party_id in keys and row.contact_point_id in places
    ]
    if not pages:
        raise UnusableInput("Ninguna de esas cartas se puede imprimir: faltan sus domicilios o se borraron sus datos.")
    folder = Path(settings.DATA) / "salida" / "cartas"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"cartas-{datetime.now(UTC):%Y%m%d-%H%M%S%f}.pdf"
    part = file.with_suffix(".part")
    part.write_bytes(letters_pdf(pages, done))
    os.replace(part, file)  # noqa: PTH105
    return str(file.relative_to(settings.DATA))
