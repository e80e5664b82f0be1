"""What must always be true of the contacts that left: one never goes twice, nobody was written to after saying no."""

from __future__ import annotations

import polars as pl

from puntual.core.ledger.invariants import SHOWN, Finding


def judge(outbox: pl.DataFrame, contacts: pl.DataFrame, consents: pl.DataFrame) -> list[Finding]:
    """Findings over the outbox (outbox, account, state, day, channel, at, party), contacts and consents."""
    left = outbox.filter(pl.col("state").is_in(["sent", "opened", "unknown"]))
    twice = (
        left.filter(pl.col("channel") != "task")
        .group_by("account", "day")
        .agg(times=pl.len(), outbox=pl.col("outbox").first())
        .filter(pl.col("times") > 1)
        .sort("account")
    )
    stops = consents.filter(pl.col("status") == "withdrawn").select("party", "channel", stopped="at")
    grants = consents.filter((pl.col("status") == "granted") & (pl.col("source") == "person"))
    against = (
        contacts.filter(pl.col("direction") == "out")
        .join(stops, on="party", suffix="_stop")
        .filter(
            (pl.col("at") > pl.col("stopped"))
            & ((pl.col("channel_stop") == "*") | (pl.col("channel_stop") == pl.col("channel")))
        )
        .join(grants.select("party", granted="at"), on="party", how="left")
        .filter(
            pl.col("granted").is_null() | (pl.col("granted") < pl.col("stopped")) | (pl.col("granted") > pl.col("at"))
        )
        .select("party", "channel", "at", "stopped")
        .unique()
        .sort("party", "at")
    )
    slotless = left.filter(pl.col("channel") != "task").join(
        contacts.filter(pl.col("outbox").is_not_null()).select("outbox"), on="outbox", how="anti"
    )
    return [
        _finding("one_message_a_day", "A nadie le salió más de un mensaje por cuenta y día.", twice),
        _finding("no_contact_after_stop", "Nadie fue contactado después de pedir que no se le escribiera.", against),
        _finding(
            "sent_is_counted", "Todo mensaje que salió cuenta en los límites de contacto.", slotless.select("outbox")
        ),
    ]


def _finding(name: str, sentence: str, rows: pl.DataFrame) -> Finding:
    return Finding(name, sentence, tuple(rows.head(SHOWN).to_dicts()))
