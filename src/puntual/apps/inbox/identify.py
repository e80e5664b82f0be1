"""Whose answer it is: by the provider's id of the person, by the phone, by the message that is answered.

A phone shared by several people belongs to whom it was last used to write to. Nobody is guessed: what fits nobody goes
to the tray of unknown senders.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from puntual.apps.inbox.models import ChannelIdentity, Conversation, DeliveryUpdate
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Account, ContactPoint
from puntual.ports.inbound import InboundMessage


@attrs.frozen
class Sender:
    """Who wrote: a party (or nobody known), the account and the sent message it is about, and every contact point that
    holds the phone."""

    party: int | None
    account: int | None
    outbox: int | None
    points: tuple[ContactPoint, ...] = ()


def sender(said: InboundMessage, creditor_id: int, at: datetime) -> Sender:
    """The person behind a message; learns the provider's id of whoever was recognised otherwise."""
    points = tuple(parties.points_of_value("phone", said.phone)) if said.phone else ()
    answered = outbox_of_provider_id(said.in_reply_to)
    party = _known(said) or (answered.party_id if answered else None) or _by_phone(points, said, creditor_id)
    if party is None:
        return Sender(None, None, None, points)
    if said.user_id:
        ChannelIdentity.objects.get_or_create(
            channel=said.channel, digest=_digest(said.channel, said.user_id),
            defaults={"party_id": party, "learnt_at": at},
        )  # fmt: skip
    about = answered if answered and answered.party_id == party else _last_sent(party, creditor_id, said.at)
    account = about.account_id if about else _account(party, creditor_id)
    return Sender(party, account, about.pk if about else None, points)


def outbox_of_provider_id(provider_id: str) -> Outbox | None:
    """The row of ours that a provider's id belongs to, as its earlier reports told."""
    if not provider_id:
        return None
    rows = DeliveryUpdate.objects.filter(provider_id=provider_id[:120]).exclude(outbox=None).select_related("outbox")
    found = rows.first()
    return found.outbox if found else None


def _known(said: InboundMessage) -> int | None:
    digests = [_digest(said.channel, address) for address in (said.user_id, said.phone) if address]
    rows = ChannelIdentity.objects.filter(channel=said.channel, digest__in=digests).order_by("-pk")
    return rows.values_list("party_id", flat=True).first()


def _by_phone(points: tuple[ContactPoint, ...], said: InboundMessage, creditor_id: int) -> int | None:
    people = list(dict.fromkeys(p.party_id for p in points))
    if len(people) <= 1:
        return people[0] if people else None
    rows = Outbox.objects.filter(contact_point__in=points, finished_at__lte=said.at, channel=said.channel)
    last = rows.order_by("-finished_at").first() or rows.filter(creditor_id=creditor_id).first()
    return last.party_id if last else None


def _last_sent(party: int, creditor_id: int, at: datetime) -> Outbox | None:
    rows = Outbox.objects.filter(
        account__party_id=party, creditor_id=creditor_id, state__in=("sent", "opened", "unknown"), finished_at__lte=at
    )
    return rows.order_by("-finished_at").first()


def _account(party: int, creditor_id: int) -> int | None:
    rows = Account.objects.filter(party_id=party, creditor_id=creditor_id).order_by("pk")
    return rows.values_list("pk", flat=True).first()


def thread_of(who: Sender, said: InboundMessage, creditor_id: int) -> Conversation:
    """The one thread of a person, or that of an unknown sender."""
    fresh = {"creditor_id": creditor_id, "last_at": said.at}
    if who.party is not None:
        return Conversation.objects.get_or_create(party_id=who.party, defaults=fresh)[0]
    address = said.phone or said.user_id
    fresh |= {"sealed_sender": vault.seal_file(address.encode())}
    return Conversation.objects.get_or_create(sender=_digest(said.channel, address), defaults=fresh)[0]


def sealed(party: int | None, text: str) -> bytes:
    """The words under the person's key; under the installation's while nobody knows who it is."""
    key = parties.key_of(party) if party is not None else None
    return vault.seal(key, text) if key is not None else vault.seal_file(text.encode())


def _digest(channel: str, address: str) -> bytes:
    return vault.digest(f"sender:{channel}", address)
