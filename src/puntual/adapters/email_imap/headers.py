"""Headers of mail as they really come: encoded in any charset, folded, repeated, broken."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from puntual.adapters.emails import parse_email

_ID = re.compile(r"<([^<>\s]{3,250})>")


def text_of(mail: Message, name: str, most: int = 500) -> str:
    """A header as one line of text; what cannot be decoded is replaced, never an error."""
    raw = next(iter(_raw(mail, name)), "")
    pieces = []
    try:
        found = decode_header(raw[: most * 8])
    except (HeaderParseError, ValueError, LookupError):
        found = [(raw, None)]
    for piece, charset in found:
        pieces.append(decoded(piece, charset) if isinstance(piece, bytes) else piece)
    return " ".join("".join(pieces).encode("utf-8", "replace").decode().split())[:most]


def _raw(mail: Message, name: str) -> list[str]:
    """The values of a header as they came; letters outside ASCII, which many programs send bare, read as text."""
    found = [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]
    return [decoded(value.encode("utf-8", "surrogateescape"), None) for value in found]


def decoded(data: bytes, charset: str | None) -> str:
    """Bytes as text in the charset that they claim, else in the two that mail really uses. A NUL is no letter."""
    for one in (charset, "utf-8", "cp1252"):
        try:
            return data.decode(one or "utf-8").replace("\0", "")
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1").replace("\0", "")


def addresses(mail: Message, *names: str) -> list[str]:
    """Every address of those headers, in normal form; what is no address is left out."""
    raw = [value[:4000] for name in names for value in _raw(mail, name)[:5]]
    try:
        pairs = getaddresses(raw)[:50]
    except (ValueError, IndexError, TypeError):
        return []
    return [one for _name, address in pairs if address and (one := parse_email(address))]


def ids(mail: Message, *names: str) -> tuple[str, ...]:
    """The message ids that those headers name, each once, in their order, at most the last thirty."""
    found = [one for name in names for value in _raw(mail, name) for one in _ID.findall(value[-8000:])]
    return tuple(dict.fromkeys(found))[-30:]


def moment(mail: Message, otherwise: datetime) -> datetime:
    """When it was written; never later than when it came, and when it came if nothing usable is said."""
    try:
        said = parsedate_to_datetime(next(iter(_raw(mail, "Date")), ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return otherwise
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    try:
        at = said.astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise
    return at if 0 <= (otherwise - at).total_seconds() < 30 * 86_400 else otherwise
