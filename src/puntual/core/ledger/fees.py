"""One-off charges: progressive fees in a unit of account, fixed sums by size of the debt, a percent of the debt."""

from __future__ import annotations

from decimal import Decimal

import attrs

from puntual.core.ledger.charge_rules import Bracket, FeeSpec


@attrs.frozen
class FeeAmount:
    """In major units, exact and not yet rounded; `formula` is what a person would read."""

    amount: Decimal
    formula: str


def progressive(spec: FeeSpec, debt: Decimal, unit_value: Decimal, currency: str, *, useful_notice: bool) -> FeeAmount:
    """Each slice of the debt at its own percent (brackets in units), less the discount when there was no useful notice.

    Chile's law 19.496 art. 37: 9 % of the first 10 UF, 6 % of the next 40, 3 % of the rest; minus 0.2 UF without
    notice.
    """
    fee, floor, parts = Decimal(0), Decimal(0), []
    for bracket in spec.brackets:
        ceiling = debt if bracket.up_to is None else min(debt, bracket.up_to * unit_value)
        if ceiling > floor:
            fee += (ceiling - floor) * bracket.pct / 100
            parts.append(f"{plain(bracket.pct)} % de {plain(ceiling - floor)}")
            floor = ceiling
    formula = " + ".join(parts) + f" {currency} ({spec.unit} a {plain(unit_value)})"
    if not useful_notice:
        fee = max(Decimal(0), fee - spec.without_notice * unit_value)
        formula += f", menos {plain(spec.without_notice)} {spec.unit} por no haber gestión útil gratuita a tiempo"
    return FeeAmount(fee, formula)


def fixed(spec: FeeSpec, debt: Decimal, currency: str) -> FeeAmount:
    """The sum that belongs to the size of the debt."""
    bracket = _bracket_of(spec.brackets, debt)
    return FeeAmount(bracket.amount, f"suma fija de {plain(bracket.amount)} {currency} por una deuda de {plain(debt)}")


def percent(spec: FeeSpec, debt: Decimal, currency: str) -> FeeAmount:
    """One percent of the debt, once."""
    pct = spec.brackets[0].pct
    return FeeAmount(debt * pct / 100, f"{plain(pct)} % de {plain(debt)} {currency}, una sola vez")


def _bracket_of(brackets: tuple[Bracket, ...], debt: Decimal) -> Bracket:
    return next(b for b in brackets if b.up_to is None or debt < b.up_to)


def plain(value: Decimal) -> str:
    """A number as people write it: no exponent and no trailing zeros.

    >>> plain(Decimal("11.750"))
    '11.75'
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
