"""The best hour and channel of a party: shrunken answer rates, and a choice that keeps exploring and logs its chance.

Promise little: in two real logs of over 300,000 calls the hour told next to nothing about a single contact. So a
party's own rate moves away from the portfolio's only as its own answers pile up, and the law and the policy limit the
options first.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from puntual.core.frames import ID, Column, Schema
from puntual.core.segments.draw import uniform
from puntual.core.segments.learning import Floats
from puntual.core.segments.shrinkage import fit_rate_strength

#: Parts of the day by local hour: [from, to).
DAYPARTS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}
DAYPART_NAMES = {"morning": "por la mañana", "afternoon": "por la tarde", "evening": "al final de la tarde"}
#: Share of choices left to chance, so that the records can answer what another choice would have brought.
EXPLORE = 0.15
#: Weight, in contacts, of everything together against a channel, and of a channel against one part of its day.
_OF_ALL, _OF_CHANNEL = 20.0, 50.0
#: A party weighs against so many contacts of the portfolio's until enough parties were tried twice to fit it.
_UNFITTED, _ENOUGH = 12.0, 50
#: Where two rates are compared: even steps of the log odds, fine where answer rates live.
_STEPS = np.linspace(-7.0, 5.0, 240)
_RATES = 1.0 / (1.0 + np.exp(-_STEPS))
#: Sets of options compared at once: bounds the memory of a whole portfolio.
_AT_ONCE = 2_000

ATTEMPTS: Schema = {
    "party": Column(ID, "persona o empresa"),
    "channel": Column(pl.String, "canal"),
    "daypart": Column(pl.String, "parte del día de la persona", choices=tuple(DAYPARTS)),
    "answered": Column(pl.Boolean, "hubo respuesta de la persona correcta"),
}

#: What is known of a party's answers (party empty: of whoever has none of its own by that channel and part of day).
CELLS: Schema = {
    "party": Column(pl.Int64, "persona o empresa; vacío: la cartera", null=True),
    "channel": Column(pl.String, "canal"),
    "daypart": Column(pl.String, "parte del día de la persona", choices=tuple(DAYPARTS)),
    "alpha": Column(pl.Float64, "respuestas, con las que presta la cartera"),
    "beta": Column(pl.Float64, "silencios, con los que presta la cartera"),
    "yes": Column(pl.Float64, "respuestas propias"),
    "tries": Column(pl.Float64, "contactos propios"),
}


def daypart(hour: pl.Expr) -> pl.Expr:
    """The part of the day of a local hour (0-23)."""
    return pl.coalesce([pl.when(hour < end).then(pl.lit(name)) for name, (_, end) in DAYPARTS.items()])


def cells(attempts: pl.DataFrame, channels: tuple[str, ...] = ()) -> pl.DataFrame:
    """CELLS of the attempts, and the portfolio's own for every channel (those tried and those named) and part of day.

    Two steps of shrinkage: the channel and part of the day to the channel, the party to both; strengths by likelihood.
    """
    answered, tries = pl.col("answered").sum().cast(pl.Float64), pl.len().cast(pl.Float64)
    own = attempts.group_by("party", "channel", "daypart").agg(yes=answered, tries=tries)
    own = own.sort("party", "channel", "daypart")
    fitted = own.filter(pl.col("tries") >= 2).height >= _ENOUGH
    strength = fit_rate_strength(own["yes"].to_numpy(), own["tries"].to_numpy()) if fitted else _UNFITTED
    prior = _portfolio(attempts, channels)
    mine = own.join(prior, on=["channel", "daypart"], how="left", maintain_order="left")
    whole = prior.with_columns(party=pl.lit(None, dtype=pl.Int64), yes=pl.lit(0.0), tries=pl.lit(0.0))
    return pl.concat([mine.select(whole.columns), whole]).select(
        pl.col("party").cast(pl.Int64), "channel", "daypart", "yes", "tries",
        alpha=pl.col("yes") + strength * pl.col("prior"),
        beta=pl.col("tries") - pl.col("yes") + strength * (1 - pl.col("prior")),
    ).select(CELLS.keys())  # fmt: skip


def _portfolio(attempts: pl.DataFrame, channels: tuple[str, ...]) -> pl.DataFrame:
    """channel, daypart and prior: the portfolio's answer rate by channel and part of the day, drawn to the channel."""
    answered, tries = pl.col("answered").sum().cast(pl.Float64), pl.len().cast(pl.Float64)
    whole = (int(attempts["answered"].sum() or 0) + 1.0) / (attempts.height + 4.0)
    by_channel = attempts.group_by("channel").agg(channel_yes=answered, channel_n=tries)
    by_moment = attempts.group_by("channel", "daypart").agg(moment_yes=answered, moment_n=tries)
    names = pl.DataFrame(
        {"channel": sorted({*attempts["channel"].to_list(), *channels})}, schema={"channel": pl.String}
    )
    grid = names.join(pl.DataFrame({"daypart": list(DAYPARTS)}), how="cross")
    joined = grid.join(by_channel, on="channel", how="left").join(by_moment, on=["channel", "daypart"], how="left")
    zeros = joined.with_columns(pl.col("channel_yes", "channel_n", "moment_yes", "moment_n").fill_null(0.0))
    rate = (pl.col("channel_yes") + _OF_ALL * whole) / (pl.col("channel_n") + _OF_ALL)
    moment = (pl.col("moment_yes") + _OF_CHANNEL * rate) / (pl.col("moment_n") + _OF_CHANNEL)
    return zeros.select("channel", "daypart", prior=moment).sort("channel", "daypart")


