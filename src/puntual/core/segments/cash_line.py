"""Whose word the month's cash goes by: the model's, the plain line's, or the mean of both. Decided on the past only.

In sums a plain line («each pays after its own usual delay») is often as good as any model. Asked over several quarters
before the day of the forecast: where one line was clearly better it speaks alone; where they were as good as each other
their mean does, which errs less than either when their errors differ (Bates and Granger, 1969).
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np
import polars as pl

from puntual.core.segments.baselines import own_cash
from puntual.core.segments.facts import as_known, open_weekly, some_accounts
from puntual.core.segments.features import features
from puntual.core.segments.learning import Floats, Learner
from puntual.core.segments.score import scored_features
from puntual.core.segments.survival import outcome
from puntual.core.segments.training import Settings, Trained, train

#: Quarters that are asked, and days that each holds; the horizon of the sum.
QUARTERS, QUARTER_DAYS, HORIZON = 3, 90, 30
#: A line is clearly better when the other errs this much more.
CLEARLY = 1.15
#: Before this day the model alone speaks: near days are where it is far ahead of any plain line.
NEAR_DAYS = 14
#: The past is asked on the accounts that make about so many items, learning from so many rows.
_ITEMS, _ROWS = 20_000, 30_000


def weight_of(model_error: float, plain_error: float) -> float:
    """The model's weight in the sum, from the two errors over the same past (any unit).

    >>> weight_of(1.0, 2.0), weight_of(1.0, 1.1), weight_of(1.1, 1.0), weight_of(2.0, 1.0)
    (1.0, 0.5, 0.5, 0.0)
    """
    if plain_error > CLEARLY * model_error:
        return 1.0
    return 0.0 if model_error > CLEARLY * plain_error else 0.5


def on_day(weight: float, days: Floats | float) -> Floats:
    """The model's weight in what is paid within so many days: all of it near, `weight` from the horizon on."""
    return np.asarray(np.interp(days, [NEAR_DAYS, HORIZON], [1.0, weight]))


def fit_weight(facts: pl.DataFrame, cut: date, learner: Learner | None, settings: Settings) -> float:
    """The weight for a forecast on the morning of `cut`, from quarters that ended before it. Without any: the model."""
    known = some_accounts(as_known(facts, cut), _ITEMS)
    errors = [
        found
        for n in range(1, QUARTERS + 1)
        if (found := _errors(known, cut - timedelta(days=n * QUARTER_DAYS), learner, settings)) is not None
    ]
    if not errors:
        return 1.0
    model, plain = np.array(errors).sum(0)
    return weight_of(float(model), float(plain))


def _errors(
    known: pl.DataFrame, start: date, learner: Learner | None, settings: Settings
) -> tuple[float, float] | None:
    """Relative errors of both lines over the weekly mornings of the quarter from `start`; None with little history."""
    if known.filter(pl.col("paid_on") < start).height < settings.enough_closed:
        return None
    end = start + timedelta(days=QUARTER_DAYS)
    seen = as_known(known, end)
    trained = train(seen, start, learner, attrs.evolve(settings, max_rows=min(settings.max_rows, _ROWS)))
    book = features(seen, open_weekly(seen, start, end), trained.shrink, settings.grace_days)
    weekly = cash_weekly(book, shares(book, trained), end)
    came = float(weekly["came"].sum())
    if came <= 0:
        return None
    model, plain = (float((weekly[name] - weekly["came"]).abs().sum()) / came for name in ("model", "plain"))
    return model, plain


def shares(book: pl.DataFrame, trained: Trained) -> dict[str, Floats]:
    """What each line says is paid of every row within the horizon."""
    return {"model": scored_features(book, trained)[f"p_paid_{HORIZON}"].to_numpy(), "plain": own_cash(book)}


def cash_weekly(book: pl.DataFrame, said: dict[str, Floats], until: date) -> pl.DataFrame:
    """Per morning that is a horizon old on `until`: what each line said would come, and what `came`. Currencies weigh
    by their mean."""
    paid_after, seen = outcome(book, pl.lit(until))
    amount = (pl.col("amount_minor") / pl.col("amount_minor").abs().mean().over("currency")).cast(pl.Float64)
    columns = {name: pl.Series(share) for name, share in said.items()} | {"came": pl.Series(paid_after <= HORIZON)}
    table = book.select("as_of", amount.alias("amount")).with_columns(
        (pl.col("amount") * share).alias(name) for name, share in columns.items()
    )
    return table.filter(pl.Series(seen >= HORIZON)).group_by("as_of").agg(pl.col(*columns).sum()).sort("as_of")
