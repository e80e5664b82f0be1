"""Prices of scarce resources (Lagrange multipliers), and the bound that they prove.

For prices `p >= 0`, no lawful choice is worth more than  p·cap + sum over parties of max(0, best (net - p·use)).
The bound is convex in the prices; it is lowered by coordinate bisection (each price rises until its resource is no
longer over-used), on a sample of parties first when there are many, then by Polyak steps where the corners of a small
case stop it.
Every price vector proves a valid bound, so an early stop costs tightness, never truth.
"""

from __future__ import annotations

import attrs
import numpy as np

from puntual.core.planning.problem import Floats, Ints, Problem, part

#: Rows up to which prices are sought on the whole problem; above it, first on a sample of about so many rows.
SAMPLE_ROWS = 40_000
_SEED = 20_260_101


@attrs.frozen(eq=False)
class Priced:
    """Prices, the bound they prove, each party's best position at those prices and the surplus of every position."""

    prices: Floats
    bound: float
    surplus: Floats
    best: Ints


def surplus_at(problem: Problem, prices: Floats) -> Floats:
    """net - price of what the row uses, per row."""
    surplus = problem.net.copy()
    for price, resource in zip(prices, problem.resources, strict=True):
        if price:
            surplus -= price * resource.use
    return surplus


def best_of(problem: Problem, surplus: Floats) -> tuple[Floats, Ints]:
    """Each party's highest surplus, and the positions that reach it where it is positive (the first on ties)."""
    top = np.maximum.reduceat(surplus, problem.starts)
    hit = np.flatnonzero((surplus > 0) & (surplus == top[problem.party]))
    owner = problem.party[hit]
    first = np.ones(len(hit), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    return top, hit[first]


def priced(problem: Problem, prices: Floats) -> Priced:
    """The bound at these prices, with the choice that the prices suggest."""
    surplus = surplus_at(problem, prices)
    top, best = best_of(problem, surplus)
    bound = float(prices @ problem.caps()) + float(np.maximum(top, 0).sum())
    return Priced(prices, bound, surplus, best)


def solve(problem: Problem) -> Priced:
    """Good prices for the problem and what they prove."""
    prices = np.zeros(len(problem.resources))
    if problem.size == 0:
        return Priced(prices, 0.0, problem.net, np.empty(0, dtype=np.int64))
    if problem.size <= SAMPLE_ROWS:
        state = _sweeps(problem, prices, sweeps=12, steps=40)
        return _polyak(problem, state, steps=120 if problem.size <= 2_000 else 30)
    share = SAMPLE_ROWS / problem.size
    chosen = np.random.default_rng(_SEED).random(len(problem.starts)) < share
    sample = part(problem, chosen, float(chosen.mean()))
    prices = _polyak(sample, _sweeps(sample, prices, sweeps=8, steps=30), steps=250).prices
    return _polyak(problem, priced(problem, prices), steps=80, aim=0.002)


def _sweeps(problem: Problem, prices: Floats, *, sweeps: int, steps: int) -> Priced:
    """Coordinate descent: bring every price, in turn, to where its resource is just used up. Keeps the best bound."""
    best = now = priced(problem, prices)
    for _ in range(sweeps):
        prices = now.prices.copy()
        for c in range(len(prices)):
            prices[c] = _one_price(problem, prices, c, steps)
        now = priced(problem, prices)
        better = now.bound < best.bound * (1 - 1e-7)
        best = now if now.bound < best.bound else best
        if not better:
            break
    return best


def _one_price(problem: Problem, prices: Floats, c: int, steps: int) -> float:
    """The lowest price of resource c, others fixed, at which the parties' own best rows do not over-use it."""
    resource = problem.resources[c]
    others = prices.copy()
    others[c] = 0.0
    without = surplus_at(problem, others)

    def fits(price: float) -> bool:
        _, best = best_of(problem, without - price * resource.use)
        return float(resource.use[best].sum()) <= resource.cap

    if fits(0.0):
        return 0.0
    users = resource.use > 0
    low, high = 0.0, float(np.max(without[users] / resource.use[users])) * 1.000001
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (low, middle) if fits(middle) else (middle, high)
        if high - low <= 1e-9 * high:
            break
    return high


def _polyak(problem: Problem, start: Priced, steps: int, aim: float = 0.02) -> Priced:
    """Subgradient steps aimed a little under the best bound: they round the corners where coordinate moves stop."""
    best, prices = start, start.prices.copy()
    caps = problem.caps()
    scale = np.where(caps > 0, caps, 1.0)  # capacities differ in units: measure each price by its own
    now = start
    for _ in range(steps):
        slope = (caps - problem.used(now.best)) / scale
        slope = np.where((prices <= 0) & (slope > 0), 0.0, slope)
        length = float(slope @ slope)
        if length < 1e-18:
            break
        step = (now.bound - best.bound * (1 - aim)) / length
        prices = np.maximum(0.0, prices - step * slope / scale)
        now = priced(problem, prices)
        if now.bound < best.bound * (1 - 1e-9):
            best = now
        else:
            aim *= 0.9
            if aim < 1e-5:
                break
    return best
