"""What may be charged for paying late: the charge, the legal maximum beside it, and how both were reached.

Computed exactly and rounded once, half-up. The smaller of what was agreed and what the law allows is charged; both
are kept. A missing published rate charges nothing and says so. A disputed part bears no charge, and neither does a
prescribed debt.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from puntual.core import reasons
from puntual.core.ledger import fees
from puntual.core.ledger.charge_rules import (
    DEBTORS,
    FEE_MODELS,
    KINDS,
    NATURES,
    ChargeRule,
    CountryCharges,
    FeeSpec,
    check_choice,
)
from puntual.core.ledger.fees import FeeAmount, plain
from puntual.core.ledger.interest import (
    RatePeriod,
    Yearly,
    ceiling_known,
    charged_factor,
    first_overdue_day,
    legal_factor,
    periods,
)
from puntual.core.ledger.rates import ONE_DAY, RateTables
from puntual.core.money import Money, round_major


@attrs.frozen
class Debt:
    """An overdue capital and what was agreed about it. `agreed_pct` is nominal, percent a year, simple."""

    principal: Money
    due_on: date
    debtor: str = attrs.field(default="consumer", validator=lambda _, __, v: _known(v, DEBTORS, "un tipo de deudor"))
    agreed_pct: Decimal | None = None
    credit: str = "general"
    nature: str = attrs.field(default="commercial", validator=lambda _, __, v: _known(v, NATURES, "una naturaleza"))
    disputed_minor: int = 0
    grace_days: int = 0
    useful_notice: bool = False
    agreed_fee_pct: Decimal | None = None
    prescribes_on: date | None = None

    def chargeable(self) -> Money:
        """The capital that may bear charges: without its disputed part, never below zero."""
        return Money(max(0, self.principal.minor - max(0, self.disputed_minor)), self.principal.currency)

    def days_late(self, as_of: date) -> int:
        return (as_of - self.due_on).days


def _known(value: str, choices: tuple[str, ...], what: str) -> None:
    check_choice(value, choices, what)


@attrs.frozen
class Charge:
    """One charge with its proof. `legal_maximum` None: the law sets none, or it is not known; `rate` None: it is a
    sum."""

    kind: str
    charged: Money
    legal_maximum: Money | None
    rate: Decimal | None
    formula: str
    rule: str
    cite: str
    warnings: tuple[str, ...] = ()
    periods: tuple[RatePeriod, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "charged": self.charged.as_json(),
            "legal_maximum": self.legal_maximum.as_json() if self.legal_maximum else None,
            "rate": None if self.rate is None else plain(self.rate),
            "formula": self.formula,
            "rule": self.rule,
            "cite": self.cite,
            "warnings": list(self.warnings),
            "periods": [_period_json(part) for part in self.periods],
        }


def _period_json(part: RatePeriod) -> dict[str, Any]:
    last = part.end - ONE_DAY
    return {
        "from": part.start.isoformat(),
        "to": last.isoformat(),
        "days": part.days(),
        "rate": plain(part.charged.pct) if part.charged else None,
        "convention": part.charged.convention if part.charged else None,
        "legal_rate": plain(part.legal.pct) if part.legal else None,
    }


def charge(kind: str, debt: Debt, law: CountryCharges, tables: RateTables, as_of: date) -> Charge:
    """The charge of one kind up to and including `as_of`. UnusableInput for a kind or credit that does not exist."""
    check_choice(kind, KINDS, "un cargo")
    check_choice(debt.credit, law.credits, f"un tipo de crédito de {law.country}")
    rule = law.rule(
        kind, debtor=debt.debtor, currency=debt.principal.currency, credit=debt.credit, nature=debt.nature, on=as_of
    )
    notes = () if law.reviewer else (reasons.sentence("charge_unreviewed"),)
    if rule is None:
        return _nothing(kind, debt, "charge_no_rule", rule=f"{law.country}-NONE", notes=notes)
    notes = (*rule.notes, *notes)
    if debt.days_late(as_of) <= rule.after_days:
        code = "charge_too_early" if debt.days_late(as_of) > 0 else "charge_not_late"
        return _nothing(kind, debt, code, of=rule, notes=notes, days=rule.after_days)
    if debt.prescribes_on and as_of >= debt.prescribes_on:
        return _nothing(kind, debt, "charge_prescribed", of=rule, notes=notes, day=debt.prescribes_on)
    if debt.disputed_minor > 0:
        notes = (*notes, reasons.sentence("charge_disputed"))
    if kind == "late_interest":
        return _late_interest(debt, rule, tables, as_of, notes)
    return _fee(kind, debt, rule, tables, as_of, notes)


def charge_all(debt: Debt, law: CountryCharges, tables: RateTables, as_of: date) -> tuple[Charge, tuple[Charge, ...]]:
    """Every kind together, and each on its own. The rate is that of the interest; the maximum is unknown if any
    part's is."""
    parts = tuple(charge(kind, debt, law, tables, as_of) for kind in KINDS)
    live = [part for part in parts if part.charged.minor] or [parts[0]]
    no_rule = reasons.sentence("charge_no_rule")
    currency = debt.principal.currency
    ceilings = [part.legal_maximum for part in parts]
    legal = None if None in ceilings else Money(sum(c.minor for c in ceilings if c), currency)
    whole = Charge(
        "all",
        Money(sum(part.charged.minor for part in parts), currency),
        legal,
        parts[0].rate,
        " + ".join(f"({part.formula})" for part in live),
        " + ".join(dict.fromkeys(part.rule for part in live)),
        "; ".join(dict.fromkeys(part.cite for part in live)),
        tuple(dict.fromkeys(warning for part in parts for warning in part.warnings if warning != no_rule)),
        parts[0].periods,
    )
    return whole, parts


