"""Late interest of a debt over the days it was overdue: which rate ruled each day, what is charged, what the law
would allow.

Interest is simple on the overdue capital (never on interest or fees) and counts the days from the one after the due
date to the day asked, both included, over 365. An effective annual rate becomes its daily equivalent, (1 +
EA)^(1/365) - 1, added day by day. On each day the smaller of the rate to charge and the legal maximum is charged, so
no day ever exceeds the law.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

import attrs

from puntual.core.ledger.charge_rules import ChargeRule, RateSpec
from puntual.core.ledger.rates import ONE_DAY, RateTables, half_year_start, next_half_year
from puntual.core.money import PCT_SCALE, div_half_up, scale_pct

DAYS_OF_YEAR = 365
#: Denominator of a factor made of simple rates only: exact.
SIMPLE_DEN = DAYS_OF_YEAR * 100 * PCT_SCALE
#: Denominator of a factor with effective rates: sixteen decimals of capital.
EFFECTIVE_DEN = 10**16


@attrs.frozen
class Yearly:
    """A rate of one day: percent a year under its convention."""

    pct: Decimal
    convention: str

    def daily(self) -> Fraction:
        """Share of the capital that one day costs."""
        if self.convention == "simple":
            return Fraction(scale_pct(self.pct), SIMPLE_DEN)
        return Fraction(_daily_of_effective(self.pct), EFFECTIVE_DEN)


@lru_cache(maxsize=4096)
def _daily_of_effective(pct: Decimal) -> int:
    with localcontext() as context:
        context.prec = 50
        daily = (1 + pct / 100) ** (Decimal(1) / DAYS_OF_YEAR) - 1
        return int((daily * EFFECTIVE_DEN).quantize(Decimal(1), rounding=ROUND_HALF_UP))


@attrs.frozen
class RatePeriod:
    """[start, end): days under the same rates. `charged` None: some published rate is missing, so nothing is
    charged."""

    start: date
    end: date
    charged: Yearly | None
    legal: Yearly | None
    capped: bool = False

    def days(self) -> int:
        return (self.end - self.start).days


@attrs.frozen
class Factor:
    """Share of the capital that a run of days costs, as a fraction that 128-bit columns can use."""

    num: int
    den: int

    def of(self, amount_minor: int) -> int:
        """That share of an amount, rounded half-up once."""
        return div_half_up(amount_minor * self.num, self.den)


def rate_on(
    spec: RateSpec, day: date, first_day: date, tables: RateTables, agreed_pct: Decimal | None
) -> Yearly | None:
    """The rate that the spec gives for a day; None if a published value is missing, also in its alternatives."""
    base = _base(spec, day, first_day, tables, agreed_pct)
    if base is None:
        return rate_on(spec.otherwise, day, first_day, tables, agreed_pct) if spec.otherwise else None
    pct = max(Decimal(0), (base + spec.add) * spec.times + spec.plus)
    return Yearly(pct.quantize(Decimal(1).scaleb(-spec.places), rounding=ROUND_HALF_UP), spec.convention)


def _base(spec: RateSpec, day: date, first_day: date, tables: RateTables, agreed_pct: Decimal | None) -> Decimal | None:
    if spec.model == "statutory_fixed":
        return spec.pct
    if spec.model == "multiple_of_agreed":
        return agreed_pct
    read_on = {"daily": day, "half_year": half_year_start(day), "half_year_frozen": half_year_start(first_day)}[
        spec.fixing
    ]
    row = tables.on(spec.index, read_on)
    less = tables.on(spec.minus, read_on) if spec.minus else None
    if row is None or (spec.minus and less is None):
        return None
    return row.value - (less.value if less else 0)


def periods(
    rule: ChargeRule, tables: RateTables, agreed_pct: Decimal | None, first_day: date, start: date, end: date
) -> tuple[RatePeriod, ...]:
    """The days of [start, end) cut wherever a rate changes. `first_day` is the first overdue day of the debt.

    With an agreed rate (when the rule honours one) that is what is asked, else the rule's own; the cap limits either.
    """
    if start >= end:
        return ()
    asked = None if agreed_pct is not None and rule.agreed else rule.unagreed
    specs = [spec for spec in (asked, rule.cap) if spec]
    days = [start, *_change_days(specs, tables, start, end), end]
    return _joined([_period(rule, tables, agreed_pct, first_day, a, b) for a, b in zip(days, days[1:])])


def _change_days(specs: list[RateSpec], tables: RateTables, start: date, end: date) -> list[date]:
    days: set[date] = set()
    for index in {index for spec in specs for index in spec.indexes()}:
        days.update(tables.change_days(index, start, end))
    edge = next_half_year(start)
    while edge < end:
        days.add(edge)
        edge = next_half_year(edge)
    return sorted(days)


def _period(
    rule: ChargeRule, tables: RateTables, agreed_pct: Decimal | None, first_day: date, start: date, end: date
) -> RatePeriod:
    if agreed_pct is not None and rule.agreed:
        asked: Yearly | None = Yearly(agreed_pct, "simple")
    elif rule.unagreed:
        asked = rate_on(rule.unagreed, start, first_day, tables, agreed_pct)
    else:
        asked = Yearly(Decimal(0), "simple")
    if rule.cap is None:
        legal = None if agreed_pct is not None and rule.agreed else asked
        return RatePeriod(start, end, asked, legal)
    legal = rate_on(rule.cap, start, first_day, tables, agreed_pct)
    if asked is None or legal is None:
        return RatePeriod(start, end, asked if asked and not asked.pct else None, legal)
    capped = legal.daily() < asked.daily()
    return RatePeriod(start, end, legal if capped else asked, legal, capped)


def _joined(pieces: list[RatePeriod]) -> tuple[RatePeriod, ...]:
    joined: list[RatePeriod] = []
    for piece in pieces:
        if joined and attrs.evolve(joined[-1], start=piece.start, end=piece.end) == piece:
            joined[-1] = attrs.evolve(joined[-1], end=piece.end)
        else:
            joined.append(piece)
    return tuple(joined)


def factor(rates: list[tuple[Yearly | None, int]]) -> Factor:
    """The factor of (rate, days) pairs; a missing rate counts nothing. Exact unless an effective rate takes part."""
    known = [(rate, days) for rate, days in rates if rate is not None]
    share = sum((rate.daily() * days for rate, days in known), Fraction(0))
    den = EFFECTIVE_DEN if any(rate.convention != "simple" for rate, _ in known) else SIMPLE_DEN
    return Factor(div_half_up(share.numerator * den, share.denominator), den)


def charged_factor(parts: tuple[RatePeriod, ...]) -> Factor:
    """What is charged over those periods, as a share of the capital."""
    return factor([(part.charged, part.days()) for part in parts])


def legal_factor(parts: tuple[RatePeriod, ...]) -> Factor:
    """What the law would allow over those periods, as a share of the capital."""
    return factor([(part.legal, part.days()) for part in parts])


def ceiling_known(rule: ChargeRule, agreed_pct: Decimal | None, parts: tuple[RatePeriod, ...]) -> bool:
    """Whether the law sets a maximum for this debt and its published values are there for every day that is charged."""
    sets_one = rule.cap is not None or agreed_pct is None or not rule.agreed
    return sets_one and all(part.legal or not part.charged for part in parts)


def first_overdue_day(due_on: date, grace_days: int = 0) -> date:
    """The first day that costs interest: the one after the due date, or after the days of grace that the contract
    gives."""
    return due_on + ONE_DAY * (1 + grace_days)
