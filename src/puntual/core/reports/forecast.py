"""The cash that open documents should bring, day by day, with its interval and the error of the same forecast before.

Curves come from core.segments: the model where there is history enough, else shrinkage over the portfolio's own delays.
Only documents that are already issued are counted: no future sale is guessed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

import attrs
import numpy as np
import polars as pl

from puntual.core.segments.cash import cash_by_day, large_items
from puntual.core.segments.cash_line import weight_of
from puntual.core.segments.facts import as_known, open_on
from puntual.core.segments.features import features
from puntual.core.segments.learning import Learner
from puntual.core.segments.score import curves
from puntual.core.segments.survival import Curve
from puntual.core.segments.training import Settings, Trained, train

#: How often the past is asked: so many first mornings of a month.
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
    #: The model's share in the sum of the month, the rest being the plain line's (`core.segments.cash_line`).
    weight: float = 1.0


#: What a forecast of a past morning said: currency -> minor units by the model, «currency plain» -> by the plain line.
#: Kept by who calls, as it takes a training each.
Said = dict[str, int]
_PLAIN = " plain"


class Memory(Protocol):
    """Keeps what past forecasts said, by their morning and the print of what was known then."""

    def recall(self, cut: date, known: str) -> Said | None: ...

    def keep(self, cut: date, known: str, said: Said) -> None: ...


def forecast(
    facts: pl.DataFrame, morning: date, learner: Learner | None, horizon: int = 30, memory: Memory | None = None
) -> list[Forecast]:
    """The forecast from that morning, over `horizon` days; `facts` as FACTS. Empty when nothing is open."""
    some = sample(facts)
    trained = train(some, morning, learner, _LEARNING)
    rows = open_on(facts, morning)
    past = [p for cut in cuts(morning, horizon)
            if (p := _past(facts, some, cut, horizon, learner, memory)) is not None]  # fmt: skip
    found = []
    for currency in rows["currency"].unique().sort().to_list():
        mine = rows.filter(pl.col("currency") == currency)
        history = [p.filter(pl.col("currency") == currency) for p in past]
        lines = pl.concat(history) if history else _no_past()
        table, weight = _as_said(lines), _weight(lines)
        error = _relative_error(table)
        open_minor = int(mine["amount_minor"].sum())
        amount, curve, plain = _curves(some, mine, trained)
        days = cash_by_day(amount, curve, morning, horizon, error or 0.0, plain=plain, weight=weight)
        found.append(Forecast(currency, days, large_items(mine), open_minor, trained.learner, error, table, weight))
    return found


def cuts(morning: date, horizon: int) -> list[date]:
    """The last first mornings of a month whose horizon has passed: the same ones all month long."""
    found: list[date] = []
    first = morning.replace(day=1)
    while len(found) < PAST_CUTS:
        if first + timedelta(days=horizon) <= morning:
            found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def sample(facts: pl.DataFrame) -> pl.DataFrame:
    """All the documents of some accounts, about MOST of them; everything where there are no more. Never by chance."""
    one_in = facts.height // MOST
    if one_in < 2:
        return facts
    # A multiplier spreads the ids: taking every n-th would meet whatever the company numbers by.
    spread = (pl.col("account") * 2_654_435_761) // 65_536
    return facts.filter(spread % one_in == 0)


def _weight(past: pl.DataFrame) -> float:
    """The model's share, by how much each line erred over those past cuts; all of it where nothing is known."""
    if not past.height or past["came_minor"].sum() <= 0:
        return 1.0
    model, plain = ((past[name] - past["came_minor"]).abs().sum() for name in ("model_minor", "plain_minor"))
    return weight_of(float(model), float(plain))


