"""The only writer of consents and situations. Consents are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

import attrs
from django.db import transaction

from puntual.apps import bulk
from puntual.apps.compliance import read
from puntual.apps.compliance.models import Consent, PartyFlag, Situation
from puntual.apps.compliance.soft import set_value, sign, take_back
from puntual.core.compliance import declared
from puntual.core.errors import Refused, UnusableInput
from puntual.core.frames import CHANNELS
from puntual.law.loader import FOLDER, available, read_pack

__all__ = [
    "NewConsent", "SITUATIONS", "add_flag", "add_situation", "declare_consents", "declare_hours", "end_flag",
    "end_situation", "misread", "opt_out", "record_consents", "set_value", "sign", "take_back",
]  # fmt: skip
#: The proof of what a person chose on their own page.
OWN_WORD = "la propia persona, en su página"
#: Situations that stop automation, each a code of `reasons`.
SITUATIONS = ("vulnerable", "moratorium", "deceased", "insolvency", "legal_representation")


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
    have: set[tuple[int, str, str, datetime, str, str]] = set()
    for piece in bulk.chunks(sorted({row.party for row in rows})):
        found = Consent.objects.filter(party_id__in=piece)
        names = ("party_id", "channel", "status", "at", "source", "proof")
        have |= {_same(*values) for values in found.values_list(*names)}
    fresh = [r for r in rows if _same(r.party, r.channel, r.status, r.at, r.source, r.proof) not in have]
    Consent.objects.bulk_create(
        [Consent(party_id=r.party, **attrs.asdict(r, filter=lambda a, _: a.name != "party")) for r in fresh],
        batch_size=500,
    )
    return len(fresh)


def _same(
    party: int, channel: str, status: str, at: datetime, source: str, proof: str
) -> tuple[int, str, str, datetime, str, str]:
    """What makes two acts one. Two messages of a person are two acts, be they of the same second."""
    return party, channel, status, at, source, proof if source == "person" else ""


def opt_out(*, party_id: int, channel: str, at: datetime, source: str, proof: str = "") -> None:
    """«No me escriban más»: honoured from this instant on, over every creditor."""
    record_consents(rows=[NewConsent(party_id, channel, "withdrawn", at, source, "", "", proof)])


@transaction.atomic
def misread(*, party_id: int, channel: str, proof: str, at: datetime) -> bool:
    """A withdrawal that was read into words that did not say it rules no more; it stays in the register, and so does
    this. Refused when the person asked to stop besides: that one only they lift. False: there is none of that proof.
    """
    standing = read.standing_of(party_id)
    if not any(r.status == "withdrawn" and (r.channel, r.proof) == (channel, proof) for r in standing):
        return False
    last_own = max((r.at for r in standing if r.status == "granted" and r.source == "person"), default=None)
    others = [r for r in standing if r.status == "withdrawn" and (r.channel, r.proof) != (channel, proof)]
    if any(last_own is None or r.at >= last_own for r in others):
        raise Refused("Además pidió en otra ocasión que no se le escriba: eso solo lo levanta la propia persona.")
    Consent.objects.create(party_id=party_id, channel=channel, status="misread", at=at, source="review", proof=proof)
    return True


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


@transaction.atomic
def add_situation(*, party_id: int, reason: str, since: date, until: date | None, note: str = "") -> Situation:
    """A situation that stops automation (one of SITUATIONS). Only a death has no end: every other says until when, so
    that a person looks at it again and nothing delicate is kept for ever."""
    if reason not in SITUATIONS:
        raise UnusableInput(f"La situación «{reason}» no se conoce: use una de {', '.join(SITUATIONS)}.")
    if until is not None and until <= since:
        raise UnusableInput("La situación debe terminar después de empezar: corrija «hasta».", field="until")
    same = Situation.objects.filter(party_id=party_id, reason=reason, since=since, until=until).first()
    return same or Situation.objects.create(party_id=party_id, reason=reason, since=since, until=until, note=note[:200])


@transaction.atomic
def end_situation(*, situation_id: int, party_id: int, on: date) -> Situation:
    """It no longer holds from that day on. Its note is not kept: what was delicate goes with it."""
    row = Situation.objects.select_for_update().filter(pk=situation_id, party_id=party_id).first()
    if row is None:
        raise UnusableInput("Esa situación ya no está.")
    if row.until is None or row.until > on:
        row.until = on
    row.note = ""
    row.save(update_fields=["until", "note"])
    return row


@transaction.atomic
def add_flag(*, party_id: int, flag: str, since: date, until: date | None, proof: str = "") -> PartyFlag:
    """A circumstance that a rule names holds for this person from a day on. UnusableInput for one that no norm
    names."""
    known = known_flags()
    if declared.is_declared(flag):
        declared.parse(flag)
    elif flag not in known:
        raise UnusableInput(f"Ninguna norma habla de «{flag}»: las circunstancias son {', '.join(sorted(known))}.")
    if until is not None and until <= since:
        raise UnusableInput("La circunstancia debe terminar después de empezar: corrija «hasta».", field="until")
    row, _new = PartyFlag.objects.get_or_create(
        party_id=party_id, flag=flag, since=since, until=until, defaults={"proof": proof[:200]}
    )
    return row


@transaction.atomic
def end_flag(*, flag_id: int, party_id: int, on: date) -> None:
    """The circumstance no longer holds from that day on."""
    PartyFlag.objects.filter(pk=flag_id, party_id=party_id).update(until=on)


@transaction.atomic
def declare_hours(*, party_id: int, inconvenient: Iterable[tuple[str, str]], since: date) -> None:
    """The (days, hours) that do not suit the person from now on, by their own word; what they said before no longer
    holds."""
    told = {declared.flag(declared.INCONVENIENT, days, span) for days, span in inconvenient}
    mine = PartyFlag.objects.filter(party_id=party_id, flag__startswith=f"{declared.INCONVENIENT}:", until=None)
    mine.filter(proof=OWN_WORD).exclude(flag__in=told).update(until=since)
    for flag in told - set(mine.values_list("flag", flat=True)):
        PartyFlag.objects.create(party_id=party_id, flag=flag, since=since, proof=OWN_WORD)


@lru_cache(maxsize=1)
def known_flags() -> frozenset[str]:
    """The circumstances that rules of the packs name, as exceptions or as conditions."""
    rows = [
        row
        for code in available()
        for document in (read_pack(FOLDER / f"{code.lower()}.yaml"),)
        for row in [*document["rules"], *(r for o in document.get("overlays", {}).values() for r in o["rules"])]
    ]
    return frozenset(f for row in rows for f in (*row.get("exceptions", ()), *row.get("when_flags", ())))
