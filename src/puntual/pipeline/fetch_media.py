"""Files that providers keep for a while are brought here: a few each round, later again when they fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from puntual.apps.inbox import read, slips, write_files
from puntual.apps.inbox.models import ChannelAccount
from puntual.ports.media import MediaError, MediaSource

#: In one round: whatever waits, the loop goes on with its other work.
ROUND_MAX = 10

Open = Callable[[ChannelAccount], MediaSource | None]


@attrs.define
class Media:
    """What a round did."""

    brought: int = 0
    failed: int = 0


def fetch_media(*, open_source: Open, at: datetime, limit: int = ROUND_MAX) -> Media:
    """Bring the files whose turn it is. No transaction spans a network call."""
    done = Media()
    sources: dict[int, MediaSource | None] = {}
    try:
        for file in read.files_to_bring(at, limit):
            account = read.carrier_of(file)
            if account is None:
                write_files.not_brought(file=file, at=at, permanent=True)
                continue
            if account.pk not in sources:
                sources[account.pk] = open_source(account)
            source = sources[account.pk]
            try:
                if source is None:
                    raise MediaError("Ese canal no guarda archivos.", permanent=True)
                data = source.fetch(file.reference, write_files.FILE_MAX)
            except MediaError as error:
                write_files.not_brought(file=file, at=at, permanent=error.permanent)
                done.failed += 1
            else:
                write_files.brought(file=file, data=data)
                slips.take(row=file.message, at=at)
                done.brought += 1
    finally:
        for source in sources.values():
            if source is not None:
                source.close()
    return done
