"""Payers with habits of their own, as facts, for the benchmarks of learning and scoring. All from a seed."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

SEED = 5
HISTORY_DAYS, OPEN_DAYS = 500, 60


def facts(items: int, accounts: int, today: date, *, still_open: bool) -> pl.DataFrame:
    """FACTS: invoices of the last HISTORY_DAYS with their payments; or all of them open, of the last OPEN_DAYS."""
    random = np.random.default_rng(SEED)
    account = random.integers(1, accounts + 1, items)
    usual = random.normal(3, 9, accounts + 1)
    age = random.integers(1, OPEN_DAYS if still_open else HISTORY_DAYS, items)
    term = random.choice([15, 30, 45], items)
    to_pay = np.maximum(term + np.rint(usual[account] + random.normal(0, 6, items)), 1)
    day = pl.lit(today) - pl.duration(days=pl.Series(age))
    frame = pl.DataFrame({"due_item": np.arange(1, items + 1, dtype=np.int64), "account": account.astype(np.int64)})
    dated = frame.with_columns(
        party=pl.col("account"), creditor=pl.lit(1, dtype=pl.Int64), issued_on=day,
        due_on=day + pl.duration(days=pl.Series(term)),
        amount_minor=pl.Series(random.lognormal(11, 1, items).astype(np.int64)), currency=pl.lit("MXN"),
        paid_on=day + pl.duration(days=pl.Series(to_pay.astype(np.int64))),
    )  # fmt: skip
    paid = pl.lit(None, dtype=pl.Date) if still_open else pl.when(pl.col("paid_on") < today).then("paid_on")
    return dated.with_columns(paid_on=paid)
