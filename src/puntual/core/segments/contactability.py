"""The best hour and channel of a party: shrunken answer rates, and a choice that keeps exploring and logs its chance.

Promise little: in two real logs of over 300,000 calls the hour told next to nothing about a single contact. So a
party's own rate moves away from the portfolio's only as its own answers pile up, and the law and the policy limit the
options first.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from puntual.core.frames import ID, Column, Schema
from puntual.core.segments.shrinkage import fit_rate_strength

#: Parts of the day by local hour: [from, to).
DAYPARTS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}
#: Share of choices left to chance, so that the records can answer what another choice would have brought.
EXPLORE = 0.15
_DRAWS = 200

ATTEMPTS: Schema = {
    "party": Column(ID, "persona o empresa"),
    "channel": Column(pl.String, "canal"),
    "daypart": Column(pl.String, "parte del día de la persona", choices=tuple(DAYPARTS)),
    "answered": Column(pl.Boolean, "hubo respuesta de la persona correcta"),
}


def daypart(hour: pl.Expr) -> pl.Expr:
    """The part of the day of a local hour (0-23)."""
    return pl.coalesce([pl.when(hour < end).then(pl.lit(name)) for name, (_, end) in DAYPARTS.items()])


def rates(attempts: pl.DataFrame, options: pl.DataFrame) -> pl.DataFrame:
    """The options (party, channel, daypart) with `alpha` and `beta` of the answer rate's posterior, `rate` and
    `tries`.

    Two steps of shrinkage: the channel and part of the day to the channel, the party to both; strengths by likelihood.
    """
    answered, tries = pl.col("answered").sum().cast(pl.Float64), pl.len().cast(pl.Float64)
    cells = attempts.group_by("party", "channel", "daypart").agg(yes=answered, tries=tries)
    whole = (int(attempts["answered"].sum() or 0) + 1.0) / (attempts.height + 4.0)
    channel = attempts.group_by("channel").agg(channel_yes=answered, channel_n=tries).with_columns(
        channel_rate=(pl.col("channel_yes") + 20 * whole) / (pl.col("channel_n") + 20)
    )  # fmt: skip
    moment = attempts.group_by("channel", "daypart").agg(moment_yes=answered, moment_n=tries)
    strength = fit_rate_strength(cells["yes"].to_numpy(), cells["tries"].to_numpy())
    prior = (pl.col("moment_yes").fill_null(0) + 50 * pl.col("channel_rate").fill_null(whole)) / (
        pl.col("moment_n").fill_null(0) + 50
    )
    joined = (
        options.join(cells, on=["party", "channel", "daypart"], how="left", maintain_order="left")
        .join(channel, on="channel", how="left", maintain_order="left")
        .join(moment, on=["channel", "daypart"], how="left", maintain_order="left")
        .with_columns(pl.col("yes", "tries").fill_null(0.0), prior=prior)
    )
    shrunk = joined.with_columns(
        alpha=pl.col("yes") + strength * pl.col("prior"),
        beta=pl.col("tries") - pl.col("yes") + strength * (1 - pl.col("prior")),
    )
    return shrunk.select(
        *options.columns, "alpha", "beta", rate=pl.col("alpha") / (pl.col("alpha") + pl.col("beta")), tries="tries"
    )


def pick(options: pl.DataFrame, *, explore: float = EXPLORE, seed: int = 7) -> pl.DataFrame:
    """One option per party, with `propensity`: the probability with which it was picked, to be logged with the
    contact.

    Thompson sampling over the posteriors of `rates`, mixed with a share of plain chance. The probability is that of
    the draw itself: of _DRAWS posterior draws, the share in which the option was best. `options` are only what is
    allowed.
    """
    ordered = options.with_row_index("_at").sort("party", "_at", maintain_order=True)
    if not ordered.height:
        return options.with_columns(propensity=pl.lit(None, dtype=pl.Float64))
    party = ordered["party"].rank("dense").to_numpy().astype(np.int64) - 1
    starts = np.flatnonzero(np.diff(party, prepend=-1))
    count = np.diff(np.append(starts, len(party)))
    random = np.random.default_rng(seed)
    alpha, beta = ordered["alpha"].to_numpy(), ordered["beta"].to_numpy()
    wins = np.zeros(len(party))
    for _ in range(_DRAWS):
        drawn = random.beta(alpha, beta)
        wins += drawn == np.maximum.reduceat(drawn, starts)[party]
    chance = (1 - explore) * wins / np.add.reduceat(wins, starts)[party] + explore / count[party]
    reached = np.cumsum(chance) - np.repeat(np.concatenate([[0.0], np.cumsum(chance)[starts[1:] - 1]]), count)
    first = reached >= random.random(len(starts))[party] - 1e-12
    at = np.minimum.reduceat(np.where(first, np.arange(len(party)), len(party) + 1), starts)
    at = np.minimum(at, starts + count - 1)
    chosen: pl.DataFrame = ordered.with_columns(propensity=pl.Series(chance))[at.tolist()]
    return chosen.drop("_at")
