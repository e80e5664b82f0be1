"""The only writer of consents and situations. Consents are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import attrs
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.compliance.models import Consent, Situation
from puntual.core.errors import UnusableInput
from puntual.core.frames import CHANNELS


@attrs.frozen
class NewConsent:
    """One act. `source` is person for the person's own act; anything else never lifts an opt-out."""

    party: int
    channel: str
    status: str
    at: datetime
    source: str
    basis: str = ""
    text: str = ""
    proof: str = ""


@transaction.atomic
def record_consents(*, rows: Sequence[NewConsent]) -> int:
    """Add acts to the register; the very same act twice is one. Gives how many were new."""
    for row in rows:
        if row.channel != "*" and row.channel not in CHANNELS:
            raise UnusableInput(f"El canal «{row.channel}» no se conoce: use uno de {', '.join(CHANNELS)} o *.")
        if row.status not in ("granted", "withdrawn"):
            raise UnusableInput("Un consentimiento se otorga (granted) o se retira (withdrawn).")
    have: set[tuple[int, str, str, datetime, str]] = set()
    for piece in bulk.chunks(sorted({row.party for row in rows})):
        have |= set(
            Consent.objects.filter(party_id__in=piece).values_list("party_id", "channel", "status", "at", "source")
        )
    fresh = [r for r in rows if (r.party, r.channel, r.status, r.at, r.source) not in have]
    Consent.objects.bulk_create(
        [Consent(party_id=r.party, **attrs.asdict(r, filter=lambda a, _: a.name != "party")) for r in fresh],
        batch_size=500,
    )
    return len(fresh)


def opt_out(*, party_id: int, channel: str, at: datetime, source: str, proof: str = "") -> None:
    """«No me escriban más»: honoured from this instant on, over every creditor."""
    record_consents(rows=[NewConsent(party_id, channel, "withdrawn", at, source, "", "", proof)])


@transaction.atomic
def declare_consents(
    *, parties: Iterable[int], channels: Sequence[str], basis: str, text: str, proof: str, at: datetime | None = None
) -> int:
    """Consents that the company already holds, declared in bulk with their evidence. They never lift an opt-out."""
    if not basis.strip() or not proof.strip():
        raise UnusableInput("Diga en qué se basan las autorizaciones y dónde está su prueba (contrato, grabación...).")
    when = at or datetime.now(UTC)
    rows = [
        NewConsent(party, channel, "granted", when, "declared", basis, text, proof)
        for party in parties
        for channel in channels
    ]
    return record_consents(rows=rows)


def add_situation(*, party_id: int, reason: str, since: date, until: date | None, note: str = "") -> Situation:
    """A situation that stops automation (vulnerable, moratorium, deceased, insolvency, legal_representation)."""
    known = ("vulnerable", "moratorium", "deceased", "insolvency", "legal_representation")
    if reason not in known:
        raise UnusableInput(f"La situación «{reason}» no se conoce: use una de {', '.join(known)}.")
    return Situation.objects.create(party_id=party_id, reason=reason, since=since, until=until, note=note[:200])
