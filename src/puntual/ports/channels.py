"""What a channel must offer: hand one message over, and say whether a failure is for now or for good."""

from __future__ import annotations

from typing import Protocol

import attrs


@attrs.frozen
class TemplateUse:
    """A template that the provider approved, filled in. `buttons`: (position, kind url or quick_reply, value)."""

    name: str
    language: str
    parameters: tuple[str, ...] = ()
    buttons: tuple[tuple[int, str, str], ...] = ()
    media_url: str = ""


@attrs.frozen
class Outgoing:
    """One message ready to leave. `message_id` is ours and unique: a provider may use it to refuse a repetition.

    `recipient_id`: the person's own id at the provider, where it has one. `template`: the approved words to use instead
    of `text`; `window_open`: the person wrote by this channel lately, so that free words are allowed. `media_url`: a
    document to send along.
    """

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
    recipient_id: str = ""
    template: TemplateUse | None = None
    window_open: bool = False
    media_url: str = ""
    #: SMS only: whether it leaves with accents; None: as the account was told.
    accents: bool | None = None
    #: (file name, media type, bytes): for mail to people of the company, never for customers.
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    #: Mail only: where answers go, what it answers, and whether a program wrote it.
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: bool = True

    def with_accents(self, account: bool) -> bool:
        """Whether this SMS leaves with accents, by an account that was told so much."""
        return account if self.accents is None else self.accents


@attrs.frozen
class Delivery:
    """What the provider said on taking a message: its own id and where a written copy lies, if any."""

    provider_id: str = ""
    file: str = ""


class ChannelError(Exception):
    """The provider did not take it. `permanent`: trying again is useless. `sentence`: the provider's words, for
    people. `rate_limited`: it asks us to go slower, for `retry_after_s` if it said so; `code`: its own code.
    `bad_recipient`: it is the address that does not exist, so nobody should use it again. `only_this`: it is this
    message that must wait (a full mailbox), the provider itself is well."""

    def __init__(
        self, sentence: str, *, permanent: bool, rate_limited: bool = False, code: str = "",
        bad_recipient: bool = False, only_this: bool = False, retry_after_s: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(sentence)
        self.bad_recipient, self.only_this, self.retry_after_s = bad_recipient, only_this, retry_after_s
        self.sentence, self.permanent = sentence, permanent
        self.rate_limited, self.code = rate_limited, code


class Channel(Protocol):
    """One way of sending. `send` either returns (the provider took it) or raises ChannelError (it did not)."""

    def send(self, message: Outgoing) -> Delivery: ...

    def close(self) -> None: ...
