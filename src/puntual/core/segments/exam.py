"""The examination of a model before it is used: learnt from what was known some weeks ago, judged on what came since.

A challenger takes the champion's place only if it is better beyond chance on days that neither of them has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import numpy as np
import polars as pl

from puntual.core.segments.backtest import measure
from puntual.core.segments.calibration import challenger_is_better, reliability
from puntual.core.segments.facts import as_known, at_issue, open_weekly
from puntual.core.segments.features import features
from puntual.core.segments.learning import Learner
from puntual.core.segments.score import scored_features
from puntual.core.segments.survival import outcome
from puntual.core.segments.training import Settings, Trained, limit_days, train

#: Days that the examination covers; with a champion already there, fewer, so that both are judged on fresh ones.
EXAM_DAYS, RETRIAL_DAYS = 60, 28
#: The horizon whose calibration is shown live: long enough to matter, short enough to be judged soon.
WATCHED_DAYS = 14
#: Fewer items issued since the cut judge nothing.
LEAST_ITEMS = 50


@attrs.frozen(eq=False)
class Exam:
    """cut, the figures (as in a backtest), calibration as said-and-happened, and the comparison with the champion
    (None: there was none to compare with)."""

    cut: date
    measured: dict[str, Any]
    said: pl.DataFrame
    better: bool | None


def loses(measured: Mapping[str, Any]) -> bool:
    """Whether the model erred more than the plain line in its own examination, asked what the watch asks: of the open
    items, who pays within WATCHED_DAYS. Without an examination it did not."""
    if not measured:
        return False
    model, plain = (line["open_book"][f"paid_{WATCHED_DAYS}"]["brier"] for line in (measured, measured["naive"]))
    return model is not None and plain is not None and model > plain


def exam_cut(facts: pl.DataFrame, day: date, settings: Settings, champion: Trained | None = None) -> date | None:
    """The day from which a model may be examined; None while the history is too short on either side of it."""
    cut = day - timedelta(days=EXAM_DAYS if champion is None else RETRIAL_DAYS)
    if champion is not None and champion.cut > cut:
        return None
    closed = facts.filter(pl.col("paid_on") < cut).height
    issued = facts.filter((pl.col("issued_on") >= cut) & (pl.col("issued_on") < day)).height
    return cut if closed >= settings.enough_closed and issued >= LEAST_ITEMS else None


def examine(
    facts: pl.DataFrame, day: date, learner: Learner | None, settings: Settings, champion: Trained | None = None
) -> Exam | None:
    """The examination on the morning of `day`; None if the history is too short for one."""
    known = as_known(facts, day)
    cut = exam_cut(known, day, settings, champion)
    if cut is None or learner is None:
        return None
    challenger = train(known, cut, learner, settings)
    said = said_and_happened(known, cut, day, challenger)
    better = None if champion is None else _better(known, cut, day, champion, challenger)
    return Exam(cut, measure(known, challenger, day), said, better)


def said_and_happened(facts: pl.DataFrame, cut: date, day: date, trained: Trained) -> pl.DataFrame:
    """Of the open items of each week since the cut: what was said of being paid in WATCHED_DAYS, and what came."""
    book = features(facts, open_weekly(facts, cut, day), trained.shrink, trained.settings.grace_days)
    paid_after, seen = outcome(book, pl.lit(day))
    told = seen >= WATCHED_DAYS
    p = scored_features(book, trained)[f"p_paid_{WATCHED_DAYS}"].to_numpy()[told]
    return reliability(p, (paid_after <= WATCHED_DAYS)[told].astype(np.float64))


def _better(facts: pl.DataFrame, cut: date, day: date, champion: Trained, challenger: Trained) -> bool:
    rows = at_issue(facts, cut, day)

    def late(trained: Trained) -> np.typing.NDArray[np.float64]:
        known = features(facts, rows, trained.shrink, trained.settings.grace_days)
        return scored_features(known, trained)["p_late"].to_numpy()

    known = features(facts, rows, challenger.shrink, challenger.settings.grace_days)
    paid_after, seen = outcome(known, pl.lit(day))
    limit = limit_days(known, challenger.settings.grace_days)
    told = seen > limit
    y = (paid_after > limit)[told].astype(np.float64)
    accounts = rows["account"].to_numpy()[told]
    return challenger_is_better(late(champion)[told], late(challenger)[told], y, accounts)
