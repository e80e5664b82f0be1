"""What Kannel tells us: delivery reports (dlr-url) and messages of people (get-url of its sms-service).

Kannel signs nothing: the address it calls carries a token of ours. Its sms-service calls
`…/webhooks/kannel/<ref>/?kind=mo&token=…&from=%p&to=%P&text=%a&id=%I&ts=%T`, with `omit-empty = true` and
`max-messages = 0`, or it would answer the person with an SMS of its own.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from puntual.adapters.phones import parse_phone
from puntual.ports.inbound import (
    DELIVERED,
    FAILED,
    SENT,
    DeliveryReport,
    Forged,
    Inbound,
    InboundMessage,
    Received,
)

_STATUS = {"1": DELIVERED, "2": FAILED, "8": SENT, "16": FAILED}


class Kannel:
    """The InboundAdapter of Kannel. Secrets: `token`, and `country` for numbers that come without their own."""

    adapter = "kannel"

    def check(self, received: Received, url: str, secrets: Mapping[str, str]) -> None:
        """Forged unless the address carries this account's token."""
        token = secrets.get("token", "")
        if not token or not hmac.compare_digest(token.encode(), received.query.get("token", "").encode()):
            raise Forged

    def facts(self, received: Received, at: datetime) -> tuple[Inbound, ...]:
        query = received.query
        moment = _moment(query.get("ts", ""), at)
        if query["kind"] == "mo":
            phone = parse_phone(query["from"], query.get("country", ""))
            said = phone.e164 if phone else query["from"]
            return (InboundMessage(f"mo:{query['id']}", "sms", query["to"], query["text"], moment, phone=said),)
        status = _STATUS.get(query["type"])
        if status is None:
            return ()
        return (
            DeliveryReport(
                event_id=f"dlr:{query['id']}:{query['type']}",
                channel="sms",
                status=status,
                at=moment,
                message_id=query["id"],
                code=query["type"] if status == FAILED else "",
                sentence=query.get("reply", "")[:200] if status == FAILED else "",
                permanent=status == FAILED,
            ),
        )


def _moment(text: str, otherwise: datetime) -> datetime:
    """Kannel's instants: seconds (%T) or UTC words (%t); what is neither, or empty, is when it came."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return otherwise
