"""Originals as they came, with their digest: sealed with the key of the one person they are about, else the ring."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import attrs

from puntual.apps import bulk
from puntual.apps.imports.models import Document
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault

_PACKED_FROM = 16 * 1024
_RAW, _PACKED = b"0", b"1"


@attrs.frozen
class Original:
    """The bytes of a file. `party` when it is about one person only."""

    name: str
    kind: str
    data: bytes
    party: int | None = None

    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def keep(creditor_id: int, originals: Sequence[Original]) -> dict[str, int]:
    """digest -> document id, storing those not seen before. In the caller's transaction."""
    unique = {o.digest(): o for o in originals}
    known = known_documents(creditor_id, list(unique))
    fresh = [(digest, o) for digest, o in unique.items() if digest not in known]
    if not fresh:
        return known
    keys = parties.keys_of(o.party for _, o in fresh if o.party is not None)
    now = datetime.now(UTC)
    stamp = now if bulk.is_postgres() else now.strftime("%Y-%m-%d %H:%M:%S.%f")
    ids = bulk.next_ids(Document, len(fresh))
    bulk.insert_rows(
        Document,
        ["id", "sha256", "name", "kind", "size", "sealed", "party_id", "creditor_id", "received_at"],
        [
            (pk, digest, o.name[-200:], o.kind, len(o.data), _seal(o, keys), o.party, creditor_id, stamp)
            for pk, (digest, o) in zip(ids, fresh)
        ],
    )
    return known | {digest: pk for pk, (digest, _) in zip(ids, fresh)}


def known_documents(creditor_id: int, digests: Sequence[str]) -> dict[str, int]:
    """digest -> document id, for those that the creditor has."""
    found: dict[str, int] = {}
    for piece in bulk.chunks(digests):
        rows = Document.objects.filter(creditor_id=creditor_id, sha256__in=piece)
        found.update(rows.values_list("sha256", "pk"))
    return found


def content(document: Document) -> bytes | None:
    """The bytes as they came; None once the person they are about was erased."""
    blob = bytes(document.sealed)
    if document.party_id is None:
        packed = vault.unseal_file(blob)
    else:
        key = parties.key_of(document.party_id)
        if key is None:
            return None
        packed = vault.unseal_bytes(key, blob)
    return zlib.decompress(packed[1:]) if packed[:1] == _PACKED else packed[1:]


def _seal(o: Original, keys: Mapping[int, bytes]) -> bytes:
    packed = _PACKED + zlib.compress(o.data, 1) if len(o.data) >= _PACKED_FROM else _RAW + o.data
    return vault.seal_bytes(keys[o.party], packed) if o.party in keys else vault.seal_file(packed)


def contents(ids: Iterable[int]) -> dict[int, tuple[str, bytes]]:
    """document id -> its name and its bytes, for those that can still be read."""
    found = {}
    for row in Document.objects.filter(pk__in=set(ids)):
        data = content(row)
        if data is not None:
            found[row.pk] = (row.name, data)
    return found
