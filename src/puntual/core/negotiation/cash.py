"""What the bank says about the due items that a promise, an agreement or a settlement covers, at one moment.

Everything is judged after cash application: an agent's word and a customer's slip do not count, the bank's line does.
"""

from __future__ import annotations

from datetime import date

import attrs


@attrs.frozen
class Received:
    """Money applied to the covered due items. `undone_on`: the day it was taken back (chargeback, bounced cheque)."""

    on: date
    amount_minor: int
    undone_on: date | None = None


@attrs.frozen
class Cash:
    """The facts a judgement needs.

    `open_minor`: what is still open on the covered due items. `unapplied_minor`: money of the account that nobody has
    applied yet. `bank_through`: the last day whose bank movements are all in; None when no bank was ever read.
    `before_minor`: what had come in on the very day of the promise or deal before it was made; the books keep days, and
    that money is of the debt that was left behind.
    """

    received: tuple[Received, ...] = ()
    open_minor: int = 0
    unapplied_minor: int = 0
    bank_through: date | None = None
    before_minor: int = 0

    def total(self, since: date, through: date, as_of: date) -> int:
        """What came in on the days since..through, both counted, after the promise or deal of the day `since` was made,
        and had not been taken back by `as_of`."""
        standing = [
            r for r in self.received if since <= r.on <= through and (r.undone_on is None or r.undone_on > as_of)
        ]
        first = sum(r.amount_minor for r in standing if r.on == since)
        return max(first - self.before_minor, 0) + sum(r.amount_minor for r in standing if r.on > since)

    def bank_knows(self, day: date) -> bool:
        """Whether the bank's movements of that day are all in."""
        return self.bank_through is not None and self.bank_through >= day


def excused(cash: Cash, last: date, paid: int, missing: int, slack: int = 0) -> Judgement | None:
    """Why what was not paid by `last` is not called broken yet: the bank has not told, or money of the account waits to
    be applied. None: nothing excuses it.
    """
    if not cash.bank_knows(last):
        return Judgement(None, "stale_bank", paid, missing)
    if cash.unapplied_minor + slack >= missing:
        return Judgement(None, "covered_by_unapplied", paid, missing)
    return None


@attrs.frozen
class Judgement:
    """What a day's judgement says: the event to apply (None: nothing changes), why, and the figures behind it."""

    event: str | None
    reason: str
    paid_minor: int = 0
    missing_minor: int = 0
