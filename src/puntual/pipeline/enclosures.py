"""The original of a document, to send with the message that speaks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from puntual.apps.imports import originals
from puntual.apps.outreach.models import Outbox

_MEDIA: Mapping[str, str] = {"pdf": "application/pdf", "xml": "application/xml"}
#: Larger ones are in the link: mail servers refuse them.
LARGEST = 8 * 1024 * 1024
Enclosure = tuple[str, str, bytes]


def for_rows(rows: Sequence[Outbox]) -> dict[int, tuple[Enclosure, ...]]:
    """message -> its originals, for e-mails that promise some. What is too large or was erased stays out."""
    mails = [row for row in rows if row.channel == "email" and row.tells]
    asked = {row.pk: row.tells["documents"] for row in mails if "documents" in row.tells}
    files = originals.contents({pk for documents in asked.values() for pk in documents})
    found = {}
    for pk, documents in asked.items():
        kept, room = [], LARGEST
        for document in documents:
            name, data = files.get(document, ("", b""))
            if data and len(data) <= room:
                kept.append(_named(name, data))
                room -= len(data)
        if kept:
            found[pk] = tuple(kept)
    return found


def _named(name: str, data: bytes) -> Enclosure:
    """As a mail carries it. What is neither a PDF nor an XML goes as plain bytes."""
    ending = name.rpartition(".")[2].lower()
    kind = "pdf" if data[:5] == b"%PDF-" else "xml" if data.lstrip()[:1] == b"<" else ending
    base = name.rpartition("/")[2] or "documento"
    return base if "." in base else f"{base}.{kind}", _MEDIA.get(kind, "application/octet-stream"), data
