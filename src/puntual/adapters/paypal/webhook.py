"""Notices of PayPal: RSA-SHA256 over `transmission id|time|webhook id|crc32(body)`, by a certificate that the notice
names.

The certificate's address is checked before anything is fetched: whoever names his own server proves nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from puntual.ports.payments import Credentials, Forged, Notice, Received

PROVIDER = "paypal"
HOSTS = {True: frozenset({"api.paypal.com"}), False: frozenset({"api.sandbox.paypal.com"})}
PATH = "/v1/notifications/certs/"
#: PayPal repeats an unanswered notice for three days.
MAX_AGE_S = 4 * 24 * 3600

#: Address of a certificate (already checked) to its PEM. Injected, so that nothing is fetched in tests.
FetchCertificate = Callable[[str], bytes]


def read_notice(received: Received, credentials: Credentials, now: datetime, fetch: FetchCertificate) -> Notice:
    """What the event is about: the order, capture or dispute to read again. Forged if it does not verify."""
    verify(received, credentials, now, fetch)
    event = json.loads(received.body)
    return Notice(PROVIDER, str(event["id"]), str(event["event_type"]), subject(event))


def verify(received: Received, credentials: Credentials, now: datetime, fetch: FetchCertificate) -> None:
    head = received.headers
    if head.get("paypal-auth-algo") != "SHA256withRSA":
        raise Forged
    address = head.get("paypal-cert-url", "")
    check_address(address, credentials.live)
    sent_at = _instant(head.get("paypal-transmission-time", ""))
    message = "|".join(
        (
            head.get("paypal-transmission-id", ""),
            head.get("paypal-transmission-time", ""),
            credentials.need("webhook_id"),
            str(zlib.crc32(received.body)),
        )
    )
    _check(x509.load_pem_x509_certificate(fetch(address)), head.get("paypal-transmission-sig", ""), message, now)
    if abs((now - sent_at).total_seconds()) > MAX_AGE_S:
        raise Forged("webhook_stale")


def check_address(address: str, live: bool) -> None:
    """Only PayPal's own host, by https, on its own port, without user or tricks in the path."""
    parts = urlsplit(address)
    own = parts.scheme == "https" and parts.netloc in HOSTS[live]
    if not own or not parts.path.startswith(PATH) or ".." in parts.path or parts.query or parts.fragment:
        raise Forged


def _check(certificate: x509.Certificate, signature: str, message: str, now: datetime) -> None:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise Forged
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Forged("webhook_stale")
    try:
        key.verify(base64.b64decode(signature, validate=True), message.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        raise Forged from None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Forged from None
    if instant.tzinfo is None:
        raise Forged
    return instant


def subject(event: dict[str, Any]) -> str:
    """`order:ID`, `capture:ID` or `dispute:ID`; empty when the event is about none of them."""
    thing, kind = event.get("resource") or {}, str(event.get("event_type") or "")
    if kind.startswith("CUSTOMER.DISPUTE."):
        return f"dispute:{thing.get('dispute_id', '')}"
    if kind.startswith("CHECKOUT.ORDER."):
        return f"order:{thing.get('id', '')}"
    related = (thing.get("supplementary_data") or {}).get("related_ids") or {}
    if related.get("order_id"):
        return f"order:{related['order_id']}"
    # A refund names only the capture that it gives back.
    ups = [
        link["href"] for link in thing.get("links") or () if link.get("rel") == "up" and "/captures/" in link["href"]
    ]
    return f"capture:{ups[0].rstrip('/').rsplit('/', 1)[-1]}" if ups else ""
