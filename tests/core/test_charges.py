"""What each country lets a creditor charge: the worked examples of the sources, edges included."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from puntual.core.errors import UnusableInput
from puntual.core.ledger.charges import Debt, charge, charge_all
from puntual.core.ledger.fees import plain
from puntual.core.ledger.rates import RateTables, parse_tables
from puntual.core.money import Money, parse_major
from puntual.law.charges_loader import countries, load_charges, load_tables, parse_charges, well_formed

TABLES = load_tables()


def tables(**rows: list[tuple[str, str, str]]) -> RateTables:
    """The shipped tables with these on top: INDEX=[(from, to, value)]."""
    document = {
        index: [{"from": start, "to": end, "value": value, "source": "prueba"} for start, end, value in found]
        for index, found in rows.items()
    }
    return TABLES.replaced_by(parse_tables(document, "prueba"))


def debt(amount: str, currency: str, due: str, debtor: str = "consumer", **terms: object) -> Debt:
    return Debt(parse_major(amount, currency), date.fromisoformat(due), debtor, **terms)  # type: ignore[arg-type]


def on(day: str) -> date:
    return date.fromisoformat(day)


class TestChile:
    UF = tables(UF=[("2026-01-01", "2026-12-31", "27205.11")])

    def fee(self, amount: str, as_of: str, **terms: object) -> Money:
        owed = debt(amount, "CLP", "2026-03-01", useful_notice=terms.pop("useful_notice", True), **terms)
        return charge("collection_fee", owed, load_charges("CL"), self.UF, on(as_of)).charged

    def test_nine_percent_of_a_small_debt(self) -> None:
        assert self.fee("100000", "2026-03-22") == Money(9_000, "CLP")

    def test_less_a_fifth_of_a_unit_without_useful_notice(self) -> None:
        assert self.fee("100000", "2026-03-22", useful_notice=False) == Money(3_559, "CLP")

    def test_the_discount_never_makes_the_fee_negative(self) -> None:
        assert self.fee("30000", "2026-03-22", useful_notice=False) == Money(0, "CLP")

    def test_nothing_on_day_twenty_and_the_fee_on_day_twenty_one(self) -> None:
        assert self.fee("100000", "2026-03-21") == Money(0, "CLP")
        assert self.fee("100000", "2026-03-22") == Money(9_000, "CLP")

    def test_each_slice_at_its_own_percent(self) -> None:
        # 10 UF = 272,051.1 at 9 %; 40 UF = 1,088,204.4 at 6 %; the rest of 2,000,000 at 3 %
        assert self.fee("2000000", "2026-04-30") == Money(24_485 + 65_292 + 19_192, "CLP")

    def test_it_is_one_off_and_does_not_grow_with_time(self) -> None:
        assert self.fee("100000", "2026-12-31") == Money(9_000, "CLP")

    def test_a_debt_in_units_needs_no_value_of_the_unit(self) -> None:
        owed = debt("100", "CLF", "2026-03-01", useful_notice=True)
        fee = charge("collection_fee", owed, load_charges("CL"), TABLES, on("2026-04-30"))
        assert fee.charged == Money(48_000, "CLF")  # 0.9 + 2.4 + 1.5 UF

    def test_no_value_of_the_unit_charges_nothing_and_says_which(self) -> None:
        owed = debt("100000", "CLP", "2025-03-01", useful_notice=True)
        fee = charge("collection_fee", owed, load_charges("CL"), self.UF, on("2025-12-31"))
        assert (fee.charged, fee.legal_maximum) == (Money(0, "CLP"), None)
        assert fee.warnings[0] == "Falta el valor vigente de UF para el 2025-12-31: no se cobra nada hasta cargarlo."

    def test_one_percent_commission_between_companies_only(self) -> None:
        found = [
            charge("fixed_sum", debt("500000", "CLP", "2026-03-01", kind), load_charges("CL"), TABLES, on("2026-04-30"))
            for kind in ("business", "consumer")
        ]
        assert [one.charged.minor for one in found] == [5_000, 0]

    def test_the_published_maximum_limits_the_agreed_rate(self) -> None:
        known = tables(TMC=[("2026-03-01", "2026-03-31", "35.5")])
        owed = debt("1000000", "CLP", "2026-03-01", agreed_pct=Decimal(60))
        found = charge("late_interest", owed, load_charges("CL"), known, on("2026-03-31"))
        assert (found.charged.minor, found.legal_maximum, found.rate) == (29_178, Money(29_178, "CLP"), Decimal("35.5"))
        assert "Lo pactado supera el máximo legal: se cobra el máximo." in found.warnings


class TestUnitedKingdom:
    BASE = tables(BOE_BASE=[("2025-07-01", "2025-12-31", "4.25"), ("2026-01-01", "2026-06-30", "3.75")])

    def test_ten_thousand_pounds_sixty_days_late(self) -> None:
        owed = debt("10000", "GBP", "2026-01-15", "business")
        whole, parts = charge_all(owed, load_charges("GB"), self.BASE, on("2026-03-16"))
        assert whole.charged == Money(29_315, "GBP") == whole.legal_maximum
        assert [part.charged.minor for part in parts] == [19_315, 0, 10_000]
        assert whole.rate == Decimal("11.75")

    def test_the_rate_stays_that_of_the_half_year_of_default(self) -> None:
        owed = debt("10000", "GBP", "2025-12-01", "business")
        found = charge("late_interest", owed, load_charges("GB"), self.BASE, on("2026-03-01"))
        assert [(part.charged.pct, part.days()) for part in found.periods if part.charged] == [(Decimal("12.25"), 90)]

    def test_a_debt_due_on_the_last_day_of_the_year_is_overdue_in_the_next_half_year(self) -> None:
        owed = debt("10000", "GBP", "2025-12-31", "business")
        assert charge("late_interest", owed, load_charges("GB"), self.BASE, on("2026-01-01")).rate == Decimal("11.75")

    @pytest.mark.parametrize(
        ("owed", "sum_minor"), [("999.99", 4_000), ("1000", 7_000), ("9999.99", 7_000), ("10000", 10_000)]
    )
    def test_the_fixed_sum_by_size_of_the_debt(self, owed: str, sum_minor: int) -> None:
        found = charge(
            "fixed_sum", debt(owed, "GBP", "2026-01-15", "business"), load_charges("GB"), TABLES, on("2026-01-16")
        )
        assert (found.charged, found.rate) == (Money(sum_minor, "GBP"), None)

    def test_pounds_are_not_charged_on_a_debt_in_euros(self) -> None:
        found = charge(
            "fixed_sum", debt("5000", "EUR", "2026-01-15", "business"), load_charges("GB"), TABLES, on("2026-02-16")
        )
        assert found.charged == Money(0, "EUR")

    def test_consumers_owe_nothing_by_that_act(self) -> None:
        whole, _ = charge_all(debt("10000", "GBP", "2026-01-15"), load_charges("GB"), self.BASE, on("2026-03-16"))
        assert whole.charged == Money(0, "GBP")


class TestColombia:
    LIMITS = [
        ("general", "25.52"), ("bajo_monto", "63.93"), ("productivo_mayor_monto", "40.80"),
        ("productivo_rural", "31.41"), ("productivo_urbano", "58.04"), ("popular_rural", "71.31"),
    ]  # fmt: skip

    @pytest.mark.parametrize(("credit", "limit"), LIMITS)
    def test_march_2026_one_and_a_half_times_the_banking_rate(self, credit: str, limit: str) -> None:
        owed = debt("1000000", "COP", "2026-02-28", credit=credit, agreed_pct=Decimal(90))
        found = charge("late_interest", owed, load_charges("CO"), TABLES, on("2026-03-31"))
        assert found.rate == Decimal(limit)

    def test_the_effective_rate_counts_by_its_daily_equivalent(self) -> None:
        owed = debt("1000000", "COP", "2026-02-28")
        found = charge("late_interest", owed, load_charges("CO"), TABLES, on("2026-03-31"))
        # (1.2552 ** (1/365) - 1) = 0.000622919...; times 31 days of a million
        assert found.charged == Money(19_310_51, "COP")

    def test_an_agreed_rate_below_the_limit_is_simple_on_the_capital(self) -> None:
        owed = debt("1000000", "COP", "2026-02-28", agreed_pct=Decimal(12))
        found = charge("late_interest", owed, load_charges("CO"), TABLES, on("2026-03-31"))
        assert found.charged == Money(10_191_78, "COP")  # 1,000,000 x 12 % x 31 / 365
        assert found.legal_maximum == Money(19_310_51, "COP")

    def test_no_rate_for_the_current_month_charges_nothing(self) -> None:
        owed = debt("1000000", "COP", "2026-02-28", agreed_pct=Decimal(12))
        found = charge("late_interest", owed, load_charges("CO"), TABLES, on("2026-04-01"))
        assert (found.charged, found.legal_maximum) == (Money(0, "COP"), None)
        assert "IBC_CONSUMO" in found.warnings[0]

    def test_past_days_without_a_rate_are_free_and_named(self) -> None:
        owed = debt("1000000", "COP", "2026-02-18")
        found = charge("late_interest", owed, load_charges("CO"), TABLES, on("2026-03-31"))
        assert found.charged == Money(19_310_51, "COP")
        assert "Sin tasa publicada del 2026-02-19 al 2026-02-28: esos días se cobran a 0." in found.warnings

    def test_each_month_at_its_own_limit(self) -> None:
        known = tables(IBC_CONSUMO=[("2026-03-01", "2026-03-31", "17.01"), ("2026-04-01", "2026-04-30", "16")])
        owed = debt("1000000", "COP", "2026-02-28")
        found = charge("late_interest", owed, load_charges("CO"), known, on("2026-04-10"))
        assert [(str(p.charged.pct), p.days()) for p in found.periods if p.charged] == [("25.52", 31), ("24.00", 10)]


class TestCostaRica:
    @pytest.mark.parametrize(
        ("currency", "credit", "limit"),
        [("CRC", "general", "36.27"), ("USD", "general", "30.39"), ("CRC", "microcredito", "51.21"),
         ("USD", "microcredito", "43.03"), ("EUR", "general", "7.50")],
    )  # fmt: skip
    def test_first_half_of_2026(self, currency: str, credit: str, limit: str) -> None:
        owed = debt("1000", currency, "2026-01-31", credit=credit, agreed_pct=Decimal(80))
        assert charge("late_interest", owed, load_charges("CR"), TABLES, on("2026-06-30")).rate == Decimal(limit)

    @pytest.mark.parametrize(
        ("currency", "credit", "limit"),
        [("CRC", "general", "36.27"), ("USD", "general", "30.39"), ("CRC", "microcredito", "51.21"),
         ("USD", "microcredito", "43.03")],
    )  # fmt: skip
    def test_the_formula_gives_the_published_figures(self, currency: str, credit: str, limit: str) -> None:
        known = tables(
            OSD_12M=[("2026-01-01", "2026-06-30", "11.38")], OSD_12M_USD=[("2026-01-01", "2026-06-30", "7.46")]
        )
        owed = debt("1000", currency, "2026-01-31", credit=credit, agreed_pct=Decimal(80))
        assert charge("late_interest", owed, load_charges("CR"), known, on("2026-06-30")).rate == Decimal(limit)

    def test_the_second_half_of_2026_is_not_known(self) -> None:
        owed = debt("1000", "CRC", "2026-01-31", agreed_pct=Decimal(80))
        assert charge("late_interest", owed, load_charges("CR"), TABLES, on("2026-07-01")).charged.minor == 0

    def test_a_maximum_is_no_right_to_charge_it(self) -> None:
        found = charge("late_interest", debt("1000", "CRC", "2026-01-31"), load_charges("CR"), TABLES, on("2026-03-02"))
        assert found.charged == Money(0, "CRC")
        assert found.legal_maximum == Money(29_81, "CRC")  # 36.27 % x 30 / 365
        assert "No hay tasa pactada y la norma no fija otra: no se cobra interés." in found.warnings


class TestSpain:
    ECB = tables(
        ECB_REFI=[
            ("2025-07-01", "2025-12-31", "2.15"),
            ("2026-01-01", "2026-06-30", "2"),
            ("2026-07-01", "2026-12-31", "1.5"),
        ]
    )

    def test_an_open_debt_changes_its_rate_each_half_year(self) -> None:
        owed = debt("10000", "EUR", "2025-12-01", "business")
        found = charge("late_interest", owed, load_charges("ES"), self.ECB, on("2026-07-10"))
        assert [(plain(p.charged.pct), p.days()) for p in found.periods if p.charged] == [
            ("10.15", 30), ("10", 181), ("9.5", 10),
        ]  # fmt: skip
        assert found.charged == Money(60_534, "EUR")  # 83.4247 + 495.8904 + 26.0274 = 605.3425

    def test_a_bank_rate_in_force_since_before_the_half_year_is_the_half_years(self) -> None:
        known = tables(ECB_REFI=[("2025-06-11", "2026-02-03", "2.15"), ("2026-02-04", "2026-12-31", "9")])
        owed = debt("10000", "EUR", "2026-01-01", "business")
        found = charge("late_interest", owed, load_charges("ES"), known, on("2026-06-30"))
        assert [p.charged.pct for p in found.periods if p.charged] == [Decimal("10.15")]

    def test_forty_euros_between_companies_from_the_first_day(self) -> None:
        for kind, minor in (("business", 4_000), ("consumer", 0)):
            owed = debt("100", "EUR", "2026-01-01", kind)
            assert charge("fixed_sum", owed, load_charges("ES"), TABLES, on("2026-01-02")).charged.minor == minor


class TestMexico:
    def test_six_percent_from_the_day_after_the_due_date(self) -> None:
        owed = debt("36500", "MXN", "2026-01-31")
        at = [
            charge("late_interest", owed, load_charges("MX"), TABLES, on(d)).charged.minor
            for d in ("2026-01-31", "2026-02-01")
        ]
        assert at == [0, 600]

    def test_nine_percent_when_the_debt_is_civil(self) -> None:
        owed = debt("36500", "MXN", "2026-01-31", nature="civil")
        assert charge("late_interest", owed, load_charges("MX"), TABLES, on("2026-02-01")).charged.minor == 900

    def test_an_agreed_rate_has_no_legal_maximum_but_a_high_one_warns(self) -> None:
        owed = debt("36500", "MXN", "2026-01-31", agreed_pct=Decimal(48))
        found = charge("late_interest", owed, load_charges("MX"), TABLES, on("2026-02-01"))
        assert (found.charged.minor, found.legal_maximum) == (4_800, None)
        assert "La tasa supera el 37 % anual: un juez podría reducirla." in found.warnings

    def test_collection_costs_only_if_agreed(self) -> None:
        owed = debt("1000", "MXN", "2026-01-31")
        at = on("2026-02-10")
        assert charge("collection_fee", owed, load_charges("MX"), TABLES, at).charged.minor == 0
        agreed = attrs.evolve(owed, agreed_fee_pct=Decimal(5))
        assert charge("collection_fee", agreed, load_charges("MX"), TABLES, at).charged.minor == 50_00


class TestOthers:
    def test_peru_finance_companies_charge_no_fee_at_all(self) -> None:
        owed = debt("1000", "PEN", "2026-01-31", "financial", agreed_fee_pct=Decimal(5))
        for kind in ("collection_fee", "fixed_sum"):
            found = charge(kind, owed, load_charges("PE"), TABLES, on("2026-03-10"))
            assert (found.charged.minor, found.cite[:20]) == (0, "Ley 28587 art. 6, se")

    def test_peru_the_published_maximum_limits_the_agreed_rate(self) -> None:
        known = tables(BCRP_MAX=[("2026-01-01", "2026-06-30", "12.5")])
        owed = debt("1000", "PEN", "2026-01-31", agreed_pct=Decimal(40))
        assert charge("late_interest", owed, load_charges("PE"), known, on("2026-03-10")).rate == Decimal("12.5")

    def test_brazil_fine_of_two_percent_at_most_and_only_if_agreed(self) -> None:
        owed = debt("1000", "BRL", "2026-01-31")
        at, law = on("2026-03-10"), load_charges("BR")
        asked = [None, Decimal("1.5"), Decimal(10)]
        found = [charge("fixed_sum", attrs.evolve(owed, agreed_fee_pct=pct), law, TABLES, at) for pct in asked]
        assert [one.charged.minor for one in found] == [0, 15_00, 20_00]
        assert [one.legal_maximum for one in found] == [Money(20_00, "BRL")] * 3

    def test_brazil_legal_rate_is_never_negative(self) -> None:
        known = tables(SELIC=[("2026-01-01", "2026-12-31", "3")], IPCA=[("2026-01-01", "2026-12-31", "4.5")])
        found = charge("late_interest", debt("1000", "BRL", "2026-01-31"), load_charges("BR"), known, on("2026-03-10"))
        assert (found.charged.minor, found.rate) == (0, Decimal(0))

    def test_ecuador_at_most_a_tenth_over_the_agreed_rate(self) -> None:
        owed = debt("36500", "USD", "2026-01-31", agreed_pct=Decimal(10))
        found = charge("late_interest", owed, load_charges("EC"), TABLES, on("2026-02-01"))
        assert (found.charged.minor, found.legal_maximum) == (10_00, Money(11_00, "USD"))


class TestEverywhere:
    @pytest.mark.parametrize("country", countries())
    def test_nothing_is_charged_before_or_on_the_due_date(self, country: str) -> None:
        for debtor in ("consumer", "business", "financial"):
            owed = debt("1000", "USD", "2026-03-10", debtor, agreed_pct=Decimal(20))
            for day in ("2026-03-09", "2026-03-10"):
                assert charge_all(owed, load_charges(country), TABLES, on(day))[0].charged.minor == 0

    @pytest.mark.parametrize("country", countries())
    def test_every_rule_has_its_citation_its_evidence_and_no_reviewer_yet(self, country: str) -> None:
        law = load_charges(country)
        assert all(rule.cite and rule.evidence for rule in law.rules)
        assert len({rule.id for rule in law.rules}) == len(law.rules)
        found = charge("late_interest", debt("1", "USD", "2026-03-10"), law, TABLES, on("2026-04-10"))
        assert "Norma sin revisar por abogado." in found.warnings

    def test_the_disputed_part_bears_no_charge(self) -> None:
        owed = debt("36500", "MXN", "2026-01-31", disputed_minor=30_000_00)
        found = charge("late_interest", owed, load_charges("MX"), TABLES, on("2026-02-01"))
        assert found.charged.minor == 107  # 6,500 x 6 % / 365
        assert "La parte en aclaración no genera cargos." in found.warnings

    def test_a_wholly_disputed_debt_bears_no_fixed_sum(self) -> None:
        owed = debt("100", "EUR", "2026-01-01", "business", disputed_minor=100_00)
        found = charge("fixed_sum", owed, load_charges("ES"), TABLES, on("2026-02-01"))
        assert (found.charged.minor, found.legal_maximum) == (0, Money(0, "EUR"))

    def test_days_of_grace_move_the_first_day(self) -> None:
        owed = debt("36500", "MXN", "2026-01-31", grace_days=5)
        late = [
            charge("late_interest", owed, load_charges("MX"), TABLES, on(d)).charged.minor
            for d in ("2026-02-05", "2026-02-06")
        ]
        assert late == [0, 600]

    def test_a_prescribed_debt_bears_no_new_charge(self) -> None:
        owed = debt("100", "EUR", "2020-01-01", "business", prescribes_on=on("2025-01-01"))
        found = charge("fixed_sum", owed, load_charges("ES"), TABLES, on("2025-01-01"))
        assert found.charged.minor == 0
        assert found.warnings[0] == "La deuda prescribió el 2025-01-01: no admite cargos nuevos."

    def test_the_same_question_always_has_the_same_answer(self) -> None:
        owed = debt("1234.56", "MXN", "2026-01-31", agreed_pct=Decimal("18.5"))
        asked = [
            charge("late_interest", owed, load_charges("MX"), TABLES, on("2026-05-31")).as_json() for _ in range(2)
        ]
        assert asked[0] == asked[1]

    def test_consumers_pay_capital_first_and_companies_costs_first(self) -> None:
        law = load_charges("MX")
        assert law.imputation_for("consumer").order == ("principal", "interest", "fee")
        assert law.imputation_for("business").order == ("fee", "interest", "principal")
        assert law.imputation_for("financial") == law.imputation_for("consumer")

    def test_a_kind_of_charge_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(UnusableInput, match="late_interest, collection_fee, fixed_sum"):
            charge("multa", debt("1", "MXN", "2026-01-31"), load_charges("MX"), TABLES, on("2026-02-01"))


class TestTables:
    def test_where_rows_share_a_day_the_later_one_rules(self) -> None:
        known = tables(UF=[("2026-01-01", "2026-02-01", "10"), ("2026-02-01", "2026-03-01", "20")])
        assert [known.on("UF", on(d)).value for d in ("2026-01-31", "2026-02-01", "2026-03-01")] == [10, 20, 20]  # type: ignore[union-attr]

    def test_a_day_outside_every_row_has_no_rate(self) -> None:
        known = tables(UF=[("2026-01-01", "2026-01-31", "10")])
        assert [known.on("UF", on(d)) for d in ("2025-12-31", "2026-02-01")] == [None, None]

    @pytest.mark.parametrize(
        ("document", "says"),
        [
            ([], "se espera un mapa"), ({"UF": 3}, "debe ser una lista"), ({"UF": [3]}, "no es una fila"),
            ({"UF": [{"from": "ayer", "value": 1}]}, "no es una fecha"), ({"uf": []}, "no es un índice"),
            ({"UF": [{"from": "2026-01-01", "value": "27,205.11"}]}, "no es un valor"),
            ({"UF": [{"from": "2026-01-02", "to": "2026-01-01", "value": 1}]}, "es anterior a «from»"),
            ({"UF": [{"from": "2026-01-01", "valor": 1}]}, "no se conoce el campo «valor»"),
            ({"UF": [{"from": "2026-01-01", "value": "1.1234567"}]}, "más de seis decimales"),
            ({"UF": [{"from": "2026-01-01", "value": "NaN"}]}, "no es un valor"),
        ],
    )  # fmt: skip
    def test_a_wrong_file_is_answered_with_what_and_where(self, document: object, says: str) -> None:
        with pytest.raises(UnusableInput, match=says):
            parse_tables(document, "tasas.yaml")

    def test_shipped_rows_all_name_their_source(self) -> None:
        assert all(row.source and row.end for rows in TABLES.tables.values() for row in rows)

    def test_the_reference_page_names_every_index_that_a_rule_reads(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "reference" / "tasas.md").read_text(encoding="utf-8")
        rules = [rule for country in countries() for rule in load_charges(country).rules]
        specs = [spec for rule in rules for spec in (rule.unagreed, rule.cap) if spec]
        read = {index for spec in specs for index in spec.indexes()} | {
            r.fee.unit for r in rules if r.fee and r.fee.unit
        }
        assert [index for index in sorted({*read, *TABLES.tables}) if f"`{index}`" not in page] == []

    def test_a_law_file_with_a_rule_cut_short_is_answered_with_a_sentence(self) -> None:
        rule = {"id": "MX-X", "kind": "late_interest"}
        with pytest.raises(UnusableInput, match="mx.yaml: falta el campo 'cite'"), well_formed("mx.yaml"):
            parse_charges({"country": "MX", "version": "1", "rules": [rule], "imputation": {}}, "mx.yaml")

    def test_an_open_row_lasts_until_the_next(self) -> None:
        known = parse_tables({"X": [{"from": "2026-01-01", "value": 1}, {"from": "2026-03-01", "value": 2}]}, "x")
        days = [on("2026-01-01") + timedelta(days=n) for n in (0, 58, 59, 900)]
        assert [known.on("X", day).value for day in days] == [1, 1, 2, 2]  # type: ignore[union-attr]
