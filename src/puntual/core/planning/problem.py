"""The choice as arrays: one row per candidate sorted by party, and the resources that the rows use up.

maximise    sum of (expected_value_minor - cost_minor) over the chosen rows
subject to  at most one row a party; per resource, the use of the chosen rows within its capacity.

A multiple-choice knapsack with several limits (Kellerer, Pferschy and Pisinger, *Knapsack Problems*, 2004, ch. 11).
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import polars as pl

from puntual.core.planning.capacity import LINE_CHANNELS, Capacity

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@attrs.frozen(eq=False)
class Resource:
    """One limit: what each row uses of it, and how much there is. Zero use costs nothing."""

    name: str
    use: Floats
    cap: float


@attrs.frozen(eq=False)
class Problem:
    """`rows`: the row of the caller's frame of each position; `starts`: where each party begins; `party`: its index."""

    rows: Ints
    net: Floats
    party: Ints
    starts: Ints
    resources: tuple[Resource, ...]

    @property
    def size(self) -> int:
        return len(self.net)

    def caps(self) -> Floats:
        return np.array([r.cap for r in self.resources], dtype=np.float64)

    def used(self, chosen: Ints) -> Floats:
        """How much of each resource the chosen positions use together."""
        return np.array([r.use[chosen].sum() for r in self.resources], dtype=np.float64)

    def value(self, chosen: Ints) -> float:
        return float(self.net[chosen].sum())


def build(candidates: pl.DataFrame, capacity: Capacity) -> Problem:
    """Candidates worth doing that fit alone, sorted by party (ties keep the caller's order)."""
    net = _floats(candidates, "expected_value_minor") - _floats(candidates, "cost_minor")
    limits = _limits(candidates, capacity)
    worth = net > 0
    for _, use, cap in limits:
        worth &= use <= cap
    kept = np.flatnonzero(worth)
    number = candidates["party"].rank("dense").to_numpy().astype(np.int64)[kept]
    order = np.argsort(number, kind="stable")
    rows, number = kept[order], number[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = number[1:] != number[:-1]
    resources = [Resource(name, use[rows], cap) for name, use, cap in limits]
    binding = tuple(r for r in resources if r.use.sum() > r.cap)
    return Problem(rows, net[rows], np.cumsum(first) - 1, np.flatnonzero(first), binding)


def part(problem: Problem, parties: npt.NDArray[np.bool_], share: float) -> Problem:
    """The same problem over some parties only, with that share of every capacity."""
    keep = np.flatnonzero(parties[problem.party])
    party = problem.party[keep]
    first = np.ones(len(keep), dtype=bool)
    first[1:] = party[1:] != party[:-1]
    resources = tuple(Resource(r.name, r.use[keep], r.cap * share) for r in problem.resources)
    return Problem(problem.rows[keep], problem.net[keep], np.cumsum(first) - 1, np.flatnonzero(first), resources)


def _limits(candidates: pl.DataFrame, capacity: Capacity) -> list[tuple[str, Floats, float]]:
    cost, minutes = _floats(candidates, "cost_minor"), _floats(candidates, "minutes")
    channel = candidates["channel"].cast(pl.String)
    limits: list[tuple[str, Floats, float]] = []

    def add(name: str, use: Any, cap: float | None) -> None:
        if cap is not None:
            limits.append((name, np.asarray(use, dtype=np.float64), float(cap)))

    add("minutes", minutes, capacity.minutes)
    if capacity.lines is not None:
        busy = _floats(candidates, "line_minutes") if "line_minutes" in candidates.columns else minutes
        on_line = channel.is_in(list(LINE_CHANNELS)).to_numpy()
        add("lines", np.where(on_line, busy, 0.0), capacity.lines * capacity.line_minutes)
    add("budget", cost, capacity.budget_minor)
    for name, cap in sorted(capacity.channel_budget_minor.items()):
        add(f"budget:{name}", np.where((channel == name).to_numpy(), cost, 0.0), cap)
    for name, cap in sorted(capacity.channel_counts.items()):
        add(f"count:{name}", (channel == name).to_numpy(), cap)
    if capacity.approvals is not None and "needs_approval" in candidates.columns:
        add("approvals", candidates["needs_approval"].fill_null(True).to_numpy(), capacity.approvals)
    return limits


def _floats(frame: pl.DataFrame, column: str) -> Floats:
    return frame[column].cast(pl.Float64).to_numpy()
