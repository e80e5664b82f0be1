"""An agreement (convenio): a debt paid in instalments. Accepted with evidence, judged after cash application."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import attrs

from puntual.core import money
from puntual.core.negotiation.cash import Cash, excused
from puntual.core.negotiation.machine import Machine, table
from puntual.core.negotiation.quote import Debt, Instalment, Quote, Terms, quote

TO_APPROVE, OFFERED, CURRENT, COMPLETED = "to_approve", "offered", "current", "completed"
BROKEN, WITHDRAWN, REFUSED, EXPIRED, REPLANNED = "broken", "withdrawn", "refused", "expired", "replanned"

MACHINE = Machine(
    "el convenio",
    OFFERED,
    table(
        (TO_APPROVE, "approve", OFFERED, "deal_approved"),
        (TO_APPROVE, "reject", REFUSED, "deal_rejected"),
        (TO_APPROVE, "withdraw", WITHDRAWN, "deal_withdrawn"),
        (TO_APPROVE, "expire", EXPIRED, "deal_expired"),
        (OFFERED, "accept", CURRENT, "agreement_accepted"),
        (OFFERED, "decline", REFUSED, "deal_declined"),
        (OFFERED, "expire", EXPIRED, "deal_expired"),
        (OFFERED, "withdraw", WITHDRAWN, "deal_withdrawn"),
        (CURRENT, "complete", COMPLETED, "agreement_completed"),
        (CURRENT, "breach", BROKEN, "agreement_broken"),
        (CURRENT, "replan", REPLANNED, "agreement_replanned"),
        (CURRENT, "withdraw", WITHDRAWN, "deal_withdrawn"),
        (CURRENT, "debt_gone", COMPLETED, "deal_debt_gone"),
        # The bank may bring late what was paid on time, or take back what had completed it.
        (BROKEN, "cured", CURRENT, "agreement_cured"),
        (BROKEN, "complete", COMPLETED, "agreement_completed"),
        (BROKEN, "replan", REPLANNED, "agreement_replanned"),
        (COMPLETED, "reversed", CURRENT, "agreement_payment_reversed"),
    ),
)

PENDING, PARTIAL, PAID, LATE, CANCELLED = "pending", "partial", "paid", "late", "cancelled"


@attrs.frozen
class Agreement:
    """A quote that somebody accepted on a day (creditor's date); `due_items` are what it covers."""

    account: int
    due_items: tuple[int, ...]
    currency: str
    instalments: tuple[Instalment, ...]
    accepted_on: date
    state: str = CURRENT

    @property
    def total_minor(self) -> int:
        return sum(i.amount_minor for i in self.instalments)


@attrs.frozen
class AgreementRules:
    """`max_missed` instalments missed at once break it. Tolerance is per instalment, as for promises."""

    tolerance_minor: int = 0
    tolerance_pct: Decimal = Decimal("1")
    grace_days: int = 3
    max_missed: int = 2


@attrs.frozen
class InstalmentStatus:
    """How one instalment stands: what it got in the order of the plan, and its state."""

    number: int
    due_on: date
    amount_minor: int
    paid_minor: int
    state: str


@attrs.frozen
class AgreementJudgement:
    """The event to apply (None: nothing changes), why, and every instalment's state."""

    event: str | None
    reason: str
    instalments: tuple[InstalmentStatus, ...]
    missed: int


def statuses(agreement: Agreement, paid_minor: int, rules: AgreementRules, as_of: date) -> tuple[InstalmentStatus, ...]:
    """Money fills the instalments in their order; one that lacks no more than the tolerance counts as paid."""
    left, rows = paid_minor, []
    for part in agreement.instalments:
        got = max(min(left, part.amount_minor), 0)
        left -= got
        rows.append(
            InstalmentStatus(
                part.number, part.due_on, part.amount_minor, got, _state(part, got, agreement, rules, as_of)
            )
        )
    return tuple(rows)


def _state(part: Instalment, got: int, agreement: Agreement, rules: AgreementRules, as_of: date) -> str:
    slack = max(rules.tolerance_minor, money.pct_of(part.amount_minor, rules.tolerance_pct))
    if part.amount_minor - got <= slack:
        return PAID
    if agreement.state not in (CURRENT, BROKEN):
        return CANCELLED
    if as_of > part.due_on + timedelta(days=rules.grace_days):
        return LATE
    return PARTIAL if got else PENDING


def judge(agreement: Agreement, cash: Cash, rules: AgreementRules, as_of: date) -> AgreementJudgement:
    """What the books of `as_of` say of the agreement."""
    paid = cash.total(agreement.accepted_on, as_of, as_of)
    rows = statuses(agreement, paid, rules, as_of)
    late = [row for row in rows if row.state == LATE]
    all_paid = all(row.state == PAID for row in rows)
    if agreement.state == COMPLETED and not all_paid and cash.open_minor > 0:
        return AgreementJudgement("reversed", "agreement_payment_reversed", rows, len(late))
    if agreement.state not in (CURRENT, BROKEN):
        return AgreementJudgement(None, "deal_closed", rows, len(late))
    if all_paid:
        return AgreementJudgement("complete", "agreement_completed", rows, 0)
    if agreement.state == BROKEN:
        cured = len(late) < rules.max_missed
        return AgreementJudgement(
            "cured" if cured else None, "agreement_cured" if cured else "deal_closed", rows, len(late)
        )
    if cash.open_minor <= 0:
        return AgreementJudgement("debt_gone", "deal_debt_gone", rows, len(late))
    return _breach(late, rows, cash, rules)


def _breach(
    late: Sequence[InstalmentStatus], rows: tuple[InstalmentStatus, ...], cash: Cash, rules: AgreementRules
) -> AgreementJudgement:
    if len(late) < rules.max_missed:
        reason = "instalment_late" if late else "agreement_current"
        return AgreementJudgement(None, reason, rows, len(late))
    decisive = late[rules.max_missed - 1].due_on + timedelta(days=rules.grace_days)
    missing = sum(row.amount_minor - row.paid_minor for row in late)
    found = excused(cash, decisive, 0, missing)
    if found is not None:
        return AgreementJudgement(None, found.reason, rows, len(late))
    return AgreementJudgement("breach", "agreement_broken", rows, len(late))


def next_due(rows: Sequence[InstalmentStatus]) -> InstalmentStatus | None:
    """The first instalment that is not paid; None when all are."""
    return next((row for row in rows if row.state in (PENDING, PARTIAL, LATE)), None)


def remind_on(rows: Sequence[InstalmentStatus], as_of: date) -> date | None:
    """The day of the only reminder: the day before the next instalment falls due, if that day is not past."""
    upcoming = next((r for r in rows if r.state in (PENDING, PARTIAL) and r.due_on > as_of), None)
    return upcoming.due_on - timedelta(days=1) if upcoming else None


def replan(open_debt: Debt, terms: Terms) -> Quote:
    """A new plan over what is open today: what the old one forgave was never booked, so nothing counts twice."""
    return quote(open_debt, terms)


def autopay_due(rows: Sequence[InstalmentStatus], as_of: date) -> tuple[tuple[int, int], ...]:
    """(number, missing amount) of the instalments a mandate should charge today: due, and not paid by other means."""
    return tuple(
        (row.number, row.amount_minor - row.paid_minor)
        for row in rows
        if row.due_on <= as_of and row.state in (PENDING, PARTIAL, LATE)
    )
