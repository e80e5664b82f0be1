"""A prepared WhatsApp message, opened in the user's own WhatsApp: no account needed, gated and counted all the same.

The product cannot know whether the person pressed «send», so it is recorded as *opened* and takes its slot in the caps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote

import attrs
from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.outreach import sending
from puntual.apps.outreach.models import Message, Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.core import reasons
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import zone
from puntual.pipeline import compose
from puntual.pipeline.dispatch import looked
from puntual.pipeline.last_look import last_look


@attrs.frozen
class Prepared:
    """Where the user's WhatsApp opens with the words already written."""

    url: str
    text: str


def open_prepared(
    *,
    outbox_id: int,
    now: datetime,
    links: Callable[[Mapping[int, int | None]], Mapping[int, str]],
    user_id: int | None,
) -> Prepared:
    """Look once more at balance, pauses and law, take the slot, and give the link. Refused says why not and until when.

    Opening the same one again gives the same link and counts once.
    """
    with transaction.atomic():
        row = Outbox.objects.select_for_update().filter(pk=outbox_id, channel="whatsapp").first()
        if row is None:
            raise UnusableInput("Ese mensaje no es de WhatsApp o ya no existe.")
        verdict: sending.Verdict | None = None
        if row.state == "planned":
            parties_write.lock_parties(party_ids=[row.party_id])
            verdict = _take(row, now)
        elif row.state != "opened":
            raise Refused(f"Ese mensaje ya no se puede abrir: {row.get_state_display().lower()}.")
        made = compose.messages([row], links, now).get(row.pk)
        if made is None:
            raise UnusableInput("No hay a quién escribir: el teléfono ya no está o los datos se borraron.")
        stored = Message(
            outbox_id=row.pk,
            message_id=made.outgoing.message_id,
            sealed_subject=made.sealed_subject,
            sealed_text=made.sealed_text,
            digest=hashlib.sha256(made.outgoing.text.encode()).hexdigest(),
            **made.record(),
        )
        sending.opened(row=row, message=stored, now=now, user_id=user_id)
        if verdict is not None:
            opened = attrs.evolve(
                looked(row, verdict), kind="outcome", verdict="opened", reason="opened_by_user", digest=stored.digest
            )
            audit.record_decisions(rows=[looked(row, verdict), opened], at=now)
    number = made.outgoing.recipient.lstrip("+")
    return Prepared(f"https://wa.me/{number}?text={quote(made.outgoing.text)}", made.outgoing.text)


def _take(row: Outbox, now: datetime) -> sending.Verdict:
    verdict = last_look([row], now)[row.pk]
    if verdict.go:
        sending.take_slots(rows=[row], verdicts={row.pk: verdict}, now=now)
        return verdict
    until = ""
    if verdict.until:
        local = verdict.until.astimezone(zone(parties.creditor(f"acr_{row.creditor_id}").zone))
        until = f" Se podrá desde el {local:%d/%m a las %H:%M}."
    raise Refused(reasons.sentence(verdict.reason) + until, reason=verdict.reason, rule=verdict.rule)
