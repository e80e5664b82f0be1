"""Sending by the Graph API. Meta keeps no idempotency key: what may have arrived is never sent again by itself."""

from __future__ import annotations

from typing import Any

import attrs
import httpx

from puntual.adapters.message_http import Link, retry_after_s
from puntual.adapters.whatsapp_cloud.errors import WORDS, channel_error
from puntual.ports.channels import ChannelError, Delivery, Outgoing, TemplateUse

API = "https://graph.facebook.com"
VERSION = "v23.0"


@attrs.frozen
class WhatsAppAccount:
    """A business phone number: its id at Meta and a token of a system user."""

    phone_number_id: str
    access_token: str = attrs.field(repr=False)
    base_url: str = API


class WhatsAppChannel:
    """Hands messages to one business phone number."""

    def __init__(self, account: WhatsAppAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account = account
        self._link = Link("WhatsApp", account.base_url, transport)

    def send(self, message: Outgoing) -> Delivery:
        """Send the free words while the window is open, else the approved template.

        ChannelError when there is neither: nothing is asked of Meta then, because what it would refuse counts against
        the number.
        """
        answer = self._link.hand_over(
            "POST",
            f"/{VERSION}/{self._account.phone_number_id}/messages",
            json=payload(message),
            headers={"authorization": f"Bearer {self._account.access_token}"},
        )
        body = _body(answer)
        if answer.status_code >= 400 or "error" in body:
            raise channel_error(body.get("error") or {}, answer.status_code, retry_after_s(answer))
        return Delivery(provider_id=str(body["messages"][0]["id"]))

    def close(self) -> None:
        self._link.close()


def payload(message: Outgoing) -> dict[str, Any]:
    """The document of the API for a message. `biz_opaque_callback_data` brings our id back in every status."""
    said: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": message.message_id,
    }
    said |= {"to": message.recipient.lstrip("+")} if message.recipient else {"recipient": message.recipient_id}
    if message.window_open:
        if message.media_url:
            document = {"link": message.media_url, "caption": message.text[:1024]}
            return said | {"type": "document", "document": document}
        return said | {"type": "text", "text": {"body": message.text[:4096], "preview_url": False}}
    if message.template is None:
        raise ChannelError(WORDS[131047], permanent=True, code="131047")
    return said | {"type": "template", "template": _template(message.template)}


def _template(used: TemplateUse) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    if used.media_url:
        document = {"type": "document", "document": {"link": used.media_url}}
        components.append({"type": "header", "parameters": [document]})
    if used.parameters:
        components.append({"type": "body", "parameters": [{"type": "text", "text": _line(p)} for p in used.parameters]})
    for index, kind, value in used.buttons:
        parameter = {"type": "payload", "payload": value} if kind == "quick_reply" else {"type": "text", "text": value}
        components.append({"type": "button", "sub_type": kind, "index": str(index), "parameters": [parameter]})
    return {"name": used.name, "language": {"code": used.language}, "components": components}


def _line(text: str) -> str:
    """A parameter may hold no line break, tab or run of spaces (error 132012), and must not be empty."""
    return " ".join(text.split()) or "-"


def _body(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and (answer.status_code < 500 or "error" in body):
        return body
    if answer.status_code < 400 or answer.status_code >= 500:
        # A failure that is not told in Meta's own words comes from something in between, or from halfway through.
        raise OSError(f"WhatsApp respondió {answer.status_code} sin explicación: no se sabe si lo tomó.")
    return {}
