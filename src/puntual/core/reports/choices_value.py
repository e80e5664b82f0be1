"""What another way of choosing channel and hour would have brought, from choices made with a logged chance.

Asked before a switch: the policy's own order, what has answered best so far, or one channel for all. Rates are learnt
from one half of the people and judged on the other, so that no rule is praised for what it learnt by heart.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import polars as pl

from puntual.core.errors import Refused
from puntual.core.frames import ID, Column, Schema, check_frame
from puntual.core.reports.off_policy import OffPolicy, estimate
from puntual.core.segments.draw import uniform

CHOICES: Schema = {
    "party": Column(ID, "persona o empresa"),
    "chosen": Column(pl.String, "canal y parte del día que se eligió"),
    "offered": Column(pl.String, "entre qué se eligió, separado por espacios; lo primero, la política sola"),
    "propensity": Column(pl.Float64, "probabilidad con que se eligió"),
    "answered": Column(pl.Float64, "1 si contestó, abrió o visitó la página"),
    "paid": Column(pl.Float64, "1 si pagó algo en los 14 días siguientes"),
}
REWARDS = ("answered", "paid")
#: Ways to choose besides «channel:email», «channel:sms», ...
POLICY, BEST = "policy", "best"
#: Weight, in choices, of the mean of all against an option's own.
_PRIOR = 30.0
#: With fewer choices nothing is said.
LEAST = 100


@attrs.frozen
class Value:
    """What one way of choosing would have brought of one reward: its estimate, or the sentence why there is none."""

    way: str
    reward: str
    estimate: OffPolicy | None
    why_not: str = ""


def ways(choices: pl.DataFrame) -> list[str]:
    """The ways that can be asked about: the policy's own, the best so far, and each channel that was ever offered."""
    options = choices.select(pl.col("offered").str.split(" ").list.explode().unique().sort())
    channels = sorted({option.partition(":")[0] for option in options.to_series().to_list() if option})
    return [POLICY, BEST, *(f"channel:{channel}" for channel in channels if len(channels) > 1)]


def happened(choices: pl.DataFrame, reward: str) -> float | None:
    """The mean reward of what was done, chance and all. None without choices."""
    return float(choices[reward].mean()) if choices.height else None  # type: ignore[arg-type]


def values(choices: pl.DataFrame, asked: Sequence[str], rewards: Sequence[str] = REWARDS) -> list[Value]:
    """Each way and reward, by the doubly robust estimate; refused in words where the records cannot tell."""
    check_frame(choices, CHOICES, "choices")
    return [_value(choices, way, reward) for way in asked for reward in rewards]


def _value(choices: pl.DataFrame, way: str, reward: str) -> Value:
    if choices.height < LEAST:
        return Value(way, reward, None, f"Hay {choices.height} decisiones con su azar anotado; hacen falta {LEAST}.")
    try:
        return Value(way, reward, estimate(logs(choices, way, reward)))
    except Refused as error:
        return Value(way, reward, None, error.sentence)


def logs(choices: pl.DataFrame, way: str, reward: str) -> pl.DataFrame:
    """off_policy.LOGS of one way of choosing: what it would do of each case, and what a model of the other half of the
    people expects of that and of what was done."""
    half = pl.Series("half", uniform(choices["party"], "mitades") < 0.5)
    numbered = choices.with_columns(half).with_row_index("row")
    options = numbered.select("row", "half", option=pl.col("offered").str.split(" ")).explode("option")
    places = options.with_columns(place=pl.int_range(pl.len()).over("row"))
    rated = places.join(_rates(numbered, reward), on=["half", "option"], how="left").with_columns(
        pl.col("rate").fill_null(pl.lit(happened(choices, reward)))
    )
    aimed = rated.with_columns(_target(way))
    expected = aimed.group_by("row").agg(model_target=(pl.col("target") * pl.col("rate")).sum())
    done = aimed.select("row", chosen="option", target="target", model_logged="rate")
    return (
        numbered.join(done, on=["row", "chosen"], how="left", maintain_order="left")
        .join(expected, on="row", how="left", maintain_order="left")
        .select(
            "propensity", pl.col("target").fill_null(0.0), pl.col(reward).alias("reward"),
            pl.col("model_logged").fill_null(pl.lit(happened(choices, reward))), "model_target",
        )
    )  # fmt: skip


def _rates(numbered: pl.DataFrame, reward: str) -> pl.DataFrame:
    """half, option and rate: the mean reward of each option among the *other* half of the people, drawn to the mean."""
    mean = happened(numbered, reward) or 0.0
    by = numbered.group_by("half", option=pl.col("chosen")).agg(n=pl.len(), got=pl.col(reward).sum())
    return by.select(~pl.col("half"), "option", rate=(pl.col("got") + _PRIOR * mean) / (pl.col("n") + _PRIOR))


def _target(way: str) -> pl.Expr:
    """Over the options of each case: the chance with which that way of choosing would take it."""
    first = (pl.col("place") == 0).cast(pl.Float64)
    if way == POLICY:
        return first.alias("target")
    if way == BEST:
        top = pl.col("rate") == pl.col("rate").max().over("row")
        return (top.cast(pl.Float64) / top.sum().over("row")).alias("target")
    mine = pl.col("option").str.starts_with(way.partition(":")[2] + ":")
    count = mine.sum().over("row")
    share = mine.cast(pl.Float64) / count
    return pl.when(count > 0).then(share).otherwise(first).alias("target")
