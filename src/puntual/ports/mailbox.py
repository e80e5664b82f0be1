"""A mailbox that is read: what came after what was read before, a bounded piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from types import TracebackType
from typing import Protocol

import attrs


class MailboxError(Exception):
    """It could not be read now. `sentence`: what happened and what to do, for people."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@attrs.frozen
class Fetched:
    """One message as the server has it. `whole` false: `data` is only its beginning, the rest was too big."""

    uid: int
    data: bytes = attrs.field(repr=False)
    size: int
    whole: bool = True


class Mailbox(Protocol):
    """One folder of one mailbox, open."""

    @property
    def uid_validity(self) -> int:
        """While it stays the same, a UID names the same message."""
        ...

    def fetch(self, *, after: int, since: date | None, limit: int) -> Iterator[Fetched]:
        """At most `limit` messages with a UID over `after`, in order; with `since`, only those received from that day
        on. Reading marks nothing as seen. MailboxError when the server fails."""
        ...

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Only once what they say was kept."""
        ...

    def __enter__(self) -> Mailbox: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