def _as_said(past: pl.DataFrame) -> pl.DataFrame:
    """cut, said_minor, came_minor: each forecast of the past as it would have been made, from the cuts before it."""
    rows = []
    for row in past.iter_rows(named=True):
        weight = _weight(past.filter(pl.col("cut") < row["cut"]))
        said = round(weight * row["model_minor"] + (1 - weight) * row["plain_minor"])
        rows.append((row["cut"], row["currency"], said, row["came_minor"]))
    shape = {"cut": pl.Date, "currency": pl.String, "said_minor": pl.Int64, "came_minor": pl.Int64}
    return pl.DataFrame(rows, schema=shape, orient="row")


def _curves(some: pl.DataFrame, rows: pl.DataFrame, trained: Trained) -> tuple[np.ndarray, Curve, np.ndarray]:
    """Amounts, curves and plain days of the rows of those accounts, the amounts scaled to the whole of the rows."""
    whole = float(rows["amount_minor"].sum())
    taken = rows.join(some.select("account").unique(), on="account", how="semi")
    if not taken.height:
        taken = rows.head(MOST)
    known = features(some, taken, trained.shrink, trained.settings.grace_days)
    amount = known["amount_minor"].cast(pl.Float64).to_numpy()
    scale = whole / float(amount.sum()) if amount.sum() else 1.0
    return amount * scale, curves(known, trained), (known["own_mean"] - known["days_past_due"]).to_numpy()


def _past(
    facts: pl.DataFrame, some: pl.DataFrame, cut: date, horizon: int, learner: Learner | None, memory: Memory | None
) -> pl.DataFrame | None:
    """What the forecast would have said on that morning and what came, per currency; None without history."""
    rows = open_on(facts, cut)
    if not rows.height or facts.filter(pl.col("issued_on") < cut).height < ENOUGH:
        return None
    known = _print(facts, cut, horizon, learner) if memory else ""
    said = memory.recall(cut, known) if memory else None
    if said is None:
        said = _said(some, rows, cut, horizon, learner)
        if memory:
            memory.keep(cut, known, said)
    soon = rows.filter(pl.col("paid_on") < cut + timedelta(days=horizon))
    came = dict(soon.group_by("currency").agg(pl.col("amount_minor").sum()).iter_rows())
    named = sorted(key for key in said if not key.endswith(_PLAIN))
    lines = [(cut, c, said[c], said.get(c + _PLAIN, said[c]), int(came.get(c, 0))) for c in named]
    return pl.DataFrame(lines, schema=_no_past().schema, orient="row")


def _said(some: pl.DataFrame, rows: pl.DataFrame, cut: date, horizon: int, learner: Learner | None) -> Said:
    trained, said = train(some, cut, learner, _LEARNING), {}
    for currency in rows["currency"].unique().sort().to_list():
        amount, curve, plain = _curves(some, rows.filter(pl.col("currency") == currency), trained)
        said[currency + _PLAIN] = round(float(amount[plain <= horizon - 1].sum()))
        said[currency] = round(float((amount * curve.paid_by(float(horizon - 1))).sum()))
    return said


def _print(facts: pl.DataFrame, cut: date, horizon: int, learner: Learner | None) -> str:
    """What tells what was known on a morning from what was known with other facts, or asked of another learner."""
    known = as_known(facts, cut)
    sums = known.select(
        pl.len(), pl.col("amount_minor").sum(), pl.col("due_on").cast(pl.Int32).cast(pl.Int64).sum(),
        pl.col("paid_on").cast(pl.Int32).cast(pl.Int64).sum().alias("paid"), pl.col("due_item").sum(),
    ).row(0)  # fmt: skip
    return "-".join(map(str, (*sums, horizon, type(learner).__name__)))


def _no_past() -> pl.DataFrame:
    figures = dict.fromkeys(("model_minor", "plain_minor", "came_minor"), pl.Int64)
    return pl.DataFrame(schema={"cut": pl.Date, "currency": pl.String, **figures})


def _relative_error(past: pl.DataFrame) -> float | None:
    """Weighted absolute error: sum of |said - came| over sum of came; None if nothing came."""
    came = int(past["came_minor"].sum())
    if not past.height or came <= 0:
        return None
    return float((past["said_minor"] - past["came_minor"]).abs().sum()) / came
