"""The day's list in three groups (at risk, low-hanging fruit, wait), one row per party, with the reason in words."""

from __future__ import annotations

import attrs
import polars as pl

from puntual.core.planning.capacity import Capacity
from puntual.core.planning.choosing import choose

GROUPS = ("at_risk", "low_hanging", "wait")
GROUP_NAMES = {"at_risk": "En riesgo", "low_hanging": "Fruta madura", "wait": "Esperar"}


@attrs.frozen
class Bounds:
    """Where the groups part: a party below `at_risk` of paying in 30 days is at risk; from `alone` on it pays alone."""

    at_risk: float = 0.5
    alone: float = 0.85


_DEFAULT = Bounds()


def worklist(candidates: pl.DataFrame, capacity: Capacity, bounds: Bounds = _DEFAULT) -> pl.DataFrame:
    """One row per party: group, chosen action and channel (null if none), net value, reason and sentence.

    `candidates` as for `choose`, plus `pays_anyway`: the probability of being paid without any action. Nobody is left
    without a reason: who is not chosen either pays alone, is not worth the cost, or waits for capacity.
    """
    chosen = choose(candidates, capacity).select("party", "action", "channel", "net_value_minor")
    net = pl.col("expected_value_minor") - pl.col("cost_minor")
    parties = candidates.group_by("party", maintain_order=True).agg(
        best_minor=net.max(), pays_anyway=pl.col("pays_anyway").max()
    )
    joined = parties.join(chosen, on="party", how="left", maintain_order="left")
    done = pl.col("action").is_not_null()
    reason = (
        pl.when(done & (pl.col("pays_anyway") < bounds.at_risk)).then(pl.lit("worth_at_risk"))
        .when(done).then(pl.lit("worth_low_hanging"))
        .when(pl.col("best_minor") > 0).then(pl.lit("capacity"))
        .when(pl.col("pays_anyway") >= bounds.alone).then(pl.lit("pays_alone"))
        .otherwise(pl.lit("not_worth_cost"))
    )  # fmt: skip
    group = pl.when(~done).then(pl.lit("wait")).when(pl.col("pays_anyway") < bounds.at_risk).then(pl.lit("at_risk"))
    return (
        joined.with_columns(group=group.otherwise(pl.lit("low_hanging")), reason=reason)
        .with_columns(sentence=_sentence())
        .sort(
            pl.col("group").replace_strict({g: i for i, g in enumerate(GROUPS)}, return_dtype=pl.Int8),
            pl.col("net_value_minor"),
            descending=[False, True],
            nulls_last=True,
            maintain_order=True,
        )
    )


def told(reason: str, pays_anyway: float) -> str:
    """The sentence of one line of the list."""
    one = pl.DataFrame({"reason": [reason], "pays_anyway": [pays_anyway]})
    return str(one.select(_sentence()).item())


def _sentence() -> pl.Expr:
    percent = (pl.col("pays_anyway") * 100).round(0).cast(pl.Int64)
    why = pl.col("reason")
    return (
        pl.when(why == "worth_at_risk")
        .then(pl.format("Hay riesgo: solo {} de cada 100 como este pagan solos en 30 días.", percent))
        .when(why == "worth_low_hanging")
        .then(pl.format("Un aviso basta: {} de cada 100 como este pagan en 30 días.", percent))
        .when(why == "pays_alone")
        .then(pl.format("Conviene esperar: {} de cada 100 como este pagan sin que se les avise.", percent))
        .when(why == "capacity")
        .then(pl.lit("Vale la pena, pero no alcanzó la capacidad de hoy; queda para mañana."))
        .otherwise(pl.lit("Contactarlo hoy cuesta más de lo que se espera recuperar."))
    )
