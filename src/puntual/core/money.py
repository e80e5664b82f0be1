"""Money: 64-bit integers of minor units beside a currency that knows its own exponent.

Every rate, percentage and proration of the product goes through this file. Polars integers wrap around silently, so the
column forms widen to Int128, divide with explicit half-up rounding and cast back strictly. Each column form has a
twin over Python integers, which is its oracle in the property tests.

Rounding is always half away from zero ("half-up" on magnitudes): 25.515 -> 25.52 and -25.515 -> -25.52.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import attrs
import polars as pl

from puntual.core.errors import UnusableInput

#: Currencies whose minor unit is not the hundredth (ISO 4217). Any other known one has two decimals.
_EXPONENTS = {
    "CLP": 0, "PYG": 0, "JPY": 0, "KRW": 0, "VND": 0, "ISK": 0, "UGX": 0, "XAF": 0, "XOF": 0, "XPF": 0, "RWF": 0,
    "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3, "IQD": 3, "LYD": 3,
    "UYW": 4, "CLF": 4,
}  # fmt: skip

#: The largest amount that a 64-bit column of minor units holds.
MAX_MINOR = 2**63 - 1
#: Basis points of a whole: rates enter the arithmetic as integers of one millionth of a percent.
PCT_SCALE = 1_000_000
_HUNDRED_PCT = 100 * PCT_SCALE


def exponent(currency: str) -> int:
    """How many decimals the currency has: 0 for CLP and PYG, 3 for KWD, else 2. UnusableInput if it is no ISO code."""
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():
        raise UnusableInput(f"«{currency}» no es una moneda: use su código ISO de tres letras, por ejemplo MXN.")
    return _EXPONENTS.get(currency, 2)


@attrs.frozen(order=False)
class Money:
    """An amount in the minor units of its currency. Adds only to its own currency; never a float."""

    minor: int
    currency: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError("Money.minor is an int of minor units")
        if abs(self.minor) > MAX_MINOR:
            raise OverflowError(f"{self.minor} does not fit in 64 bits of minor units")
        exponent(self.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up without a rate")

    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def as_json(self) -> dict[str, int | str]:
        return {"minor": self.minor, "currency": self.currency}


def parse_major(text: str | Decimal | int, currency: str) -> Money:
    """Major units to Money, exactly. UnusableInput if it is no number or has more decimals than the currency.

    >>> parse_major("10.50", "MXN").minor
    1050
    """
    places = exponent(currency)
    try:
        value = Decimal(text)
    except (InvalidOperation, ValueError):
        raise UnusableInput(
            f"«{text}» no es un importe: escriba solo cifras y punto decimal, por ejemplo 1234.50."
        ) from None
    if not value.is_finite():
        raise UnusableInput(f"«{text}» no es un importe.")
    scaled = value.scaleb(places)
    if scaled != scaled.to_integral_value():
        raise UnusableInput(f"«{text}» tiene más decimales de los que admite {currency} ({places}).")
    if abs(scaled) > MAX_MINOR:
        raise UnusableInput(f"«{text}» es demasiado grande para un importe.")
    return Money(int(scaled), currency)


def round_major(value: Decimal, currency: str) -> Money:
    """A computed Decimal of major units, rounded once, half-up, to the currency's minor unit."""
    scaled = value.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Money(int(scaled), currency)


def div_half_up(numerator: int, denominator: int) -> int:
    """Integer division rounded half away from zero. The denominator must be positive."""
    if denominator <= 0:
        raise ZeroDivisionError("div_half_up needs a positive denominator")
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def pct_of(amount_minor: int, pct: Decimal) -> int:
    """`pct` percent of an amount, half-up to the minor unit. The rate may have at most six decimals."""
    return div_half_up(amount_minor * scale_pct(pct), _HUNDRED_PCT)


def scale_pct(pct: Decimal) -> int:
    """A percent rate as an integer of millionths of a percent. ValueError if it has more than six decimals."""
    scaled = Decimal(pct) * PCT_SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"a rate has at most six decimals: {pct}")
    return int(scaled)


def allocate(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the parts add up to it exactly (largest remainder; ties to the earliest).

    Weights are not negative and not all zero. The sign of the total is kept: no part has the other sign.
    """
    whole = sum(weights)
    if not weights or whole <= 0 or any(w < 0 for w in weights):
        raise ValueError("weights must be non-negative and not all zero")
    sign, total = (-1, -total_minor) if total_minor < 0 else (1, total_minor)
    parts = [total * w // whole for w in weights]
    remainders = [total * w % whole for w in weights]
    missing = total - sum(parts)
    for i in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:missing]:
        parts[i] += 1
    return [sign * p for p in parts]


def wide(column: pl.Expr | str) -> pl.Expr:
    """The column in Int128, where products and sums of 64-bit amounts cannot wrap."""
    return (pl.col(column) if isinstance(column, str) else column).cast(pl.Int128)


def narrow(column: pl.Expr) -> pl.Expr:
    """Back to 64 bits; an amount that does not fit is an error, never a wrong number."""
    return column.cast(pl.Int64, strict=True)


def total(column: pl.Expr | str) -> pl.Expr:
    """The exact sum of an amount column (of one currency), in 64 bits; too large is an error."""
    return narrow(wide(column).sum())


def div_half_up_expr(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Column twin of `div_half_up`; both in Int128, denominator positive."""
    two = pl.lit(2, dtype=pl.Int128)
    magnitude = (two * numerator.abs() + denominator) // (two * denominator)
    zero = pl.lit(0, dtype=pl.Int128)  # subtracted: polars cannot negate an Int128 that stands alone in a one-row frame
    return pl.when(numerator < zero).then(zero - magnitude).otherwise(magnitude)


def pct_of_expr(amount: pl.Expr | str, pct: Decimal) -> pl.Expr:
    """Column twin of `pct_of`."""
    product = wide(amount) * pl.lit(scale_pct(pct), dtype=pl.Int128)
    return narrow(div_half_up_expr(product, pl.lit(_HUNDRED_PCT, dtype=pl.Int128)))


def prorate_expr(amount: pl.Expr | str, numerator: pl.Expr | str, denominator: pl.Expr | str) -> pl.Expr:
    """amount * numerator / denominator, half-up. Denominators are positive."""
    return narrow(div_half_up_expr(wide(amount) * wide(numerator), wide(denominator)))
