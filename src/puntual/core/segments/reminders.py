"""What payments followed contacts: the day of the first contact about an item, and how often a payment came soon
after one."""

from __future__ import annotations

import polars as pl

#: A payment so many days after a contact is counted as one that followed it.
SOON_DAYS = 5


def with_first_contact(facts: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """The facts with `contacted_on`: the first day, after its issue, on which the account was written to or called.

    `contacts`: account and on (local date) of what was said to each account; every message covers all that is open.
    """
    days = contacts.select("account", contacted_on="on").drop_nulls().unique().sort("contacted_on")
    numbered = facts.drop("contacted_on", strict=False).with_row_index("_row").sort("issued_on")
    joined = numbered.join_asof(
        days, left_on="issued_on", right_on="contacted_on", by="account", strategy="forward",
        allow_exact_matches=False, check_sortedness=False, coalesce=False,
    )  # fmt: skip
    before_paid = pl.col("paid_on").is_null() | (pl.col("contacted_on") <= pl.col("paid_on"))
    return joined.with_columns(contacted_on=pl.when(before_paid).then("contacted_on")).sort("_row").drop("_row")


def pays_after(facts: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """account and pays_after_reminder: the share of days with a contact after which a payment came within SOON_DAYS.

    Only accounts with at least three such days, so that one coincidence is no habit.
    """
    said = contacts.select("account", "on").drop_nulls().unique().sort("on")
    paid = facts.filter(pl.col("paid_on").is_not_null()).select("account", "paid_on").unique().sort("paid_on")
    joined = said.join_asof(
        paid, left_on="on", right_on="paid_on", by="account", strategy="forward", check_sortedness=False,
        coalesce=False,
    )  # fmt: skip
    soon = ((pl.col("paid_on") - pl.col("on")).dt.total_days() <= SOON_DAYS).fill_null(False)
    shares = joined.group_by("account").agg(pays_after_reminder=soon.cast(pl.Float64).mean(), days=pl.len())
    return shares.filter(pl.col("days") >= 3).select("account", "pays_after_reminder")
