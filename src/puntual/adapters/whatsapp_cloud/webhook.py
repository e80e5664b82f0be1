"""What WhatsApp tells us: messages and statuses, several in one notice, in any order and more than once.

A person is known by a business-scoped id (`user_id`); the phone may be missing for whoever hides it behind a user
name. Ids of Mexico and Argentina carry a digit that no telephone has (52 1, 54 9), mended by `adapters.phones`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from puntual.adapters.phones import parse_phone
from puntual.adapters.whatsapp_cloud import account_news, errors
from puntual.ports.inbound import (
    DELIVERED,
    FAILED,
    READ,
    SENT,
    DeliveryReport,
    Forged,
    Inbound,
    InboundMessage,
    Media,
    Received,
)

_STATUS = {"sent": SENT, "delivered": DELIVERED, "read": READ, "played": READ, "failed": FAILED}
_MEDIA = ("image", "document", "audio", "video", "sticker")

Thing = Mapping[str, Any]


def signature(app_secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256: HMAC-SHA256 of the raw body with the app's secret."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


class WhatsApp:
    """The InboundAdapter of WhatsApp. Secrets: `app_secret`, and `verify_token` for Meta's first question."""

    adapter = "whatsapp"

    def check(self, received: Received, url: str, secrets: Mapping[str, str]) -> None:
        """Forged unless the app's secret signed these very bytes."""
        secret = secrets.get("app_secret", "")
        given = received.headers.get("x-hub-signature-256", "")
        if not secret or not hmac.compare_digest(signature(secret, received.body).encode(), given.encode()):
            raise Forged

    def challenge(self, query: Mapping[str, str], secrets: Mapping[str, str]) -> str:
        """The answer to Meta's question when the address is registered. Forged with any other token."""
        token = secrets.get("verify_token", "")
        asked = query.get("hub.mode") == "subscribe" and token
        if not asked or not hmac.compare_digest(token.encode(), query.get("hub.verify_token", "").encode()):
            raise Forged
        return query.get("hub.challenge", "")

    def facts(self, received: Received, at: datetime) -> tuple[Inbound, ...]:
        """Messages, statuses, and what Meta says of templates and of the number itself; other notices say nothing."""
        return tuple(_facts(json.loads(received.body)))


def _facts(body: Thing) -> Iterator[Inbound]:
    for entry in body["entry"]:
        for change in entry.get("changes", ()):
            field, value = change.get("field", "messages"), change["value"]
            if field in account_news.FIELDS:
                yield account_news.read(field, value, str(entry.get("id") or ""), entry.get("time"))
            if field != "messages":
                continue
            contacts = value.get("contacts") or []
            for said in value.get("messages") or ():
                if said["type"] not in ("system", "reaction"):
                    yield _message(said, _sender(said, contacts), value)
            for status in value.get("statuses") or ():
                if status["status"] in _STATUS:
                    yield _report(status)


def _sender(said: Thing, contacts: list[Thing]) -> Thing:
    """Who among the contacts of the notice wrote this: by id, by phone, or the only one there is."""
    mine = [
        c
        for c in contacts
        if (said.get("from_user_id") and c.get("user_id") == said["from_user_id"])
        or (said.get("from") and c.get("wa_id") == said["from"])
    ]
    return mine[0] if mine else contacts[0] if len(contacts) == 1 else {}


def _message(said: Thing, sender: Thing, value: Thing) -> InboundMessage:
    raw = str(said.get("from") or sender.get("wa_id") or "")
    user = str(said.get("from_user_id") or sender.get("user_id") or "")
    if not raw.isdigit():
        # Whoever hides the phone is told by the business-scoped id in its place.
        user, raw = user or raw, ""
    text, button = _words(said)
    return InboundMessage(
        event_id=str(said["id"]),
        channel="whatsapp",
        to=str(value["metadata"]["phone_number_id"]),
        text=text,
        at=_moment(said["timestamp"]),
        user_id=user,
        phone=phone_of(raw),
        profile_name=str((sender.get("profile") or {}).get("name") or ""),
        in_reply_to=str((said.get("context") or {}).get("id") or ""),
        button=button,
        media=tuple(
            Media(kind, str(said[kind].get("mime_type", "")), str(said[kind]["id"]), str(said[kind].get("sha256", "")))
            for kind in _MEDIA
            if kind == said["type"] and kind in said
        ),
    )


def phone_of(wa_id: str) -> str:
    """E.164 of a WhatsApp id; with its plus when the plan of numbers does not know it.

    >>> phone_of("5215512345678"), phone_of("5491123456789"), phone_of("51987654321")
    ('+525512345678', '+5491123456789', '+51987654321')
    """
    if not wa_id:
        return ""
    found = parse_phone("+" + wa_id, "")
    return found.e164 if found else "+" + wa_id


def _words(said: Thing) -> tuple[str, str]:
    """(what the person wrote or the caption, payload of the button pressed)."""
    kind = said["type"]
    if kind == "text":
        return str(said["text"]["body"]), ""
    if kind == "button":
        return str(said["button"].get("text", "")), str(said["button"].get("payload", ""))
    if kind == "interactive":
        chosen = said["interactive"].get("button_reply") or said["interactive"].get("list_reply") or {}
        return str(chosen.get("title", "")), str(chosen.get("id", ""))
    return (str(said[kind].get("caption", "")), "") if kind in _MEDIA and kind in said else ("", "")


def _report(status: Thing) -> DeliveryReport:
    error = (status.get("errors") or [{}])[0]
    code = int(error.get("code") or 0)
    failed = status["status"] == "failed"
    return DeliveryReport(
        event_id=f"{status['id']}:{_STATUS[status['status']]}",
        channel="whatsapp",
        status=_STATUS[status["status"]],
        at=_moment(status["timestamp"]),
        message_id=str(status.get("biz_opaque_callback_data") or ""),
        provider_id=str(status["id"]),
        code=str(code) if failed else "",
        sentence=errors.sentence(error) if failed else "",
        permanent=failed and errors.is_permanent(code),
    )


def _moment(seconds: object) -> datetime:
    return datetime.fromtimestamp(int(str(seconds)), UTC)
