"""The cash that open documents should bring, day by day, with its interval and the error of the same forecast before.

Curves come from core.segments: the model where there is history enough, else shrinkage over the portfolio's own delays.
Only documents that are already issued are counted: no future sale is guessed.
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np
import polars as pl

from puntual.core.segments.cash import cash_by_day, large_items
from puntual.core.segments.facts import open_on
from puntual.core.segments.features import features
from puntual.core.segments.learning import Learner
from puntual.core.segments.score import curves
from puntual.core.segments.survival import Curve
from puntual.core.segments.training import Settings, Trained, train

#: How often the past is asked: so many mornings, a horizon apart.
PAST_CUTS = 3
#: Fewer documents issued before a cut teach nothing.
ENOUGH = 20
#: Of more documents than these, the history of some accounts (always the same ones) speaks for all.
MOST = 8_000
#: A month of a whole portfolio needs fewer lessons than each of its documents.
_LEARNING = Settings(max_rows=6_000)


@attrs.frozen(eq=False)
class Forecast:
    """Per currency: `days` (cash_by_day), the large items apart, what `method` spoke, and the past error (None: none).

    `past` has a line per past cut: cut, said_minor, came_minor.
    """

    currency: str
    days: pl.DataFrame
    large: pl.DataFrame
    open_minor: int
    method: str
    past_error: float | None
    past: pl.DataFrame


def forecast(facts: pl.DataFrame, morning: date, learner: Learner | None, horizon: int = 30) -> list[Forecast]:
    """The forecast from that morning, over `horizon` days; `facts` as FACTS. Empty when nothing is open."""
    some = sample(facts)
    trained = train(some, morning, learner, _LEARNING)
    rows = open_on(facts, morning)
    past = [
        p
        for i in range(1, PAST_CUTS + 1)
        if (p := _past(facts, some, morning, i * horizon, horizon, learner)) is not None
    ]
    found = []
    for currency in rows["currency"].unique().sort().to_list():
        mine = rows.filter(pl.col("currency") == currency)
        history = [p.filter(pl.col("currency") == currency) for p in past]
        table = pl.concat(history) if history else _no_past()
        error = _relative_error(table)
        open_minor = int(mine["amount_minor"].sum())
        amount, curve = _curves(some, mine, trained)
        days = cash_by_day(amount, curve, morning, horizon, error or 0.0)
        found.append(Forecast(currency, days, large_items(mine), open_minor, trained.learner, error, table))
    return found


def sample(facts: pl.DataFrame) -> pl.DataFrame:
    """All the documents of some accounts, about MOST of them; everything where there are no more. Never by chance."""
    one_in = facts.height // MOST
    if one_in < 2:
        return facts
    # A multiplier spreads the ids: taking every n-th would meet whatever the company numbers by.
    spread = (pl.col("account") * 2_654_435_761) // 65_536
    return facts.filter(spread % one_in == 0)


def _curves(some: pl.DataFrame, rows: pl.DataFrame, trained: Trained) -> tuple[np.ndarray, Curve]:
    """Amounts and curves of the rows of those accounts, the amounts scaled to the whole of the rows."""
    whole = float(rows["amount_minor"].sum())
    taken = rows.join(some.select("account").unique(), on="account", how="semi")
    if not taken.height:
        taken = rows.head(MOST)
    known = features(some, taken, trained.shrink, trained.settings.grace_days)
    amount = known["amount_minor"].cast(pl.Float64).to_numpy()
    return amount * (whole / float(amount.sum()) if amount.sum() else 1.0), curves(known, trained)


def _past(
    facts: pl.DataFrame, some: pl.DataFrame, morning: date, back: int, horizon: int, learner: Learner | None
) -> pl.DataFrame | None:
    """What the forecast would have said `back` days ago and what came, per currency; None without history."""
    cut = morning - timedelta(days=back)
    rows = open_on(facts, cut)
    if not rows.height or facts.filter(pl.col("issued_on") < cut).height < ENOUGH:
        return None
    trained = train(some, cut, learner, _LEARNING)
    lines = []
    for currency in rows["currency"].unique().sort().to_list():
        mine = rows.filter(pl.col("currency") == currency)
        amount, curve = _curves(some, mine, trained)
        said = round(float((amount * curve.paid_by(float(horizon - 1))).sum()))
        paid = mine.filter(pl.col("paid_on") < cut + timedelta(days=horizon))
        lines.append((cut, currency, said, int(paid["amount_minor"].sum())))
    return pl.DataFrame(lines, schema=_no_past().schema, orient="row")


def _no_past() -> pl.DataFrame:
    columns = {"cut": pl.Date, "currency": pl.String, "said_minor": pl.Int64, "came_minor": pl.Int64}
    return pl.DataFrame(schema=columns)


def _relative_error(past: pl.DataFrame) -> float | None:
    """Weighted absolute error: sum of |said - came| over sum of came; None if nothing came."""
    came = int(past["came_minor"].sum())
    if not past.height or came <= 0:
        return None
    return float((past["said_minor"] - past["came_minor"]).abs().sum()) / came