def _nothing(
    kind: str,
    debt: Debt,
    code: str,
    *,
    of: ChargeRule | None = None,
    rule: str = "",
    notes: tuple[str, ...],
    **gaps: object,
) -> Charge:
    zero = Money(0, debt.principal.currency)
    unknown = code == "charge_missing_rate"
    why = reasons.sentence(code, **gaps)
    rate = None if of and of.fee and of.fee.model == "fixed_sum" else Decimal(0)
    return Charge(
        kind,
        zero,
        None if unknown else zero,
        rate,
        f"0: {why}",
        of.id if of else rule,
        of.cite if of else "",
        (why, *notes),
    )


def _late_interest(debt: Debt, rule: ChargeRule, tables: RateTables, as_of: date, notes: tuple[str, ...]) -> Charge:
    first = first_overdue_day(debt.due_on, debt.grace_days)
    start = max(first, rule.valid_from) if rule.valid_from else first
    parts = periods(rule, tables, debt.agreed_pct, first, start, as_of + ONE_DAY)
    if not parts:
        return _nothing("late_interest", debt, "charge_not_late", of=rule, notes=notes)
    if parts[-1].charged is None:
        index = missing_index(rule)
        return _nothing("late_interest", debt, "charge_missing_rate", of=rule, notes=notes, index=index, day=as_of)
    capital = debt.chargeable()
    known = ceiling_known(rule, debt.agreed_pct, parts)
    legal = Money(legal_factor(parts).of(capital.minor), capital.currency) if known else None
    charged = Money(charged_factor(parts).of(capital.minor), capital.currency)
    return Charge(
        "late_interest",
        charged,
        legal,
        parts[-1].charged.pct,
        interest_formula(capital, parts),
        rule.id,
        rule.cite,
        (*interest_warnings(debt, rule, parts), *notes),
        parts,
    )


def missing_index(rule: ChargeRule) -> str:
    """The names of the published values on which a rule depends, the preferred ones first."""
    specs = [spec for spec in (rule.unagreed, rule.cap) if spec]
    return ", ".join(dict.fromkeys(index for spec in specs for index in spec.indexes()))


def interest_formula(capital: Money, parts: tuple[RatePeriod, ...]) -> str:
    """The arithmetic that a person can repeat with a calculator, one term per run of days."""
    return interest_terms(f"{plain(capital.major())} {capital.currency}", parts)


def interest_terms(amount: str, parts: tuple[RatePeriod, ...]) -> str:
    """The same arithmetic over a capital already written."""
    terms = [f"{amount} × {_rate_text(part.charged)} × {_days_text(part)}" for part in parts if part.charged]
    return " + ".join(terms)


def _days_text(part: RatePeriod) -> str:
    return "1 día" if part.days() == 1 else f"{part.days()} días"


def _rate_text(rate: Yearly) -> str:
    if rate.convention == "simple":
        return f"{plain(rate.pct)} % anual / 365"
    return f"((1 + {plain(rate.pct)} % efectiva anual)^(1/365) - 1)"


