"""A stop read into words that did not say it, taken back by a person who read them.

Only what was done on doubt: whoever said «basta» or «no soy yo» in clear words is believed for ever, and so is
everybody where the norm says that only the person lifts it. Nothing is erased: the stop, its certificate and this stay
side by side in the register.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.compliance import read as consents
from puntual.apps.compliance import write as compliance
from puntual.apps.inbox import read
from puntual.apps.inbox.choices import Misread, ProposalState
from puntual.apps.inbox.models import Conversation, Proposal, ThreadMessage
from puntual.apps.outreach import write_answers
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties_write
from puntual.apps.portal import write_replies as portal
from puntual.core.customers import acts
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_date


@transaction.atomic
def take_back_stop(*, proposal_id: int, reason: str, at: datetime, by: Any) -> Proposal:
    """The words did not ask to stop: what was silenced for them speaks again, and the conversation waits for a person.

    `reason`: a code of `Misread`; `by`: the user. UnusableInput without a reason; Refused when the words were clear,
    when the norm of the person's country leaves it to the person, or when they asked to stop besides: nothing changes.
    """
    row = Proposal.objects.select_for_update(of=("self",)).select_related("message__conversation").get(pk=proposal_id)
    if row.state == ProposalState.UNDONE:
        return row
    if reason not in Misread.values:
        raise UnusableInput("Elija qué dice en realidad el mensaje: queda guardado con su nombre.", field="motivo")
    if not row.was_doubted:
        raise Refused("Lo pidió con palabras claras: solo lo levanta la propia persona.")
    _the_norm_allows(row.message, at)
    kept = _not_asked(row, at) + _not_said(row, at)
    if not kept:
        raise Refused("Ese contacto está silenciado también por otra razón: no se puede devolver desde aquí.")
    if row.outbox_id is not None:
        write_answers.take_back(outbox_id=row.outbox_id)
    row.state, row.review, row.detail = ProposalState.UNDONE, False, str(Misread(reason).label)
    row.decided_at, row.decided_by_id = at, by.pk
    row.save()
    Conversation.objects.filter(pk=row.message.conversation_id, waiting_since=None).update(
        waiting_since=row.message.at, answer_by=at
    )
    audit.record(
        act="stop_misread", actor=by, kind="proposal", pk=row.pk, at=at,
        detail={"act": row.act, "message": row.message_id, "reason": reason, "lifted": kept},
    )  # fmt: skip
    return row


def _the_norm_allows(message: ThreadMessage, at: datetime) -> None:
    party, creditor = message.conversation.party_id, message.conversation.creditor
    home = creditor.country if creditor is not None else ""
    own = parties.person(party).country if party is not None else ""
    for country in sorted({own or home, home} - {""}):
        zone = creditor.zone if creditor is not None else "UTC"
        rule = consents.final_stop(country, local_date(at, zone))
        if rule is not None:
            raise Refused(f"Solo lo levanta la propia persona ({rule.cite}).")


def _not_asked(row: Proposal, at: datetime) -> int:
    """The withdrawals that these words brought, of everybody who shares the contact they came from."""
    said = row.message
    mine = consents.withdrawn_by(proofs=[said.key[:200], said.key.partition(":")[2]], at=said.at)
    return sum(
        compliance.misread(party_id=one.party_id, channel=one.channel, proof=one.proof, at=at)
        for one in mine
        if (row.act == acts.STOP) == (one.channel == "*")
    )


def _not_said(row: Proposal, at: datetime) -> int:
    """The contact points and addresses that these words silenced."""
    said = row.message
    if row.act == acts.SILENCE:
        portal.was_this_person(key=f"answer:{said.pk}", at=at)
    party = said.conversation.party_id
    digests = parties.point_digests(party) if party is not None else set()
    sender = read.sender_of(said.conversation) if party is None else ""
    if sender:
        digests = {vault.digest("email" if "@" in sender else "phone", sender)}
    return sum(parties_write.unsilence(digest=one, silenced_at=said.at, at=at) for one in sorted(digests))
