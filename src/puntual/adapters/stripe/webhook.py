"""Notices of Stripe: `stripe-signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 of `t.payload`. Needs the raw body."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from puntual.ports.payments import Credentials, Forged, Notice, Received

PROVIDER = "stripe"
#: Stripe signs each delivery anew, so a genuine one is never old: its own libraries allow five minutes.
MAX_AGE_S = 300


def read_notice(received: Received, credentials: Credentials, now: datetime) -> Notice:
    """What the event is about: the payment intent it belongs to, or the payout. Forged if it does not verify."""
    check_signature(received, credentials.need("webhook_secret"), now)
    event = json.loads(received.body)
    return Notice(PROVIDER, str(event["id"]), str(event["type"]), subject(event))


def check_signature(received: Received, secret: str, now: datetime) -> None:
    pairs = [p.strip().split("=", 1) for p in received.headers.get("stripe-signature", "").split(",") if "=" in p]
    stamp = next((value for name, value in pairs if name == "t"), "")
    given = [value for name, value in pairs if name == "v1"]
    wanted = signature(secret, stamp, received.body)
    if not stamp.isdigit() or not any(hmac.compare_digest(wanted, one) for one in given):
        raise Forged
    if abs(now.timestamp() - int(stamp)) > MAX_AGE_S:
        raise Forged("webhook_stale")


def signature(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def subject(event: dict[str, Any]) -> str:
    """The id to read again: the payment intent behind a session, charge, refund or dispute; the object itself
    otherwise.
    """
    thing = event["data"]["object"]
    if thing.get("object") in ("payment_intent", "payout"):
        return str(thing["id"])
    return str(thing.get("payment_intent") or "")
