"""What Twilio tells us: status callbacks and messages of people, signed with X-Twilio-Signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs

from puntual.adapters.phones import parse_phone
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

_STATUS = {"sent": SENT, "delivered": DELIVERED, "read": READ, "undelivered": FAILED, "failed": FAILED}
#: Failures that another day may not have: queue overflow, unreachable phone, carrier trouble, filtered for now.
_PASSING = frozenset({"30001", "30003", "30008", "30010", "30017"})

_NOT_HEARD = {
    "no-answer": "Nadie contestó la llamada.",
    "busy": "El teléfono estaba ocupado.",
    "failed": "El número no se pudo marcar.",
    "canceled": "La llamada se canceló antes de contestar.",
}


def signature(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """HMAC-SHA1, in base64, of the address called followed by every field and value, sorted by field (Twilio, Webhooks
    security)."""
    said = url + "".join(f"{key}{form[key]}" for key in sorted(form))
    return base64.b64encode(hmac.new(auth_token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def form_of(body: bytes) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(body.decode(), keep_blank_values=True).items()}


class Twilio:
    """The InboundAdapter of Twilio. Secrets: `auth_token`."""

    adapter = "twilio"

    def check(self, received: Received, url: str, secrets: Mapping[str, str]) -> None:
        """Forged unless Twilio signed this very address and these very fields."""
        token = secrets.get("auth_token", "")
        given = received.headers.get("x-twilio-signature", "")
        try:
            due = signature(token, url, form_of(received.body))
        except UnicodeDecodeError:
            raise Forged from None
        if not token or not hmac.compare_digest(due.encode(), given.encode()):
            raise Forged

    def facts(self, received: Received, at: datetime) -> tuple[Inbound, ...]:
        form = form_of(received.body)
        if "CallSid" in form:
            return _call(form, received.query, at)
        sid = form.get("MessageSid") or form["SmsSid"]
        if "MessageStatus" not in form:
            return (_message(form, sid, at),)
        status, code = _STATUS.get(form["MessageStatus"]), form.get("ErrorCode", "")
        if status is None:
            return ()
        failed = status == FAILED
        return (
            DeliveryReport(
                event_id=f"status:{sid}:{status}",
                channel="sms",
                status=status,
                at=at,
                message_id=received.query.get("id", ""),
                provider_id=sid,
                code=code,
                sentence=f"Twilio: error {code}" if failed and code else "",
                permanent=failed and code not in _PASSING,
            ),
        )


def _call(form: Mapping[str, str], query: Mapping[str, str], at: datetime) -> tuple[Inbound, ...]:
    """What became of a voice message: nobody answered, the number is wrong, or it was heard."""
    said = form.get("CallStatus", "")
    status = DELIVERED if said == "completed" else FAILED if said in _NOT_HEARD else None
    if status is None:
        return ()
    return (
        DeliveryReport(
            event_id=f"call:{form['CallSid']}:{status}",
            channel="voice",
            status=status,
            at=at,
            message_id=query.get("id", ""),
            provider_id=form["CallSid"],
            code=said if status == FAILED else "",
            sentence=_NOT_HEARD.get(said, ""),
            permanent=said == "failed",
        ),
    )


def _message(form: Mapping[str, str], sid: str, at: datetime) -> InboundMessage:
    phone = parse_phone(form["From"], form.get("FromCountry", ""))
    media = tuple(
        Media("file", form.get(f"MediaContentType{i}", ""), form[f"MediaUrl{i}"])
        for i in range(int(form.get("NumMedia", "0") or 0))
        if f"MediaUrl{i}" in form
    )
    return InboundMessage(
        event_id=f"message:{sid}",
        channel="sms",
        to=form["To"],
        text=form.get("Body", ""),
        at=at,
        phone=phone.e164 if phone else form["From"],
        media=media,
    )
