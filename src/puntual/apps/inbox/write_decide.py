"""What a person decides about an answer: do what is proposed, leave it, or take back what was done by itself; and whose
an unknown sender is."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from puntual.apps.inbox import answering, doing, identify, read, speaking
from puntual.apps.inbox.choices import ProposalState
from puntual.apps.inbox.models import ChannelIdentity, Conversation, MessageFile, Proposal, ThreadMessage
from puntual.apps.outreach import write_answers
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account
from puntual.core.customers import acts
from puntual.core.errors import Refused


@transaction.atomic
def accept(
    *,
    proposal_id: int,
    at: datetime,
    by: int | None,
    on: date | None = None,
    amount_minor: int | None = None,
    due_item: int | None = None,
    answer: bool = True,
) -> Proposal:
    """Do what is proposed, with what a person corrected of it; what has no effect of its own is marked as
    looked after. Again changes nothing. `answer` false: the person writes the answer themselves."""
    row = _locked(proposal_id)
    if row.state == ProposalState.DONE:
        return row
    if row.state != ProposalState.WAITING:
        raise Refused("Esa propuesta ya se decidió.")
    if on is not None:
        row.date = on
    if amount_minor is not None:
        row.amount_minor = amount_minor
        row.currency = row.currency or (row.message.account.creditor.currency if row.message.account else "")
    said = doing.do(row, at=at, by=by, due_item=due_item)
    if said is not None and answer:
        row.outbox = speaking.say(row=row.message, act=said.template, values=said.values, at=at, by=by)
    row.undoable = bool(row.promise_id or row.claim_id or row.dispute_id or row.outbox_id)
    done = _decided(row, ProposalState.DONE, at, by)
    with_it = row.message.proposals.filter(act__in=acts.TOGETHER.get(row.act, ()), state=ProposalState.WAITING)
    with_it.update(state=ProposalState.DONE, decided_at=at, decided_by_id=by)
    answering.attended_if_nothing_left(row.message)
    return done


@transaction.atomic
def dismiss(*, proposal_id: int, at: datetime, by: int | None) -> Proposal:
    """Leave it. Refused once it was done: that is undone."""
    row = _locked(proposal_id)
    if row.state not in (ProposalState.WAITING, ProposalState.DISMISSED):
        raise Refused("Eso ya se hizo: deshágalo si no corresponde.")
    return _decided(row, ProposalState.DISMISSED, at, by)


@transaction.atomic
def bring_back(*, proposal_id: int) -> Proposal:
    """Undo of a dismissal: it waits again."""
    row = _locked(proposal_id)
    if row.state != ProposalState.DISMISSED:
        return row
    row.state, row.decided_at, row.decided_by = ProposalState.WAITING, None, None
    row.save(update_fields=["state", "decided_at", "decided_by"])
    thread = row.message.conversation
    if thread.waiting_since is None:
        Conversation.objects.filter(pk=thread.pk).update(waiting_since=row.message.at)
    return row


@transaction.atomic
def undo(*, proposal_id: int, at: datetime, by: int | None) -> Proposal:
    """Take back what was done. A stop is not undone here: only the person's own later act grants again. Refused when
    nothing of it can be taken back any more."""
    row = _locked(proposal_id)
    if row.state == ProposalState.UNDONE:
        return row
    if row.state != ProposalState.DONE or row.act in acts.AT_ONCE:
        raise Refused("Solo se deshace lo que se hizo solo; una baja solo la levanta la propia persona.")
    if not doing.undo(row, at=at, by=by):
        raise Refused("Ya no se puede deshacer: el mensaje salió. Escríbale usted para corregirlo.")
    decided = _decided(row, ProposalState.UNDONE, at, by)
    thread = row.message.conversation
    if thread.waiting_since is None:
        # What the machine had looked after, a person looks after now.
        Conversation.objects.filter(pk=thread.pk).update(waiting_since=row.message.at)
    return decided


@transaction.atomic
def review(*, proposal_id: int, at: datetime, by: int | None) -> Proposal:
    """Somebody looked at what was done at once, and it stands."""
    row = _locked(proposal_id)
    if row.state == ProposalState.WAITING:
        raise Refused("Eso todavía se tiene que decidir.")
    row.review, row.decided_by_id = False, by
    row.save(update_fields=["review", "decided_by"])
    return row


@transaction.atomic
def take_back_reply(*, outbox_id: int) -> None:
    """Undo of an answer before it leaves. Refused afterwards."""
    if not write_answers.take_back(outbox_id=outbox_id):
        raise Refused("Ese mensaje ya salió.")


@transaction.atomic
def attach(*, conversation_id: int, party_id: int, at: datetime) -> Conversation:
    """A person found out whose an unknown sender is: the words go to that person's thread, under their own key."""
    unknown = Conversation.objects.select_for_update().get(pk=conversation_id)
    if unknown.party_id is not None:
        raise Refused("Esa conversación ya tiene persona.")
    if parties.key_of(party_id) is None:
        raise Refused("Los datos de esa persona se borraron.")
    fresh = {"last_at": unknown.last_at, "waiting_since": unknown.waiting_since, "answer_by": unknown.answer_by,
             "last_channel": unknown.last_channel, "last_intent": unknown.last_intent}  # fmt: skip
    thread, _created = Conversation.objects.get_or_create(
        party_id=party_id, creditor_id=unknown.creditor_id, defaults=fresh
    )
    messages = list(unknown.messages.all())
    _move(unknown, thread, messages)
    for channel in {row.channel for row in messages}:
        if unknown.sender is not None:
            ChannelIdentity.objects.get_or_create(
                channel=channel, digest=bytes(unknown.sender), defaults={"party_id": party_id, "learnt_at": at}
            )
    stops = Proposal.objects.filter(message__in=messages, act=acts.STOP, state=ProposalState.DONE)
    for stop in stops.select_related("message"):
        answering.honour_stop(party_id, stop.message)
    since = min(filter(None, (thread.waiting_since, unknown.waiting_since)), default=None)
    Conversation.objects.filter(pk=thread.pk).update(
        last_at=max(thread.last_at, unknown.last_at), waiting_since=since,
        answer_by=min(filter(None, (thread.answer_by, unknown.answer_by)), default=None),
    )  # fmt: skip
    unknown.delete()
    return thread


