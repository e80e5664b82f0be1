"""Money against Python's own integers and fractions: exact, rounded half-up once, and never a silent wrap-around."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from puntual.core.errors import UnusableInput
from puntual.core.money import (
    MAX_MINOR,
    Money,
    allocate,
    div_half_up,
    div_half_up_expr,
    exponent,
    parse_major,
    pct_of,
    pct_of_expr,
    prorate_expr,
    round_major,
    scale_pct,
    total,
    wide,
)

MINORS = st.integers(-MAX_MINOR, MAX_MINOR)
CURRENCIES = {"CLP": 0, "PYG": 0, "JPY": 0, "MXN": 2, "COP": 2, "USD": 2, "EUR": 2, "KWD": 3, "BHD": 3, "CLF": 4}
RATES = st.integers(-300 * 10**6, 300 * 10**6).map(lambda millionths: Decimal(millionths).scaleb(-6))


def nearest(value: Fraction) -> int:
    """Half away from zero, said in the plainest way: the oracle of every rounding here."""
    whole, rest = divmod(abs(value), 1)
    return (1 if value >= 0 else -1) * (int(whole) + (1 if rest >= Fraction(1, 2) else 0))


def column(*values: int) -> pl.DataFrame:
    return pl.DataFrame({"amount": list(values)}, schema={"amount": pl.Int64})


@pytest.mark.parametrize(("currency", "places"), CURRENCIES.items())
def test_every_currency_knows_its_decimals(currency: str, places: int) -> None:
    assert exponent(currency) == places


@given(minor=MINORS, currency=st.sampled_from(sorted(CURRENCIES)))
def test_major_units_and_back_lose_nothing(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert money.major() * 10 ** CURRENCIES[currency] == minor
    assert parse_major(str(money.major()), currency) == money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("10.50", "MXN", 1050), ("10", "CLP", 10), ("0.001", "KWD", 1), ("-3.2", "EUR", -320), ("1e3", "COP", 100_000)],
)
def test_amounts_are_read_in_major_units(text: str, currency: str, minor: int) -> None:
    assert parse_major(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("10.5", "CLP"), ("1.005", "MXN"), ("1,000", "MXN"), ("", "MXN"), ("NaN", "MXN"), ("Infinity", "MXN"),
     ("diez", "MXN"),
     ("99999999999999999999", "MXN"), ("1", "pesos"), ("1", "mxn"), ("1", "")],
)  # fmt: skip
def test_what_is_no_amount_is_answered_with_a_sentence(text: str, currency: str) -> None:
    with pytest.raises(UnusableInput):
        parse_major(text, currency)


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [("25.515", "MXN", 2552), ("-25.515", "MXN", -2552), ("25.5149999", "MXN", 2551), ("0.5", "CLP", 1),
     ("2.5", "CLP", 3),
     ("-0.5", "CLP", -1), ("3558.978", "CLP", 3559), ("1.0005", "KWD", 1001)],
)  # fmt: skip
def test_half_goes_up_never_to_even(value: str, currency: str, minor: int) -> None:
    assert round_major(Decimal(value), currency) == Money(minor, currency)


@given(numerator=st.integers(-(10**40), 10**40), denominator=st.integers(1, 10**20))
def test_division_rounds_as_a_fraction_does(numerator: int, denominator: int) -> None:
    assert div_half_up(numerator, denominator) == nearest(Fraction(numerator, denominator))


@pytest.mark.parametrize("denominator", [0, -1])
def test_a_denominator_is_positive(denominator: int) -> None:
    with pytest.raises(ZeroDivisionError):
        div_half_up(1, denominator)


@given(amount=MINORS, pct=RATES)
def test_a_percent_is_the_exact_fraction_rounded_once(amount: int, pct: Decimal) -> None:
    assert pct_of(amount, pct) == nearest(Fraction(amount) * Fraction(pct) / 100)


def test_a_rate_with_seven_decimals_is_a_defect_of_the_caller() -> None:
    assert scale_pct(Decimal("17.010001")) == 17_010_001
    with pytest.raises(ValueError, match="six decimals"):
        scale_pct(Decimal("0.0000001"))


@given(whole=MINORS, weights=st.lists(st.integers(0, 10**18), min_size=1, max_size=12).filter(any))
def test_the_parts_of_an_allocation_add_up_and_are_fair(whole: int, weights: list[int]) -> None:
    parts = allocate(whole, weights)
    assert sum(parts) == whole
    for part, weight in zip(parts, weights):
        assert abs(part - Fraction(whole * weight, sum(weights))) < 1
        assert part * whole >= 0


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)


def test_the_odd_cent_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(100, [1, 2, 3]) == [17, 33, 50]
    assert allocate(-100, [1, 1, 1]) == [-34, -33, -33]


class TestColumns:
    @settings(max_examples=60, deadline=None)
    @given(amounts=st.lists(MINORS, min_size=1, max_size=6), pct=RATES.filter(lambda pct: abs(pct) <= 100))
    def test_percents_equal_their_row_twins(self, amounts: list[int], pct: Decimal) -> None:
        found = column(*amounts).select(pct_of_expr("amount", pct)).to_series().to_list()
        assert found == [pct_of(amount, pct) for amount in amounts]

    @settings(max_examples=60, deadline=None)
    @given(
        rows=st.lists(st.tuples(MINORS, st.integers(0, MAX_MINOR), st.integers(1, MAX_MINOR)), min_size=1, max_size=6)
    )
    def test_prorations_equal_fractions_or_fail_loudly(self, rows: list[tuple[int, int, int]]) -> None:
        frame = pl.DataFrame(rows, schema=dict.fromkeys(("amount", "num", "den"), pl.Int64), orient="row")
        exact = [nearest(Fraction(amount * num, den)) for amount, num, den in rows]
        if all(abs(value) <= MAX_MINOR for value in exact):
            assert frame.select(prorate_expr("amount", "num", "den")).to_series().to_list() == exact
        else:
            with pytest.raises(pl.exceptions.PolarsError):
                frame.select(prorate_expr("amount", "num", "den"))

    @settings(max_examples=60, deadline=None)
    @given(rows=st.lists(st.tuples(MINORS, st.integers(1, MAX_MINOR)), min_size=1, max_size=6))
    def test_divisions_equal_their_row_twins(self, rows: list[tuple[int, int]]) -> None:
        frame = pl.DataFrame(rows, schema=dict.fromkeys(("amount", "den"), pl.Int64), orient="row")
        found = frame.select(div_half_up_expr(wide("amount"), wide("den")).alias("x"))["x"].to_list()
        assert found == [div_half_up(amount, den) for amount, den in rows]

    @settings(max_examples=60, deadline=None)
    @given(amounts=st.lists(MINORS, max_size=8))
    def test_a_total_is_exact_or_fails_loudly(self, amounts: list[int]) -> None:
        if abs(sum(amounts)) <= MAX_MINOR:
            assert column(*amounts).select(total("amount")).item() == sum(amounts)
        else:
            with pytest.raises(pl.exceptions.PolarsError):
                column(*amounts).select(total("amount"))

    def test_what_would_wrap_in_sixty_four_bits_raises(self) -> None:
        with pytest.raises(pl.exceptions.PolarsError):
            column(MAX_MINOR, 1).select(total("amount"))
        with pytest.raises(pl.exceptions.PolarsError):
            column(MAX_MINOR).select(pct_of_expr("amount", Decimal(101)))

    def test_an_empty_column_adds_up_to_zero(self) -> None:
        assert column().select(total("amount")).item() == 0


class TestMoney:
    @given(a=st.integers(-(2**62), 2**62), b=st.integers(-(2**62) + 1, 2**62 - 1))
    def test_it_adds_and_takes_away_like_integers(self, a: int, b: int) -> None:
        assert Money(a, "MXN") + Money(b, "MXN") == Money(a + b, "MXN")
        assert Money(a, "MXN") - Money(b, "MXN") == Money(a - b, "MXN")
        assert -Money(a, "MXN") == Money(-a, "MXN")

    def test_two_currencies_never_add_up(self) -> None:
        with pytest.raises(ValueError, match="MXN and USD"):
            Money(1, "MXN") + Money(1, "USD")

    def test_more_than_sixty_four_bits_raises(self) -> None:
        assert Money(MAX_MINOR, "MXN").minor == MAX_MINOR
        with pytest.raises(OverflowError):
            Money(MAX_MINOR, "MXN") + Money(1, "MXN")

    @pytest.mark.parametrize("minor", [1.0, "1", True, Decimal(1)])
    def test_only_integers_are_minor_units(self, minor: object) -> None:
        with pytest.raises(TypeError):
            Money(minor, "MXN")  # type: ignore[arg-type]

    def test_it_travels_as_minor_units_and_currency(self) -> None:
        assert Money(9_000, "CLP").as_json() == {"minor": 9_000, "currency": "CLP"}
