"""Whose answer it is: by the provider's id of the person, by the phone or address, by the message that is answered.

A phone shared by several people belongs to whom it was last used to write to. Nobody is guessed: what fits nobody goes
to the tray of unknown senders.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from puntual.apps.inbox.models import ChannelIdentity, Conversation, DeliveryUpdate
from puntual.apps.outreach import facts as outreach
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Account, ContactPoint, Creditor
from puntual.ports.inbound import InboundMessage


@attrs.frozen
class Sender:
    """Who wrote: a party (or nobody known), the account and the sent message it is about, and every contact point that
    holds the phone or address. `sure` false: only what is answered tells who it is, not from where it came."""

    party: int | None
    account: int | None
    outbox: int | None
    points: tuple[ContactPoint, ...] = ()
    sure: bool = True


def sender(said: InboundMessage, creditor_id: int, at: datetime) -> Sender:
    """The person behind a message; learns the provider's id of whoever was recognised otherwise."""
    points = _points(said)
    answered = _answered(said)
    party = _known(said) or (answered.party_id if answered else None) or _by_point(points, said, creditor_id)
    if party is None:
        return Sender(None, None, None, points)
    if said.user_id:
        ChannelIdentity.objects.get_or_create(
            channel=said.channel, digest=_digest(said.channel, said.user_id),
            defaults={"party_id": party, "learnt_at": at},
        )  # fmt: skip
    if said.channel == "whatsapp" and said.user_id and not said.phone:
        parties_write.learn_point(party_id=party, kind="whatsapp", value=said.user_id, source="whatsapp")
    about = answered if answered and answered.party_id == party else _last_sent(party, creditor_id, said.at)
    account = about.account_id if about else _account(party, creditor_id)
    # Anybody can write under somebody's subject: an address that is not theirs proves nothing of a promise.
    sure = not said.email or any(p.party_id == party for p in points)
    return Sender(party, account, about.pk if about else None, points, sure)


def _points(said: InboundMessage) -> tuple[ContactPoint, ...]:
    """Every contact point with that phone or address. Imports keep capitals before the @ as they were written."""
    if said.phone:
        return tuple(parties.points_of_value("phone", said.phone))
    if said.channel == "whatsapp" and said.user_id:
        return tuple(parties.points_of_value("whatsapp", said.user_id))
    forms = dict.fromkeys((said.email, said.email.lower())) if said.email else {}
    return tuple(point for form in forms for point in parties.points_of_value("email", form))


def mail_tag(outbox_id: int) -> str:
    """What stands behind the plus of our own address in a message of ours: which one it is, and that we said so."""
    return f"p{outbox_id}.{vault.digest('mail-tag', str(outbox_id))[:5].hex()}"


def _answered(said: InboundMessage) -> Outbox | None:
    """The row of ours that is answered: by our own tag, by the ids that mail carries, by the provider's."""
    number = said.tag.partition(".")[0][1:]
    if said.tag and number.isdigit() and mail_tag(int(number)) == said.tag:
        return Outbox.objects.filter(pk=int(number)).first()
    for reference in dict.fromkeys((said.in_reply_to, *reversed(said.references))):
        found = outreach.outbox_of_message(reference) or outbox_of_provider_id(reference)
        if found:
            return found
    return None


def outbox_of_provider_id(provider_id: str) -> Outbox | None:
    """The row of ours that a provider's id belongs to, as its earlier reports told."""
    if not provider_id:
        return None
    rows = DeliveryUpdate.objects.filter(provider_id=provider_id[:120]).exclude(outbox=None).select_related("outbox")
    found = rows.first()
    return found.outbox if found else None


def _known(said: InboundMessage) -> int | None:
    digests = [_digest(said.channel, address) for address in (said.user_id, said.phone, said.email) if address]
    rows = ChannelIdentity.objects.filter(channel=said.channel, digest__in=digests).order_by("-pk")
    return rows.values_list("party_id", flat=True).first()


def _by_point(points: tuple[ContactPoint, ...], said: InboundMessage, creditor_id: int) -> int | None:
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


def creditor_of(who: Sender) -> Creditor | None:
    """Whose customer wrote, once the account is known."""
    account = Account.objects.select_related("creditor").filter(pk=who.account).first() if who.account else None
    return account.creditor if account else None


def thread_of(who: Sender, said: InboundMessage, creditor_id: int) -> Conversation:
    """The one thread of a person with a creditor, or that of an unknown sender."""
    fresh = {"creditor_id": creditor_id, "last_at": said.at}
    if who.party is not None:
        return Conversation.objects.get_or_create(party_id=who.party, creditor_id=creditor_id, defaults=fresh)[0]
    address = said.phone or said.email or said.user_id
    fresh |= {"sealed_sender": vault.seal_file(address.encode())}
    return Conversation.objects.get_or_create(sender=_digest(said.channel, address), defaults=fresh)[0]


def sealed(party: int | None, text: str) -> bytes:
    """The words under the person's key; under the installation's while nobody knows who it is."""
    key = parties.key_of(party) if party is not None else None
    return vault.seal(key, text) if key is not None else vault.seal_file(text.encode())


def _digest(channel: str, address: str) -> bytes:
    return vault.digest(f"sender:{channel}", address)


def sealed_bytes(party: int | None, data: bytes) -> bytes:
    """A file under the person's key; under the installation's while nobody knows who it is."""
    key = parties.key_of(party) if party is not None else None
    return vault.seal_bytes(key, data) if key is not None else vault.seal_file(data)
