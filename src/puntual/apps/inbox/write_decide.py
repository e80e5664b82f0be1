"""What a person decides about an answer: do what is proposed, leave it, or take back what was done by itself; and whose
an unknown sender is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from puntual.apps.inbox import answering, identify, read
from puntual.apps.inbox.choices import ProposalState
from puntual.apps.inbox.models import ChannelIdentity, Conversation, Proposal
from puntual.apps.negotiation import write as promises
from puntual.core.customers import acts
from puntual.core.errors import Refused
from puntual.core.time import local_date


@transaction.atomic
def accept(*, proposal_id: int, at: datetime, by: int | None) -> Proposal:
    """Do what is proposed; what has no effect of its own is marked as looked after. Again changes nothing."""
    row = _locked(proposal_id)
    if row.state == ProposalState.DONE:
        return row
    if row.state != ProposalState.WAITING:
        raise Refused("Esa propuesta ya se decidió.")
    if row.act == acts.RECORD_PROMISE:
        creditor = row.message.account.creditor if row.message.account else None
        today = local_date(row.message.at, creditor.zone) if creditor else None
        row.promise = answering.record_promise(row, row.message, made_on=today, at=at, by=by)
    return _decided(row, ProposalState.DONE, at, by)


@transaction.atomic
def dismiss(*, proposal_id: int, at: datetime, by: int | None) -> Proposal:
    """Leave it. Refused once it was done: that is undone."""
    row = _locked(proposal_id)
    if row.state not in (ProposalState.WAITING, ProposalState.DISMISSED):
        raise Refused("Eso ya se hizo: deshágalo si no corresponde.")
    return _decided(row, ProposalState.DISMISSED, at, by)


@transaction.atomic
def undo(*, proposal_id: int, at: datetime, by: int | None) -> Proposal:
    """Take back what was done by itself. A stop is not undone here: only the person's own later act grants again."""
    row = _locked(proposal_id)
    if row.state == ProposalState.UNDONE:
        return row
    if row.state != ProposalState.DONE or row.promise_id is None or row.message.account is None:
        raise Refused("Solo se deshace lo que se hizo solo; una baja solo la levanta la propia persona.")
    today = local_date(at, row.message.account.creditor.zone)
    promises.withdraw_promise(promise_id=row.promise_id, at=at, on=today, by=by)
    return _decided(row, ProposalState.UNDONE, at, by)


@transaction.atomic
def attach(*, conversation_id: int, party_id: int, at: datetime) -> Conversation:
    """A person found out whose an unknown sender is: the words go to that person's thread, under their own key."""
    unknown = Conversation.objects.select_for_update().get(pk=conversation_id)
    if unknown.party_id is not None:
        raise Refused("Esa conversación ya tiene persona.")
    fresh = {"creditor_id": unknown.creditor_id, "last_at": unknown.last_at, "waiting_since": unknown.waiting_since}
    thread, _created = Conversation.objects.get_or_create(party_id=party_id, defaults=fresh)
    messages = list(unknown.messages.all())
    for row in messages:
        row.sealed_text = identify.sealed(party_id, read.text_of(row))
        row.conversation = thread
        row.save(update_fields=["sealed_text", "conversation"])
    for channel in {row.channel for row in messages}:
        if unknown.sender is not None:
            ChannelIdentity.objects.get_or_create(
                channel=channel, digest=bytes(unknown.sender), defaults={"party_id": party_id, "learnt_at": at}
            )
    stops = Proposal.objects.filter(message__in=messages, act=acts.STOP, state=ProposalState.DONE)
    for stop in stops.select_related("message"):
        answering.honour_stop(party_id, stop.message)
    Conversation.objects.filter(pk=thread.pk).update(last_at=max(thread.last_at, unknown.last_at))
    unknown.delete()
    return thread


def _locked(proposal_id: int) -> Proposal:
    return Proposal.objects.select_for_update().select_related("message").get(pk=proposal_id)


def _decided(row: Proposal, state: str, at: datetime, by: int | None) -> Proposal:
    row.state, row.decided_at, row.decided_by_id, row.review = state, at, by, False
    row.save()
    return row
