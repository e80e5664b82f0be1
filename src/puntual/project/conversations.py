"""What Conversaciones asks of the gate, of the words and of the outside. Bound here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from puntual.apps.inbox import doing, speaking, write_mail
from puntual.apps.inbox.models import ChannelAccount, Conversation, Proposal, Reply
from puntual.apps.inbox.speaking import Way
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write_answers import ANSWER
from puntual.apps.parties import read as parties
from puntual.core import reasons
from puntual.core.errors import UnusableInput
from puntual.pipeline import answers
from puntual.pipeline.last_look import gated
from puntual.ports.mailbox import MailboxError
from puntual.project import inbox
from puntual.project.bindings import portal_links


def allowed(row: Conversation, ways: Sequence[Way], now: datetime) -> list[dict[str, Any]]:
    """What the gate would say if we answered by each way at this moment, with its rule and citation."""
    if row.party_id is None or row.creditor_id is None or not ways:
        return []
    asked = [
        Outbox(
            party_id=row.party_id, creditor_id=row.creditor_id, channel=way.channel, contact_point_id=way.point.pk,
            purpose="confirmation", step=ANSWER,
        )
        for way in ways
    ]  # fmt: skip
    return [
        {
            "value": f"{way.channel}:{way.point.pk}", "channel": way.channel,
            "verdict": said["verdict"], "reason": said["reason"],
            "text": reasons.sentence(said["reason"]), "rule": said["rule"], "cite": said.get("cite"),
            "next": said["next_allowed_at"], "warnings": list(said.get("warnings") or ()),
        }
        for way, said in zip(ways, gated(asked, now))
    ]  # fmt: skip


def suggested(proposal: Proposal, now: datetime) -> str:
    """The words with which an act would answer, ready for a person to change; empty where there are none."""
    said, way = doing.preview(proposal, now), speaking.way_back(proposal.message)
    account = proposal.message.account
    if said is None or way is None or account is None:
        return ""
    key = parties.key_of(account.party_id)
    if key is None:
        return ""
    row = Outbox(account_id=account.pk, party_id=account.party_id, creditor_id=account.creditor_id,
                 channel=way.channel, currency=account.creditor.currency)  # fmt: skip
    reply = Reply(act=said.template, values=dict(said.values), answers=proposal.message)
    link = portal_links({account.pk: way.point.pk})[account.pk]
    return answers.worded(row, reply, answers.facts_of(row, reply, link, now), key)[1]


def words_of(outbox: Outbox, reply: Reply, now: datetime) -> str:
    """What an answer that has not left yet will say."""
    key = parties.key_of(outbox.party_id)
    if key is None:
        return ""
    link = portal_links({outbox.account_id: outbox.contact_point_id})[outbox.account_id]
    return answers.worded(outbox, reply, answers.facts_of(outbox, reply, link, now), key)[1]


def try_mailbox(account: ChannelAccount, now: datetime) -> None:
    """Open a mailbox and look at it; nothing is read. UnusableInput tells what its server said."""
    try:
        with inbox.open_mailbox(account) as box:
            if box.uid_validity <= 0:
                raise UnusableInput("El servidor no numera sus mensajes: no se puede leer sin repetir.")
    except MailboxError as error:
        raise UnusableInput(error.sentence) from None
    write_mail.works(account=account, at=now)
