"""Everything that a person told through the page, in the open: for the copy of one's data, and for nobody else."""

from __future__ import annotations

from typing import Any

from puntual.apps.parties import read as parties
from puntual.apps.portal.models import (
    Attachment,
    Paper,
    PaymentClaim,
    PortalLink,
    Preference,
    ReminderRequest,
    Satisfaction,
    StandingPayday,
    TalkRequest,
    TermsAccepted,
    Told,
    Word,
    WrongPerson,
)

#: What was told -> its name in the copy, and the plain fields that go with it.
_TOLD: tuple[tuple[type[Told], str, tuple[str, ...]], ...] = (
    (PaymentClaim, "aviso_de_pago",
     ("amount_minor", "currency", "paid_on", "method", "state", "slip_type", "slip_size", "slip_sha256")),
    (ReminderRequest, "recordatorio", ("on",)),
    (TermsAccepted, "acepto_condiciones", ("version_id", "sha256", "language")),
    (Word, "palabras", ("can_pay_minor", "currency", "every", "delicate")),
    (TalkRequest, "quiso_hablar", ("channel", "hours", "done_at")),
    (Satisfaction, "respuesta", ("score",)),
    (WrongPerson, "no_es_esta_persona", ("silenced", "reviewed_at", "annulled_at")),
    (Attachment, "archivo", ("about", "about_id", "kind", "size", "sha256")),
)  # fmt: skip


def about_party(party_id: int) -> list[dict[str, Any]]:
    """One row for each thing told, oldest first. Words whose key was destroyed read «(datos borrados)»."""
    key = parties.key_of(party_id)
    found: list[dict[str, Any]] = []
    for model, name, fields in _TOLD:
        for row in model._default_manager.filter(account__party_id=party_id):
            values = {field: getattr(row, field) for field in fields}
            blob = getattr(row, "sealed_text", None) or getattr(row, "sealed_note", None)
            words = {"text": parties.vault.unseal(key, blob)} if blob else {}
            found.append({"what": name, "account": row.account_id, "at": row.at, **values, **words})
    for link in PortalLink.objects.filter(account__party_id=party_id):
        dates = {"expires_at": link.expires_at, "revoked_at": link.revoked_at}
        found.append({"what": "enlace", "account": link.account_id, "at": link.created_at, **dates})
    for paper in Paper.objects.filter(account__party_id=party_id):
        kept = {"kind": paper.kind, "number": paper.number, "sha256": paper.sha256}
        found.append({"what": "constancia", "account": paper.account_id, "at": paper.at, **kept})
    for day in StandingPayday.objects.filter(account__party_id=party_id):
        kept = {"kind": day.kind, "day": day.day, "weekday": day.weekday}
        found.append({"what": "dia_de_pago", "account": day.pk, "at": day.at, **kept})
    for one in Preference.objects.filter(pk=party_id):
        found.append({"what": "preferencia", "account": None, "at": one.at, "channel": one.channel, "hours": one.hours})
    return sorted(found, key=lambda row: row["at"])
