"""What a country lets a creditor charge for paying late, as values. The law files say it; nothing here names a
country."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import attrs

from puntual.core.errors import UnusableInput

KINDS = ("late_interest", "collection_fee", "fixed_sum")
#: `financial`: the debt is with a finance company, which some laws treat apart.
DEBTORS = ("consumer", "business", "financial")
NATURES = ("commercial", "civil")
CONVENTIONS = ("simple", "effective_annual")
FIXINGS = ("daily", "half_year", "half_year_frozen")
RATE_MODELS = ("statutory_fixed", "reference_plus", "multiple_of_index", "published_cap", "multiple_of_agreed")
FEE_MODELS = ("progressive_fee", "fixed_sum", "percent_sum")


@attrs.frozen
class RateSpec:
    """How a rate is found: `(base + add - minus) * times + plus`, never negative, rounded half-up to `places`.

    The base is `pct` (statutory_fixed), the agreed rate (multiple_of_agreed) or the published value of `index`.
    `fixing` says on which day the index is read: each day's own, the first day of each half-year, or of the half-year
    in which the debt became overdue (then it stays). `otherwise` is tried when the index has no row.
    """

    model: str
    convention: str = "simple"
    pct: Decimal = Decimal(0)
    index: str = ""
    minus: str = ""
    add: Decimal = Decimal(0)
    times: Decimal = Decimal(1)
    plus: Decimal = Decimal(0)
    places: int = 6
    fixing: str = "daily"
    otherwise: RateSpec | None = None

    def indexes(self) -> tuple[str, ...]:
        """Every index that it may read, the preferred one first."""
        own = tuple(name for name in (self.index, self.minus) if name)
        return own + (self.otherwise.indexes() if self.otherwise else ())


@attrs.frozen
class Bracket:
    """Up to `up_to` units (None: without end) at `pct` percent of that part, or `amount` for a principal below
    `up_to`."""

    up_to: Decimal | None
    pct: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


@attrs.frozen
class FeeSpec:
    """A one-off charge. progressive_fee: percent by brackets of the debt in `unit`; fixed_sum: an amount by size of
    the debt; percent_sum: one percent of the debt. `without_notice` units are taken off when no useful notice was
    given."""

    model: str
    brackets: tuple[Bracket, ...]
    currency: str = ""
    unit: str = ""
    unit_currency: str = ""
    without_notice: Decimal = Decimal(0)
    agreed_only: bool = False


@attrs.frozen
class ChargeRule:
    """One dated, cited rule: for whom it speaks, what may be charged, and the legal maximum beside it."""

    id: str
    kind: str
    cite: str
    evidence: str
    debtors: tuple[str, ...] = DEBTORS
    currencies: tuple[str, ...] = ()
    credits: tuple[str, ...] = ("general",)
    natures: tuple[str, ...] = NATURES
    agreed: bool = True
    unagreed: RateSpec | None = None
    cap: RateSpec | None = None
    fee: FeeSpec | None = None
    after_days: int = 0
    alert_above_pct: Decimal | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    notes: tuple[str, ...] = ()

    def speaks_for(self, kind: str, debtor: str, currency: str, credit: str, nature: str) -> bool:
        return (
            self.kind == kind
            and debtor in self.debtors
            and credit in self.credits
            and nature in self.natures
            and (not self.currencies or currency in self.currencies)
        )

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@attrs.frozen
class Imputation:
    """In which order a payment meets the parts of the balance."""

    order: tuple[str, ...]
    cite: str
    evidence: str


@attrs.frozen
class CountryCharges:
    """All the charge rules of one country, its order of imputation and the state of its review."""

    country: str
    version: str
    rules: tuple[ChargeRule, ...]
    imputation: Mapping[str, Imputation]
    credits: tuple[str, ...]
    reviewed_on: date | None = None
    reviewer: str | None = None

    def rule(self, kind: str, *, debtor: str, currency: str, credit: str, nature: str, on: date) -> ChargeRule | None:
        """The first rule of the file that speaks for this debt on that day, or None: then nothing may be charged."""
        fitting = (r for r in self.rules if r.speaks_for(kind, debtor, currency, credit, nature) and r.valid_on(on))
        return next(fitting, None)

    def imputation_for(self, debtor: str) -> Imputation:
        """The order of imputation for that kind of debtor; the consumer's when the file names no other."""
        return self.imputation.get(debtor, self.imputation["consumer"])


def check_choice(value: str, choices: tuple[str, ...], what: str) -> str:
    """The value itself, if it is one of the choices; else UnusableInput with the list."""
    if value not in choices:
        raise UnusableInput(f"«{value}» no es {what}: use uno de {', '.join(choices)}.")
    return value
