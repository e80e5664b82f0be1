"""Bounces: delivery status notifications (RFC 3464) and, for servers that write none, what their words say."""

from __future__ import annotations

import re
from email.message import Message

import attrs

from puntual.adapters.email_imap.headers import addresses, ids, text_of
from puntual.adapters.emails import parse_email

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_FAILED = re.compile(
    r"undeliver|delivery (status notification|has failed|failure)|returned mail|failure notice|mail delivery failed|"
    r"no se pudo entregar|no entregado|no se ha podido entregar|devuelto|n[ãa]o entregue|falha na entrega",
    re.IGNORECASE,
)
#: Mailbox full and «over quota»: the mailbox exists (RFC 3463 x.2.2).
_FULL = "2.2"
_OURS = re.compile(r"\bpun-\d+-\d+@[\w.-]{1,190}")


@attrs.frozen
class Bounce:
    """One recipient that a message did not reach. `message_id`: which message, when it tells."""

    recipient: str
    status: str
    sentence: str
    permanent: bool
    message_id: str


def bounces(mail: Message, parts: list[Message], text: str) -> list[Bounce] | None:
    """None: this is no bounce. An empty list: it only tells that it still tries, or that it arrived."""
    if mail.get_content_type() == "multipart/report" or any(p.get_content_type() == _STATUS_TYPE for p in parts):
        return _from_report(mail, parts)
    sender = addresses(mail, "From")
    if sender and _DAEMON.match(sender[0]) and _FAILED.search(f"{text_of(mail, 'Subject')} {text[:2000]}"):
        return _from_words(mail, parts, text)
    return None


_STATUS_TYPE = "message/delivery-status"


def _from_report(mail: Message, parts: list[Message]) -> list[Bounce] | None:
    status = [p for p in parts if p.get_content_type() == _STATUS_TYPE]
    if not status:
        return None
    original = _original(mail, parts)
    found = []
    for block in status[0].get_payload() if isinstance(status[0].get_payload(), list) else []:
        action = text_of(block, "Action", 40).strip().lower()
        if action != "failed":
            continue
        recipient = _after_type(text_of(block, "Final-Recipient")) or _after_type(text_of(block, "Original-Recipient"))
        code = _STATUS.search(text_of(block, "Status", 60)) or _STATUS.search(text_of(block, "Diagnostic-Code"))
        number = code.group(0) if code else "5.0.0"
        said = _after_semicolon(text_of(block, "Diagnostic-Code", 300)) or "El servidor de destino la devolvió."
        found.append(Bounce(recipient, number, said, _is_permanent(number), original))
    return found


def _from_words(mail: Message, parts: list[Message], text: str) -> list[Bounce]:
    code = _STATUS.search(text[:8000])
    number = code.group(0) if code else "5.0.0"
    failed = text_of(mail, "X-Failed-Recipients", 300).split(",")[0]
    line = next((row.strip() for row in text.split("\n") if _STATUS.search(row)), "El servidor de destino la devolvió.")
    recipient = parse_email(failed) if failed else ""
    return [Bounce(recipient or "", number, line[:200], _is_permanent(number), _original(mail, parts, text))]


def _is_permanent(number: str) -> bool:
    """Whether nobody will ever read there: refused for good, and not because the mailbox is full today."""
    return number.startswith("5.") and not number.endswith(_FULL)


def _original(mail: Message, parts: list[Message], text: str = "") -> str:
    """The Message-ID of what came back: from the copy that a bounce carries, its headers, or its words."""
    for part in parts:
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            inside = part.get_payload()
            copies = inside if isinstance(inside, list) else []
            named = [one for copy in copies for one in ids(copy, "Message-ID")]
            if not named and isinstance(inside, str):
                named = re.findall(r"(?im)^message-id:\s*<([^<>\s]{3,250})>", inside[:20_000])
            if named:
                return str(named[0])
    known = [one for one in ids(mail, "References", "In-Reply-To") if _OURS.fullmatch(one)]
    found = _OURS.search(text[:20_000])
    return known[-1] if known else found.group(0) if found else ""


def _after_type(text: str) -> str:
    """The address of «rfc822; ana@ejemplo.mx»."""
    return parse_email(text.rpartition(";")[2].strip()) or ""


def _after_semicolon(text: str) -> str:
    kind, found, said = text.partition(";")
    return (said if found and len(kind) < 20 else text).strip()[:200]
