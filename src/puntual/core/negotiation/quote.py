"""Quotes of instalment plans: what is owed, what is forgiven, and instalments that add up to the cent."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import attrs

from puntual.core import money
from puntual.core.errors import UnusableInput

EVERY_DAYS = {"week": 7, "fortnight": 14}
PERIODS_A_YEAR = {"week": 52, "fortnight": 26, "month": 12}


@attrs.frozen
class Debt:
    """What a deal covers: open amounts by component, of one currency."""

    principal_minor: int
    interest_minor: int
    fee_minor: int
    currency: str

    @property
    def open_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fee_minor

    def least(self, floor_pct: Decimal) -> int:
        """The least amount that is at least that percent of the debt: rounded up to the minor unit."""
        return -(-money.scale_pct(floor_pct) * self.open_minor // (100 * money.PCT_SCALE))


@attrs.frozen
class Terms:
    """The shape of a plan. Percentages: down payment of what is to be paid, waivers of each component, rate a year."""

    instalments: int
    every: str
    first_on: date
    down_payment_pct: Decimal = Decimal(0)
    waive_interest_pct: Decimal = Decimal(0)
    waive_fee_pct: Decimal = Decimal(0)
    waive_principal_pct: Decimal = Decimal(0)
    plan_rate_pct: Decimal = Decimal(0)


@attrs.frozen
class Instalment:
    """One payment of the plan: `debt_minor` pays what was owed, `finance_minor` is the plan's own interest."""

    number: int
    due_on: date
    debt_minor: int
    finance_minor: int

    @property
    def amount_minor(self) -> int:
        return self.debt_minor + self.finance_minor


@attrs.frozen
class Waived:
    """What is forgiven, by component."""

    principal_minor: int
    interest_minor: int
    fee_minor: int

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fee_minor


@attrs.frozen
class Quote:
    """The whole offer. Always: open = waived + sum of the instalments' debt."""

    debt: Debt
    waived: Waived
    instalments: tuple[Instalment, ...]

    @property
    def to_pay_minor(self) -> int:
        return sum(i.amount_minor for i in self.instalments)

    @property
    def last_on(self) -> date:
        return self.instalments[-1].due_on

    def waiver_pct(self) -> Decimal:
        """The share of the debt that is forgiven, in percent, rounded up so that no limit is slipped under."""
        hundredths = -(-self.waived.total_minor * 10_000 // self.debt.open_minor)
        return Decimal(hundredths) / 100


def quote(debt: Debt, terms: Terms) -> Quote:
    """The plan of those terms over that debt. UnusableInput if the terms make no plan."""
    _check(debt, terms)
    waived = Waived(
        money.pct_of(debt.principal_minor, terms.waive_principal_pct),
        money.pct_of(debt.interest_minor, terms.waive_interest_pct),
        money.pct_of(debt.fee_minor, terms.waive_fee_pct),
    )
    owed = debt.open_minor - waived.total_minor
    parts = _parts(owed, terms)
    instalments, left = [], owed
    for number, (due_on, part) in enumerate(zip(_dates(terms), parts), start=1):
        # The first payment comes before any time has passed on the plan, so it carries no financing.
        finance = 0 if number == 1 else _period_interest(left, terms)
        instalments.append(Instalment(number, due_on, part, finance))
        left -= part
    return Quote(debt, waived, tuple(instalments))


def _check(debt: Debt, terms: Terms) -> None:
    if terms.instalments < 1:
        raise UnusableInput("Un plan tiene al menos un pago.", field="instalments")
    if terms.every not in PERIODS_A_YEAR:
        raise UnusableInput(f"«{terms.every}» no es un plazo: use week, fortnight o month.", field="every")
    for field in ("down_payment_pct", "waive_interest_pct", "waive_fee_pct", "waive_principal_pct"):
        if not 0 <= getattr(terms, field) <= 100:
            raise UnusableInput(f"{field} debe estar entre 0 y 100.", field=field)
    if terms.plan_rate_pct < 0:
        raise UnusableInput("La tasa del plan no puede ser negativa.", field="plan_rate_pct")
    if debt.open_minor <= 0:
        raise UnusableInput("No hay saldo que repartir en pagos.")
    if min(debt.principal_minor, debt.interest_minor, debt.fee_minor) < 0:
        raise UnusableInput("El saldo tiene una parte negativa: aplique antes el saldo a favor.")


def _parts(owed_minor: int, terms: Terms) -> list[int]:
    if terms.instalments == 1 or terms.down_payment_pct == 0:
        return money.allocate(owed_minor, [1] * terms.instalments)
    down = money.pct_of(owed_minor, terms.down_payment_pct)
    return [down, *money.allocate(owed_minor - down, [1] * (terms.instalments - 1))]


def _dates(terms: Terms) -> list[date]:
    if terms.every == "month":
        return [add_months(terms.first_on, i) for i in range(terms.instalments)]
    return [terms.first_on + timedelta(days=EVERY_DAYS[terms.every] * i) for i in range(terms.instalments)]


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day when the month is shorter (31 January + 1 = 28 February)."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _period_interest(left_minor: int, terms: Terms) -> int:
    """Simple interest of one period on what is left: rate / periods a year, rounded once, half-up."""
    whole = money.scale_pct(terms.plan_rate_pct) * left_minor
    return money.div_half_up(whole, 100 * money.PCT_SCALE * PERIODS_A_YEAR[terms.every])


def allocate_to_items(amount_minor: int, open_by_item: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A payment of a plan over the covered due items, in the order given: (item, amount) pairs."""
    left, parts = amount_minor, []
    for item, open_minor in open_by_item:
        part = min(left, open_minor)
        if part > 0:
            parts.append((item, part))
            left -= part
    return parts
