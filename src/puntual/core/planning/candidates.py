"""From what the gate allows to what `choose` weighs: one row per possible action with its value, cost and minutes."""

from __future__ import annotations

import polars as pl

from puntual.core.frames import Column, Schema, check_frame
from puntual.core.planning.value import expected_value

#: What an action through a channel takes and does: learnt from experiments where there are any, else the policy's.
ECONOMICS: Schema = {
    "channel": Column(pl.String, "canal"),
    "cost_minor": Column(pl.Int64, "costo de una acción, en la moneda del informe"),
    "minutes": Column(pl.Float64, "minutos de asesor"),
    "reach": Column(pl.Float64, "probabilidad de llegar a la persona correcta"),
    "lift": Column(pl.Float64, "probabilidad de que pague a causa de la acción, si no iba a pagar"),
    "harm_minor": Column(pl.Int64, "daño esperado: quejas y bajas, en dinero"),
}

#: What is known of each allowed action before its value.
STAKES: Schema = {
    "party": Column(pl.Int64, "persona o empresa"),
    "action": Column(pl.Int64, "acción posible"),
    "channel": Column(pl.String, "canal"),
    "amount_minor": Column(pl.Int64, "saldo que la acción reclama, en la moneda del informe"),
    "pays_anyway": Column(pl.Float64, "probabilidad de que pague sin la acción"),
}


def with_value(stakes: pl.DataFrame, economics: pl.DataFrame) -> pl.DataFrame:
    """The shape that `choose` takes: stakes joined to their channel's economics, with `expected_value_minor`.

    A stake that brings its own `reach` or `lift` (learnt for that party) keeps it. A channel without economics has no
    row: what is not known to be worth anything is not proposed.
    """
    check_frame(stakes, STAKES, "stakes")
    check_frame(economics, ECONOMICS, "economics")
    joined = stakes.join(economics, on="channel", how="inner", suffix="_channel", maintain_order="left")
    own = [
        pl.coalesce(name, f"{name}_channel").alias(name)
        for name in ("reach", "lift", "cost_minor", "minutes", "harm_minor")
        if f"{name}_channel" in joined.columns
    ]
    value = expected_value("amount_minor", "pays_anyway", "reach", "lift", "harm_minor")
    return joined.with_columns(own).with_columns(value).select(pl.exclude("^.*_channel$"))
