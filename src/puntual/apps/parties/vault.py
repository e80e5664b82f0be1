"""Sealing of personal data: a key per person, wrapped by the installation's keyring; blind indexes for exact matches.

AES-256-GCM from `cryptography`. The keyring is a file of the data folder (or PUNTUAL_KEYRING), backed up apart from
the data:
without it a stolen database tells no name, tax id, phone or message. Erasing a person destroys the wrapped key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from puntual.core.errors import UnusableInput

_NONCE = 12
UNREADABLE = "(datos borrados)"
_MISSING = (
    "Falta el llavero ({file}): con él se leen los nombres, contactos y mensajes. Devuelva ahí el que se guardó aparte "
    "con el respaldo (FILE.llavero); nada se cambió."
)
_OTHER = (
    "El llavero de esta carpeta no es el de estos datos. Devuelva el que se guardó aparte con su respaldo "
    "(FILE.llavero); nada se cambió."
)


def make_keyring(*, fresh: bool) -> None:
    """The keyring of this data folder, made if there is none. UnusableInput where `fresh` is false, that is, where
    there are data already that another one closed: a new one would hide them for ever, and quietly."""
    file = _keyring_file(str(settings.DATA))
    if file.exists():
        return
    if not fresh:
        raise UnusableInput(_MISSING.format(file=file))
    file.parent.mkdir(parents=True, exist_ok=True)
    keys = {"wrap": secrets.token_hex(32), "index": secrets.token_hex(32)}
    with suppress(FileExistsError), file.open("x", encoding="utf-8") as new:
        json.dump(keys, new)
    file.chmod(0o600)


def _keyring_file(folder: str) -> Path:
    given = os.environ.get("PUNTUAL_KEYRING")
    return Path(given) if given else Path(folder) / "llavero" / "llavero.json"


@lru_cache(maxsize=4)
def _keyring(folder: str) -> tuple[AESGCM, bytes]:
    file = _keyring_file(folder)
    if not file.exists():
        raise UnusableInput(_MISSING.format(file=file))
    keys = json.loads(file.read_text(encoding="utf-8"))
    return AESGCM(bytes.fromhex(keys["wrap"])), bytes.fromhex(keys["index"])


def _ring() -> tuple[AESGCM, bytes]:
    return _keyring(str(settings.DATA))


def new_key() -> tuple[bytes, bytes]:
    """A fresh key for a person and its wrapped form, which is what is stored."""
    key = AESGCM.generate_key(256)
    return key, _seal(_ring()[0], key)


def unwrap(wrapped: bytes) -> bytes:
    """The person's key from its stored form. UnusableInput where another keyring closed it."""
    return _open_ours(wrapped)


def seal(key: bytes, text: str) -> bytes:
    """The text, readable only with that key."""
    return _seal(AESGCM(key), text.encode())


def unseal(key: bytes | None, blob: bytes | memoryview | None) -> str:
    """The text again; a fixed phrase when the key was destroyed; empty for nothing."""
    if blob is None:
        return ""
    if key is None:
        return UNREADABLE
    try:
        return _open(AESGCM(key), bytes(blob)).decode()
    except InvalidTag:
        return UNREADABLE


def seal_bytes(key: bytes, data: bytes) -> bytes:
    """Bytes, readable only with that person's key."""
    return _seal(AESGCM(key), data)


def unseal_bytes(key: bytes, blob: bytes) -> bytes:
    return _open(AESGCM(key), blob)


def seal_file(data: bytes) -> bytes:
    """Bytes that belong to the installation (settings with secrets), under the keyring itself."""
    return _seal(_ring()[0], data)


def unseal_file(blob: bytes | memoryview) -> bytes:
    return _open_ours(bytes(blob))


def _open_ours(blob: bytes) -> bytes:
    try:
        return _open(_ring()[0], blob)
    except InvalidTag:
        raise UnusableInput(_OTHER) from None


def _seal(cipher: AESGCM, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, data, None)


def _open(cipher: AESGCM, blob: bytes) -> bytes:
    return cipher.decrypt(blob[:_NONCE], blob[_NONCE:], None)


def digest(kind: str, value: str) -> bytes:
    """Blind index of a normalised value: equal values have equal digests, nothing else can be told from it."""
    return hmac.new(_ring()[1], f"{kind}:{value}".encode(), hashlib.sha256).digest()[:16]


def plain_words(name: str) -> list[str]:
    """The words of a name without accents, capitals or punctuation."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]{2,}", flat)


def tokens(name: str) -> set[int]:
    """Blind tokens of a name: each word and its first three and four letters, so that «com» finds «Comercial»."""
    return {_token(part) for word in plain_words(name) for part in {word, word[:4], word[:3]}}


def query_tokens(text: str) -> list[int]:
    """Tokens that a party must all have to match a search: whole words, the last one may be a beginning of four
    letters."""
    words = plain_words(text)
    return [_token(word if len(word) < 4 else word[:4]) for word in words]


def _token(word: str) -> int:
    return int.from_bytes(digest("word", word)[:8], "big", signed=True)


def normal_tax_id(text: str) -> str:
    """A tax id without spaces, dots and dashes, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


#: Tax ids that stand for «anybody» and so never identify a person.
GENERIC_TAX_IDS = frozenset(
    {
        "XAXX010101000",
        "XEXX010101000",
        "222222222222",
        "2222222222",
        "9999999999999",
        "99999999999",
        "00000000",
        "666666666",
    }
)


def tax_digest(tax_id: str) -> bytes | None:
    """Blind index of a tax id; None for an empty or generic one."""
    normal = normal_tax_id(tax_id)
    if not normal or normal in GENERIC_TAX_IDS:
        return None
    return digest("tax", normal)


def keys_of(wrapped: Iterable[tuple[int, bytes]]) -> dict[int, bytes]:
    """party id -> key, from stored wrapped keys."""
    return {party: unwrap(bytes(blob)) for party, blob in wrapped}


def tax_digests(text: str) -> list[bytes]:
    """Every blind index under which a tax id that somebody wrote may be kept: as it is, and without the check digit
    after a dash, which Colombian ids are kept without."""
    forms = [text, text.rpartition("-")[0]] if re.fullmatch(r"[\d.\s]+-\s*\d", text.strip()) else [text]
    return [digest for form in forms if (digest := tax_digest(form))]
