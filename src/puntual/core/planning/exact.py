"""Small cases are settled: branch and bound over parties with the bound of the prices, until nothing better can exist.

At prices p every choice is worth  bound - (what its parties lose against their best surplus) - p · (what stays unused).
So a branch whose certain losses already exceed `bound - best known` holds nothing better and is left.
"""

from __future__ import annotations

import attrs
import numpy as np

from puntual.core.planning.pricing import Priced
from puntual.core.planning.problem import Ints, Problem

#: Cases up to so many rows are searched, over at most so many nodes (under a second).
SMALL_ROWS = 600
NODES = 60_000

#: loss against the party's best surplus, net, use of each resource, position (-1: nothing for this party)
_Option = tuple[float, float, tuple[float, ...], int]


@attrs.frozen(eq=False)
class Settled:
    """The best choice found, and whether the search saw everything that could beat it."""

    chosen: Ints
    proven: bool


def settle(problem: Problem, state: Priced, chosen: Ints) -> Settled:
    """Improve a lawful choice until it is proven best, or the nodes run out."""
    whole_numbers = bool(np.all(problem.net == np.round(problem.net)))
    value = problem.value(chosen)
    step = 1.0 - 1e-6 if whole_numbers else 1e-9 * max(1.0, state.bound)
    if state.bound - value < step:
        return Settled(chosen, True)
    options = _options(problem, state, state.bound - value - step)
    most = [tuple(max(o[2][c] for o in party) for c in range(len(problem.resources))) for party in options]
    rest = [tuple(0.0 for _ in problem.resources)]
    for uses in reversed(most):
        rest.append(tuple(a + b for a, b in zip(rest[-1], uses, strict=True)))
    search = _Search(options, list(reversed(rest)), tuple(state.prices), state.bound, step, value, None)
    search.go(0, 0.0, tuple(problem.caps()), 0.0, [])
    if search.best is not None:
        chosen = np.sort(np.array([p for p in search.best if p >= 0], dtype=np.int64))
    return Settled(chosen, search.nodes <= NODES)


def _options(problem: Problem, state: Priced, allowed: float) -> list[list[_Option]]:
    """Per party, what it may still choose without losing more than allowed, least loss first; decided parties first."""
    parties: list[list[_Option]] = []
    ends = np.append(problem.starts[1:], problem.size)
    nothing = tuple(0.0 for _ in problem.resources)
    for start, end in zip(problem.starts.tolist(), ends.tolist(), strict=True):
        top = max(0.0, float(state.surplus[start:end].max()))
        options: list[_Option] = [(top, 0.0, nothing, -1)]
        for i in range(start, end):
            use = tuple(float(r.use[i]) for r in problem.resources)
            options.append((top - float(state.surplus[i]), float(problem.net[i]), use, i))
        parties.append(sorted(o for o in options if o[0] <= allowed + 1e-9))
    return sorted(parties, key=lambda options: (len(options) > 1, -options[-1][0]))


@attrs.define(eq=False)
class _Search:
    options: list[list[_Option]]
    rest: list[tuple[float, ...]]
    prices: tuple[float, ...]
    bound: float
    step: float
    value: float
    best: list[int] | None
    nodes: int = 0

    def go(self, level: int, lost: float, room: tuple[float, ...], value: float, taken: list[int]) -> None:
        """Depth first over parties; `lost` is certain, unused room that nobody later can fill is added to it."""
        self.nodes += 1
        if self.nodes > NODES:
            return
        if level == len(self.options):
            if value >= self.value + self.step:
                self.value, self.best = value, list(taken)
            return
        unused = 0.0
        for price, left, most in zip(self.prices, room, self.rest[level], strict=True):
            if price and left > most:
                unused += price * (left - most)
        for loss, net, use, position in self.options[level]:
            if self.bound - lost - loss - unused < self.value + self.step - 1e-7 * self.step:
                break
            if all(u <= r for u, r in zip(use, room, strict=True)):
                taken.append(position)
                left_over = tuple(r - u for r, u in zip(room, use, strict=True))
                self.go(level + 1, lost + loss, left_over, value + net, taken)
                taken.pop()
