"""Ageing, roll rates, vintages, the funnel, causes and the forecast, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from puntual.core.reports import ageing, causes, friction, inputs, roll_rates, vintages
from puntual.core.reports.forecast import forecast
from puntual.core.reports.inputs import Known
from puntual.core.segments.facts import FACTS


def d(month, day):
    return date(2026, month, day)


def table(schema, *rows):
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in schema.items()}, orient="row")


def sold(issued, due, minor):
    return "MXN", "", issued, due, issued, "invoice", "principal", minor


def paid(issued, due, on, minor):
    return "MXN", "", issued, due, on, "allocation", "principal", -minor


def known(start, end, *rows):
    return Known(start=start, end=end, movements=table(inputs.MOVEMENTS, *rows))


class TestAgeing:
    def test_each_bound_belongs_to_its_bucket(self):
        late = {0: 1, 1: 2, 30: 4, 31: 8, 60: 16, 61: 32, 90: 64, 91: 128}
        rows = [sold(d(1, 1), d(6, 30) - timedelta(days=days), minor) for days, minor in late.items()]
        found = ageing.ageing(known(d(6, 1), d(6, 30), *rows))
        assert dict(zip(found["bucket"], found["open_minor"])) == {
            "current": 1, "d1_30": 6, "d31_60": 24, "d61_90": 96, "d91": 128
        }  # fmt: skip
        assert found["share_bp"].to_list() == [39, 235, 941, 3765, 5020]

    def test_the_early_variant_splits_the_first_month(self):
        rows = [sold(d(1, 1), d(6, 30) - timedelta(days=n), 10) for n in (7, 8)]
        found = ageing.ageing(known(d(6, 1), d(6, 30), *rows), early=True)
        assert found.filter(pl.col("open_minor") > 0)["bucket"].to_list() == ["d1_7", "d8_30"]

    def test_nothing_gives_nothing(self):
        assert ageing.ageing(Known(start=d(6, 1), end=d(6, 30))).height == 0


class TestRollRates:
    #: On 31 May: 100 not due, 80 ten days late, 60 forty days late. In June 20 of the 80 and all of the 60 are paid.
    ROWS = (
        sold(d(5, 20), d(6, 20), 100), sold(d(4, 21), d(5, 21), 80), sold(d(3, 22), d(4, 21), 60),
        paid(d(4, 21), d(5, 21), d(6, 9), 20), paid(d(3, 22), d(4, 21), d(6, 10), 60), sold(d(6, 5), d(6, 6), 999),
    )  # fmt: skip

    def test_the_matrix_follows_what_was_open_at_the_opening(self):
        found = roll_rates.matrix(known(d(6, 1), d(6, 30), *self.ROWS)).filter(pl.col("minor") != 0)
        assert [row[1:] for row in found.iter_rows()] == [
            ("current", "d1_30", 100, 10_000),
            ("d1_30", "d31_60", 60, 7_500), ("d1_30", "settled", 20, 2_500),
            ("d31_60", "settled", 60, 10_000),
        ]  # fmt: skip

    def test_the_monthly_rate_compares_stocks(self):
        found = roll_rates.monthly(known(d(6, 1), d(6, 30), *self.ROWS), months=1)
        # 31-60 at the end of June is 60 (the 80 less 20): 60 / 80 of what was 1-30 at the end of May
        line = found.filter(pl.col("bucket") == "d1_30").row(0, named=True)
        assert (line["was_minor"], line["next_minor"], line["rate_bp"]) == (80, 60, 7_500)

    def test_the_last_bucket_does_not_count_what_rolled_in_before(self):
        rows = [sold(d(1, 1), d(3, 12), 50), sold(d(1, 1), d(1, 2), 7_000)]  # 80 and 149 days late on 31 May
        found = roll_rates.monthly(known(d(6, 1), d(6, 30), *rows), months=1)
        line = found.filter(pl.col("bucket") == "d61_90").row(0, named=True)
        assert (line["was_minor"], line["next_minor"], line["rate_bp"]) == (50, 50, 10_000)

    def test_a_month_counts_when_it_is_over(self):
        assert roll_rates.month_ends(d(6, 29), 2) == [d(4, 30), d(5, 31)]
        assert roll_rates.month_ends(d(6, 30), 2) == [d(5, 31), d(6, 30)]


def test_a_vintage_is_followed_month_after_month():
    rows = [
        sold(d(1, 10), d(2, 10), 1_000), paid(d(1, 10), d(2, 10), d(2, 20), 400),
        paid(d(1, 10), d(2, 10), d(3, 1), 600), sold(d(2, 10), d(3, 10), 500),
    ]  # fmt: skip
    found = vintages.vintages(known(d(3, 1), d(3, 31), *rows), months=3)
    assert [(r[1], r[2], r[4], r[5]) for r in found.iter_rows()] == [
        (d(1, 1), 0, 1_000, 10_000), (d(1, 1), 1, 600, 6_000), (d(1, 1), 2, 0, 0),
        (d(2, 1), 0, 500, 10_000), (d(2, 1), 1, 500, 10_000),
    ]  # fmt: skip


class TestFriction:
    def journeys(self, *rows):
        whole = [
            ("email", "administrative", "d+3", "MXN", "", "", level, failed, on, n, minor)
            for level, failed, on, n, minor in rows
        ]
        return table(friction.JOURNEYS, *whole)

    def test_who_reached_a_step_reached_those_before(self):
        found = friction.funnel(
            self.journeys((0, False, None, 6, 60), (3, False, d(6, 1), 3, 30), (5, False, d(6, 2), 1, 10))
        )
        assert found["messages"].to_list() == [10, 4, 4, 4, 1, 1]
        assert found["share_bp"].to_list() == [10_000, 4_000, 4_000, 4_000, 1_000, 1_000]

    def test_who_reached_the_page_paid_saw_a_failure_or_left(self):
        rows = self.journeys(
            (0, False, None, 6, 60),
            (3, False, d(6, 1), 3, 30),
            (4, False, d(6, 1), 2, 20),
            (4, True, d(6, 2), 1, 10),
            (5, True, d(6, 2), 1, 10),
            (5, False, d(6, 3), 4, 40),
        )
        reached = {r["step"]: r["messages"] for r in friction.funnel(rows).iter_rows(named=True)}
        assert friction.stopped(rows) == (1, 5) and reached["clicked"] == 6 + reached["paid"] == 11

    def test_once_in_our_house_what_is_lost_there_is_judged(self):
        rows = [(0, False, None, 90, 9_000), (3, False, d(6, 20), 2, 200), (4, True, d(6, 10), 1, 700)]
        found = friction.worst(self.journeys(*rows), d(6, 30))
        assert (found.step, found.messages, found.lost_minor, found.days, found.failed) == (
            "method_chosen",
            1,
            700,
            20,
            1,
        )

    def test_without_any_news_nobody_is_blamed(self):
        assert friction.worst(self.journeys((0, False, None, 90, 9_000)), d(6, 30)) is None


def test_causes_weigh_delay_by_money_and_days():
    rows = [
        ("MXN", "tubos", "", "", "", "", d(6, 1), d(6, 11), 1, 1_000),  # ten days late
        ("MXN", "tubos", "", "", "", "", d(6, 1), d(6, 1), 1, 500),  # in its day
        ("MXN", "clavos", "", "", "", "", d(6, 10), None, 2, 100),  # still open: twenty days
    ]
    found = causes.late_by(table(causes.DELAYS, *rows), "product", d(6, 30))
    assert found.rows() == [("tubos", 2, 1, 1_500, 1_000, 6_667, 10), ("clavos", 2, 2, 100, 100, 10_000, 20)]


def test_disputes_tell_how_many_were_answered_late():
    rows = [
        ("MXN", "wrong_price", "ventas", "tubos", "", "", "price", d(6, 1), d(6, 11), d(6, 6), 300, 300),
        ("MXN", "wrong_price", "ventas", "tubos", "", "", "price", d(6, 1), d(6, 11), None, 200, 0),
    ]
    found = causes.disputed_by(table(causes.DISPUTES, *rows), "cause", d(6, 30))
    assert found.rows() == [("wrong_price", 2, 500, 300, 17, 1)]  # 5 and 29 days


class TestForecast:
    def facts(self):
        """Forty customers who pay ten days late without fail, one invoice each month."""
        rows = []
        for customer in range(40):
            for month in range(1, 8):
                issued = date(2026, month, 1 + customer % 20)
                due = issued + timedelta(days=30)
                pays = due + timedelta(days=10)
                pk = customer * 100 + month
                rows.append((pk, customer, customer, 1, issued, due, 1_000, "MXN", pays if pays < d(7, 25) else None))
        return table(FACTS, *rows)

    def test_it_expects_what_is_about_to_come_and_tells_its_past_error(self):
        (found,) = forecast(self.facts(), d(7, 25), None)
        last = found.days.row(-1, named=True)
        assert found.open_minor == 1_000 * self.facts()["paid_on"].null_count()
        assert last["low_minor"] <= last["cumulative_minor"] <= last["high_minor"]
        assert found.days["cumulative_minor"].to_list() == sorted(found.days["cumulative_minor"].to_list())
        assert found.past.height >= 1
        said, came = found.past["said_minor"], found.past["came_minor"]
        assert found.past_error == pytest.approx(float((said - came).abs().sum()) / float(came.sum()))

    def test_without_a_past_no_error_is_claimed(self):
        young = self.facts().filter(pl.col("issued_on") >= d(7, 1))
        (found,) = forecast(young, d(7, 25), None)
        assert (found.past_error, found.past.height) == (None, 0)
