"""The portfolio understood on one morning: every open item scored, every account in its cell with its cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import polars as pl

from puntual.core.segments.cause import infer
from puntual.core.segments.drivers import drivers
from puntual.core.segments.facts import open_on
from puntual.core.segments.features import features, portfolio_events
from puntual.core.segments.prediction import DRIVERS
from puntual.core.segments.rules import DEFAULT, SegmentRules, read_rules, segment
from puntual.core.segments.score import scored_features
from puntual.core.segments.situation import by_account
from puntual.core.segments.training import Trained


@attrs.frozen(eq=False)
class Understood:
    """items: SCORES per open item; accounts: a row per account with its visible fields, axes, segment and cause."""

    items: pl.DataFrame
    accounts: pl.DataFrame


def understand(
    facts: pl.DataFrame,
    day: date,
    trained: Trained,
    *,
    said: pl.DataFrame | None = None,
    rules: SegmentRules | Mapping[str, Any] = DEFAULT,
    line: str = "model",
) -> Understood:
    """What the night run, the customer's page and a simulation share.

    `said`: one row per account with the columns of `conditions.FIELDS` that the books do not tell (promises, disputes,
    replies, contacts), where known. Without open items both frames are empty. `line`: as `scored_features`.
    """
    rows = open_on(facts, day)
    known = features(facts, rows, trained.shrink, trained.settings.grace_days)
    items = scored_features(known, trained, line).with_columns(
        known.select("party", "creditor", "due_on", "amount_minor", "currency")
    )
    accounts = by_account(known, items)
    if said is not None:
        extra = said.select("account", *(c for c in said.columns if c not in accounts.columns))
        accounts = accounts.join(extra, on="account", how="left", maintain_order="left")
    read = rules if isinstance(rules, SegmentRules) else read_rules(rules)
    return Understood(items, segment(infer(accounts), read))


def explain(
    facts: pl.DataFrame,
    day: date,
    trained: Trained,
    due_items: list[int],
    portfolio: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The reasons of a few open items, for the page that shows them: due_item and drivers.

    With `portfolio` (the creditor's sums as kept by the night), the facts of the items' own accounts are enough.
    """
    rows = open_on(facts, day).filter(pl.col("due_item").is_in(due_items))
    known = features(facts, rows, trained.shrink, trained.settings.grace_days, portfolio)
    return rows.select("due_item").with_columns(pl.Series("drivers", drivers(known, trained), dtype=DRIVERS))


def portfolio_sums(facts: pl.DataFrame, day: date, trained: Trained) -> pl.DataFrame:
    """What `explain` needs of the whole portfolio on that morning: the last sums before it, and before sixty days."""
    events = portfolio_events(facts, trained.settings.grace_days)
    ends = [events.filter(pl.col("on") < limit) for limit in (day, day - timedelta(days=60))]
    return pl.concat([part.group_by("creditor", maintain_order=True).last() for part in ends]).unique()
