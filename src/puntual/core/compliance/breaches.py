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
    against = after_stop(contacts, consents)
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


def after_stop(contacts: pl.DataFrame, consents: pl.DataFrame) -> pl.DataFrame:
    """Contacts made while the person's last word for that channel was «stop»: only a later act of their own lifts it,
    or that a person of the company found that it was never said (`misread`)."""
    out = contacts.filter(pl.col("direction") == "out").with_row_index("contact")
    stopped = _last_word(out, consents.filter(pl.col("status") == "withdrawn"), "stopped")
    own = (pl.col("status") == "granted") & (pl.col("source") == "person")
    granted = _last_word(out, consents.filter(own | (pl.col("status") == "misread")), "granted")
    judged = out.join(stopped, on="contact").join(granted, on="contact", how="left")
    breach = pl.col("granted").is_null() | (pl.col("granted") <= pl.col("stopped"))
    return judged.filter(breach).select("party", "channel", "at", "stopped").sort("party", "at")


def _last_word(out: pl.DataFrame, acts: pl.DataFrame, name: str) -> pl.DataFrame:
    """contact -> the last of these acts on its channel (or on all) before it."""
    pairs = out.select("contact", "party", "channel", "at").join(acts, on="party", suffix="_act")
    same = (pl.col("channel_act") == "*") | (pl.col("channel_act") == pl.col("channel"))
    return (
        pairs.filter(same & (pl.col("at_act") < pl.col("at")))
        .group_by("contact")
        .agg(pl.col("at_act").max().alias(name))
    )
