"""Cost of prediction: `python tests/benchmarks/bench_scoring.py [closed] [open]`. Prints CPU seconds and peak memory.

40,000 closed invoices must train in under 60 CPU s and 600 MB; a million open items must be scored in under 60 CPU s.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date

import numpy as np
import polars as pl

from puntual.adapters.scorer_lightgbm import LightGBMLearner
from puntual.core.segments.facts import open_on
from puntual.core.segments.score import score
from puntual.core.segments.training import train

TODAY = date(2026, 1, 1)


def book(items: int, accounts: int, still_open: bool, seed: int = 5) -> pl.DataFrame:
    """Invoices of payers with their own delay, over 500 days; or all of them open and issued in the last 60."""
    random = np.random.default_rng(seed)
    account = random.integers(0, accounts, items)
    usual = random.normal(3, 9, accounts)
    age = random.integers(1, 60 if still_open else 500, items)
    term = random.choice([15, 30, 45], items)
    to_pay = np.maximum(term + np.rint(usual[account] + random.normal(0, 6, items)), 1)
    ids = pl.Series(account.astype(np.int64))
    frame = pl.DataFrame({"due_item": np.arange(items, dtype=np.int64), "account": ids, "party": ids})
    day = pl.lit(TODAY) - pl.duration(days=pl.Series(age))
    frame = frame.with_columns(
        creditor=pl.lit(1, dtype=pl.Int64),
        issued_on=day,
        due_on=day + pl.duration(days=pl.Series(term)),
        amount_minor=pl.Series(random.lognormal(11, 1, items).astype(np.int64)),
        currency=pl.lit("MXN"),
        paid_on=day + pl.duration(days=pl.Series(to_pay.astype(np.int64))),
    )
    paid = pl.lit(None, dtype=pl.Date) if still_open else pl.when(pl.col("paid_on") < TODAY).then("paid_on")
    return frame.with_columns(paid_on=paid)


def main(closed: int, open_items: int) -> None:
    history = book(closed, max(closed // 25, 1), still_open=False)
    started = time.process_time()
    trained = train(history, TODAY, LightGBMLearner())
    print(f"entrenar {trained.closed} cerradas: {time.process_time() - started:.1f} s CPU, {_peak()} MB")
    if open_items:
        everything = book(open_items, max(open_items // 4, 1), still_open=True)
        started = time.process_time()
        scores = score(everything, open_on(everything, TODAY), trained)
        print(f"calificar {scores.height} abiertas: {time.process_time() - started:.1f} s CPU, {_peak()} MB")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
