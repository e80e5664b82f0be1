"""Pauses and the desk: what a hold leaves to speak of, and what stops even a call by a person of the team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

#: Situations that stop automation because a person must attend them: a call by a person is exactly that.
FOR_A_PERSON = frozenset({"vulnerable"})
#: A call that the person asked for may be made this long before and after its hour.
AROUND = timedelta(hours=12)


def paused_share(items: pl.DataFrame, holds: pl.DataFrame, day: date) -> pl.DataFrame:
    """Per account: what may be claimed today, how late, and which pause covers it all.

    `items`: due_item, account, party, currency, due_on, open_minor of what is overdue. `holds`: frames.HOLDS. Columns:
    party, account, currency, amount_minor, days_past_due, paused (null when something is left).
    """
    now = holds.filter(pl.col("until").is_null() | (pl.col("until") > day))
    now = now.filter(~pl.col("reason").is_in(list(FOR_A_PERSON)))
    of_item = (
        now.filter(pl.col("due_item").is_not_null())
        .group_by("due_item")
        .agg(
            held=pl.when(pl.col("held_minor").is_null().any()).then(None).otherwise(pl.col("held_minor").max()),
            item_pause=pl.col("reason").first(),
        )
    )
    of_account = now.filter(pl.col("due_item").is_null() & pl.col("account").is_not_null())
    of_party = now.filter(pl.col("due_item").is_null() & pl.col("account").is_null())
    rows = items.join(of_item, on="due_item", how="left")
    held = (
        pl.when(pl.col("item_pause").is_null())
        .then(pl.lit(0, dtype=pl.Int64))
        .otherwise(pl.min_horizontal(pl.col("held").fill_null(pl.col("open_minor")), "open_minor"))
    )
    late = (pl.lit(day) - pl.col("due_on")).dt.total_days().cast(pl.Int32)
    accounts = rows.group_by("party", "account", "currency").agg(
        amount_minor=(pl.col("open_minor") - held).sum(),
        days_past_due=late.max(),
        item_pause=pl.col("item_pause").drop_nulls().first(),
    )
    whole = [
        of_account.group_by("account").agg(account_pause=pl.col("reason").first()),
        of_party.group_by("party").agg(party_pause=pl.col("reason").first()),
    ]
    joined = accounts.join(whole[0], on="account", how="left").join(whole[1], on="party", how="left")
    nothing_left = pl.when(pl.col("amount_minor") <= 0).then("item_pause")
    paused = pl.coalesce("party_pause", "account_pause", nothing_left)
    return joined.with_columns(paused=paused).select(
        "party", "account", "currency", "amount_minor", "days_past_due", "paused"
    )


def stops_call(
    items: Sequence[tuple[int, int]], holds: pl.DataFrame, *, party: int, account: int, day: date, asked: bool
) -> str:
    """Why a person of the team may not call about these (due item, open) now; empty if they may.

    A pause over part of what is owed stops only that part. A call that the person asked for passes a pause of money,
    never one of the person (a lawyer, an insolvency, a death).
    """
    if not items:
        return "no_open_balance"
    ids = [item for item, _ in items]
    mine = holds.filter(
        (pl.col("until").is_null() | (pl.col("until") > day))
        & ~pl.col("reason").is_in(list(FOR_A_PERSON))
        & (
            pl.col("due_item").is_in(ids)
            | (pl.col("due_item").is_null() & (pl.col("account") == account))
            | (pl.col("due_item").is_null() & pl.col("account").is_null() & (pl.col("party") == party))
        )
    )
    whole = mine.filter(pl.col("due_item").is_null())
    person = whole.filter(pl.col("account").is_null())
    if person.height:
        return str(person["reason"][0])
    if asked:
        return ""
    if whole.height:
        return str(whole["reason"][0])
    held = {
        row["due_item"]: row["held_minor"] for row in mine.sort("held_minor", nulls_last=True).iter_rows(named=True)
    }
    left = sum(max(0, open_minor - _held(held, item, open_minor)) for item, open_minor in items)
    return str(mine["reason"][0]) if mine.height and left <= 0 else ""


def _held(held: dict[int, int | None], item: int, open_minor: int) -> int:
    if item not in held:
        return 0
    value = held[item]
    return open_minor if value is None else value


def own_request(at: datetime, now: datetime) -> bool:
    """Whether a call-back noted for `at` is due about now."""
    return abs(now - at) <= AROUND