def of_options(known: pl.DataFrame, options: pl.DataFrame) -> pl.DataFrame:
    """The options (party, channel, daypart, any more) with `alpha`, `beta`, `rate` and `tries`, from CELLS."""
    own = known.filter(pl.col("party").is_not_null()).select("party", "channel", "daypart", "alpha", "beta", "tries")
    prior = known.filter(pl.col("party").is_null()).select("channel", "daypart", a="alpha", b="beta")
    joined = options.join(own, on=["party", "channel", "daypart"], how="left", maintain_order="left").join(
        prior, on=["channel", "daypart"], how="left", maintain_order="left"
    )
    filled = joined.with_columns(
        alpha=pl.coalesce("alpha", "a", pl.lit(1.0)), beta=pl.coalesce("beta", "b", pl.lit(3.0)),
        tries=pl.col("tries").fill_null(0.0),
    ).drop("a", "b")  # fmt: skip
    return filled.with_columns(rate=pl.col("alpha") / (pl.col("alpha") + pl.col("beta")))


def rates(attempts: pl.DataFrame, options: pl.DataFrame) -> pl.DataFrame:
    """`of_options` straight from the attempts."""
    return of_options(cells(attempts), options)


def with_chance(options: pl.DataFrame, by: str = "party", explore: float = EXPLORE) -> pl.DataFrame:
    """The options sorted by `by` with `propensity`: the chance with which each is picked.

    That of Thompson sampling (the posterior probability that this option answers best, by integration: the same
    everywhere and for good), mixed with a share of plain chance. Equal sets of options are compared once.
    """
    ordered = options.with_row_index("_at").sort(by, "_at")
    if not ordered.height:
        return options.with_columns(propensity=pl.lit(None, dtype=pl.Float64))
    kind = ordered.select("alpha", "beta").hash_rows(seed=7)
    marked = ordered.with_columns(_kind=kind // 16, _place=pl.int_range(pl.len()).over(by), _n=pl.len().over(by))
    sets = marked.select(
        by, "alpha", "beta", "_place", "_n",
        # The order counts: two sets are the same when each place holds the same rates.
        _set=(pl.col("_kind") // (pl.col("_place") + 1)).sum().over(by),
    )  # fmt: skip
    one = sets.filter(pl.col(by) == pl.col(by).first().over("_set"))
    best = one.select("_set", "_place", _best=pl.Series(_best_chance(one)))
    joined = marked.with_columns(sets["_set"]).join(best, on=["_set", "_place"], how="left", maintain_order="left")
    chance = (1 - explore) * pl.col("_best") + explore / pl.col("_n")
    return joined.with_columns(propensity=chance).drop("_at", "_kind", "_place", "_n", "_set", "_best")


def _best_chance(options: pl.DataFrame) -> Floats:
    """Per option of consecutive sets (`_place` 0 begins one): the probability that its rate is its set's highest."""
    starts = np.flatnonzero(options["_place"].to_numpy() == 0)
    alpha, beta = options["alpha"].to_numpy(), options["beta"].to_numpy()
    result = np.empty(len(alpha))
    for first in range(0, len(starts), _AT_ONCE):
        here = starts[first : first + _AT_ONCE]
        end = starts[first + _AT_ONCE] if first + _AT_ONCE < len(starts) else len(alpha)
        part = slice(int(here[0]), int(end))
        result[part] = _highest(alpha[part], beta[part], here - here[0])
    return result


def _highest(alpha: Floats, beta: Floats, starts: np.typing.NDArray[np.int64]) -> Floats:
    log = alpha[:, None] * np.log(_RATES) + beta[:, None] * np.log1p(-_RATES)
    density = np.exp(log - log.max(1, keepdims=True))
    density /= density.sum(1, keepdims=True)
    below = np.log(np.maximum(np.cumsum(density, axis=1) - density / 2, 1e-12))
    count = np.diff(np.append(starts, len(alpha)))
    others = np.repeat(np.add.reduceat(below, starts, axis=0), count, axis=0) - below
    wins = (density * np.exp(others)).sum(1)
    return np.asarray(wins / np.repeat(np.add.reduceat(wins, starts), count))


def pick(options: pl.DataFrame, *, by: str = "party", explore: float = EXPLORE, salt: str = "7") -> pl.DataFrame:
    """One option per `by`, with its `propensity`, to be logged with the contact. `options`: only what is allowed.

    Whose number falls where is drawn from `by` and the salt: asked again, the answer is the same.
    """
    chances = with_chance(options, by, explore)
    if not chances.height:
        return chances
    reached = pl.col("propensity").cum_sum().over(by)
    point = pl.Series("_point", uniform(chances[by], salt))
    placed = chances.with_columns(_reached=reached, _last=pl.len().over(by) - 1, _place=pl.int_range(pl.len()).over(by))
    hit = placed.with_columns(point).filter(
        (pl.col("_reached") > pl.col("_point")) | (pl.col("_place") == pl.col("_last"))
    )
    chosen: pl.DataFrame = hit.unique(by, keep="first", maintain_order=True)
    return chosen.drop("_reached", "_last", "_place", "_point")
