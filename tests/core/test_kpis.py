"""Golden figures, worked out by hand beside each test. Formulas and their sources: docs/reference/kpis.md."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from puntual.core.errors import UnusableInput
from puntual.core.reports import inputs, registry
from puntual.core.reports.inputs import Known

D = Decimal
START, END = date(2026, 4, 1), date(2026, 4, 30)


def frame(name, *rows):
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in inputs.BY_NAME[name].items()}, orient="row")


def invoice(issued, due, minor, currency="MXN", segment=""):
    return currency, segment, issued, due, issued, "invoice", "principal", minor


def paid(issued, due, on, minor, currency="MXN", segment="", component="principal"):
    return currency, segment, issued, due, on, "allocation", component, -minor


def d(month, day):
    return date(2026, month, day)


#: Books of a shop. January: 900 sold, all paid in March. February: 1,200 sold, 500 paid in April.
#: March: 1,500 sold, due 30 April. April: 600 sold, due in May; 100 of them paid at once. Interest of 30 on February.
FEBRUARY, MARCH, APRIL = (d(2, 1), d(3, 3)), (d(3, 31), d(4, 30)), (d(4, 10), d(5, 10))
BOOKS = (
    invoice(d(1, 5), d(2, 4), 900_00), paid(d(1, 5), d(2, 4), d(3, 20), 900_00),
    invoice(*FEBRUARY, 1_200_00), paid(*FEBRUARY, d(4, 15), 500_00),
    invoice(*MARCH, 1_500_00),
    invoice(*APRIL, 600_00), paid(*APRIL, d(4, 20), 100_00),
    ("MXN", "", *FEBRUARY, d(4, 30), "interest", "interest", 30_00),
)  # fmt: skip
CASH = (("MXN", "", d(3, 20), 900_00), ("MXN", "", d(4, 15), 500_00), ("MXN", "", d(4, 20), 100_00))


@pytest.fixture
def shop():
    return Known(start=START, end=END, movements=frame("movements", *BOOKS), cash=frame("cash", *CASH))


def value(known, code, currency="MXN"):
    figures = registry.measure(known, codes=(code,))
    return next(m.figure for m in figures if m.currency == (currency if m.kpi.money else "")).value


def sentence(known, code):
    return registry.measure(known, codes=(code,))[0].figure.sentence


class TestBalance:
    def test_receivable_and_overdue_count_interest_and_what_is_due_today_is_not_late(self, shop):
        # February 700 + its interest 30, March 1,500 (due on the 30th itself), April 500
        assert value(shop, "receivable") == 2_730_00
        assert value(shop, "overdue") == 730_00
        assert value(shop, "overdue_share") == D("26.74")  # 730 / 2,730

    def test_dso_is_capital_over_credit_sales_times_days(self, shop):
        # (700 + 1,500 + 500) / 600 * 30 = 135; rex.inc: AR / credit sales * days
        assert value(shop, "dso") == D("135.00")

    def test_best_possible_dso_and_average_days_delinquent_add_up_to_dso(self, shop):
        # current: 1,500 + 500 = 2,000 -> 2,000 / 600 * 30 = 100; late: 700 / 600 * 30 = 35
        assert (value(shop, "dso_best"), value(shop, "add")) == (D("100.00"), D("35.00"))

    def test_count_back_takes_off_each_month_latest_first(self, shop):
        # 2,700: April 600 (30 days) -> 2,100; March 1,500 (31) -> 600; February 1,200 has 600: 28 * 600/1,200 = 14
        assert value(shop, "dso_count_back") == D("75.00")

    def test_cei_of_the_month(self, shop):
        # opening 1,200 + 1,500 = 2,700; sales 600; closing 2,700; closing current 2,000
        # (2,700 + 600 - 2,700) / (2,700 + 600 - 2,000) = 600 / 1,300
        assert value(shop, "cei") == D("46.15")

    def test_at_risk_is_what_is_over_ninety_days(self, shop):
        later = Known(start=d(6, 1), end=d(6, 30), movements=shop.movements)
        # on 30 June February (due 3 March) is 119 days late: 730; March is 61 days late
        assert value(later, "at_risk") == D("26.74")

    def test_a_credit_note_lowers_sales_and_what_is_owed(self, shop):
        note = ("MXN", "", *APRIL, d(4, 25), "credit_note", "principal", -100_00)
        less = Known(start=START, end=END, movements=frame("movements", *BOOKS, note))
        assert value(less, "dso") == D("156.00")  # 2,600 / 500 * 30

    def test_as_of_a_past_date_later_facts_are_not_known(self, shop):
        march = Known(start=d(3, 1), end=d(3, 31), movements=shop.movements, cash=shop.cash)
        assert value(march, "receivable") == 2_700_00
        assert value(march, "collected") == 900_00

    def test_the_textbook_example_of_cei(self):
        # Billtrust: opening 80, credit sales 300, closing 100, closing current 50 (thousands): 280 / 330 = 84.85 %
        books = frame(
            "movements",
            invoice(d(3, 1), d(3, 31), 80_000), paid(d(3, 1), d(3, 31), d(4, 2), 30_000),
            invoice(d(4, 1), d(6, 30), 300_000), paid(d(4, 1), d(6, 30), d(4, 9), 250_000),
        )  # fmt: skip
        assert value(Known(start=START, end=END, movements=books), "cei") == D("84.85")


class TestCollection:
    def test_collected_is_the_money_of_the_period(self, shop):
        assert value(shop, "collected") == 600_00

    def test_recovery_is_of_what_was_overdue_at_the_opening(self, shop):
        # overdue on 31 March: February 1,200; paid of it in April: 500
        assert value(shop, "recovery_rate") == D("41.67")

    def test_recovery_by_stage_knows_the_stage_of_the_opening(self, shop):
        rows = registry.split(registry.kpi("stage_recovery"), shop, "stage")
        # preventive: March 1,500, nothing paid; administrative: February (28 days late) 500 of 1,200
        assert [(m.value, m.figure.value) for m in rows] == [("preventive", D("0.00")), ("administrative", D("41.67"))]

    def test_collected_against_what_fell_due(self, shop):
        assert value(shop, "collected_vs_due") == D("40.00")  # 600 received, 1,500 due in April

    def test_delay_mean_and_median_weigh_documents(self):
        # days late of five documents settled in April: -2, 0, 0, 10, 60 -> mean 13.6, median 0; on time 3 of 5
        def one(late, items=1):
            due = d(4, 20) - timedelta(days=late)
            return "MXN", "", due - timedelta(days=30), due, d(4, 20), items, 100

        known = Known(
            start=START, end=END, settled=frame("settled", one(-2), one(0, 2), one(10), one(60)),
            cash=frame("cash", *CASH),
        )  # fmt: skip
        assert value(known, "delay_mean") == D("13.60")
        assert value(known, "delay_median") == D("0.00")
        assert value(known, "on_time") == D("60.00")
        assert value(known, "collection_term") == D("43.60")

    def test_the_median_of_an_even_number_is_between_the_two_middle_ones(self):
        rows = [("MXN", "", d(3, 1), d(4, 1), d(4, 1) + timedelta(days=n), 1, 100) for n in (1, 4, 9, 20)]
        known = Known(start=START, end=END, settled=frame("settled", *rows), cash=frame("cash", *CASH))
        assert value(known, "delay_median") == D("6.50")

    def test_cure_and_self_cure(self):
        # three were late; 1 and 2 are current now; a person called 2
        standing = frame("standing", ("MXN", "", 1, 50, 0), ("MXN", "", 2, 70, 0), ("MXN", "", 3, 10, 90))
        contacts = frame("contacts", ("", 2, "call", "ana", "", True, 1), ("", 1, "email", "", "", False, 3))
        known = Known(start=START, end=END, standing=standing, contacts=contacts, cash=frame("cash", *CASH))
        assert value(known, "cure_rate") == D("66.67")
        assert value(known, "self_cure") == D("50.00")

    def test_cost_needs_a_cost_per_channel(self, shop):
        contacts = frame("contacts", ("", 1, "email", "", "", False, 100), ("", 2, "call", "ana", "", True, 4))
        known = Known(start=START, end=END, movements=shop.movements, cash=shop.cash, contacts=contacts)
        assert "costo" in sentence(known, "cost_per_100")
        priced = Known(start=START, end=END, cash=shop.cash, contacts=contacts, contact_cost={"email": 5, "call": 250})
        assert value(priced, "cost_per_100") == D("2.50")  # (100 * 0.05 + 4 * 2.50) = 15 of 600
        assert value(priced, "recovered_per_contact") == 577  # 600.00 / 104 = 5.769...


class TestPeople:
    def test_contact_coverage_and_intensity(self):
        # 200 attempts, 75 spoke with the person (moonflow: 37.5 %)
        contacts = frame("contacts", ("", 1, "call", "ana", "", True, 75), ("", 2, "call", "ana", "", False, 125))
        standing = frame("standing", ("MXN", "", 1, 9, 9), ("MXN", "", 3, 9, 9), ("MXN", "", 4, 0, 9))
        known = Known(start=START, end=END, contacts=contacts, standing=standing)
        assert value(known, "contact_rate") == D("37.50")
        assert value(known, "coverage") == D("50.00")  # 1 of the two that were late
        assert value(known, "intensity") == D("100.00")

    def test_how_long_a_person_takes_and_how_much_of_the_day(self):
        rows = [("", 1, "ana", d(4, 2), 360, 0), ("", 2, "ana", d(4, 2), 240, 120), ("", 3, "luz", d(4, 3), 300, 180)]
        known = Known(start=START, end=END, handlings=frame("handlings", *rows))
        assert value(known, "handling_time") == D("5.00")  # 15 minutes of three people
        assert value(known, "occupancy") == D("75.00")  # 15 of 15 + 5 minutes
        assert value(known.only("agent", "ana"), "occupancy") == D("83.33")  # 10 of 12

    def test_promises_kept_by_number_and_by_amount(self):
        def promise(pk, minor, state, closed=d(4, 12), on=d(4, 10)):
            return "MXN", "", pk, pk, "ana", minor, d(4, 2), on, state, closed

        rows = [
            promise(1, 100_00, "kept"), promise(2, 100_00, "kept"), promise(3, 800_00, "broken"),
            promise(4, 500_00, "open", None), promise(5, 500_00, "withdrawn"),
            promise(6, 500_00, "kept", d(5, 2)), promise(7, 500_00, "kept", d(3, 12), d(3, 10)),
        ]  # fmt: skip
        known = Known(start=START, end=END, promises=frame("promises", *rows))
        # due in April and judged by its end: 1, 2 and 3
        assert value(known, "promises_kept") == D("66.67")
        assert value(known, "promises_kept_amount") == D("20.00")

    def test_instalments_on_time(self):
        rows = [("MXN", "", 1, d(4, n), 100, n != 3) for n in (1, 2, 3, 4)]
        known = Known(start=START, end=END, instalments=frame("instalments", *rows), cash=frame("cash", *CASH))
        assert value(known, "instalments_on_time") == D("75.00")


class TestHarm:
    @pytest.fixture
    def known(self, shop):
        counts = dict(complaint=3, wrong_person=5, opt_out=10, sent=500, wanted=2_000, refused=250, breach=0)
        return Known(
            start=START, end=END, cash=shop.cash, movements=shop.movements,
            harm=frame("harm", *counts.items()), contacts=frame("contacts", ("", 1, "email", "", "", False, 600)),
        )  # fmt: skip

    def test_harm_is_told_beside_what_was_recovered(self, known):
        assert value(known, "complaints_per_1000") == D("5.00")  # 3 / 600
        assert value(known, "wrong_person") == D("0.83")
        assert value(known, "opt_outs") == D("2.00")  # 10 / 500 messages
        assert value(known, "contacts_per_1000") == D("1000.00")  # 600 contacts for 600.00
        assert value(known, "refused") == D("12.50")
        assert value(known, "breaches") == 0

    def test_without_contacts_there_is_no_harm_to_boast_of(self, shop):
        assert value(shop, "breaches") is None
        assert (
            sentence(shop, "complaints_per_1000")
            == "No hubo contactos en el periodo, así que tampoco hay daño que medir."
        )


class TestNothingMadeUp:
    def test_an_empty_company_has_sentences_and_no_figure(self):
        figures = registry.measure(Known(start=START, end=END))
        assert {m.kpi.code for m in figures} == {k.code for k in registry.REGISTRY if not k.money}
        assert [m.figure.value for m in figures] == [None] * len(figures)
        assert all(m.figure.sentence.endswith(".") for m in figures)

    def test_one_invoice_gives_what_it_can_and_says_the_rest(self):
        known = Known(start=START, end=END, movements=frame("movements", invoice(d(4, 10), d(5, 10), 300_00)))
        figures = {m.kpi.code: m.figure for m in registry.measure(known)}
        assert figures["receivable"].value == 300_00
        assert figures["overdue_share"].value == D("0.00")  # true: nothing of what there is is late
        assert figures["collected"].value is None
        assert figures["collected"].sentence == "No se registró ningún pago en el periodo."
        assert figures["recovery_rate"].sentence == "Nada estaba vencido al abrir el periodo."
        assert all(f.value is not None or f.sentence for f in figures.values())

    def test_currencies_are_never_added(self, shop):
        other = [invoice(d(4, 1), d(4, 5), 50, currency="CLP"), *BOOKS]
        figures = registry.measure(
            Known(start=START, end=END, movements=frame("movements", *other)), codes=("receivable",)
        )
        assert {m.currency: m.figure.value for m in figures} == {"CLP": 50, "MXN": 2_730_00}

    def test_segments_add_up_to_the_whole(self, shop):
        rows = [invoice(d(4, 1), d(4, 5), 70_00, segment="norte"), invoice(d(4, 1), d(4, 5), 30_00, segment="sur")]
        parts = registry.split(
            registry.kpi("overdue"), Known(start=START, end=END, movements=frame("movements", *rows)), "segment"
        )
        assert {m.value: m.figure.value for m in parts} == {"norte": 70_00, "sur": 30_00}

    def test_a_dimension_without_data_is_refused_in_words(self, shop):
        with pytest.raises(UnusableInput, match="no se puede separar por channel"):
            registry.split(registry.kpi("dso"), shop, "channel")

    def test_the_period_before_has_the_same_length(self):
        assert registry.before(START, END) == (d(3, 2), d(3, 31))


def test_every_indicator_says_all_that_it_owes():
    codes = [k.code for k in registry.REGISTRY]
    assert len(codes) == len(set(codes))
    for kpi in registry.REGISTRY:
        told = (kpi.name, kpi.formula, kpi.variant, kpi.numerator or kpi.denominator, kpi.unit, kpi.cut_off, kpi.source)
        assert all(told), kpi.code
