"""Beside which contact a payment is told, in which stage an account was, and what was sold twice; by hand."""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.core.ledger.position import StageBounds
from puntual.core.reports import attribution, reissues


def d(month, day):
    return date(2026, month, day)


def talks(*rows):
    columns = {"account": pl.Int64, "day": pl.Date, "direct": pl.Boolean, "channel": pl.String, "agent": pl.String,
               "campaign": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")


def paid(*rows):
    return pl.DataFrame(rows, schema={"account": pl.Int64, "on": pl.Date, "amount_minor": pl.Int64}, orient="row")


class TestTheLastContact:
    TALKS = talks(
        (1, d(4, 1), False, "email", "", "d+3"), (1, d(4, 8), True, "call", "ana", ""),
        (2, d(2, 1), False, "email", "", "d+3"), (3, d(4, 5), False, "email", "", ""),
        (3, d(4, 5), True, "call", "", ""),
    )  # fmt: skip

    def told(self, by, *rows):
        found = attribution.after(paid(*rows), self.TALKS, "on", by).sort("account", "on")
        return found.select("account", by).rows()

    def test_a_payment_is_told_beside_the_last_contact_before_it(self):
        assert self.told("channel", (1, d(4, 7), 5), (1, d(4, 9), 5)) == [(1, "email"), (1, "call")]
        assert self.told("agent", (1, d(4, 7), 5), (1, d(4, 9), 5)) == [(1, ""), (1, "ana")]

    def test_a_contact_of_more_than_thirty_days_before_says_nothing(self):
        assert self.told("channel", (2, d(3, 3), 5), (2, d(3, 4), 5)) == [(2, "email"), (2, "")]

    def test_nobody_contacted_nobody_told(self):
        assert self.told("channel", (9, d(4, 9), 5)) == [(9, "")]

    def test_the_same_day_the_one_that_reached_the_person_speaks(self):
        assert self.told("channel", (3, d(4, 6), 5)) == [(3, "call")]

    def test_what_a_row_says_by_itself_stays(self):
        rows = pl.DataFrame({"account": [1, 1], "on": [d(4, 9), d(4, 10)], "channel": ["sms", ""]})
        assert attribution.after(rows, self.TALKS, "on", "channel")["channel"].to_list() == ["sms", "call"]


def test_the_stage_of_an_account_is_that_of_its_oldest_document():
    oldest = pl.DataFrame({"account": [1, 2, 3], "oldest_due_on": [d(3, 30), d(2, 27), d(1, 1)]})
    found = attribution.stages(oldest, d(3, 31), StageBounds(0, 30, 60))
    assert found["stage"].to_list() == ["administrative", "extrajudicial", "judicial"]  # 1, 32 and 89 days
    rows = pl.DataFrame({"account": [3, 8]})
    assert attribution.staged(rows, found)["stage"].to_list() == ["judicial", "preventive"]


class TestSoldTwice:
    WHAT = ("MXN", "tubos", "ventas", "laura", "toluca")
    NOTES = pl.DataFrame(
        [(1, *WHAT, d(4, 1), d(4, 11), 1_000, 1_000), (2, *WHAT, d(4, 1), d(4, 5), 1_000, 200)],
        schema={n: c.dtype for n, c in reissues.NOTES.items()}, orient="row",
    )  # fmt: skip

    def sold(self, *rows):
        return pl.DataFrame(rows, schema={n: c.dtype for n, c in reissues.SOLD.items()}, orient="row")

    def test_one_credited_whole_and_sold_again_soon_was_issued_again(self):
        again = reissues.inferred(self.NOTES, self.sold((1, "MXN", d(4, 12), 1_100), (1, "MXN", d(4, 20), 1_000)))
        assert again.rows() == [(1, *self.WHAT, d(4, 1), d(4, 12), 1_000)]

    def test_another_sale_is_another_sale(self):
        other = self.sold(
            (1, "MXN", d(4, 12), 1_300), (1, "MXN", d(5, 12), 1_000), (1, "MXN", d(4, 1), 1_000),
            (2, "MXN", d(4, 6), 1_000), (1, "USD", d(4, 12), 1_000),
        )  # fmt: skip
        assert reissues.inferred(self.NOTES, other).height == 0

    def test_the_cost_is_told_by_product_in_money_and_days(self):
        again = reissues.inferred(self.NOTES, self.sold((1, "MXN", d(4, 12), 1_000)))
        found = reissues.mended_by(self.NOTES, again, "product")
        assert found.rows() == [
            ("tubos", 2, 1_200, 7, 1, 1_000, 11)
        ]  # notes after 10 and 4 days; the good one after 11
