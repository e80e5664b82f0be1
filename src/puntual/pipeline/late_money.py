"""Payments told after their day: the interest that the books charged meanwhile is put right before a new one is added.

What the payment's own day and the days before it bore stays. From the next day on, interest is reversed and booked
again on what was really open, and each payment meets the parts of the balance that it would have met. What cannot be
worked out again with the same rates is left as it is, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import attrs
import polars as pl

from puntual.apps.parties.models import Account, Creditor
from puntual.apps.policies import read as policies
from puntual.apps.receivables import read_late, write_late
from puntual.apps.receivables.imputation import order_for, strategies
from puntual.apps.receivables.write_charges import NewCharge
from puntual.core.ledger.accrual import DEBTS, accrue_frame
from puntual.core.ledger.charge_rules import CountryCharges
from puntual.core.ledger.fees import plain
from puntual.core.ledger.late_money import Piece, replay
from puntual.core.ledger.rates import RateTables
from puntual.core.money import Money
from puntual.core.time import Period, local_instant

_DAY = timedelta(days=1)


@attrs.frozen
class Corrected:
    """What a round put right. `left`: accounts whose rates of then are not known now."""

    accounts: int
    left: int


def correct_late(*, creditor: Creditor, law: CountryCharges | None, tables: RateTables) -> Corrected:
    """One round over the accounts of a creditor; again it changes nothing."""
    fixed = left = 0
    for late in read_late.late_accounts(creditor.pk):
        done = _Account(creditor, law, tables, late).correct()
        fixed += done is True
        left += done is None
    return Corrected(fixed, left)


class _Account:
    """One account walked again under the terms of each day."""

    def __init__(
        self, creditor: Creditor, law: CountryCharges | None, tables: RateTables, late: read_late.LateAccount
    ) -> None:
        self.creditor, self.tables, self.late = creditor, tables, late
        self.laws = {creditor.country: law} if law else {}
        self.account = Account.objects.select_related("party").get(pk=late.account)
        self.terms: list[str | None] = []
        self.books = read_late.books_of(late)
        self.dues = {item.due_item: item.due_on for item in self.books.items}
        self.unknown = False

    def correct(self) -> bool | None:
        """Whether anything was put right; None when it cannot be worked out."""
        booked = [attrs.evolve(i.booked, terms=self._terms_on(i.booked.last)) for i in self.books.interest]
        paid = [a.paid for a in self.books.applications]
        order = order_for(self.creditor.country, self.account.party.debtor)
        told = strategies(self.creditor.pk, (p.on for p in paid))
        found = replay(self.books.items, booked, paid, self._minor, order, told.__getitem__)
        was = write_late.totals(self.books.interest)
        now: dict[int, int] = dict.fromkeys(was, 0)
        for piece in found.pieces:
            now[piece.due_item] += piece.interest_minor
        if self.unknown or any(now[item] > was[item] for item in was):
            return None
        wrong = [i for i in self.books.interest if now[i.booked.due_item] < was[i.booked.due_item]]
        items = {i.booked.due_item for i in wrong}
        moved = [(a, found.applied[a.paid.event]) for a in self.books.applications]
        moved = [(a, applied) for a, applied in moved if write_late.differs(a, applied)]
        if not wrong and not moved:
            return False
        last = max((i.event for i in wrong), default=0)
        right = [self._charge(piece, last) for piece in found.pieces if piece.due_item in items]
        write_late.correct(creditor_id=self.creditor.pk, late=self.late, wrong=wrong, right=right, moved=moved)
        return True

    def _terms_on(self, day: date) -> int:
        """The number of the rate that was agreed that day."""
        bound = policies.in_force(self.creditor.pk, _night(day, self.creditor.zone))
        own = bound.get(self.account.policy_id) or bound.get(None)
        agreed = own.policy.late_interest_pct if own else None
        if agreed not in self.terms:
            self.terms.append(agreed)
        return self.terms.index(agreed)

    def _minor(self, item: int, terms: int, capital: int, first: date, last: date) -> int:
        row = self._accrued(item, terms, capital, first, last)
        self.unknown = self.unknown or row["alert"] is not None
        return int(str(row["interest_minor"]))

    def _accrued(self, item: int, terms: int, capital: int, first: date, last: date) -> Mapping[str, object]:
        debtor = self.account.party.debtor
        row = {
            "due_item": item, "country": self.creditor.country, "currency": self.late.currency,
            "debtor": "business" if debtor in ("business", "financial") else "consumer", "due_on": self.dues[item],
            "principal_minor": capital, "disputed_minor": 0, "agreed_pct": self.terms[terms],
        }  # fmt: skip
        frame = pl.DataFrame([row], schema={n: pl.String if n == "agreed_pct" else c.dtype for n, c in DEBTS.items()})
        typed = frame.with_columns(pl.col("agreed_pct").str.to_decimal(scale=6).cast(DEBTS["agreed_pct"].dtype))
        return accrue_frame(typed, self.laws, self.tables, Period(first, last + _DAY)).row(0, named=True)

    def _charge(self, piece: Piece, corrected: int) -> NewCharge:
        """The piece as a charge of its own; its key names the last entry that it corrects."""
        row = self._accrued(piece.due_item, piece.terms, piece.capital_minor, piece.first, piece.last)
        capital = f"{plain(Money(piece.capital_minor, self.late.currency).major())} {self.late.currency}"
        return NewCharge(
            self.late.account, piece.due_item, "late_interest", self.late.currency, f"{row['key']}:tras{corrected}",
            piece.first, piece.last, piece.capital_minor, piece.interest_minor, row["legal_maximum_minor"],  # type: ignore[arg-type]
            str(row["formula"]).replace("§", capital), str(row["rule"]), str(row["cite"]),
        )  # fmt: skip


def _night(day: date, zone: str) -> datetime:
    """The last instant of a local day: the night that charged it saw the policy of then."""
    return local_instant(day + _DAY, time(0), zone) - timedelta(microseconds=1)
