"""Answers and thanks on their way out: their words, and what the last look must know of them.

They go through the very dispatch of every message. They ask for no money, so the balance does not hold them; the one
confirmation of a stop is judged by what the person had said until the act that it confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
import polars as pl

from puntual.apps.inbox import identify, speaking
from puntual.apps.inbox import read as inbox
from puntual.apps.inbox.models import Reply
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach import wording
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.shipped import spoken
from puntual.apps.outreach.write_answers import ANSWER_STEPS, CONFIRMS_STOP
from puntual.apps.outreach.write_events import FACT
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.receivables import read as receivables
from puntual.core.time import local_date
from puntual.pipeline import compose, envelope
from puntual.pipeline.costing import Tariff

Links = Callable[[Mapping[int, int | None]], Mapping[int, str]]


def is_answer(row: Outbox) -> bool:
    """Whether a row leaves because somebody wrote or paid, not because money is asked for."""
    return row.step in ANSWER_STEPS


def asks_no_money(row: Outbox) -> bool:
    """Whether a row only answers or tells: what is owed does not hold it back."""
    return is_answer(row) or row.step == FACT


def closed_may_hear(row: Outbox) -> bool:
    """Whether a contact point that was just silenced still gets this: only the confirmation that it was."""
    return row.step == CONFIRMS_STOP


def consents_for(rows: Sequence[Outbox], consents: pl.DataFrame) -> pl.DataFrame:
    """The register as the gate shall know it: for the confirmation of a stop, without that very act and what came
    after it. An earlier stop of theirs still rules."""
    confirms = inbox.confirming(row.pk for row in rows if row.step == CONFIRMS_STOP)
    for row in rows:
        if row.pk in confirms:
            own = (pl.col("party") == row.party_id) & (pl.col("status") == "withdrawn")
            consents = consents.filter(~(own & (pl.col("at") >= confirms[row.pk])))
    return consents


def messages(rows: Sequence[Outbox], links: Links, now: datetime) -> dict[int, envelope.Composed]:
    """outbox id -> its message, answers and all others; mail is answered to the mailbox that we read."""
    made = compose.messages([row for row in rows if not is_answer(row)], links, now)
    made |= _answers([row for row in rows if is_answer(row)], links, now)
    mail = [row for row in rows if row.channel == "email" and row.pk in made]
    boxes = inbox.reply_addresses(row.creditor_id for row in mail)
    for row in mail:
        if row.creditor_id in boxes:
            address, tags = boxes[row.creditor_id]
            outgoing = attrs.evolve(made[row.pk].outgoing, reply_to=_tagged(address, row.pk) if tags else address)
            made[row.pk] = attrs.evolve(made[row.pk], outgoing=outgoing)
    return made


def _tagged(address: str, outbox_id: int) -> str:
    local, _at, domain = address.rpartition("@")
    return f"{local}+{identify.mail_tag(outbox_id)}@{domain}"


def _answers(rows: Sequence[Outbox], links: Links, now: datetime) -> dict[int, envelope.Composed]:
    """Few at a time: people write one by one."""
    if not rows:
        return {}
    replies = speaking.replies_of([row.pk for row in rows])
    keys = parties.keys_of(row.party_id for row in rows)
    values = parties.point_values([row.contact_point_id for row in rows if row.contact_point_id])
    urls = links({row.account_id: row.contact_point_id for row in rows})
    heard = [row.party_id for row in rows if row.channel == "whatsapp"]
    written = inbox.wrote_since(heard, "whatsapp", now - envelope.WINDOW)
    made, tariff = {}, Tariff()
    for row in rows:
        reply, key = replies.get(row.pk), keys.get(row.party_id)
        to = values.get(row.contact_point_id or 0, "")
        if reply is not None and key is not None and reply.sealed_to is not None:
            to = vault.unseal(key, reply.sealed_to)
        if reply is None or key is None or not to:
            continue
        facts = facts_of(row, reply, urls[row.account_id], now)
        subject, text = worded(row, reply, facts, key)
        said = wording.Worded(subject, text, wording.as_html(facts, text))
        chosen = envelope.Spoken(
            row, parties.creditor(f"acr_{row.creditor_id}"), to, facts, key, said, row.party_id in written
        )  # fmt: skip
        made[row.pk] = envelope.close(chosen, tariff, now, automatic=reply.by_id is None, **_answered(row, reply))
    return made


def facts_of(row: Outbox, reply: Reply, link: str, now: datetime) -> wording.Facts:
    """What an answer may say: the account as it is at this moment, and what its act told."""
    creditor = parties.creditor(f"acr_{row.creditor_id}")
    person = parties.person(row.party_id)
    items = [i for i in receivables.open_items(row.account_id) if i.currency == row.currency]
    balance = receivables.open_balance([row.account_id]).get((row.account_id, row.currency))
    favour = balance.unapplied_minor if balance else 0
    day = local_date(now, creditor.zone)
    facts = compose.facts_of(creditor, person, row.currency, items, favour, link, day)
    return attrs.evolve(facts, extra={"como_pagar": "", **reply.values})


def worded(row: Outbox, reply: Reply, facts: wording.Facts, key: bytes) -> tuple[str, str]:
    """Subject and text: what somebody wrote, the creditor's own words for the act, or those that we bring."""
    subject = _subject(row, reply, facts)
    if reply.sealed_text is not None:
        return subject, vault.unseal(key, reply.sealed_text)
    if reply.act == "gracias":
        creditor, person = parties.creditor(f"acr_{row.creditor_id}"), parties.person(row.party_id)
        title, text = compose.words_for(creditor, row.template, row.channel, person.language)
        return wording.fill(facts, title), wording.word(facts, subject="-", text=text).text
    own = outreach.template(row.creditor_id, f"respuesta_{reply.act}"[:40], row.channel, facts.language[:2] or "es")
    form = parties.creditor(f"acr_{row.creditor_id}").address_form
    text = own.text if own else speaking.words_of(reply.act, row.channel, facts.language, form)
    return subject, wording.word(facts, subject="-", text=text).text.strip()


def _subject(row: Outbox, reply: Reply, facts: wording.Facts) -> str:
    said = inbox.subject_of(reply.answers) if reply.answers is not None else ""
    if not said:
        yours = {"pt": "Sua conta com", "en": "Your account with"}.get(facts.language[:2], "[Su|Tu] cuenta con")
        return f"{spoken(yours, parties.creditor(f'acr_{row.creditor_id}').address_form)} {facts.creditor_name}"
    return said if said[:3].lower() == "re:" else f"Re: {said}"


def _answered(row: Outbox, reply: Reply) -> dict[str, Any]:
    """Which mail of theirs it answers, so that both sides see one thread."""
    reference = reply.answers.reference if row.channel == "email" and reply.answers is not None else ""
    return {"in_reply_to": reference, "references": (reference,)} if reference else {}