def interest_warnings(debt: Debt, rule: ChargeRule, parts: tuple[RatePeriod, ...]) -> tuple[str, ...]:
    """What whoever reads the charge must know: capped, not agreed, unusually high, days without a published rate."""
    found = []
    if any(part.capped for part in parts):
        found.append(reasons.sentence("charge_capped"))
    if debt.agreed_pct is None and rule.unagreed is None:
        found.append(reasons.sentence("charge_not_agreed"))
    if debt.agreed_pct is not None and not rule.agreed:
        found.append(reasons.sentence("charge_agreed_ignored"))
    high = rule.alert_above_pct
    if high is not None and any(part.charged and part.charged.pct > high for part in parts):
        found.append(reasons.sentence("charge_high_rate", pct=plain(high)))
    for hole in (part for part in parts if part.charged is None):
        found.append(reasons.sentence("charge_missing_days", start=hole.start, end=hole.end - ONE_DAY))
    return tuple(found)


def _fee(kind: str, debt: Debt, rule: ChargeRule, tables: RateTables, as_of: date, notes: tuple[str, ...]) -> Charge:
    spec = rule.fee
    if spec is None or spec.model not in FEE_MODELS:
        return _nothing(kind, debt, "charge_no_rule", of=rule, notes=notes)
    currency = debt.principal.currency
    if spec.currency and currency != spec.currency:
        return _nothing(kind, debt, "charge_currency", of=rule, notes=notes, currency=spec.currency)
    unit = _unit_value(spec, currency, tables, as_of)
    if unit is None:
        return _nothing(kind, debt, "charge_missing_rate", of=rule, notes=notes, index=spec.unit, day=as_of)
    capital = debt.chargeable()
    found = _fee_amount(spec, debt, capital.major(), unit)
    legal = round_major(found.amount, currency)
    rate = None if spec.model == "fixed_sum" else _share(found.amount, capital.major())
    if not capital.minor:
        legal, rate = Money(0, currency), rate and Decimal(0)
    if not spec.agreed_only:
        return Charge(kind, legal, legal, rate, found.formula, rule.id, rule.cite, notes)
    return _agreed_fee(kind, debt, rule, legal, notes)


def _agreed_fee(kind: str, debt: Debt, rule: ChargeRule, legal: Money, notes: tuple[str, ...]) -> Charge:
    """A fee that exists only if the contract says so: the agreed percent, never above the legal maximum."""
    agreed = debt.agreed_fee_pct
    if agreed is None:
        nothing = _nothing(kind, debt, "charge_fee_not_agreed", of=rule, notes=notes)
        return attrs.evolve(nothing, legal_maximum=legal)
    capital = debt.chargeable()
    asked = round_major(capital.major() * agreed / 100, capital.currency)
    formula = f"{plain(agreed)} % de {plain(capital.major())} {capital.currency}, una sola vez"
    if asked.minor <= legal.minor:
        return Charge(kind, asked, legal, agreed, formula, rule.id, rule.cite, notes)
    share = _share(legal.major(), capital.major())
    capped = (reasons.sentence("charge_capped"), *notes)
    return Charge(kind, legal, legal, share, f"{formula}; el máximo legal es menor", rule.id, rule.cite, capped)


def _unit_value(spec: FeeSpec, currency: str, tables: RateTables, as_of: date) -> Decimal | None:
    """What the unit of the brackets is worth in the debt's currency: 1 for a debt in the unit itself, None if
    unknown."""
    if not spec.unit or currency != spec.unit_currency:
        return Decimal(1)
    row = tables.on(spec.unit, as_of)
    return row.value if row else None


def _fee_amount(spec: FeeSpec, debt: Debt, capital: Decimal, unit: Decimal) -> FeeAmount:
    currency = debt.principal.currency
    if spec.model == "progressive_fee":
        return fees.progressive(spec, capital, unit, currency, useful_notice=debt.useful_notice)
    if spec.model == "fixed_sum":
        return fees.fixed(spec, capital, currency)
    return fees.percent(spec, capital, currency)


def _share(amount: Decimal, whole: Decimal) -> Decimal:
    """How many percent of the debt the fee is, to four decimals."""
    return (amount * 100 / whole).quantize(Decimal("0.0001")) if whole else Decimal(0)
