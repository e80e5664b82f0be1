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
    """The same invoices paid on the payer's calendar, from the due date on: the first Friday (`friday`), the month's
    last day (`month_end`), the 15th or the last (`fortnight`), the payer's own run every 45 days (`run_45`); or 45 days
    after the invoice, whatever its term (`after_45`)."""
    random = np.random.default_rng(seed)
    paid = []
    for account, issued, due in history.select("account", "issued_on", "due_on").iter_rows():
        shift = timedelta(days=int(random.integers(0, 2)))
        if kind == "after_45":
            day = issued + timedelta(days=44) + shift
        elif kind == "run_45":
            first = date(2025, 1, 1) + timedelta(days=account % 45)
            day = first + timedelta(days=45 * -(-(due - first).days // 45))
        else:
            day = due + shift
            while not _pays(day, kind):
                day += timedelta(days=1)
        paid.append(day if day < last else None)
    return history.with_columns(paid_on=pl.Series(paid, dtype=pl.Date))


def _pays(day, kind):
    if kind == "friday":
        return day.weekday() == 4
    last_of_month = (day + timedelta(days=1)).day == 1
    return last_of_month or (kind == "fortnight" and day.day == 15)
