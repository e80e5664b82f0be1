"""The original of a document, to send with the message that speaks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from puntual.apps.imports import originals
from puntual.apps.outreach.models import Outbox

_MEDIA: Mapping[str, str] = {"pdf": "application/pdf", "xml": "application/xml"}
#: Larger ones are in the link: mail servers refuse them.
LARGEST = 8 * 1024 * 1024
Enclosure = tuple[str, str, bytes]


def for_rows(rows: Sequence[Outbox]) -> dict[int, tuple[Enclosure, ...]]:
    """message -> its originals, for e-mails that promise one. One whose person was erased has none."""
    mails = [row for row in rows if row.channel == "email" and "document" in _tells(row)]
    asked = {row.pk: int(_tells(row)["document"]) for row in mails}
    files = originals.contents(set(asked.values()))
    return {pk: (_named(*files[document]),) for pk, document in asked.items() if document in files}


def _tells(row: Outbox) -> Mapping[str, Any]:
    return row.tells or {}


def _named(name: str, data: bytes) -> Enclosure:
    """As a mail carries it. What is neither a PDF nor an XML goes as plain bytes."""
    ending = name.rpartition(".")[2].lower()
    kind = "pdf" if data[:5] == b"%PDF-" else "xml" if data.lstrip()[:1] == b"<" else ending
    base = name.rpartition("/")[2] or "documento"
    return base if "." in base else f"{base}.{kind}", _MEDIA.get(kind, "application/octet-stream"), data
