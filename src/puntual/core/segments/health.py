"""How the relation with each customer is: 100 less what weighs on it, each weight with its sentence (FEATURES D7).

Complaints, tone of replies, what people answer after paying, promises that did not hold, and whether they asked us to
stop. Fixed, visible weights: a relation is no probability, and a person must be able to argue with every point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import polars as pl

#: From this on the relation is good; at POOR or under it goes to a person.
GOOD, POOR = 75, 40


@attrs.frozen
class Weight:
    """What weighs on a relation: the column that counts it, points each, how often at most, and how it is told."""

    column: str
    points: int
    most: int
    told: str


WEIGHTS: Sequence[Weight] = (
    Weight("open_complaints", 30, 2, "Tiene una queja sin cerrar."),
    Weight("complaints", 15, 2, "Se quejó en los últimos seis meses."),
    Weight("anger", 15, 2, "Contestó con enojo."),
    Weight("poor_answers", 20, 2, "Dijo que pagar le fue difícil."),
    Weight("opt_outs", 20, 1, "Pidió que no se le escriba por algún canal."),
    Weight("own_errors", 10, 2, "Tuvo que aclarar un error nuestro."),
    Weight("broken_promises", 10, 2, "No pudo cumplir una promesa."),
    Weight("ignored", 10, 1, "Lleva cinco contactos o más sin responder."),
)
#: What speaks for it, in points.
GOOD_SIGNS: Sequence[Weight] = (
    Weight("good_answers", 10, 1, "Dijo que pagar le fue fácil."),
    Weight("kept_promises", 5, 2, "Cumplió lo que prometió."),
)


def health(accounts: pl.DataFrame) -> pl.DataFrame:
    """account, health (0-100; null: nothing is known that says anything) and health_why, the sentences one a line.

    `accounts` brings the columns of WEIGHTS and GOOD_SIGNS that are known; what is missing counts as none.
    """
    names = {w.column for w in (*WEIGHTS, *GOOD_SIGNS)}
    known = accounts.with_columns(
        (pl.col(n) if n in accounts.columns else pl.lit(0.0)).cast(pl.Float64).fill_null(0.0).alias(n) for n in names
    )
    less = pl.sum_horizontal([_points(w) for w in WEIGHTS])
    more = pl.sum_horizontal([_points(w) for w in GOOD_SIGNS])
    points = (100 - less + pl.when(less > 0).then(more).otherwise(0)).clip(0, 100)
    any_sign = pl.any_horizontal([pl.col(n) > 0 for n in sorted(names)])
    told = pl.concat_list([pl.when(pl.col(w.column) > 0).then(pl.lit(w.told)) for w in (*WEIGHTS, *GOOD_SIGNS)])
    return known.select(
        "account",
        health=pl.when(any_sign).then(points.cast(pl.Int16)),
        health_why=pl.when(any_sign).then(told.list.drop_nulls().list.join("\n")).otherwise(pl.lit("")),
    )


def _points(w: Weight) -> Any:
    return pl.col(w.column).clip(0, w.most) * w.points
