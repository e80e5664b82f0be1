"""Empirical Bayes: how many invoices' worth the portfolio weighs against a payer's own history, fitted by
likelihood."""

from __future__ import annotations

import math

import attrs
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Strengths tried: from "every payer is its own" to "all are alike", on a logarithmic grid.
GRID = tuple(float(k) for k in np.geomspace(0.25, 64, 33))


@attrs.frozen
class Shrinkage:
    """k_late: strength of the beta prior of a late rate; k_delay: of the normal prior of a mean delay (in
    invoices)."""

    k_late: float = 2.0
    k_delay: float = 3.0


def fit_rate_strength(late: Floats, known: Floats) -> float:
    """The k of a beta prior with the pooled mean that makes the accounts' (late, known) counts most likely.

    Beta-binomial log likelihood over a grid; 2.0 if there are fewer than five accounts with two outcomes.
    """
    some = known > 0
    late, known = late[some], known[some]
    if int(np.sum(known >= 2)) < 5:
        return Shrinkage().k_late
    mean = float(np.clip(late.sum() / known.sum(), 0.005, 0.995))
    return max(GRID, key=lambda k: _beta_binomial(late, known, mean * k, (1 - mean) * k))


def fit_mean_strength(total: Floats, squares: Floats, n: Floats) -> float:
    """Within-account variance over between-account variance of the delay (method of moments), kept inside the grid."""
    some = n >= 2
    if int(some.sum()) < 5:
        return Shrinkage().k_delay
    total, squares, n = total[some], squares[some], n[some]
    means = total / n
    within = float((squares - n * means**2).sum() / (n - 1).sum())
    overall = float(total.sum() / n.sum())
    between = float(((means - overall) ** 2 - within / n).mean())
    return float(np.clip(within / between, GRID[0], GRID[-1])) if between > 0 else GRID[-1]


def _beta_binomial(late: Floats, known: Floats, a: float, b: float) -> float:
    return float(
        (_lgamma(late + a) + _lgamma(known - late + b) - _lgamma(known + a + b)).sum()
        + len(late) * (math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    )


def _lgamma(x: Floats) -> Floats:
    values, inverse = np.unique(x, return_inverse=True)
    return np.array([math.lgamma(v) for v in values.tolist()])[inverse]
