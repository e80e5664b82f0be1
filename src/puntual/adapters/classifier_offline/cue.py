"""Cues: patterns over normalized text that speak for an intent, kept as data in `data/senas.txt`.

A line is `intent TAB code TAB kind TAB pattern`; a line `@NAME TAB pattern` names a piece that patterns use as
`<NAME>`. Kinds: `fuerte` decides by itself unless a `freno` (brake) of its intent matches too; `seña` only weighs
in the model.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import attrs

_FILE = Path(__file__).with_name("data") / "senas.txt"


@attrs.frozen
class Cue:
    code: str
    intent: str
    pattern: re.Pattern[str]
    strong: bool
    brake: bool


@cache
def all_cues() -> tuple[Cue, ...]:
    """Every cue, in the order of the file: their positions are columns of the model."""
    pieces: dict[str, str] = {}
    cues: list[Cue] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            name, pattern = line[1:].split("\t")
            pieces[name] = _filled(pattern, pieces)
            continue
        intent, code, kind, pattern = line.split("\t")
        cues.append(Cue(code, intent, re.compile(_filled(pattern, pieces)), kind == "fuerte", kind == "freno"))
    return tuple(cues)


def _filled(pattern: str, pieces: dict[str, str]) -> str:
    for name, piece in pieces.items():
        pattern = pattern.replace(f"<{name}>", piece)
    return pattern


@attrs.frozen
class Heard:
    """The cues that a text matched: index in `all_cues`, cue, and where."""

    hits: tuple[tuple[int, Cue, int, int], ...]

    def has(self, code: str) -> bool:
        return any(cue.code == code for _, cue, _, _ in self.hits)

    def some(self, intent: str) -> bool:
        return any(cue.intent == intent and not cue.brake for _, cue, _, _ in self.hits)

    def braked(self, intent: str) -> bool:
        return any(cue.brake and cue.intent == intent for _, cue, _, _ in self.hits)

    def strong(self, intent: str) -> bool:
        return any(cue.strong and cue.intent == intent for _, cue, _, _ in self.hits)


def hear(text: str) -> Heard:
    """All cues that match the normalized text."""
    hits = []
    for index, cue in enumerate(all_cues()):
        match = cue.pattern.search(text)
        if match:
            hits.append((index, cue, match.start(), match.end()))
    return Heard(tuple(hits))
