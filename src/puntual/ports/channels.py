"""What a channel must offer: hand one message over, and say whether a failure is for now or for good."""

from __future__ import annotations

from typing import Protocol

import attrs


@attrs.frozen
class Outgoing:
    """One message ready to leave. `message_id` is ours and unique: a provider may use it to refuse a repetition."""

    message_id: str
    recipient: str
    recipient_name: str
    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str
    expires_in_s: int


@attrs.frozen
class Delivery:
    """What the provider said on taking a message: its own id and where a written copy lies, if any."""

    provider_id: str = ""
    file: str = ""


class ChannelError(Exception):
    """The provider did not take it. `permanent`: trying again is useless. `sentence`: the provider's words, for
    people."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.sentence, self.permanent = sentence, permanent


class Channel(Protocol):
    """One way of sending. `send` either returns (the provider took it) or raises ChannelError (it did not)."""

    def send(self, message: Outgoing) -> Delivery: ...

    def close(self) -> None: ...
