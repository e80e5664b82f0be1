"""A figure: value, numerator and denominator, or the sentence that says why there is none. Never a made-up zero."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import attrs

from puntual.core import money
from puntual.core.reports.inputs import Known

#: Units: money (minor units), pct (percent), days, minutes, count, per_1000, money_per (money for one of the others).
UNITS = ("money", "pct", "days", "minutes", "count", "per_1000", "money_per")


@attrs.frozen
class Figure:
    """`value` in the unit of its KPI with two decimals (minor units for money); None with a `sentence` why."""

    value: Decimal | None
    numerator: int | Decimal | None = None
    denominator: int | Decimal | None = None
    sentence: str = ""


@attrs.frozen(kw_only=True)
class Kpi:
    """One indicator, whole: what people read of it and how it is computed. Every place reads it from here.

    `better`: "up", "down" or "" where neither is good by itself. `money`: one figure per currency. `by`: dimensions in
    which the data that it needs exist. `rows`: what its numerator opens (documents, payments, promises, contacts, ...)
    and `below` its denominator: rows whose sum, or whose number, is that part. Where the numerator is not, `weighs`
    says what each row counts for.
    """

    code: str
    name: str
    group: str
    formula: str
    variant: str
    numerator: str
    denominator: str
    unit: str
    cut_off: str
    source: str
    compute: Callable[[Known], Figure]
    better: str = ""
    money: bool = True
    by: tuple[str, ...] = ()
    rows: str = "documents"
    below: str = ""
    weighs: str = ""
    #: The frames of Known that it reads.
    needs: tuple[str, ...] = ("movements",)
    #: What of the harm it counts, its numerator first.
    counts: tuple[str, ...] = ()
    #: Of which stage a part by stage tells: of the documents at the "opening" or at the "close", or of the "account".
    stage_of: str = "account"
    #: A share whose parts are money, for who shows its parts.
    parts: str = "money"


def none(sentence: str) -> Figure:
    """No figure, and why."""
    return Figure(None, sentence=sentence)


def hundredths(value: Fraction) -> Decimal:
    """A fraction as a Decimal of two decimals, half away from zero."""
    return Decimal(money.div_half_up(value.numerator * 100, value.denominator)).scaleb(-2)


def ratio(numerator: int, denominator: int, scale: int, empty: str) -> Figure:
    """numerator / denominator * scale; without a positive denominator, the sentence."""
    if denominator <= 0:
        return Figure(None, numerator, denominator, empty)
    return Figure(hundredths(Fraction(numerator * scale, denominator)), numerator, denominator)


def percent(numerator: int, denominator: int, empty: str) -> Figure:
    """A share in percent."""
    return ratio(numerator, denominator, 100, empty)


def amount(minor: int) -> Figure:
    """An amount of money, in minor units."""
    return Figure(Decimal(minor), minor)
