"""A reply as numbers: which cues it matches, a few facts, and its hashed word and letter n-grams.

The hash is CRC-32, the same on every machine, so that weights trained here mean the same there.
"""

from __future__ import annotations

import re
from zlib import crc32

import attrs
import numpy as np
import numpy.typing as npt

from puntual.adapters.classifier_offline.cue import Heard, all_cues
from puntual.adapters.classifier_offline.lexicon import skeleton_grams
from puntual.core.customers.understanding import INTENTS, PAGADO, PROMESA

BUCKETS = 1 << 15
SKELETON_SCALE = 0.8
#: For each intent: some cue of it, two or more, a brake, and it alone; then each pair of intents that were both heard.
_AGGREGATES = len(INTENTS) * 4 + len(INTENTS) * (len(INTENTS) - 1) // 2
FACTS = ("date_ahead", "date_behind", "date_weak", "amount", "amount_marked", "one_word", "short", "long",
"question", "caps",
         "name_denied", "bare_date", "paid_and_ahead", "paid_no_promise")  # fmt: skip
_WORD = re.compile(r"[a-z]+|\d+|[^\sa-z\d]")
_NAME_AFTER = re.compile(r"\b[Nn]o (?:soy|me llamo|es|vive|conozco a|somos)\b.{0,12}?\b[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+")


@attrs.frozen
class Facts:
    """What dates and amounts found in the text, before any intent is known."""

    ahead: bool
    behind: bool
    weak: bool
    amount: bool
    marked: bool
    bare: bool


@attrs.frozen
class Sparse:
    """A row of the design matrix: which columns, and their values."""

    columns: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]


def width() -> int:
    """How many columns a row has."""
    return BUCKETS + len(all_cues()) + _AGGREGATES + len(FACTS)


def featurize(text: str, original: str, heard: Heard, facts: Facts, cue_scale: float) -> Sparse:
    """The row of one reply. `text` is normalized; `cue_scale` is how much more a cue weighs than an n-gram."""
    columns: list[int] = []
    values: list[float] = []
    for grams, weight in ((_grams(text), 1.0), (skeleton_grams(text), SKELETON_SCALE)):
        buckets = sorted({crc32(gram.encode()) % BUCKETS for gram in grams})
        columns += buckets
        values += [weight / max(1.0, len(buckets)) ** 0.5] * len(buckets)
    for index, _, _, _ in heard.hits:
        columns.append(BUCKETS + index)
        values.append(cue_scale)
    base = BUCKETS + len(all_cues())
    for i, holds in enumerate(_aggregates(heard) + _facts(text, original, facts, heard)):
        if holds:
            columns.append(base + i)
            values.append(cue_scale)
    return Sparse(np.array(columns, dtype=np.int64), np.array(values, dtype=np.float32))


def _aggregates(heard: Heard) -> tuple[bool, ...]:
    counts = [sum(cue.intent == intent and not cue.brake for _, cue, _, _ in heard.hits) for intent in INTENTS]
    some = [count > 0 for count in counts]
    out: list[bool] = []
    for i, intent in enumerate(INTENTS):
        out += [some[i], counts[i] > 1, heard.braked(intent), some[i] and sum(some) == 1]
    out += [some[i] and some[j] for i in range(len(INTENTS)) for j in range(i)]
    return tuple(out)


def _facts(text: str, original: str, facts: Facts, heard: Heard) -> tuple[bool, ...]:
    words = len(text.split())
    letters = [char for char in original if char.isalpha()]
    caps = len(letters) > 3 and sum(char.isupper() for char in letters) > 0.8 * len(letters)
    return (facts.ahead, facts.behind, facts.weak, facts.amount, facts.marked, words == 1, words <= 3, words > 20,
            "?" in original, caps, bool(_NAME_AFTER.search(original)), facts.bare, facts.ahead and heard.some(PAGADO),
            heard.some(PAGADO) and not heard.some(PROMESA))  # fmt: skip


def _grams(text: str) -> list[str]:
    words = ["0" * min(len(word), 5) if word.isdigit() else word for word in _WORD.findall(text)]
    grams = [f"w:{word}" for word in words]
    grams += [f"b:{a} {b}" for a, b in zip(["^", *words], [*words, "$"], strict=False)]
    grams += [f"t:{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)]
    for word in words:
        padded = f" {word} "
        grams += [f"c:{padded[i : i + n]}" for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
    return grams
