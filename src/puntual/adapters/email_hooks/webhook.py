"""Two ways of handing a whole mail over by HTTP. What it says is read by the one reader of mail (`email_imap`).

Mailgun: a route that forwards to an address ending in `/mime`, signed with the domain's key (HMAC-SHA256 of timestamp
and token). Postmark: an inbound server that includes the raw content; it signs nothing, so our address carries a token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from urllib.parse import parse_qs

from puntual.adapters.email_imap.reader import Mail
from puntual.ports.inbound import Forged, Inbound, Received


class Mailgun:
    """The InboundAdapter of Mailgun. Secrets: `signing_key`."""

    adapter = "mailgun"

    def check(self, received: Received, url: str, secrets: Mapping[str, str]) -> None:
        """Forged unless the domain's key signed its timestamp and token."""
        fields = _fields(received)
        key, token = secrets.get("signing_key", ""), fields.get("token", b"")
        said = hmac.new(key.encode(), fields.get("timestamp", b"") + token, hashlib.sha256).hexdigest()
        if not key or not token or not hmac.compare_digest(said.encode(), fields.get("signature", b"")):
            raise Forged

    def facts(self, received: Received, at: datetime) -> tuple[Inbound, ...]:
        fields = _fields(received)
        address = fields.get("recipient", b"").decode("utf-8", "replace").lower()
        return _read(fields["body-mime"], address, at)


class Postmark:
    """The InboundAdapter of Postmark. Secrets: `token`, which its address carries."""

    adapter = "postmark"

    def check(self, received: Received, url: str, secrets: Mapping[str, str]) -> None:
        """Forged unless the address carries this account's token."""
        token = secrets.get("token", "")
        if not token or not hmac.compare_digest(token.encode(), received.query.get("token", "").encode()):
            raise Forged

    def facts(self, received: Received, at: datetime) -> tuple[Inbound, ...]:
        told = json.loads(received.body)
        raw = str(told["RawEmail"])
        return _read(_bytes(raw), str(told.get("OriginalRecipient") or "").lower(), at)


def _read(raw: bytes, recipient: str, at: datetime) -> tuple[Inbound, ...]:
    local, _at, domain = recipient.rpartition("@")
    return Mail().facts(Received({}, {"address": f"{local.partition('+')[0]}@{domain}" if domain else ""}, raw), at)


def _bytes(raw: str) -> bytes:
    """Postmark gives the message as text, or in base64 when it is no text."""
    if "\n" not in raw.strip()[:2000]:
        try:
            return base64.b64decode(raw, validate=True)
        except (binascii.Error, ValueError):
            pass  # it was text of one line
    return raw.encode("utf-8", "surrogateescape")


def _fields(received: Received) -> dict[str, bytes]:
    """The fields of a form, sent either way."""
    kind = received.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/"):
        told = parse_qs(received.body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
        return {name: values[-1].encode("latin-1") for name, values in told.items()}
    form = message_from_bytes(b"Content-Type: " + kind.encode("latin-1", "replace") + b"\r\n\r\n" + received.body)
    found = {}
    for part in form.get_payload() if isinstance(form.get_payload(), list) else []:
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(data, bytes):
            found[name] = data
    return found
