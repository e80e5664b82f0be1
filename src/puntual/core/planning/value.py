"""What an action is worth before its cost: the money it is expected to bring *because of it*, less the harm it may do.

    value = open balance x P(not paid anyway) x P(the right person is reached) x P(pays because of it) - harm

It is the marginal value of a contact, not the risk, that ranks (van de Geer, Wang and Bhulai, 2018): whoever would pay
alone gains nothing from a call. Probabilities enter as parts per million and the proration rounds once, half-up.
"""

from __future__ import annotations

import polars as pl

from puntual.core.money import narrow, prorate_expr, wide

PPM = 1_000_000


def ppm(probability: pl.Expr | str) -> pl.Expr:
    """A probability as a whole number of parts per million, kept inside 0 and 1."""
    column = pl.col(probability) if isinstance(probability, str) else probability
    return (column.clip(0.0, 1.0) * PPM).round(0).cast(pl.Int64)


def expected_value(amount: str, pays_anyway: str, reach: str, lift: str, harm: str | None = None) -> pl.Expr:
    """`expected_value_minor` from the columns named: amount and harm in minor units, the rest probabilities."""
    unpaid = pl.lit(PPM, dtype=pl.Int64) - ppm(pays_anyway)
    caused = prorate_expr(
        pl.lit(PPM, dtype=pl.Int64), wide(ppm(reach)) * wide(ppm(lift)), pl.lit(PPM, dtype=pl.Int64) * PPM
    )
    gained = prorate_expr(amount, wide(unpaid) * wide(caused), pl.lit(PPM, dtype=pl.Int64) * PPM)
    value = gained if harm is None else narrow(wide(gained) - wide(harm))
    return value.alias("expected_value_minor")
