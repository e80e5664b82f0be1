"""Which of a step's channels goes first, and at what hour of the person's own day.

The policy's order stands, over the channels that the creditor can send by; a channel that the person asked for goes
first. A preference never replaces a consent nor an hour of the law: the gate judges afterwards.
"""

from __future__ import annotations

from datetime import time

import polars as pl

from puntual.core.frames import Column, Schema

PREFERENCES: Schema = {
    "party": Column(pl.Int64, "persona"),
    "channel": Column(pl.String, "canal que prefiere; vacío: cualquiera", null=True),
    "hour_from": Column(pl.Int32, "primera hora de su día en que prefiere que se le escriba"),
    "hour_to": Column(pl.Int32, "hora en que termina"),
}
#: What a person does, or decides: no account at a provider is needed.
BY_HAND = ("task", "call", "visit", "letter")
#: A preferred part of the day begins here at the earliest: nobody is written to at dawn because they like mornings.
_MORNING = 9
#: With this much left of the preferred hours, when the policy's own hour is past them.
_BEFORE_END = 2


def sendable(rows: pl.DataFrame, channels: frozenset[str] | None) -> pl.DataFrame:
    """The candidates whose channel the creditor can send by."""
    if channels is None:
        return rows
    return rows.filter(pl.col("channel").is_in([*sorted(channels), *BY_HAND]))


def preferred_first(rows: pl.DataFrame, preferences: pl.DataFrame | None) -> pl.DataFrame:
    """Candidates with `order` lowered where it is the person's own channel, and `hour_from`, `hour_to` of each."""
    if preferences is None or preferences.is_empty():
        return rows.with_columns(hour_from=pl.lit(0, dtype=pl.Int32), hour_to=pl.lit(24, dtype=pl.Int32))
    wish = preferences.select("party", "hour_from", "hour_to", wish="channel").unique("party", keep="first")
    joined = rows.join(wish, on="party", how="left", maintain_order="left")
    mine = (pl.col("wish") == pl.col("channel")).fill_null(False)
    return joined.with_columns(
        order=pl.when(mine).then(pl.lit(-1, dtype=pl.Int32)).otherwise("order"),
        hour_from=pl.col("hour_from").fill_null(0),
        hour_to=pl.col("hour_to").fill_null(24),
    ).drop("wish")


def hour_within(hour: time, first: int, end: int) -> time:
    """The policy's hour, moved into the preferred ones [first, end) when it is outside them.

    >>> hour_within(time(10), 0, 24).hour, hour_within(time(10), 12, 18).hour, hour_within(time(19), 0, 12).hour
    (10, 12, 10)
    """
    if first <= hour.hour < end:
        return hour
    if hour.hour < first:
        return time(max(first, _MORNING))
    return time(max(first, end - _BEFORE_END))
