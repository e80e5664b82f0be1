"""What comes back from a channel: answers of people and news of what was sent. Facts only; nothing here acts.

A webhook is handled in two steps that never mix: `check` verifies it from its bytes, so that it can be stored and
answered at once; `facts` reads the stored bytes later, as often as one likes, and always says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import attrs

from puntual.ports.payments import Forged, Received

__all__ = [
    "Attached", "DeliveryReport", "Forged", "Ignored", "Inbound", "InboundAdapter", "InboundMessage", "Media",
    "NumberNews", "Received", "TemplateNews",
]  # fmt: skip

SENT, DELIVERED, READ, FAILED = "sent", "delivered", "read", "failed"


@attrs.frozen
class Media:
    """A file that came with a message: where the provider keeps it. Not fetched by whoever reads the notice."""

    kind: str
    mime_type: str
    reference: str
    sha256: str = ""


@attrs.frozen
class Attached:
    """A file whose bytes came with the message. `declared`: the type that its sender claims, never to be believed.
    `size` in bytes; without `data` it was too big to be brought."""

    name: str
    declared: str
    size: int
    data: bytes = attrs.field(default=b"", repr=False)


@attrs.frozen
class InboundMessage:
    """What somebody wrote. `event_id` is unique within the adapter.

    `user_id`: the provider's own id of the person, which stays when the phone is hidden; `phone`: E.164 or empty;
    `email`: the address it came from. At least one of them is there. `to`: our address at the provider. `in_reply_to`:
    the provider's id of what is answered; `references`: those of the whole thread, the nearest last; `tag`: what stood
    behind the plus of our own address, if anything.
    """

    event_id: str
    channel: str
    to: str
    text: str
    at: datetime
    user_id: str = ""
    phone: str = ""
    profile_name: str = ""
    in_reply_to: str = ""
    button: str = ""
    media: tuple[Media, ...] = ()
    email: str = ""
    subject: str = ""
    references: tuple[str, ...] = ()
    tag: str = ""
    files: tuple[Attached, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not (self.user_id or self.phone or self.email):
            raise ValueError("an inbound message is from somebody")


@attrs.frozen
class DeliveryReport:
    """What became of a message we sent: sent, delivered, read or failed.

    `message_id` is ours when the provider gives it back, else empty and `provider_id` tells which it was.
    """

    event_id: str
    channel: str
    status: str
    at: datetime
    message_id: str = ""
    provider_id: str = ""
    code: str = ""
    sentence: str = ""
    permanent: bool = False

    def __attrs_post_init__(self) -> None:
        if self.status not in (SENT, DELIVERED, READ, FAILED):
            raise ValueError(f"unknown delivery status: {self.status}")


@attrs.frozen
class Ignored:
    """What came and is nobody's answer: an automatic reply, a newsletter, our own words. `reason`: a code of the
    catalogue."""

    event_id: str
    reason: str


@attrs.frozen
class TemplateNews:
    """What a provider says, unasked, of a template that it keeps for us. Empty: nothing new of that. `business`: the
    provider's id of the account that it belongs to."""

    event_id: str
    business: str
    name: str
    language: str
    at: datetime
    status: str = ""
    category: str = ""
    quality: str = ""
    note: str = ""


@attrs.frozen
class NumberNews:
    """What a provider says of the very number or name that we write from: its quality, and to how many people a day it
    may write first (0: not told)."""

    event_id: str
    business: str
    quality: str
    people_a_day: int
    at: datetime


Inbound = InboundMessage | DeliveryReport | Ignored | TemplateNews | NumberNews


class InboundAdapter(Protocol):
    """One provider's way of calling us."""

    @property
    def adapter(self) -> str: ...

    def check(self, received: Received, url: str, secrets: Mapping[str, str]) -> None:
        """Forged unless this account's secret signed it. `url`: the public address that was called, with its query."""
        ...

    def facts(self, received: Received, at: datetime) -> tuple[Inbound, ...]:
        """What it says. `at`: when it was received, for providers that give no instant of their own. Headers may be
        missing. ValueError or KeyError when it cannot be read: it stays stored for a person."""
        ...
