"""Files that a provider keeps: brought once, by a worker, never by whoever reads the notice."""

from __future__ import annotations

from typing import Protocol


class MediaError(Exception):
    """It was not brought. `permanent`: the provider has it no more, or never had it."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.sentence, self.permanent = sentence, permanent


class MediaSource(Protocol):
    """Where one account's files are."""

    def fetch(self, reference: str, most: int) -> bytes:
        """The bytes of a file, at most `most` and one more (so that too much is told). MediaError otherwise."""
        ...

    def close(self) -> None: ...
