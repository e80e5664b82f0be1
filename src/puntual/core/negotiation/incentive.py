"""Incentives: a small help for paying now. Shown wherever we write, booked as own entries, void when broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs

from puntual.core import money
from puntual.core.errors import UnusableInput
from puntual.core.negotiation.cash import Cash, Judgement
from puntual.core.negotiation.machine import Machine, table
from puntual.core.negotiation.quote import Debt, Waived

OFFERED, EARNED, VOID, EXPIRED = "offered", "earned", "void", "expired"
EARLY_DISCOUNT, INTEREST_REDUCTION, SETTLEMENT = "early_discount", "interest_reduction", "settlement"

MACHINE = Machine(
    "el incentivo",
    OFFERED,
    table(
        (OFFERED, "earn", EARNED, "incentive_earned"),
        (OFFERED, "expire", EXPIRED, "incentive_expired"),
        (OFFERED, "void", VOID, "incentive_void"),
        (EARNED, "reversed", VOID, "incentive_void"),
    ),
)


@attrs.frozen
class Incentive:
    """What policy offers through a day: `pct` off the principal (early discount), the charges, or the whole.

    `floor_pct`: at least this share of the debt is always paid.
    """

    kind: str
    pct: Decimal
    through: date
    floor_pct: Decimal = Decimal(0)


@attrs.frozen
class Offer:
    """The incentive on one debt: pay this much through that day, and this is given up."""

    incentive: Incentive
    pay_minor: int
    waived: Waived


def offer(incentive: Incentive, debt: Debt, as_of: date) -> Offer | None:
    """The offer of the day; None when it is over or gives nothing. UnusableInput for a kind or rate that is none."""
    if not 0 < incentive.pct <= 100:
        raise UnusableInput("El porcentaje del incentivo debe ser mayor que 0 y hasta 100.", field="pct")
    if as_of > incentive.through:
        return None
    waived = _waived(incentive, debt)
    if waived.total_minor == 0 or debt.open_minor - waived.total_minor < debt.least(incentive.floor_pct):
        return None
    return Offer(incentive, debt.open_minor - waived.total_minor, waived)


def _waived(incentive: Incentive, debt: Debt) -> Waived:
    pct = incentive.pct
    if incentive.kind == EARLY_DISCOUNT:
        return Waived(money.pct_of(debt.principal_minor, pct), 0, 0)
    if incentive.kind == INTEREST_REDUCTION:
        return Waived(0, money.pct_of(debt.interest_minor, pct), money.pct_of(debt.fee_minor, pct))
    if incentive.kind == SETTLEMENT:
        parts = (debt.principal_minor, debt.interest_minor, debt.fee_minor)
        return Waived(*money.allocate(money.pct_of(debt.open_minor, pct), parts))
    raise UnusableInput(f"«{incentive.kind}» no es un incentivo conocido.", field="kind")


def judge(
    given: Offer, state: str, offered_on: date, cash: Cash, as_of: date, *, bound_broken: bool = False
) -> Judgement:
    """Earned when the offered amount came in on time. `bound_broken`: the promise or deal it hung on was broken."""
    paid = cash.total(offered_on, min(given.incentive.through, as_of), as_of)
    missing = max(given.pay_minor - paid, 0)
    if state == EARNED and missing:
        return Judgement("reversed", "incentive_void", paid, missing)
    if state != OFFERED:
        return Judgement(None, "deal_closed", paid, missing)
    if not missing:
        return Judgement("earn", "incentive_earned", paid, 0)
    if bound_broken:
        return Judgement("void", "incentive_void", paid, missing)
    if as_of <= given.incentive.through:
        return Judgement(None, "incentive_offered", paid, missing)
    if not cash.bank_knows(given.incentive.through):
        return Judgement(None, "stale_bank", paid, missing)
    return Judgement("expire", "incentive_expired", paid, missing)
