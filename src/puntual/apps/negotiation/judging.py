"""The daily judgement: promises and deals against the money applied, after cash application. Private; `write_judge`
runs it.

The bank decides. Where no bank was ever read, what people register by hand is the only news there is, and counts as
paid; but nothing is ever called broken then, because nobody has looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import polars as pl
from django.db.models import Q

from puntual.apps.negotiation import records
from puntual.apps.negotiation.choices import DealKind, DealState, IncentiveState, PromiseState
from puntual.apps.negotiation.models import Deal, GivenIncentive, Promise
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import read_applied
from puntual.apps.receivables import write as books
from puntual.core.ledger.books import Component
from puntual.core.negotiation import agreement, promise, settlement
from puntual.core.negotiation.cash import Cash
from puntual.core.negotiation.rules import NegotiationRules

Judged = Promise | Deal | GivenIncentive
#: A closed promise or deal is looked at again for this long: late news and chargebacks come within it.
LOOK_BACK = timedelta(days=120)


@attrs.frozen
class JudgeRules:
    """The creditor's rules for each kind."""

    promise: promise.PromiseRules = promise.PromiseRules()
    agreement: agreement.AgreementRules = agreement.AgreementRules()
    settlement_grace_days: int = 0

    @classmethod
    def of(cls, rules: NegotiationRules) -> JudgeRules:
        """As the policy has them."""
        return cls(rules.promise, rules.agreement, rules.settlement.grace_days)


@attrs.frozen
class Books:
    """What is read once for many judgements."""

    applied: pl.DataFrame
    open_minor: Mapping[int, int]
    unapplied: Mapping[tuple[int, str], int]
    bank_through: date | None

    def cash(self, row: Judged) -> Cash:
        items = records.due_items_of(row)
        blind = self.bank_through is None
        # Where a bank is read, what only a person has told is still owed until the bank tells it too.
        told = 0 if blind else read_applied.provisional_minor(self.applied, items)
        return Cash(
            read_applied.received(self.applied, items, provisional=blind),
            sum(self.open_minor.get(i, 0) for i in items) + told,
            self.unapplied.get((row.account_id, row.currency), 0),
            self.bank_through,
            0 if isinstance(row, GivenIncentive) else row.before_minor,
        )


def read_books(rows: Sequence[Judged], bank_through: date | None) -> Books:
    """Everything that judging these rows needs, in a few queries however many they are."""
    items = sorted({i for row in rows for i in records.due_items_of(row)})
    accounts = sorted({row.account_id for row in rows})
    balances = [b for found in receivables.open_items_by_account(accounts).values() for b in found]
    unapplied = {key: b.unapplied_minor for key, b in receivables.open_balance(accounts).items()}
    opened = {b.due_item_id: b.open_minor for b in balances}
    return Books(read_applied.applied_frame(items), opened, unapplied, bank_through)


def to_judge(creditor_id: int, as_of: date, accounts: Sequence[int] = ()) -> list[Judged]:
    """Open ones, and those that closed not long ago. `accounts`: only theirs."""
    since = as_of - LOOK_BACK
    mine: dict[str, Any] = {"creditor_id": creditor_id, **({"account_id__in": accounts} if accounts else {})}
    promises = Promise.objects.filter(**mine).filter(
        Q(state=PromiseState.OPEN) | Q(state__in=(PromiseState.KEPT, PromiseState.BROKEN), closed_on__gt=since)
    )
    closed = (DealState.BROKEN, DealState.BREACHED, DealState.COMPLETED, DealState.FULFILLED)
    deals = Deal.objects.filter(accepted_on__isnull=False, **mine).filter(
        Q(state=DealState.CURRENT) | Q(state__in=closed, closed_on__gt=since)
    )
    given = GivenIncentive.objects.filter(**mine).filter(
        Q(state=IncentiveState.OFFERED) | Q(state=IncentiveState.EARNED, closed_on__gt=since)
    )
    # Promises first: an incentive that hangs on one is judged after it.
    return [
        *promises.select_related("account").prefetch_related("covers"),
        *deals.select_related("account").prefetch_related("covers", "instalments"),
        *given.select_related("account", "promise").prefetch_related("covers"),
    ]


