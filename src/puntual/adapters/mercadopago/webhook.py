"""Notices of Mercado Pago. The signature covers only the id of the resource, so a notice never carries a fact.

Manifest: `id:<data.id>;request-id:<x-request-id>;ts:<ts>;`, HMAC-SHA256 in hex. `data.id` is the one of the query
string.
`ts` comes in seconds or in milliseconds: the age is checked here in either unit. QR notices are not signed at all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta

from puntual.ports.payments import Credentials, Forged, Notice, Received

PROVIDER = "mercadopago"
#: Mercado Pago repeats an unanswered notice for days with its first signature.
MAX_AGE = timedelta(days=5)
_MILLISECONDS_FROM = 10**11
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: Unsigned notices of one payment all look alike: within this time they are one, later ones make us look again.
_SAME_S = 300
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_notice(received: Received, credentials: Credentials, now: datetime) -> Notice:
    """What the notice is about. Unsigned ones are let through as not trusted: they only make us look at the payment."""
    body = _body(received.body)
    query_id = received.query.get("data.id", "")
    resource = query_id or str(_data(body).get("id") or received.query.get("id") or "")
    said = received.query.get("type") or received.query.get("topic") or body.get("type") or body.get("topic")
    topic = str(said or "")
    # The id becomes part of an address of the API: nothing but an id gets through, signed or not.
    if not _ID.fullmatch(resource):
        raise Forged("webhook_forged")
    if "x-signature" not in received.headers:
        moment = int(now.timestamp()) // _SAME_S
        return Notice(PROVIDER, f"unsigned:{topic}:{resource}:{moment}", topic, resource, trusted=False)
    ts = check_signature(received, query_id, credentials.need("webhook_secret"))
    if abs(now.timestamp() - ts) > MAX_AGE.total_seconds():
        raise Forged("webhook_stale")
    event = str(body.get("id") or f"{topic}:{resource}:{received.headers.get('x-request-id', '')}")
    return Notice(PROVIDER, event, topic, resource)


def check_signature(received: Received, data_id: str, secret: str) -> float:
    """The instant of the signature in seconds. Forged if it does not verify."""
    parts = dict(p.strip().split("=", 1) for p in received.headers["x-signature"].split(",") if "=" in p)
    ts, given = parts.get("ts", ""), parts.get("v1", "")
    if not ts.isdigit() or not given:
        raise Forged
    request_id = received.headers.get("x-request-id", "")
    # The documentation asks for a lower-case id; the official library signs it as it came.
    if not any(
        hmac.compare_digest(signature(secret, one, request_id, ts), given) for one in (data_id, data_id.lower())
    ):
        raise Forged
    return int(ts) / 1000 if int(ts) >= _MILLISECONDS_FROM else float(ts)


def signature(secret: str, data_id: str, request_id: str, ts: str) -> str:
    """The signature of a manifest; parts that are missing are left out of it."""
    manifest = "".join(f"{name}:{value};" for name, value in (("id", data_id), ("request-id", request_id)) if value)
    return hmac.new(secret.encode(), f"{manifest}ts:{ts};".encode(), hashlib.sha256).hexdigest()


def _body(raw: bytes) -> dict[str, object]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _data(body: dict[str, object]) -> dict[str, object]:
    data = body.get("data")
    return data if isinstance(data, dict) else {}
