"""From prices to a choice that fits: keep what would be missed most, then spend what is left. No loop over rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from puntual.core.planning.pricing import Priced
from puntual.core.planning.problem import Floats, Ints, Problem

#: Rounds of improvement; each round moves every party that can gain at once, so that few are needed.
ROUNDS = 60


def repair(problem: Problem, state: Priced) -> Ints:
    """Positions chosen: within every capacity, one a party, as near to the bound as rounds of best moves bring it."""
    current = np.full(len(problem.starts), -1, dtype=np.int64)
    kept = _within(problem, state.best, _regret(problem, state), problem.caps())
    current[problem.party[kept]] = kept
    for _ in range(ROUNDS):
        if not _improve(problem, state.surplus, current):
            break
    return np.sort(current[current >= 0])


def _regret(problem: Problem, state: Priced) -> Floats:
    """What each party's best row is worth above the party's next best (or above nothing), at the prices."""
    rest = state.surplus.copy()
    rest[state.best] = -np.inf
    second = np.maximum(np.maximum.reduceat(rest, problem.starts), 0.0) if problem.size else rest
    return state.surplus[state.best] - second[problem.party[state.best]]


def _within(problem: Problem, moves: Ints, priority: Floats, room: Floats, use: list[Floats] | None = None) -> Ints:
    """The moves, best first, that fit into the room together."""
    order = np.argsort(-priority, kind="stable")
    alive: npt.NDArray[np.bool_] = np.ones(len(moves), dtype=bool)
    for c, resource in enumerate(problem.resources):
        need = (resource.use[moves] if use is None else use[c])[order]
        taken = np.cumsum(np.where(alive, need, 0.0))
        alive &= (taken <= room[c]) | (need <= 0)
    return moves[np.sort(order[alive])]


def _improve(problem: Problem, surplus: Floats, current: Ints) -> bool:
    """One round: every party offers its best gaining move that fits alone; those that fit together are made."""
    have = current[problem.party]
    held = have >= 0
    gain = problem.net - np.where(held, problem.net[have], 0.0)
    room = problem.caps() - problem.used(current[current >= 0])
    open_moves = gain > 0
    for c, resource in enumerate(problem.resources):
        open_moves &= resource.use - np.where(held, resource.use[have], 0.0) <= room[c]
    offers = np.flatnonzero(open_moves)
    if len(offers) == 0:
        return False
    merit = surplus[offers] - np.where(held[offers], surplus[have[offers]], 0.0)
    order = np.lexsort((-gain[offers], -merit, problem.party[offers]))
    owner = problem.party[offers[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    pick = order[first]
    moves = offers[pick]
    was, had = have[moves], held[moves]
    more = [np.maximum(r.use[moves] - np.where(had, r.use[was], 0.0), 0.0) for r in problem.resources]
    made = _within(problem, moves, merit[pick], room, more)
    current[problem.party[made]] = made
    return len(made) > 0
