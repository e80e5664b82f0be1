"""Quality of conversations: which to review, and how far reviewers are from one another. Pure.

The rubric is that of the practice (core.training.rubric): empathy, clarity, law and agreement, 0 to 100 each, so that
what is practised and what is reviewed can be compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import combinations

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.training.rubric import PASSES_AT, WEIGHTS


def sample(handlings: Sequence[tuple[int, int]], *, per_agent: int, seed: str) -> list[int]:
    """Of (handling, agent) pairs, up to `per_agent` of each agent, drawn by a hash: the same seed gives the same ones,
    and nobody can choose which."""
    drawn: dict[int, list[tuple[str, int]]] = {}
    for handling, agent in handlings:
        mark = hashlib.sha256(f"{seed}:{handling}".encode()).hexdigest()
        drawn.setdefault(agent, []).append((mark, handling))
    return [handling for agent in sorted(drawn) for _, handling in sorted(drawn[agent])[:per_agent]]


def total(scores: Mapping[str, int]) -> int:
    """The weighted whole of a review. UnusableInput for a dimension that lacks or is out of 0 to 100."""
    for name in WEIGHTS:
        if name not in scores or not 0 <= scores[name] <= 100:
            raise UnusableInput("Cada parte de la rúbrica lleva una nota de 0 a 100.")
    return (sum(scores[name] * weight for name, weight in WEIGHTS.items()) + 50) // 100


def passes(scores: Mapping[str, int]) -> bool:
    """Enough in all, and nothing against the law."""
    return total(scores) >= PASSES_AT and scores["law"] > 0


@attrs.frozen
class Gap:
    """How two reviewers saw the same conversations: mean absolute distance in points, over how many."""

    one: int
    other: int
    points: float
    over: int


def calibration(reviews: Sequence[tuple[int, int, int]]) -> list[Gap]:
    """Of (handling, reviewer, total) rows, the gap of each pair that reviewed the same ones, the widest first."""
    seen: dict[int, dict[int, int]] = {}
    for handling, reviewer, points in reviews:
        seen.setdefault(handling, {})[reviewer] = points
    found: dict[tuple[int, int], list[int]] = {}
    for by in seen.values():
        for a, b in combinations(sorted(by), 2):
            found.setdefault((a, b), []).append(abs(by[a] - by[b]))
    gaps = [Gap(a, b, sum(d) / len(d), len(d)) for (a, b), d in found.items()]
    return sorted(gaps, key=lambda g: (-g.points, g.one, g.other))
