"""`choose`: the best use of people, lines and money over all that may be done today, and how good it is at least."""

from __future__ import annotations

import math

import attrs
import numpy as np
import polars as pl

from puntual.core.frames import FrameError
from puntual.core.planning.capacity import Capacity
from puntual.core.planning.exact import SMALL_ROWS, settle
from puntual.core.planning.pricing import solve
from puntual.core.planning.problem import Ints, build
from puntual.core.planning.repair import repair

NEEDED = ("party", "action", "channel", "expected_value_minor", "cost_minor", "minutes")
_NUMBERS = ("expected_value_minor", "cost_minor", "minutes")


@attrs.frozen(eq=False)
class Choice:
    """The chosen rows (the caller's row numbers, ascending), their net value, the bound, and if it is proven best."""

    rows: Ints
    value_minor: float
    bound_minor: float
    proven: bool

    @property
    def gap(self) -> float:
        """How much of the bound is missing at most, as a share of it; 0.0 if proven best."""
        if self.proven or self.bound_minor <= 0:
            return 0.0
        return max(0.0, 1.0 - self.value_minor / self.bound_minor)


def choose(candidates: pl.DataFrame, capacity: Capacity) -> pl.DataFrame:
    """The rows to do: at most one a party, within every capacity, with the highest sum of expected value less cost.

    Rows whose net value is not positive are never chosen. All columns are kept and `net_value_minor` is added; rows
    keep their order. The same input gives the same output. Amounts are of one reporting currency.
    """
    choice = decide(candidates, capacity)
    chosen: pl.DataFrame = candidates[choice.rows.tolist()]
    return chosen.with_columns((pl.col("expected_value_minor") - pl.col("cost_minor")).alias("net_value_minor"))


def dual_bound(candidates: pl.DataFrame, capacity: Capacity) -> float:
    """An upper bound on the net value (expected value less cost, minor units) of any choice within the capacity."""
    _check(candidates)
    problem = build(candidates, capacity)
    return _whole(solve(problem).bound, problem.net)


def decide(candidates: pl.DataFrame, capacity: Capacity) -> Choice:
    """The choice with its value and its bound, for whoever must show both."""
    _check(candidates)
    problem = build(candidates, capacity)
    state = solve(problem)
    chosen, proven = repair(problem, state), False
    if problem.size <= SMALL_ROWS:
        settled = settle(problem, state, chosen)
        chosen, proven = settled.chosen, settled.proven
    bound = _whole(state.bound, problem.net)
    value = problem.value(chosen)
    return Choice(np.sort(problem.rows[chosen]), value, bound, proven or value >= bound)


def _whole(bound: float, net: np.typing.NDArray[np.float64]) -> float:
    """Sums of whole minor units are whole: the bound may be cut to one, with room for the rounding of floats."""
    return float(math.floor(bound * (1 + 1e-12) + 1e-6)) if bool(np.all(net == np.round(net))) else bound * (1 + 1e-12)


def _check(candidates: pl.DataFrame) -> None:
    for column in NEEDED:
        if column not in candidates.columns:
            raise FrameError(f"candidates: column {column} is missing")
        if candidates[column].null_count():
            raise FrameError(f"candidates.{column}: {candidates[column].null_count()} empty values")
    for column in _NUMBERS:
        if not candidates.schema[column].is_numeric():
            raise FrameError(f"candidates.{column}: {candidates.schema[column]} is no number")
    if candidates.height and candidates.select(pl.min_horizontal(pl.col("cost_minor", "minutes").min())).item() < 0:
        raise FrameError("candidates: cost_minor and minutes are not negative")
