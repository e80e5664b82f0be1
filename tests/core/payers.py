"""A portfolio of payers whose behaviour is known, for the tests of prediction. Everything follows from a seed."""

from datetime import date, timedelta

import numpy as np
import polars as pl


def portfolio(accounts=60, each=20, seed=3, last=date(2026, 1, 1)):
    """Payers with their own usual delay (some early, some twenty days late), one invoice about every ten days.

    What would be paid on or after `last` is still open. Issue dates end before `last`.
    """
    random = np.random.default_rng(seed)
    usual = random.choice([-6.0, 0.0, 4.0, 20.0], accounts)
    rows, item = [], 0
    for account in range(accounts):
        issued = last - timedelta(days=int(each * 10 + random.integers(0, 10)))
        for _ in range(each):
            item += 1
            due = issued + timedelta(days=int(random.choice([15, 30])))
            paid = due + timedelta(days=int(round(usual[account] + random.normal(0, 4))))
            paid = max(paid, issued + timedelta(days=1))
            amount = int(random.lognormal(10, 0.6))
            rows.append((item, account, account, 1, issued, due, amount, "MXN", paid if paid < last else None))
            issued += timedelta(days=10)
    columns = ["due_item", "account", "party", "creditor", "issued_on", "due_on", "amount_minor", "currency", "paid_on"]
    ids = dict.fromkeys(("due_item", "account", "party", "creditor", "amount_minor"), pl.Int64)
    return pl.DataFrame(rows, schema=columns, orient="row").cast(ids).filter(pl.col("issued_on") < last)


def paid_on_calendar(history, kind, last=date(2026, 1, 1), seed=1):
    """The same invoices paid on the payer's calendar: the first Friday, or the month's last day, from the due date
    on."""
    random = np.random.default_rng(seed)
    paid = []
    for due in history["due_on"].to_list():
        day = due + timedelta(days=int(random.integers(0, 2)))
        if kind == "friday":
            day += timedelta(days=(4 - day.weekday()) % 7)
        else:
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        paid.append(day if day < last else None)
    return history.with_columns(paid_on=pl.Series(paid, dtype=pl.Date))