def judge_promise(row: Promise, cash: Cash, rules: JudgeRules, as_of: date, at: datetime) -> str | None:
    """The event applied, or None."""
    verdict = promise.judge(records.promise_value(row), cash, rules.promise, as_of)
    if row.state == PromiseState.OPEN and (row.reason, row.paid_minor) != (verdict.reason, verdict.paid_minor):
        row.reason, row.paid_minor = verdict.reason, verdict.paid_minor
        row.save(update_fields=["reason", "paid_minor"])
    if verdict.event:
        figures = {"paid_minor": verdict.paid_minor, "missing_minor": verdict.missing_minor}
        records.advance(row, verdict.event, at=at, on=as_of, figures=figures, paid_minor=verdict.paid_minor)
    return verdict.event


def judge_deal(row: Deal, cash: Cash, rules: JudgeRules, as_of: date, at: datetime) -> str | None:
    if row.kind == DealKind.SETTLEMENT:
        return _judge_settlement(row, cash, rules, as_of, at)
    _book_finance(row, as_of)
    verdict = agreement.judge(records.agreement_value(row), cash, rules.agreement, as_of)
    if row.state == DealState.CURRENT and row.reason != verdict.reason:
        row.reason = verdict.reason
        row.save(update_fields=["reason"])
    if verdict.event:
        records.advance(row, verdict.event, at=at, on=as_of, figures={"missed": verdict.missed})
        _waive(row, verdict.event == "complete", as_of)
    return verdict.event


def _judge_settlement(row: Deal, cash: Cash, rules: JudgeRules, as_of: date, at: datetime) -> str | None:
    own = settlement.SettlementRules(Decimal(0), 0, rules.settlement_grace_days)
    verdict = settlement.judge(records.settlement_value(row), cash, own, as_of)
    if verdict.event:
        figures = {"paid_minor": verdict.paid_minor, "missing_minor": verdict.missing_minor}
        records.advance(row, verdict.event, at=at, on=as_of, figures=figures)
        _waive(row, verdict.event in ("paid", "paid_in_time"), as_of)
    return verdict.event


def _book_finance(row: Deal, as_of: date) -> None:
    """The plan's own interest becomes owed as each instalment falls due, once per instalment."""
    first = records.due_items_of(row)[0]
    due = [i for i in row.instalments.all() if i.finance_minor and i.due_on <= as_of]
    rows = [
        books.Reduction(
            row.account_id, "interest", row.currency, i.due_on, f"deal:{row.pk}:{i.number}", "agreement",
            ((first, Component.INTEREST, i.finance_minor),),
        )
        for i in due
        if row.state == DealState.CURRENT
    ]  # fmt: skip
    if rows:
        books.post_reductions(creditor_id=row.creditor_id, rows=rows)


def _waive(row: Deal, earned: bool, on: date) -> None:
    """What was forgiven is booked when the deal is fulfilled, and undone when the money is taken back."""
    key = f"deal:{row.pk}:{row.steps.count()}"
    if not earned:
        _unwaive(row, on)
        return
    parts = given_up(row)
    if parts:
        rest = books.Reduction(row.account_id, "waiver", row.currency, on, key, row.kind, parts)
        posted = books.post_reductions(creditor_id=row.creditor_id, rows=[rest])
        row.evidence = {**row.evidence, "waiver_event": posted.ids[f"waiver:{key}"]}
        row.save(update_fields=["evidence"])


def given_up(row: Deal | GivenIncentive) -> tuple[tuple[int, Component, int], ...]:
    """Where what is forgiven is taken from: fees, interest, then principal of the covered due items that are open.

    The money may have paid other components than the quote foresaw: what is still open is what is forgiven.
    """
    left = row.waived_fee_minor + row.waived_interest_minor + row.waived_principal_minor
    items = books.open_items_of([row.account_id]).get((row.account_id, row.currency), [])
    mine = [i for i in items if i.due_item in records.due_items_of(row)]
    parts: list[tuple[int, Component, int]] = []
    for component in (Component.FEE, Component.INTEREST, Component.PRINCIPAL):
        for item in mine:
            piece = min(left, item.part(component))
            if piece > 0:
                parts.append((item.due_item, component, piece))
                left -= piece
    return tuple(parts)


def _unwaive(row: Deal, on: date) -> None:
    event = row.evidence.pop("waiver_event", None)
    if event is not None:
        books.reverse(event_id=event, on=on, source=row.kind, note="El pago que ganaba la condonación se devolvió")
        row.save(update_fields=["evidence"])


def chunks(rows: Sequence[Judged], size: int = 500) -> Iterable[Sequence[Judged]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
