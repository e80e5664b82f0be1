"""How often: every cap, spacing and exclusivity as intervals `[start, end)` in which a party may not be contacted.

n contacts that fit in a span W close every instant t for which one more would make n+1 in some `(x - W, x]`: from just
after the last of them less W, until the first of them plus W. Contacts reserved in the future count like past ones.
«Per day» is the debtor's local date, in every zone where the debtor may be.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import polars as pl

from puntual.core.compliance.hours import DAY_US, NEVER, Ints, day_of, in_force, midnights
from puntual.core.compliance.rulebook import Limit, Rule

_EMPTY = {"row": pl.UInt32, "start": pl.Int64, "end": pl.Int64, "rule": pl.Int64}


@attrs.frozen(eq=False)
class LimitUse:
    """A limit rule (`index` in the gate's rules) and the profiles under it, each with its zones."""

    index: int
    rule: Rule
    profiles: tuple[int, ...]
    zones: tuple[tuple[str, ...], ...]


def blocks(asked: pl.DataFrame, contacts: pl.DataFrame, uses: Sequence[LimitUse]) -> pl.DataFrame:
    """Columns row, start, end, rule: what closes the future of each candidate, whether or not it closes it now.

    `asked`: row, party, creditor, debt, channel, profile, t (us UTC). `contacts`: frame CONTACTS.
    """
    if not asked.height or not uses or contacts.is_empty():
        return pl.DataFrame(schema=_EMPTY)
    first, last = _bounds(asked)
    longest = max((use.rule.limit.window_us or 0) for use in uses if use.rule.limit) + 2 * DAY_US
    history = _history(contacts, first - longest, last + longest)
    hot = asked.join(history.select("party").unique(), on="party", how="semi")
    found = [_of_rule(use, hot, history, first) for use in uses] if hot.height else []
    return pl.concat(found) if found else pl.DataFrame(schema=_EMPTY)


def _bounds(asked: pl.DataFrame) -> tuple[int, int]:
    low, high = asked.select(pl.col("t").min().alias("low"), pl.col("t").max().alias("high")).row(0)
    return int(low), int(high)


def _history(contacts: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    at = pl.col("at").to_physical()
    return contacts.filter((at > first) & (at < last + 30 * DAY_US)).select(
        "party",
        pl.col("creditor").alias("h_creditor"),
        pl.col("debt").alias("h_debt"),
        pl.col("channel").alias("h_channel"),
        at.alias("e"),
        (pl.col("direction") == "out").alias("out"),
        pl.col("direct_contact").alias("direct"),
    )


def _of_rule(use: LimitUse, hot: pl.DataFrame, history: pl.DataFrame, first: int) -> pl.DataFrame:
    limit = use.rule.limit
    assert limit is not None
    who = hot.join(_zone_sets(use), on="profile")
    key = [*limit.scope, *(("channel",) if limit.other_channel else ()), "zones"]
    keys = who.select(key).unique().with_row_index("key")
    events = _matching(keys, history.filter(_counts(limit)), limit)
    if events.is_empty():
        return pl.DataFrame(schema=_EMPTY)
    closed = _rolling(events, limit) if limit.window_us is not None else _daily(events, limit, use)
    closed = _while_in_force(closed, use).filter((pl.col("end") > first) & (pl.col("end") > pl.col("start")))
    rows = who.join(keys, on=key, nulls_equal=True).select("row", "t", "key").join(closed, on="key")
    return rows.filter(pl.col("end") > pl.col("t")).select(
        "row", "start", "end", pl.lit(use.index, dtype=pl.Int64).alias("rule")
    )


def _zone_sets(use: LimitUse) -> pl.DataFrame:
    """profile, zones: profiles with the same zones share a number."""
    sets = {zones: i for i, zones in enumerate(dict.fromkeys(use.zones))}
    return pl.DataFrame(
        {"profile": use.profiles, "zones": [sets[zones] for zones in use.zones]},
        schema={"profile": pl.Int64, "zones": pl.Int64},
    )


def _counts(limit: Limit) -> pl.Expr:
    counts = pl.col("h_channel").is_in(list(limit.counted))
    if limit.direct_only:
        counts = counts & pl.col("direct")
    return counts if limit.inbound else counts & pl.col("out")


def _matching(keys: pl.DataFrame, history: pl.DataFrame, limit: Limit) -> pl.DataFrame:
    """key, zones, e: the contacts that count for each key. An empty creditor or debt, on either side, matches all."""
    pairs = keys.join(history, on="party")
    for column in limit.scope[1:]:
        own, theirs = pl.col(column), pl.col(f"h_{column}")
        pairs = pairs.filter(own.is_null() | theirs.is_null() | (own == theirs))
    if limit.other_channel:
        pairs = pairs.filter(pl.col("channel") != pl.col("h_channel"))
    return pairs.select("key", "zones", "e")


def _rolling(events: pl.DataFrame, limit: Limit) -> pl.DataFrame:
    """key, start, end for a span of hours."""
    window = limit.window_us or 0
    if limit.other_channel:
        return events.select("key", pl.col("e").alias("start"), (pl.col("e") + window).alias("end"))
    together = _runs(events, limit.max_count).filter(pl.col("last") - pl.col("e") < window)
    return together.select("key", (pl.col("last") - window + 1).alias("start"), (pl.col("e") + window).alias("end"))


def _runs(events: pl.DataFrame, count: int) -> pl.DataFrame:
    """Each run of `count` successive contacts of a key: its first (`e`) and its `last`."""
    if count == 1:
        return events.with_columns(pl.col("e").alias("last"))
    ordered = events.sort("key", "e")
    return ordered.with_columns(pl.col("e").shift(1 - count).over("key").alias("last")).drop_nulls("last")


def _daily(events: pl.DataFrame, limit: Limit, use: LimitUse) -> pl.DataFrame:
    """key, start, end for a local day, in every zone of the key."""
    low, high = events.select(pl.col("e").min().alias("low"), pl.col("e").max().alias("high")).row(0)
    first, last = day_of(int(low)) - 2, day_of(int(high)) + 3
    found = []
    for zone_set, zones in enumerate(dict.fromkeys(use.zones)):
        own = events.filter(pl.col("zones") == zone_set)
        if own.is_empty():
            continue
        runs = _runs(own, limit.max_count)
        for days in _distinct_days(zones, first, last):
            found.append(_same_day(runs, days))
    return pl.concat(found) if found else pl.DataFrame(schema={"key": pl.UInt32, "start": pl.Int64, "end": pl.Int64})


def _distinct_days(zones: Sequence[str], first: int, last: int) -> list[Ints]:
    """The midnights of each zone, once for zones that keep the same time over the period."""
    return list({days.tobytes(): days for days in (midnights(zone, first, last) for zone in zones)}.values())


def _same_day(runs: pl.DataFrame, days: Ints) -> pl.DataFrame:
    begins = np.searchsorted(days, runs["e"].to_numpy(), side="right") - 1
    ends = np.searchsorted(days, runs["last"].to_numpy(), side="right") - 1
    same = begins == ends
    return pl.DataFrame({"key": runs["key"].filter(pl.Series(same)), "start": days[begins[same]],
                         "end": days[begins[same] + 1]})  # fmt: skip


def _while_in_force(closed: pl.DataFrame, use: LimitUse) -> pl.DataFrame:
    """The intervals cut to the days of the rule: before and after them it does not bind."""
    zones = tuple(dict.fromkeys(zone for zone_set in use.zones for zone in zone_set))
    begin, end = in_force(use.rule, zones)
    closed = closed.with_columns(pl.max_horizontal("start", pl.lit(begin, dtype=pl.Int64)).alias("start"))
    if end < NEVER:
        closed = closed.with_columns(pl.min_horizontal("end", pl.lit(end, dtype=pl.Int64)).alias("end"))
    return closed
