"""Stored bytes of a mail -> what it is: a bounce, an automatic reply, or somebody's answer with its files.

Whoever writes to us decides these bytes: nothing here trusts a size, a nesting, a charset or a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from email.message import Message

from puntual.adapters.email_imap import auto, bounce, headers
from puntual.adapters.email_imap.html_text import words_of
from puntual.adapters.email_imap.quote import TEXT_MAX, own_words
from puntual.ports.inbound import FAILED, Attached, DeliveryReport, Ignored, Inbound, InboundMessage, Received

#: More parts than these are not looked at; deeper than these neither.
PARTS_MAX, DEPTH_MAX = 200, 20
FILES_MAX, FILE_MAX = 15, 10 * 1024 * 1024


class Mail:
    """The InboundAdapter of mail. It is fetched, not called, so there is nobody to check."""

    adapter = "imap"

    def check(self, received: Received, url: str, secrets: Mapping[str, str]) -> None:
        """Mail is never delivered by a call: whoever calls is not a server of ours."""
        from puntual.ports.inbound import Forged

        raise Forged

    def facts(self, received: Received, at: datetime) -> tuple[Inbound, ...]:
        """See the port. ValueError for what no reader could make anything of."""
        try:
            return _facts(received, at)
        except (RecursionError, MemoryError, LookupError, UnicodeError, AssertionError) as error:
            raise ValueError(f"mail that cannot be read: {type(error).__name__}") from None


def _facts(received: Received, at: datetime) -> tuple[Inbound, ...]:
    mail = message_from_bytes(received.body)
    event = (headers.ids(mail, "Message-ID") or (hashlib.sha256(received.body).hexdigest(),))[0]
    parts = _parts(mail)
    written = _text(parts)
    back = bounce.bounces(mail, parts, written)
    if back is not None:
        return tuple(_report(one, event, n, at) for n, one in enumerate(back)) or (Ignored(event, "mail_still_trying"),)
    sender = headers.addresses(mail, "Reply-To", "From")
    sender = headers.addresses(mail, "From") or sender
    if not sender:
        return (Ignored(event, "mail_without_sender"),)
    why = auto.reason(mail)
    ours = received.query.get("address", "").lower()
    if not why and ours and _plain(sender[0]) == ours:
        why = "mail_own"
    if why:
        return (Ignored(event, why),)
    to = headers.addresses(mail, "Delivered-To", "X-Original-To", "To", "Cc")
    return (_message(mail, parts, written, sender[0], to, ours, event, at),)


def _message(
    mail: Message, parts: list[Message], written: str, sender: str, to: list[str], ours: str, event: str, at: datetime
) -> InboundMessage:  # fmt: skip
    replied = headers.ids(mail, "In-Reply-To")
    mine = [one for one in to if ours and _plain(one) == ours]
    return InboundMessage(
        event_id=event,
        channel="email",
        to=ours or (to[0] if to else ""),
        text=own_words(written),
        at=headers.moment(mail, at),
        email=sender,
        profile_name=headers.text_of(mail, "From", 120).partition("<")[0].strip(' "'),
        subject=headers.text_of(mail, "Subject", 200),
        in_reply_to=replied[-1] if replied else "",
        references=headers.ids(mail, "References", "In-Reply-To"),
        tag=next((t for one in mine if (t := _tag(one))), ""),
        files=tuple(_files(parts)),
    )


def _report(one: bounce.Bounce, event: str, n: int, at: datetime) -> DeliveryReport:
    return DeliveryReport(
        event_id=f"{event}:{n}",
        channel="email",
        status=FAILED,
        at=at,
        message_id=one.message_id,
        code=one.status,
        sentence=f"{one.status}: {one.sentence}",
        permanent=one.permanent,
    )


def _plain(address: str) -> str:
    """An address without what stands behind its plus, in small letters."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _tag(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[2][:80]


def _parts(mail: Message) -> list[Message]:
    """The leaves of the message and the messages that it carries, in order, without going deeper than is sane."""
    found: list[Message] = []
    waiting: list[tuple[Message, int]] = [(mail, 0)]
    while waiting and len(found) < PARTS_MAX:
        part, depth = waiting.pop()
        inside = part.get_payload()
        kind = part.get_content_type()
        if kind.startswith("message/") or not isinstance(inside, list):
            found.append(part)
        elif depth < DEPTH_MAX:
            waiting += [(p, depth + 1) for p in reversed(inside[:PARTS_MAX]) if isinstance(p, Message)]
    return found


def _text(parts: list[Message]) -> str:
    """The first text that is not a file; HTML only when there is no plain one with words."""
    for kind, read in (("text/plain", lambda t: t), ("text/html", words_of)):
        for part in parts:
            if part.get_content_type() == kind and not _is_file(part):
                said = str(read(headers.decoded(_bytes(part), part.get_content_charset())))
                if said.strip():
                    return said[: TEXT_MAX * 4]
    return ""


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_name(part))


def _bytes(part: Message) -> bytes:
    """The content of a part, whatever its encoding claims."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    return data if isinstance(data, bytes) else b""


def _name(part: Message) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError):
        name = None
    if not name:
        return ""
    holder = Message()
    holder["N"] = str(name).replace("\n", " ").replace("\r", " ")
    return headers.text_of(holder, "N", 120).replace("/", "-").replace("\\", "-")


def _files(parts: list[Message]) -> list[Attached]:
    found = []
    for part in parts:
        if len(found) >= FILES_MAX:
            break
        kind = part.get_content_type()
        inline_image = kind.startswith("image/") and part.get_content_disposition() == "inline" and not _name(part)
        if not _is_file(part) and not (kind.startswith(("image/", "application/")) and not inline_image):
            continue
        data = _bytes(part)
        if data:
            found.append(Attached(_name(part) or "archivo", kind, len(data), data if len(data) <= FILE_MAX else b""))
    return found
