"""Which channel first, for one message, and why: a table of questions asked in order.

1. lawful      what the norm refuses is no option at all (the gate says it, not this table)
2. preferred   the person asked for it
3. delivers    its last messages to this person arrived; what came back goes last, but still goes when nothing else is
4. answers     where the company lets it be learnt: what this person answered before (`learnt`, in the daily run)
5. policy      the company's own order
6. cost        the cheaper of two that are alike in all of that
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import polars as pl

from puntual.core.frames import Column, Schema

#: Channels by which the last message of a person did not arrive and none did since.
UNDELIVERED: Schema = {
    "party": Column(pl.Int64, "persona"),
    "channel": Column(pl.String, "canal por el que no le llegó lo último"),
}
#: Beyond any place of a policy, and before nothing at all.
LAST = 100


@attrs.frozen
class Way:
    """One channel for one message. `place` in the company's order; `cost_milli` None: nobody told a price, which is
    not the same as free. `answers`: how likely the person answers by it, where that was learnt."""

    channel: str
    place: int
    preferred: bool = False
    delivers: bool = True
    answers: float | None = None
    cost_milli: int | None = None


def why(ways: Sequence[Way]) -> list[tuple[str, str]]:
    """(channel, code of the reason for its place) in the order in which they are tried: what decided against the next
    one; for the last, why it is last or that there is no other."""
    rows = sorted(ways, key=_key)
    codes = [_decided(one, after) for one, after in zip(rows, rows[1:])]
    if rows:
        codes.append("channel_undelivered" if not rows[-1].delivers else "channel_last" if codes else "channel_only")
    return [(row.channel, code) for row, code in zip(rows, codes)]


def _key(way: Way) -> tuple[bool, bool, float, int, int]:
    cost = way.cost_milli if way.cost_milli is not None else 2**62
    return not way.preferred, not way.delivers, -(way.answers or 0.0), way.place, cost


#: What tells two ways apart, in the order of the questions, and how it reads.
_QUESTIONS = ("channel_preferred", "channel_delivers", "channel_answers", "channel_policy", "channel_cheaper")


def _decided(one: Way, after: Way) -> str:
    pairs = zip(_QUESTIONS, _key(one), _key(after))
    return next((code for code, a, b in pairs if a != b), "channel_policy")


def undelivered_last(rows: pl.DataFrame, undelivered: pl.DataFrame | None) -> pl.DataFrame:
    """Candidates with `order` raised by LAST where the last message of that person by that channel did not arrive; what
    the person asked for (a negative order) stands."""
    if undelivered is None or undelivered.is_empty():
        return rows
    bad = undelivered.select("party", "channel").unique().with_columns(_bad=pl.lit(True))
    joined = rows.join(bad, on=["party", "channel"], how="left", maintain_order="left")
    late = pl.col("_bad").fill_null(False) & (pl.col("order") >= 0)
    return joined.with_columns(
        order=pl.when(late).then(pl.col("order") + LAST).otherwise("order").cast(rows.schema["order"])
    ).drop("_bad")
