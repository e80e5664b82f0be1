"""The secret part of a link: id of the row and a signature over id and random bytes, by the installation's signing key.

A stolen database gives no link, because the key is not in it; nobody can count up to the next link, because 132 bits of
signature would have to be guessed. 25 characters or so: it fits an SMS.
"""

from __future__ import annotations

import re

from django.core import signing
from django.utils.crypto import constant_time_compare

_SHAPE = re.compile(r"([0-9A-Za-z]{1,11})-([0-9A-Za-z_-]{22})", re.ASCII)
_LENGTH = 22


def _signer() -> signing.Signer:
    return signing.Signer(salt="puntual.portal.link")


def _signature(signer: signing.Signer, key: str, link_id: int, nonce: bytes) -> str:
    return signer.signature(f"{link_id}:{nonce.hex()}", key)[:_LENGTH]


def make(link_id: int, nonce: bytes, signer: signing.Signer | None = None) -> str:
    """The token of a link. Many at once: pass one signer."""
    signer = signer or _signer()
    return f"{signing.b62_encode(link_id)}-{_signature(signer, signer.key, link_id, nonce)}"


def make_many(rows: list[tuple[int, bytes]]) -> list[str]:
    """The tokens of many links, in order."""
    signer = _signer()
    return [make(link_id, nonce, signer) for link_id, nonce in rows]


def link_id(token: str) -> int | None:
    """The row that a token speaks of, before its signature is checked; None if it has not the shape of a token."""
    found = _SHAPE.fullmatch(token)
    return signing.b62_decode(found[1]) if found else None


def is_genuine(token: str, link_id: int, nonce: bytes) -> bool:
    """Whether the installation signed it, with its key or one it had before (SECRET_KEY_FALLBACKS)."""
    signer, given = _signer(), token[-_LENGTH:]
    return any(
        constant_time_compare(given, _signature(signer, key, link_id, nonce))
        for key in (signer.key, *signer.fallback_keys)
    )
