"""The whole of a prediction for one morning: learn from what is known, score what is open, and say why."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.segments.drivers import drivers
from puntual.core.segments.facts import open_on
from puntual.core.segments.features import features
from puntual.core.segments.learning import Learner
from puntual.core.segments.score import scored_features
from puntual.core.segments.training import Settings, Trained, train

#: Reasons are told for so many items, those with most money at risk first: they cost about 0.3 ms each.
EXPLAINED = 20_000
DRIVERS = pl.List(pl.Struct({"code": pl.String, "text": pl.String, "effect": pl.String, "weight": pl.Float64}))


def predict(
    facts: pl.DataFrame,
    day: date,
    learner: Learner | None,
    settings: Settings | None = None,
    *,
    explained: int = EXPLAINED,
) -> tuple[pl.DataFrame, Trained]:
    """(one row per item open on that morning: SCORES, party, creditor, due_on, amount_minor, currency and drivers; what
    was learnt). UnusableInput if nothing is open."""
    trained = train(facts, day, learner, settings)
    return score_open(facts, day, trained, explained=explained), trained


def score_open(facts: pl.DataFrame, day: date, trained: Trained, *, explained: int = EXPLAINED) -> pl.DataFrame:
    """The same with a model learnt before: the night run trains seldom and scores daily."""
    rows = open_on(facts, day)
    if not rows.height:
        raise UnusableInput(f"No hay documentos abiertos al {day}: cargue facturas, o elija otra fecha con --as-of.")
    known = features(facts, rows, trained.shrink, trained.settings.grace_days)
    table = scored_features(known, trained).with_columns(
        known.select("party", "creditor", "due_on", "amount_minor", "currency")
    )
    risk = (pl.col("amount_minor") * (1 - pl.col("p_paid_30"))).alias("risk")
    told = table.with_row_index("at").sort(risk, descending=True, maintain_order=True)["at"].head(explained).sort()
    reasons: list[list[dict[str, Any]]] = [[] for _ in range(table.height)]
    for at, reason in zip(told.to_list(), drivers(known[told], trained), strict=True):
        reasons[at] = reason
    return table.with_columns(pl.Series("drivers", reasons, dtype=DRIVERS))
