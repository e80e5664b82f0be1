"""CPU seconds of `gate` for a million candidates and 400,000 contacts of the last ten days. Run it as a script."""

from __future__ import annotations

import os
import resource
import sys
from datetime import UTC, datetime

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl

from puntual.core import frames
from puntual.core.compliance import GateKnown, GateRules, gate
from puntual.law.loader import load_law

CANDIDATES, PARTIES, CONTACTS, CONSENTS = 1_000_000, 250_000, 400_000, 250_000
AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DAY_US = 86_400_000_000


def _cast(columns: dict[str, object], schema: frames.Schema) -> pl.DataFrame:
    return pl.DataFrame(columns).select(pl.col(name).cast(column.dtype) for name, column in schema.items())


def _pick(draw: np.random.Generator, options: list[str | None], each: np.ndarray) -> pl.Series:
    return pl.Series(options, dtype=pl.String).gather(draw.integers(0, len(options), len(each)))[each]


def candidates(draw: np.random.Generator, countries: list[str]) -> pl.DataFrame:
    """Four candidates a party, over every country, channel and purpose; half of the parties tell their zone."""
    party = np.repeat(np.arange(PARTIES), CANDIDATES // PARTIES)
    every = np.arange(PARTIES)[party]
    frame = pl.DataFrame(
        {
            "candidate": np.arange(CANDIDATES),
            "party": party,
            "creditor": draw.integers(1, 6, CANDIDATES),
            "debt": np.arange(CANDIDATES),
            "country": _pick(draw, countries, every),
            "debtor": _pick(draw, ["consumer", "consumer", "business", "unknown"], every),
        }
    )
    at = AT.timestamp() * 1e6 + draw.integers(0, 8, CANDIDATES) * 900_000_000
    frame = frame.with_columns(
        pl.Series("channel", draw.integers(0, 4, CANDIDATES)).replace_strict(
            {0: "email", 1: "whatsapp", 2: "call", 3: "sms"}
        ),
        pl.when(pl.col("candidate") % 3 == 0)
        .then(pl.lit("reminder_preventive"))
        .otherwise(pl.lit("reminder_overdue"))
        .alias("purpose"),
        pl.Series("at", at.astype(np.int64)).cast(frames.INSTANT),
        pl.lit(None, dtype=pl.String).alias("creditor_country"),
        pl.lit(None, dtype=pl.String).alias("subdivision"),
        pl.when((pl.col("party") % 2 == 0) & (pl.col("country") == "MX"))
        .then(pl.lit(["America/Mexico_City"]))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
        .alias("zones"),
        pl.lit("debtor").alias("recipient"),
    )
    return frames.check_frame(frame, {n: c for n, c in frames.CANDIDATES.items()}, "candidates")


def known(draw: np.random.Generator) -> GateKnown:
    """Contacts of the last ten days and one consent for each party."""
    channels = pl.Series(["email", "whatsapp", "call", "sms"])
    ago = draw.integers(0, 10 * DAY_US, CONTACTS)
    contacts = _cast(
        {
            "party": draw.integers(0, PARTIES, CONTACTS),
            "creditor": draw.integers(1, 6, CONTACTS),
            "debt": draw.integers(0, CANDIDATES, CONTACTS),
            "channel": channels.gather(draw.integers(0, 4, CONTACTS)),
            "at": (AT.timestamp() * 1e6 - ago).astype(np.int64),
            "direction": pl.Series(["out", "in"]).gather((draw.random(CONTACTS) < 0.1).astype(int)),
            "direct_contact": draw.random(CONTACTS) < 0.2,
        },
        frames.CONTACTS,
    )
    consents = _cast(
        {
            "party": np.arange(CONSENTS),
            "channel": pl.Series(["*", "email", "whatsapp"]).gather(draw.integers(0, 3, CONSENTS)),
            "status": pl.Series(["granted", "withdrawn"]).gather((draw.random(CONSENTS) < 0.05).astype(int)),
            "at": (AT.timestamp() * 1e6 - draw.integers(1, 300 * DAY_US, CONSENTS)).astype(np.int64),
            "source": pl.Series(["person"] * CONSENTS),
        },
        frames.CONSENTS,
    )
    return GateKnown(contacts, consents)


def main() -> None:
    """Prints CPU seconds, rows a second, peak memory and the verdicts."""
    draw = np.random.default_rng(7)
    law = load_law()
    wanted, facts = candidates(draw, sorted(law.packs)), known(draw)
    for attempt in ("first", "second"):
        before = resource.getrusage(resource.RUSAGE_SELF)
        gated = gate(wanted, facts, GateRules(law), AT)
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{attempt}: {spent:.2f} CPU s, {CANDIDATES / spent:,.0f} rows/s, peak {after.ru_maxrss / 1024:,.0f} MiB")
    print(gated.group_by("verdict", "reason").len().sort("len", descending=True))
    sys.exit(0 if spent < 5 else 1)


if __name__ == "__main__":
    main()
