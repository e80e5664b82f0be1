"""What a corrective action did, beside the rest of the company; and the days from the invoice to the customer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from puntual.core.reports import causes, corrective, delivery
from puntual.core.reports.corrective import Side


def delays(*rows):
    """(product, due, paid, items, amount)."""
    whole = [("MXN", product, "", "", "", "", due, paid, n, minor) for product, due, paid, n, minor in rows]
    return pl.DataFrame(whole, schema={k: c.dtype for k, c in causes.DELAYS.items()}, orient="row")


def d(month, day):
    return date(2026, month, day)


BEFORE = delays(
    ("tubos", d(3, 10), d(3, 20), 10, 600_00), ("tubos", d(3, 10), d(3, 10), 10, 400_00),
    ("clavos", d(3, 5), d(3, 9), 5, 300_00), ("clavos", d(3, 5), d(3, 5), 5, 700_00),
)  # fmt: skip
AFTER = delays(
    ("tubos", d(4, 10), d(4, 15), 4, 200_00), ("tubos", d(4, 10), d(4, 10), 16, 800_00),
    ("clavos", d(4, 5), d(4, 9), 5, 350_00), ("clavos", d(4, 5), d(4, 5), 5, 650_00),
)  # fmt: skip


def effect(before=BEFORE, after=AFTER):
    sides = (before, d(3, 31)), (after, d(4, 30))
    return corrective.delay_effect(*sides, "product", "tubos", complete=True)


class TestAction:
    def test_its_effect_is_its_change_less_that_of_the_rest(self):
        # tubos: 60 % late before, 20 % after: 40 points less. clavos: 30 % and 35 %: 5 more. 40 + 5 = 45 points better
        found = effect()
        assert (found.before, found.after) == (Side(20, 10, 6000, 10, 600_00), Side(20, 4, 2000, 5, 200_00))
        assert (found.rest_before.late_bp, found.rest_after.late_bp, found.change_bp) == (3000, 3500, -4500)

    def test_with_few_documents_nothing_is_said(self):
        assert effect(after=delays(("tubos", d(4, 10), d(4, 15), 9, 200_00))).change_bp is None

    def test_the_same_days_are_compared_on_both_sides(self):
        # it began on 10 April; on the 20th ten days have passed, of thirty
        assert corrective.spans(d(4, 10), 30, d(4, 20)) == ((d(3, 31), d(4, 9)), (d(4, 10), d(4, 19)), False)
        assert corrective.spans(d(4, 10), 30, d(6, 1)) == ((d(3, 11), d(4, 9)), (d(4, 10), d(5, 9)), True)


class TestDelivery:
    ISSUED = pl.DataFrame(
        [(1, d(3, 28), d(4, 1), d(4, 3), 2), (2, None, d(4, 5), d(4, 5), 1)],
        schema={k: c.dtype for k, c in delivery.ISSUED.items()}, orient="row",
    )  # fmt: skip

    def days(self, *rows):
        return pl.DataFrame(rows, schema={k: c.dtype for k, c in delivery.DAYS.items()}, orient="row")

    def test_each_stretch_counts_from_the_sale_or_from_the_issue(self):
        told, arrived = self.days((1, d(3, 20)), (1, d(4, 8)), (2, d(4, 6))), self.days((1, d(4, 11)))
        sale, entered, first, there, whole = delivery.steps(self.ISSUED, told, arrived, d(4, 30))
        # only account 1 says when it was sold: 4 days before its two documents were issued
        assert (sale.reached, sale.mean_days) == (2, Decimal("4.00"))
        assert (whole.reached, whole.mean_days) == (2, Decimal("14.00"))
        assert (entered.reached, entered.mean_days) == (3, Decimal("1.33"))  # 2, 2 and 0 days
        # the message of 20 March was before the invoice: account 1 was told after 7 days, account 2 after one
        assert (first.reached, first.mean_days, first.median_days) == (3, Decimal("5.00"), 7)
        assert (there.reached, there.waiting, there.mean_days) == (2, 1, Decimal("10.00"))
        assert delivery.slowest((sale, entered, first, there, whole)) == ("arrived", Decimal("5.00"))

    def test_what_happened_after_the_close_is_not_known_yet(self):
        found = delivery.steps(self.ISSUED, self.days((1, d(5, 8))), self.days(), d(4, 30))
        assert (found[2].reached, found[2].waiting, found[2].mean_days) == (0, 3, None)
