"""What each person has authorised or asked to stop, as it was known at the instant of each candidate."""

from __future__ import annotations

import numpy as np
import polars as pl

from puntual.core.compliance.hours import Mask
from puntual.core.compliance.rulebook import CONTACT_CHANNELS

#: A recorded voice call is a call: what is said about calls holds for it too.
_CODES = {channel: code for code, channel in enumerate(CONTACT_CHANNELS)}
_VOICE, _CALL = _CODES["voice"], _CODES["call"]


def state(candidates: pl.DataFrame, consents: pl.DataFrame) -> tuple[Mask, Mask]:
    """(opted out, authorised) for each candidate, in its order.

    A withdrawal, of the channel or of all (`*`), holds until the person's own later act (source `person`) grants again;
    a grant that anybody else brings never lifts it. Without a withdrawal, any grant of the channel or of all authorises.
    """
    count = candidates.height
    if consents.is_empty() or not count:
        return np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    events = _running(consents.join(candidates.select("party").unique(), on="party", how="semi"))
    asked = candidates.select(_key(pl.col("party"), pl.col("channel")), "at").with_row_index("row").sort("at")
    found = asked.join_asof(events, on="at", by="key", strategy="backward", check_sortedness=False).sort("row")
    opted = found["opted"].fill_null(False).to_numpy()
    granted = found["granted"].fill_null(False).to_numpy()
    return opted, granted & ~opted


def _key(party: pl.Expr, channel: pl.Expr) -> pl.Expr:
    code = channel.replace_strict(_CODES, default=15, return_dtype=pl.Int64)
    return (party * 16 + code).alias("key")


def _running(consents: pl.DataFrame) -> pl.DataFrame:
    """key, at, opted, granted after each event, with `*` spread over every channel and calls over voice too."""
    spread = pl.DataFrame(
        [(name, code) for name, code in _CODES.items()]
        + [("*", code) for code in _CODES.values()]
        + [("call", _VOICE), ("voice", _CALL)],
        schema={"channel": pl.String, "code": pl.Int64},
        orient="row",
    )
    own = pl.col("source").eq_missing(pl.lit("person"))
    withdrawn, granted = pl.col("status") == "withdrawn", pl.col("status") == "granted"
    at = pl.col("at")
    return (
        consents.join(spread, on="channel")
        .select(
            (pl.col("party") * 16 + pl.col("code")).alias("key"),
            "at",
            pl.when(withdrawn).then(at).alias("stop"),
            pl.when(granted & own).then(at).alias("again"),
            pl.when(granted).then(at).alias("grant"),
        )
        .group_by("key", "at")
        .agg(pl.col("stop", "again", "grant").max())
        .sort("key", "at")
        .with_columns(pl.col("stop", "again", "grant").cum_max().forward_fill().over("key"))
        .select(
            "key",
            "at",
            (pl.col("stop").is_not_null() & ~(pl.col("again") > pl.col("stop")).fill_null(False)).alias("opted"),
            pl.col("grant").is_not_null().alias("granted"),
        )
        .sort("at")
    )