def _move(unknown: Conversation, thread: Conversation, messages: list[ThreadMessage]) -> None:
    """Words, notes and files of an unknown sender, sealed again under the key of whose they are."""
    party = thread.party_id
    account = Account.objects.filter(party_id=party, creditor_id=thread.creditor_id).order_by("pk").first()
    for row in messages:
        row.sealed_text = identify.sealed(party, read.text_of(row))
        row.sealed_subject = identify.sealed(party, read.subject_of(row)) if row.sealed_subject else None
        files = list(row.files.select_related("conversation"))
        for file in files:
            _reseal(file, party)
        row.conversation, row.account = thread, row.account or account
        row.save(update_fields=["sealed_text", "sealed_subject", "conversation", "account"])
        MessageFile.objects.filter(message=row).update(conversation=thread)
    for note in unknown.notes.all():
        note.sealed_text = identify.sealed(party, read.note_text(note, unknown.party_id))
        note.conversation = thread
        note.save(update_fields=["sealed_text", "conversation"])


def _reseal(file: MessageFile, party: int | None) -> None:
    data, name = doing.bytes_of(file), read.file_name(file)
    file.sealed = identify.sealed_bytes(party, data) if data is not None else None
    file.sealed_name = identify.sealed(party, name) if name else None
    file.save(update_fields=["sealed", "sealed_name"])


def _locked(proposal_id: int) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("message__conversation")
    return rows.get(pk=proposal_id)


def _decided(row: Proposal, state: str, at: datetime, by: int | None) -> Proposal:
    row.state, row.decided_at, row.decided_by_id, row.review = state, at, by, False
    row.save()
    return row
