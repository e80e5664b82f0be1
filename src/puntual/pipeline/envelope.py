"""The last step of every message, whoever chose its words: the provider's template where one is asked for, its price,
and the sealed copy for the record. Reminders (`compose`) and answers (`answers`) both end here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox.models import ProviderTemplate
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach import wording
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.wording import Facts, Worded
from puntual.apps.parties import vault
from puntual.apps.parties.models import Creditor
from puntual.pipeline.costing import Tariff
from puntual.ports.channels import Outgoing, TemplateUse

#: Within this time of what somebody wrote, WhatsApp takes free words; a minute less, because sending takes time too.
WINDOW = timedelta(hours=24) - timedelta(minutes=1)


@attrs.frozen
class Spoken:
    """Words chosen for one row of the outbox: to whom, from which facts, under which person's key. `wrote`: they wrote
    by WhatsApp within its window, so that free words may leave."""

    row: Outbox
    creditor: Creditor
    recipient: str
    facts: Facts
    key: bytes = attrs.field(repr=False)
    worded: Worded = attrs.field()
    wrote: bool = False
    variant: str = ""
    #: Of an SMS whose words say it themselves; None: as its account does.
    accents: bool | None = None


@attrs.frozen
class Composed:
    """A message ready to leave, its sealed copy for the record, and what it costs."""

    outgoing: Outgoing
    sealed_subject: bytes
    sealed_text: bytes
    language: str = ""
    variant: str = ""
    units: int = 1
    cost_milli: int | None = None
    cost_currency: str = ""

    def record(self) -> dict[str, Any]:
        """What the record of a message keeps of these."""
        names = ("language", "variant", "units", "cost_milli", "cost_currency")
        return {name: getattr(self, name) for name in names}


def close(spoken: Spoken, tariff: Tariff, now: datetime, **more: Any) -> Composed:
    """The message as it leaves. `more`: fields of `Outgoing` that only its kind knows: files, what it answers."""
    row, worded, use = spoken.row, spoken.worded, None
    free = row.channel == "whatsapp" and spoken.wrote
    approved = _approved_for(spoken) if row.channel == "whatsapp" and not free else None
    if approved is not None:
        use, worded = _as_approved(approved, spoken.facts, worded)
    category = approved.category if approved else "SERVICE" if free else ""
    units, milli, currency = tariff.cost(
        row, recipient=spoken.recipient, text=worded.text, category=category, accents=spoken.accents
    )
    outgoing = attrs.evolve(
        _outgoing(spoken, worded, now), template=use, window_open=free, accents=spoken.accents, **more
    )
    return Composed(
        outgoing, vault.seal(spoken.key, worded.subject), vault.seal(spoken.key, worded.text), spoken.facts.language,
        spoken.variant, units, milli, currency,
    )  # fmt: skip


def _approved_for(spoken: Spoken) -> ProviderTemplate | None:
    return inbox.approved(spoken.row.creditor_id, spoken.row.template, spoken.facts.language)


def _as_approved(kept: ProviderTemplate, facts: Facts, worded: Worded) -> tuple[TemplateUse, Worded]:
    """The provider's template filled in, and its words as the person will read them, for the record."""
    values = tuple(wording.fill(facts, one) for one in kept.parameters)
    buttons = tuple((int(index), str(kind), wording.fill(facts, value)) for index, kind, value in kept.buttons)
    text = kept.body
    for number, value in enumerate(values, 1):
        text = text.replace(f"{{{{{number}}}}}", value)
    return TemplateUse(kept.name, kept.language, values, buttons), attrs.evolve(worded, text=text)


def _outgoing(spoken: Spoken, worded: Worded, now: datetime) -> Outgoing:
    row, creditor = spoken.row, spoken.creditor
    server = outreach.mail_server(creditor.pk)
    sender = server.sender if server else creditor.email or f"{creditor.code}@prueba.invalid"
    # A WhatsApp id is no telephone: whoever hides the phone has one of letters.
    hidden = row.channel == "whatsapp" and not spoken.recipient.startswith("+")
    return Outgoing(
        message_id=f"pun-{row.pk}-{row.attempts}@{sender.rpartition('@')[2]}",
        recipient="" if hidden else spoken.recipient,
        recipient_id=spoken.recipient if hidden else "",
        recipient_name=spoken.facts.person_name,
        sender=sender,
        sender_name=(server.sender_name if server else "") or creditor.name,
        subject=worded.subject,
        text=worded.text,
        html=worded.html,
        unsubscribe_url=f"{spoken.facts.link}baja/",
        expires_in_s=max(int((row.expires_at - now).total_seconds()), 0),
    )
