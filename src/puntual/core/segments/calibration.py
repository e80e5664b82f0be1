"""How good a probability was, once the facts are in: discrimination, calibration, and whether the model still earns
its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import attrs
import numpy as np
import numpy.typing as npt
import polars as pl

from puntual.core.segments.learning import Floats

#: Weeks over which the model must not lose to the naive line, and how many judged items they must hold to say so.
WATCH_WEEKS = 8
WATCH_ITEMS = 100


def auc(p: Floats, y: Floats) -> float | None:
    """Probability that a yes has a higher p than a no, ties counted half (Mann-Whitney). None without both."""
    yes = float(y.sum())
    no = len(y) - yes
    if yes == 0 or no == 0:
        return None
    values, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[inverse][y > 0].sum() - yes * (yes + 1) / 2) / (yes * no))


def brier(p: Floats, y: Floats) -> float | None:
    """Mean squared error of the probability. None without rows."""
    return float(((p - y) ** 2).mean()) if len(y) else None


def ece(p: Floats, y: Floats, bins: int = 10) -> float | None:
    """Expected calibration error: |mean p - share of yes| over bins of equal mass, weighted by their rows."""
    if not len(y):
        return None
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(i) * abs(float(p[i].mean() - y[i].mean())) for i in parts) / len(y))


def ece_by_chance(p: Floats, bins: int = 10) -> float | None:
    """The ECE to expect of so many rows if every probability were exactly right: with few rows it is far from zero.

    The mean absolute deviation of each bin's share from its expectation, by the normal approximation: sqrt(2/pi) of its
    standard deviation. Rows are taken as independent, so where they are not the true figure is higher.
    """
    if not len(p):
        return None
    parts = [part for part in np.array_split(np.sort(p), bins) if len(part)]
    return float(sum(np.sqrt((part * (1 - part)).sum()) for part in parts) * np.sqrt(2 / np.pi) / len(p))


def wape(predicted: Floats, actual: Floats) -> float | None:
    """Weighted absolute percentage error: sum of |predicted - actual| over the sum of actual. None if that is zero."""
    whole = float(np.abs(actual).sum())
    return float(np.abs(predicted - actual).sum() / whole) if whole else None


def reliability(p: Floats, y: Floats, bins: int = 10) -> pl.DataFrame:
    """What was said and what happened, by bins of equal mass: said, happened, rows and the 95 % interval of happened
    (Wilson). On screen: «de los que dijimos 70 %, pagó el 68 %»."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    rows = []
    for i in parts:
        low, high = wilson(float(y[i].sum()), len(i))
        rows.append(
            {"said": float(p[i].mean()), "happened": float(y[i].mean()), "rows": len(i), "low": low, "high": high}
        )
    shape = {"said": pl.Float64, "happened": pl.Float64, "rows": pl.Int64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema=shape)


def wilson(yes: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson, 1927)."""
    if n == 0:
        return 0.0, 1.0
    share = yes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)


def by_account(
    measure: Callable[[Floats, Floats], float | None],
    p: Floats,
    y: Floats,
    account: npt.NDArray[np.int64],
    seed: int = 7,
) -> tuple[float, float] | None:
    """The 95 % interval of a measure by a bootstrap over accounts: invoices of one payer are not independent.
    None where there is nothing to draw from."""
    if not len(p):
        return None
    _, inverse = np.unique(account, return_inverse=True)
    members = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    random, values = np.random.default_rng(seed), []
    for _ in range(200):
        drawn = np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
        value = measure(p[drawn], y[drawn])
        if value is not None:
            values.append(value)
    return (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))) if len(values) >= 100 else None


@attrs.frozen
class Verdict:
    """Which line speaks, with the figures that decided it (None while too little is judged)."""

    line: str
    judged: int
    model_brier: float | None
    naive_brier: float | None


def champion(judged: pl.DataFrame, as_of: date, weeks: int = WATCH_WEEKS, least: int = WATCH_ITEMS) -> Verdict:
    """`model`, or `naive` when the model lost to it over the last weeks. `judged`: one row per prediction whose
    outcome is known, with judged_on, p_model, p_naive and outcome (0 or 1). With fewer than `least` rows the model
    keeps its place."""
    start = as_of - timedelta(weeks=weeks)
    window = judged.filter((pl.col("judged_on") >= start) & (pl.col("judged_on") < as_of))
    if window.height < least:
        return Verdict("model", window.height, None, None)
    y = window["outcome"].cast(pl.Float64).to_numpy()
    model, naive = brier(window["p_model"].to_numpy(), y), brier(window["p_naive"].to_numpy(), y)
    assert model is not None and naive is not None
    return Verdict("model" if model <= naive else "naive", window.height, model, naive)


def challenger_is_better(champion_p: Floats, challenger_p: Floats, y: Floats, account: npt.NDArray[np.int64]) -> bool:
    """A retrained model replaces the old one only if its Brier score is lower beyond chance (bootstrap over
    accounts)."""
    gain = (champion_p - y) ** 2 - (challenger_p - y) ** 2
    interval = by_account(lambda g, _: float(g.mean()), gain, y, account)
    return interval is not None and interval[0] > 0


def drift(profile: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Population stability index per feature: the rows of today over the tenths of training. Above 0.25: look at
    it."""
    rows = []
    for name in profile.columns:
        edges = np.unique(profile[name].drop_nulls().to_numpy())
        values = now[name].drop_nulls().drop_nans().to_numpy()
        if len(edges) < 2 or not len(values):
            rows.append({"feature": name, "psi": 0.0})
            continue
        tenths = profile[name].drop_nulls().to_numpy()
        said = np.diff(np.concatenate([[0.0], np.searchsorted(tenths, edges, side="right") / 10.0, [1.0]]))
        seen = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1) / len(values)
        said, seen = np.maximum(said, 1e-3), np.maximum(seen, 1e-3)
        rows.append({"feature": name, "psi": float(((seen - said) * np.log(seen / said)).sum())})
    return pl.DataFrame(rows, schema={"feature": pl.String, "psi": pl.Float64}).sort("psi", descending=True)
