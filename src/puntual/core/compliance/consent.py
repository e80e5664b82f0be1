"""What each person has authorised or asked to stop, as it was known at the instant of each candidate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from puntual.core.compliance.hours import Ints, Mask
from puntual.core.compliance.rulebook import CONTACT_CHANNELS

#: A recorded voice call is a call: what is said about calls holds for it too.
_CODES = {channel: code for code, channel in enumerate(CONTACT_CHANNELS)}


def state(candidates: pl.DataFrame, consents: pl.DataFrame) -> tuple[Mask, Mask]:
    """(opted out, authorised) for each candidate, in its order.

    A withdrawal, of the channel or of all (`*`), holds until the person's own later act (source `person`) grants it
    again; a grant that anybody else brings never lifts it. Without a withdrawal, any grant of the channel or of all
    authorises. `misread` (a person of the company found that it was never asked) lifts it and authorises nothing. Only
    what was known at the candidate's instant counts.
    """
    count = candidates.height
    if consents.is_empty() or not count:
        return np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    events = _running(consents, candidates["channel"].unique().to_list())
    asked = candidates.select(_key(pl.col("party"), pl.col("channel")), "at").with_row_index("row").sort("at")
    found = asked.join_asof(events, on="at", by="key", strategy="backward", check_sortedness=False).sort("row")
    opted = found["opted"].fill_null(False).to_numpy()
    granted = found["granted"].fill_null(False).to_numpy()
    return opted, granted & ~opted


def _key(party: pl.Expr, channel: pl.Expr) -> pl.Expr:
    code = channel.replace_strict(_CODES, default=15, return_dtype=pl.Int64)
    return (party * 16 + code).alias("key")


def _running(consents: pl.DataFrame, channels: Sequence[str]) -> pl.DataFrame:
    """key, at, opted, granted after each event of those channels, in order of instant."""
    spread = _spread(channels)
    own, granted = pl.col("source").eq_missing(pl.lit("person")), pl.col("status") == "granted"
    misread = pl.col("status") == "misread"
    events = (
        consents.join(spread, on="channel")
        .select(
            (pl.col("party") * 16 + pl.col("code")).alias("key"),
            "at",
            (pl.col("status") == "withdrawn").alias("stop"),
            ((granted & own) | misread).alias("again"),
            granted.alias("grant"),
        )
        .sort("key", "at")
    )
    key, stop, again, grant = (events[name].to_numpy() for name in ("key", "stop", "again", "grant"))
    opted, allowed = _fold(key, stop, again, grant, _moments(events))
    return events.select("key", "at", pl.Series("opted", opted), pl.Series("granted", allowed)).sort(
        "at", maintain_order=True
    )


def _spread(channels: Sequence[str]) -> pl.DataFrame:
    """Which channels a consent speaks of: its own, all for `*`, and voice with call."""
    codes = {name: _CODES[name] for name in channels if name in _CODES}
    twins = [(a, _CODES[b]) for a, b in (("call", "voice"), ("voice", "call")) if b in codes]
    rows = [*codes.items(), *(("*", code) for code in codes.values()), *twins]
    return pl.DataFrame(rows, schema={"channel": pl.String, "code": pl.Int64}, orient="row")


def _moments(events: pl.DataFrame) -> Ints:
    """A number for each distinct (key, at), rising: what is said at one instant is neither earlier nor later."""
    key, at = events["key"].to_numpy(), events["at"].to_physical().to_numpy()
    fresh = np.append(True, (key[1:] != key[:-1]) | (at[1:] != at[:-1]))[: len(key)]
    return np.cumsum(fresh) - 1


def _fold(key: Ints, stop: Mask, again: Mask, grant: Mask, moment: Ints) -> tuple[Mask, Mask]:
    """(opted out, authorised) after each event of its key, by the last moment of each kind so far."""
    if not len(key):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    begins = np.append(True, key[1:] != key[:-1])
    first = np.maximum.accumulate(np.where(begins, moment, 0))
    stopped, renewed, given = (np.maximum.accumulate(np.where(what, moment, -1)) for what in (stop, again, grant))
    opted: Mask = (stopped >= first) & (renewed <= stopped)
    return opted, given >= first
