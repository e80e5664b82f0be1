"""Words by meaning: "plata", "lana" and "guita" are one word to the model. The classes are data, in
`data/clases.txt`.

The skeleton of a reply is the sequence of classes of its words; its n-grams carry what was learnt of one wording to
another.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("data") / "clases.txt"
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[^\w\s]")
_MAX_GAP = 2


@cache
def _classes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((name, re.compile(rf"(?:{forms})")) for name, forms in rows)


@lru_cache(maxsize=20_000)
def classes_of(word: str) -> tuple[str, ...]:
    """The classes that a normalized word belongs to."""
    return tuple(name for name, pattern in _classes() if pattern.fullmatch(word))


def skeleton_grams(text: str) -> list[str]:
    """Classes alone, and pairs and triples of classes of neighbouring words, with up to two unclassed words between."""
    words = [(position, classes_of(word)) for position, word in enumerate(_TOKEN.findall(text))]
    known = [(position, names) for position, names in words if names]
    grams = {f"k:{name}" for _, names in known for name in names}
    for i, (at, names) in enumerate(known):
        for j in range(i + 1, min(i + 4, len(known))):
            later, others = known[j]
            if later - at > 1 + _MAX_GAP:
                break
            grams.update(f"kk:{a}>{b}" for a in names for b in others)
            if j + 1 < len(known) and known[j + 1][0] - later <= 1 + _MAX_GAP and j == i + 1:
                grams.update(f"kkk:{a}>{b}>{c}" for a in names for b in others for c in known[j + 1][1])
    return sorted(grams)
