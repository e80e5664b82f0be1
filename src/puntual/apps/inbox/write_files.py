"""Files that come with what people write: told by their own bytes, kept sealed with their digest, or refused with a
reason."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from puntual.apps.inbox import identify
from puntual.apps.inbox.choices import FileState
from puntual.apps.inbox.models import MessageFile, ThreadMessage
from puntual.ports.inbound import Attached, InboundMessage

#: Kept at most: each, and together in one message.
FILE_MAX, TOGETHER_MAX, FILES_MAX = 10 * 1024 * 1024, 25 * 1024 * 1024, 12
_AGAIN = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
#: First bytes -> what it really is. Everything else, scripts and programs above all, is refused.
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
)
_BRANDS = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"M4A ": "audio/mp4"}


def kind_of(data: bytes) -> str:
    """What these bytes are, whatever their name and sender say; empty for what is not kept."""
    head = data[:1024]
    for start, kind in _MAGIC:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return (
            "image/heic" if brand in (b"heic", b"heix", b"mif1") else "audio/mp4" if brand == b"M4A " else "video/mp4"
        )
    if head.startswith(b"PK\x03\x04"):
        return _office(data)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<?xml") and b"<!DOCTYPE" not in data[:4096] and b"<!ENTITY" not in data[:4096]:
        return "application/xml"
    return ""


def _office(data: bytes) -> str:
    """A workbook or document without macros. Any other archive is refused: nobody looks inside."""
    if b"vbaProject.bin" in data:
        return ""
    if b"workbook.xml" in data:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    if b"word/document.xml" in data:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return ""


def keep(*, row: ThreadMessage, said: InboundMessage, at: datetime) -> int:
    """The files of a message: those whose bytes came, and those to be brought later. Inside the caller's
    transaction."""
    party = row.conversation.party_id
    fresh = [_attached(row, party, n, one) for n, one in enumerate(_within(said.files))]
    for number, one in enumerate(said.media, len(fresh)):
        fresh.append(
            MessageFile(
                conversation_id=row.conversation_id,
                message=row,
                position=number,
                mime_type=one.mime_type[:100],
                sha256=one.sha256[:64] if len(one.sha256) == 64 else "",
                state=FileState.PENDING,
                reference=one.reference[:255],
                next_try_at=at,
            )  # fmt: skip
        )
    MessageFile.objects.bulk_create(fresh)
    return len(fresh)


def _within(files: Sequence[Attached]) -> list[tuple[Attached, str]]:
    """Each file with why it is not kept, if it is not."""
    room, told = TOGETHER_MAX, []
    for number, one in enumerate(files):
        why = "file_count" if number >= FILES_MAX else "file_size" if not one.data or len(one.data) > room else ""
        room -= 0 if why else len(one.data)
        told.append((one, why))
    return told


def _attached(row: ThreadMessage, party: int | None, number: int, told: tuple[Attached, str]) -> MessageFile:
    one, why = told
    kind = kind_of(one.data)
    why = why or ("" if kind else "file_type") or ("file_size" if len(one.data) > FILE_MAX else "")
    return MessageFile(
        conversation_id=row.conversation_id, message=row, position=number,
        sealed_name=identify.sealed(party, one.name[:120]), mime_type=kind or one.declared[:100], size=one.size,
        sha256=hashlib.sha256(one.data).hexdigest() if one.data else "",
        sealed=None if why else identify.sealed_bytes(party, one.data),
        state=FileState.REFUSED if why else FileState.STORED, reason=why,
    )  # fmt: skip


def brought(*, file: MessageFile, data: bytes) -> None:
    """The bytes of a file that the provider kept. A digest that the notice gave must be theirs."""
    digest = hashlib.sha256(data).hexdigest()
    kind = kind_of(data)
    why = "" if kind else "file_type"
    why = "file_size" if len(data) > FILE_MAX else why
    party = file.conversation.party_id
    MessageFile.objects.filter(pk=file.pk, state=FileState.PENDING).update(
        state=FileState.REFUSED if why else FileState.STORED, reason=why, mime_type=kind or file.mime_type,
        size=len(data), sha256=digest, sealed=None if why else identify.sealed_bytes(party, data), next_try_at=None,
    )  # fmt: skip


def not_brought(*, file: MessageFile, at: datetime, permanent: bool) -> None:
    """The provider did not give it: later again, or never."""
    tries = file.tries + 1
    over = permanent or tries > len(_AGAIN)
    MessageFile.objects.filter(pk=file.pk, state=FileState.PENDING).update(
        tries=tries, state=FileState.FAILED if over else FileState.PENDING,
        next_try_at=None if over else at + _AGAIN[tries - 1],
    )  # fmt: skip
