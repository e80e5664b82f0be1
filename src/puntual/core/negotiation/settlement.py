"""A settlement (quita): part of the debt paid by a day closes the whole. Never below the floor, void when broken."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import attrs

from puntual.core import money
from puntual.core.errors import Refused
from puntual.core.negotiation.cash import Cash, Judgement, excused
from puntual.core.negotiation.machine import Machine, table
from puntual.core.negotiation.quote import Debt, Waived

TO_APPROVE, OFFERED, CURRENT, FULFILLED = "to_approve", "offered", "current", "fulfilled"
BREACHED, WITHDRAWN, REFUSED, EXPIRED = "breached", "withdrawn", "refused", "expired"

MACHINE = Machine(
    "la quita",
    OFFERED,
    table(
        (TO_APPROVE, "approve", OFFERED, "deal_approved"),
        (TO_APPROVE, "reject", REFUSED, "deal_rejected"),
        (TO_APPROVE, "withdraw", WITHDRAWN, "deal_withdrawn"),
        (TO_APPROVE, "expire", EXPIRED, "deal_expired"),
        (OFFERED, "accept", CURRENT, "settlement_accepted"),
        (OFFERED, "decline", REFUSED, "deal_declined"),
        (OFFERED, "expire", EXPIRED, "deal_expired"),
        (OFFERED, "withdraw", WITHDRAWN, "deal_withdrawn"),
        (CURRENT, "paid", FULFILLED, "settlement_fulfilled"),
        (CURRENT, "missed", BREACHED, "settlement_breached"),
        (CURRENT, "debt_gone", WITHDRAWN, "deal_debt_gone"),
        (CURRENT, "withdraw", WITHDRAWN, "deal_withdrawn"),
        (BREACHED, "paid_in_time", FULFILLED, "settlement_fulfilled"),
        # A chargeback undoes the settlement: what was forgiven is owed again.
        (FULFILLED, "reversed", BREACHED, "settlement_reversed"),
    ),
)


@attrs.frozen
class Settlement:
    """Pay `pay_minor` by `pay_by` and `waived` is forgiven."""

    account: int
    due_items: tuple[int, ...]
    debt: Debt
    pay_minor: int
    pay_by: date
    accepted_on: date
    state: str = CURRENT

    @property
    def forgiven_minor(self) -> int:
        return self.debt.open_minor - self.pay_minor


@attrs.frozen
class SettlementRules:
    """`floor_pct`: the least share of the debt that may close it. No tolerance by default: the discount was it."""

    floor_pct: Decimal
    tolerance_minor: int = 0
    grace_days: int = 0


def check_offer(debt: Debt, pay_minor: int, rules: SettlementRules) -> int:
    """The amount itself, if it may be offered. Refused below the floor, or when it forgives nothing."""
    least = debt.least(rules.floor_pct)
    if pay_minor < least:
        floor = money.Money(least, debt.currency).major()
        raise Refused(f"La quita no puede dejar el pago por debajo de {floor} {debt.currency}.", reason="below_floor")
    if pay_minor >= debt.open_minor:
        raise Refused("Ese importe paga todo: no hay nada que condonar.", reason="nothing_to_waive")
    return pay_minor


def forgiven(debt: Debt, pay_minor: int) -> Waived:
    """What is forgiven, charges before principal: fees first, then interest, then principal."""
    left = debt.open_minor - pay_minor
    fee = min(left, debt.fee_minor)
    interest = min(left - fee, debt.interest_minor)
    return Waived(left - fee - interest, interest, fee)


def judge(settlement: Settlement, cash: Cash, rules: SettlementRules, as_of: date) -> Judgement:
    """What the books of `as_of` say. `paid` is the event that books the waiver; `missed` leaves the whole debt owed."""
    last = settlement.pay_by + timedelta(days=rules.grace_days)
    paid = cash.total(settlement.accepted_on, min(last, as_of), as_of)
    missing = max(settlement.pay_minor - paid, 0)
    whole = missing <= rules.tolerance_minor
    if settlement.state == FULFILLED and not whole:
        return Judgement("reversed", "settlement_reversed", paid, missing)
    if settlement.state == BREACHED and whole:
        return Judgement("paid_in_time", "settlement_fulfilled", paid, missing)
    if settlement.state != CURRENT:
        return Judgement(None, "deal_closed", paid, missing)
    if whole:
        return Judgement("paid", "settlement_fulfilled", paid, missing)
    if cash.open_minor <= 0:
        return Judgement("debt_gone", "deal_debt_gone", paid, missing)
    if as_of <= last:
        return Judgement(None, "settlement_current", paid, missing)
    return excused(cash, last, paid, missing) or Judgement("missed", "settlement_breached", paid, missing)
