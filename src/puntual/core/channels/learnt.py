"""Which of a step's channels, and which hour of the day, where the policy lets the run learn them.

Options are what the policy names and the gate allows that very day; among them one is picked with a chance that is
kept beside the decision, so that the product's own records can answer what another choice would have brought. People
who said how they want to be written to are not experimented with: their channel and their hours stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import polars as pl

from puntual.core.channels.choice import BY_HAND
from puntual.core.policy.due import PolicyInForce
from puntual.core.segments.contactability import DAYPARTS, of_options, pick
from puntual.core.time import local_instant, zone

#: The hour that stands for each part of the day, besides the policy's own hour for its own part.
HOURS: Mapping[str, int] = {"morning": 10, "afternoon": 15, "evening": 18}
#: How an option is written in the record: «email:morning».
OPTION = "{}:{}"
#: What `chosen` needs to know of a candidate.
LOOKED_AT = ("account", "party", "channel", "order", "hour", "at", "zone", "policy_version")


def part_of(hour: int) -> str:
    """The part of the day of a local hour.

    >>> part_of(11), part_of(12), part_of(17)
    ('morning', 'afternoon', 'evening')
    """
    return next(name for name, (_, end) in DAYPARTS.items() if hour < end)


def with_hours(rows: pl.DataFrame, policies: Mapping[int | None, PolicyInForce]) -> pl.DataFrame:
    """The candidates (policy_version, channel, hour_from, hour_to) with `hour`: empty for the policy's own; where the
    policy learns the hour, once more for each other part of the day that the person's own wish leaves open."""
    learning = [p for p in policies.values() if p.policy.learning.hour]
    plain = rows.with_columns(hour=pl.lit(None, dtype=pl.Int32))
    if not learning:
        return plain
    table = pl.DataFrame(
        [
            (p.version, hour)
            for p in learning
            for part, hour in HOURS.items()
            if part != part_of(p.policy.hour.hour)
        ],
        schema={"policy_version": pl.Int64, "hour": pl.Int32}, orient="row",
    ).unique()  # fmt: skip
    more = rows.filter(~pl.col("channel").is_in(BY_HAND)).join(table, on="policy_version", how="inner")
    open_hours = (pl.col("hour") >= pl.col("hour_from")) & (pl.col("hour") < pl.col("hour_to"))
    return pl.concat([plain, more.filter(open_hours).select(plain.columns)])


def instant(day: date, hour: int, zone_name: str, now: datetime) -> datetime | None:
    """That hour of the day in that zone; None if it is over."""
    found = local_instant(day, time(hour), zone_name)
    return found if found > now else None


def chosen(
    lawful: pl.DataFrame, known: pl.DataFrame | None, policies: Mapping[int | None, PolicyInForce], salt: str
) -> pl.DataFrame | None:
    """The option picked for each account whose policy learns: its row of `lawful` with `propensity` and `offered`.

    `lawful`: the candidates that the gate allows this day, with account, party, channel, order, hour, at, zone and
    policy_version. None when nothing is learnt. An account whose policy alone would have a person do it, or would do
    nothing today, is left to the policy. The first of `offered` is what the policy alone would do.
    """
    rules = {p.version: p.policy.learning for p in policies.values() if p.policy.learning.chooses}
    if known is None or not rules:
        return None
    version = pl.col("policy_version")
    options = _options(lawful.filter(version.is_in(list(rules))), {v for v, r in rules.items() if r.channel})
    if not options.height:
        return None
    rated = of_options(known, options)
    parts = [
        pick(rated.filter(version == v), by="account", explore=rule.explore, salt=f"{salt}:{v}")
        for v, rule in rules.items()
    ]
    return pl.concat([part for part in parts if part.height])


def _options(lawful: pl.DataFrame, free: set[int]) -> pl.DataFrame:
    """What may be picked, the policy's own choice first: by machine, with the same wish, one a channel and part of
    day. Channels other than the policy's choice only for the versions in `free`."""
    ordered = _with_daypart(lawful).sort("account", "order", "at")
    first = ordered.filter(pl.col("hour").is_null()).unique("account", keep="first", maintain_order=True)
    lead = first.select("account", lead="channel", wished=pl.col("order") < 0)
    joined = ordered.join(lead, on="account", how="inner", maintain_order="left")
    same = pl.col("channel") == pl.col("lead")
    may = same | (pl.col("policy_version").is_in(list(free)) & ~pl.col("wished") & ~pl.col("channel").is_in(BY_HAND))
    other = (~same) | pl.col("hour").is_not_null()
    options = (
        joined.filter(may & ~pl.col("lead").is_in(BY_HAND))
        .sort("account", other, "order", "at")
        .unique(["account", "channel", "daypart"], keep="first", maintain_order=True)
    )
    written = pl.format(OPTION, "channel", "daypart").str.join(" ").over("account")
    return options.with_columns(offered=written).drop("lead", "wished")


def _with_daypart(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `daypart`: the part of the person's own day in which the candidate would leave."""
    known = rows.select("zone", "at").unique()
    table: list[tuple[Any, ...]] = [(z, at, part_of(at.astimezone(zone(z)).hour)) for z, at in known.iter_rows()]
    schema: dict[str, Any] = {"zone": pl.String, "at": rows.schema["at"], "daypart": pl.String}
    return rows.join(pl.DataFrame(table, schema=schema, orient="row"), on=["zone", "at"], how="left")
