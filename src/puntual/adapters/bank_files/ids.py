"""Ids of bank movements that the bank did not number: a digest of what each says and of its turn among equals."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any


class Turns:
    """Counts equal movements of one file, so that two identical payments are two and a second load is the same two."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[Any, ...]] = Counter()

    def id_of(self, *parts: Any) -> str:
        """A stable id for what a movement says."""
        self._seen[parts] += 1
        told = "\x1f".join(map(str, (*parts, self._seen[parts])))
        return hashlib.sha256(told.encode()).hexdigest()[:40]
