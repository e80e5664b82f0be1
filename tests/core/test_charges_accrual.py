"""Interest as entries: the same period twice is the same entry, periods add up, and columns say what rows say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from puntual.core.frames import check_frame
from puntual.core.ledger.accrual import ACCRUED, DEBTS, Accrual, CapitalStep, accrue, accrue_fee, accrue_frame
from puntual.core.ledger.charges import Debt, charge
from puntual.core.ledger.rates import parse_tables
from puntual.core.money import Money
from puntual.core.time import Period
from puntual.law.charges_loader import load_charges, load_tables

TABLES = load_tables().replaced_by(
    parse_tables(
        {
            "ECB_REFI": [
                {"from": "2025-07-01", "to": "2025-12-31", "value": "2.15"},
                {"from": "2026-01-01", "to": "2026-12-31", "value": "2"},
            ],
            "BOE_BASE": [{"from": "2025-07-01", "to": "2026-12-31", "value": "3.75"}],
            "IBC_CONSUMO": [
                {"from": "2025-12-01", "to": "2026-01-31", "value": "17.01"},
                {"from": "2026-02-01", "to": "2026-02-28", "value": "16.4"},
                {"from": "2026-04-01", "to": "2026-05-31", "value": "15.99"},
            ],
            "BCRP_MAX": [{"from": "2026-01-01", "to": "2026-12-31", "value": "12.5"}],
        },
        "prueba",
    )
)
LAWS = {country: load_charges(country) for country in ("MX", "ES", "GB", "CO", "PE", "CL", "EC", "US", "BR")}
CURRENCIES = {
    "MX": "MXN", "ES": "EUR", "GB": "GBP", "CO": "COP", "PE": "PEN", "CL": "CLP", "EC": "USD", "US": "USD", "BR": "BRL",
    "XX": "USD",
}  # fmt: skip


def month(year: int, number: int) -> Period:
    return Period(date(year, number, 1), date(year + number // 12, number % 12 + 1, 1))


def entry(debt: Debt, period: Period, country: str, steps: list[CapitalStep] | None = None) -> Accrual:
    steps = steps or [CapitalStep(debt.due_on, debt.principal.minor, debt.disputed_minor)]
    return accrue(7, debt, steps, LAWS[country], TABLES, period)


def test_the_same_period_twice_is_the_same_entry() -> None:
    debt = Debt(Money(10_000_00, "EUR"), date(2025, 12, 10), "business")
    first, again = (entry(debt, month(2026, 1), "ES") for _ in range(2))
    assert first == again
    assert first.key == "late_interest:7:2026-01-01:2026-01-31"
    assert (first.amount, first.effective_on) == (Money(84_93, "EUR"), date(2026, 1, 31))
    # 21 days of December at 10.15 % are 58.397; with 31 of January at 10 %, 143.329: 143.33 - 58.40 = 84.93
    assert first.formula == "10000 EUR × 10 % anual / 365 × 31 días"


def test_months_add_up_to_one_calculation_over_the_whole_time() -> None:
    debt = Debt(Money(333_33, "EUR"), date(2025, 12, 10), "business")
    months = [month(2025, 12), *(month(2026, n) for n in range(1, 7))]
    entries = sum(entry(debt, period, "ES").amount.minor for period in months)
    assert entries == charge("late_interest", debt, LAWS["ES"], TABLES, date(2026, 6, 30)).charged.minor


def test_a_partial_payment_lowers_the_interest_from_its_day_on() -> None:
    debt = Debt(Money(36_500_00, "MXN"), date(2025, 12, 31))
    steps = [CapitalStep(date(2025, 12, 31), 36_500_00), CapitalStep(date(2026, 1, 11), 18_250_00)]
    found = entry(debt, month(2026, 1), "MX", steps)
    assert found.amount == Money(10 * 6_00 + 21 * 3_00, "MXN")
    assert found.formula == "36500 MXN × 6 % anual / 365 × 10 días + 18250 MXN × 6 % anual / 365 × 21 días"


def test_interest_stops_on_the_part_in_dispute_while_it_lasts() -> None:
    debt = Debt(Money(36_500_00, "MXN"), date(2025, 12, 31))
    steps = [
        CapitalStep(date(2025, 12, 31), 36_500_00),
        CapitalStep(date(2026, 1, 11), 36_500_00, disputed_minor=36_500_00),
        CapitalStep(date(2026, 1, 21), 36_500_00),
    ]
    assert entry(debt, month(2026, 1), "MX", steps).amount == Money(21 * 6_00, "MXN")


def test_a_period_before_the_due_date_bears_nothing() -> None:
    debt = Debt(Money(36_500_00, "MXN"), date(2026, 1, 31))
    found = entry(debt, month(2026, 1), "MX")
    assert (found.amount.minor, found.warnings) == (0, ("Todavía no hay atraso: no hay nada que cobrar.",))


def test_a_month_without_its_rate_bears_nothing_and_is_not_charged_later() -> None:
    debt = Debt(Money(1_000_000_00, "COP"), date(2025, 12, 31))
    march, april = entry(debt, month(2026, 3), "CO"), entry(debt, month(2026, 4), "CO")
    assert (march.amount.minor, march.legal_maximum) == (0, None)
    assert "Falta el valor vigente de IBC_CONSUMO" in march.warnings[0]
    alone = Debt(debt.principal, date(2026, 3, 31))
    assert abs(april.amount.minor - entry(alone, month(2026, 4), "CO").amount.minor) <= 1


def test_a_prescribed_debt_bears_nothing_in_the_month_in_which_it_prescribes() -> None:
    debt = Debt(Money(100_00, "EUR"), date(2020, 1, 15), "business", prescribes_on=date(2026, 1, 15))
    assert entry(debt, month(2026, 1), "ES").warnings[0].startswith("La deuda prescribió el 2026-01-15")


def test_a_fee_is_one_entry_however_often_it_is_asked() -> None:
    debt = Debt(Money(100_00, "EUR"), date(2026, 1, 1), "business")
    asked = [accrue_fee(7, "fixed_sum", debt, LAWS["ES"], TABLES, date(2026, month, 2)) for month in (1, 2, 3)]
    assert [(one.key, one.amount, one.component) for one in asked] == [("fixed_sum:7", Money(40_00, "EUR"), "fee")] * 3
    with pytest.raises(ValueError, match="by period"):
        accrue_fee(7, "late_interest", debt, LAWS["ES"], TABLES, date(2026, 1, 2))


def test_a_period_without_an_end_is_a_defect_of_the_caller() -> None:
    with pytest.raises(ValueError, match="has an end"):
        entry(Debt(Money(1, "MXN"), date(2026, 1, 1)), Period(date(2026, 1, 1)), "MX")


DEBTS_OF_ANY_COUNTRY = st.fixed_dictionaries(
    {
        "country": st.sampled_from(sorted(CURRENCIES)),
        "debtor": st.sampled_from(["consumer", "business", "financial"]),
        "due_on": st.dates(date(2025, 8, 1), date(2026, 6, 30)),
        "principal_minor": st.integers(0, 10**12) | st.integers(10**17, 2**62),
        "disputed_minor": st.integers(0, 10**12),
        "agreed_pct": st.none() | st.decimals(0, 90, places=4),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(DEBTS_OF_ANY_COUNTRY, min_size=1, max_size=8),
    start=st.dates(date(2025, 12, 1), date(2026, 5, 1)),
    days=st.integers(1, 70),
)
def test_columns_say_what_rows_say(rows: list[dict], start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))
    frame = pl.DataFrame(
        [{"due_item": n, "currency": CURRENCIES[row["country"]], **row} for n, row in enumerate(rows)],
        schema={name: column.dtype for name, column in DEBTS.items()},
    )
    found = check_frame(accrue_frame(frame, LAWS, TABLES, period), ACCRUED, "accrued")
    assert found["due_item"].to_list() == list(range(len(rows)))
    for row, out in zip(rows, found.iter_rows(named=True)):
        if row["country"] == "XX":
            assert (out["interest_minor"], out["alert"]) == (0, "charge_no_rule")
            continue
        money = Money(row["principal_minor"], CURRENCIES[row["country"]])
        pct = None if row["agreed_pct"] is None else Decimal(row["agreed_pct"])
        debt = Debt(money, row["due_on"], row["debtor"], pct, disputed_minor=row["disputed_minor"])
        steps = [CapitalStep(row["due_on"], money.minor, row["disputed_minor"])]
        twin = accrue(out["due_item"], debt, steps, LAWS[row["country"]], TABLES, period)
        legal = twin.legal_maximum.minor if twin.legal_maximum else None
        assert (out["key"], out["interest_minor"], out["legal_maximum_minor"]) == (twin.key, twin.amount.minor, legal)


@settings(max_examples=80, deadline=None)
@given(row=DEBTS_OF_ANY_COUNTRY.filter(lambda r: r["country"] != "XX"), days=st.integers(0, 400))
def test_nothing_above_the_legal_maximum_is_ever_charged(row: dict, days: int) -> None:
    debt = Debt(
        Money(row["principal_minor"], CURRENCIES[row["country"]]), row["due_on"], row["debtor"],
        row["agreed_pct"], disputed_minor=row["disputed_minor"],
    )  # fmt: skip
    for kind in ("late_interest", "collection_fee", "fixed_sum"):
        found = charge(kind, debt, LAWS[row["country"]], TABLES, row["due_on"] + timedelta(days=days))
        assert found.charged.minor >= 0
        assert found.legal_maximum is None or found.charged.minor <= found.legal_maximum.minor
