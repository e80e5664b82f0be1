"""The queue of the desk: everybody with something overdue, in three groups, with the reason in words. Set-based.

Who is worth a conversation is `planning.worklist`'s to say (value of the contact, within the minutes of the team); this
puts beside it who must wait, because of a pause, because the law says so, or because there is no telephone.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from puntual.core.frames import INSTANT, Column, Schema, check_frame
from puntual.core.ledger.position import StageBounds, stage_expr
from puntual.core.planning.candidates import with_value
from puntual.core.planning.capacity import Capacity
from puntual.core.planning.worklist import Bounds, worklist
from puntual.core.reasons import CATALOGUE

AT_RISK, LOW_HANGING, WAIT = 1, 2, 3
GROUP_OF = {"at_risk": AT_RISK, "low_hanging": LOW_HANGING, "wait": WAIT}
#: The account comes back by itself later on this day; it is not in the way meanwhile.
WAITING, LATER = "waiting", "later"

#: Until experiments of the company say otherwise: what a call is taken to reach and to change (reference/prediction).
CALL = pl.DataFrame(
    {"channel": ["call"], "cost_minor": [0], "minutes": [6.0], "reach": [0.35], "lift": [0.25], "harm_minor": [0]},
    schema={
        "channel": pl.String, "cost_minor": pl.Int64, "minutes": pl.Float64, "reach": pl.Float64, "lift": pl.Float64,
        "harm_minor": pl.Int64,
    },
)  # fmt: skip

#: What is known of each party of one creditor that has something overdue.
OWED: Schema = {
    "party": Column(pl.Int64, "persona o empresa"),
    "account": Column(pl.Int64, "su cuenta con más saldo"),
    "currency": Column(pl.String, "moneda de esa cuenta"),
    "amount_minor": Column(pl.Int64, "saldo que se puede reclamar hoy: lo abierto menos lo que está en pausa"),
    "days_past_due": Column(pl.Int32, "días de atraso de lo más viejo"),
    "pays_anyway": Column(pl.Float64, "probabilidad de que pague en 30 días sin contacto", null=True),
    "paused": Column(pl.String, "código de la pausa que cubre todo el saldo", null=True),
    "verdict": Column(pl.String, "allow, defer o deny para una llamada; vacío: no hay teléfono", null=True),
    "law_reason": Column(pl.String, "razón de la norma", null=True),
    "rule": Column(pl.String, "regla de la norma", null=True),
    "next_allowed_at": Column(INSTANT, "cuándo se puede", null=True),
}

QUEUE: Schema = {
    "party": Column(pl.Int64, "persona o empresa"),
    "account": Column(pl.Int64, "cuenta que se abre"),
    "grp": Column(pl.Int16, "1 en riesgo, 2 fruta madura, 3 esperar"),
    "place": Column(pl.Int32, "orden dentro de la cola; el menor primero"),
    "value_minor": Column(pl.Int64, "lo que se espera ganar con hablarle"),
    "amount_minor": Column(pl.Int64, "saldo que se puede reclamar"),
    "currency": Column(pl.String, "moneda"),
    "days_past_due": Column(pl.Int32, "días de atraso"),
    "stage": Column(pl.String, "etapa"),
    "pays_anyway": Column(pl.Float64, "probabilidad de que pague solo", null=True),
    "reason": Column(pl.String, "código"),
    "sentence": Column(pl.String, "la razón en palabras"),
    "rule": Column(pl.String, "regla de la norma, si fue ella", null=True),
    "state": Column(pl.String, "waiting o later", choices=(WAITING, LATER)),
    "not_before": Column(INSTANT, "desde cuándo se puede, si la norma lo dice", null=True),
}

#: With little history nobody's own risk is known: half and half, and the screen says so.
UNKNOWN_RISK = 0.5


def build(owed: pl.DataFrame, capacity: Capacity, end_of_day: datetime, bounds: Bounds | None = None) -> pl.DataFrame:
    """The queue of a day (QUEUE), best first. `end_of_day`: what the law lets later than that waits for another day."""
    check_frame(owed, OWED, "owed")
    today = pl.col("next_allowed_at") < end_of_day
    can = (pl.col("verdict") == "allow") | ((pl.col("verdict") == "defer") & today)
    free = pl.col("paused").is_null() & can.fill_null(False) & (pl.col("amount_minor") > 0)
    rows = owed.with_columns(free=free)
    worth = _worth(rows.filter("free"), capacity, bounds or Bounds())
    joined = rows.join(worth, on="party", how="left", maintain_order="left").with_columns(
        stage_expr(StageBounds()).alias("stage")
    )
    waits = _wait_reason()
    reason = pl.when("free").then("worth_reason").otherwise(waits)
    said = pl.when("free").then("worth_sentence").otherwise(waits.replace_strict(CATALOGUE, return_dtype=pl.String))
    deferred = pl.col("free") & (pl.col("verdict") == "defer")
    ranked = joined.with_columns(
        grp=pl.col("grp").fill_null(WAIT), value_minor=pl.col("value_minor").fill_null(0), reason=reason, sentence=said,
        state=pl.when(deferred).then(pl.lit(LATER)).otherwise(pl.lit(WAITING)),
        not_before=pl.when(deferred | (~pl.col("free") & pl.col("paused").is_null())).then("next_allowed_at"),
    ).sort("grp", "value_minor", "amount_minor", "party", descending=[False, True, True, False])  # fmt: skip
    done = ranked.with_columns(
        place=pl.int_range(pl.len(), dtype=pl.Int32),
        sentence=pl.when(pl.col("free") & pl.col("unsure"))
        .then(pl.lit(CATALOGUE["short_history"]))
        .otherwise("sentence"),
    )
    return check_frame(done.select(pl.col(n).cast(c.dtype) for n, c in QUEUE.items()), QUEUE, "queue")


def _worth(free: pl.DataFrame, capacity: Capacity, bounds: Bounds) -> pl.DataFrame:
    """party -> group, value, reason and sentence of those with whom one may speak today."""
    stakes = free.select(
        "party",
        action=pl.col("account"),
        channel=pl.lit("call"),
        amount_minor="amount_minor",
        pays_anyway=pl.col("pays_anyway").fill_null(UNKNOWN_RISK),
    )
    listed = worklist(with_value(stakes, CALL), capacity, bounds)
    return listed.join(free.select("party", unsure=pl.col("pays_anyway").is_null()), on="party").select(
        "party",
        "unsure",
        grp=pl.col("group").replace_strict(GROUP_OF, return_dtype=pl.Int16),
        value_minor=pl.coalesce("net_value_minor", "best_minor"),
        worth_reason="reason",
        worth_sentence="sentence",
    )


def _wait_reason() -> pl.Expr:
    """Why somebody is not spoken with today: the pause first, then the missing telephone, then the law."""
    return (
        pl.when(pl.col("paused").is_not_null())
        .then("paused")
        .when(pl.col("amount_minor") <= 0)
        .then(pl.lit("no_open_balance"))
        .when(pl.col("verdict").is_null())
        .then(pl.lit("no_phone"))
        .otherwise(pl.col("law_reason"))
    )
