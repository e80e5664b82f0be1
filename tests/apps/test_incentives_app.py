"""Incentives over the real books: offered by policy, earned by the bank's money on time, void with a broken promise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from puntual.apps.negotiation import read, write, write_incentives, write_judge
from puntual.apps.negotiation.models import GivenIncentive
from puntual.apps.parties import write as parties
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger.books import Component
from puntual.core.negotiation import incentive_policy
from puntual.core.negotiation.incentive import Incentive

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
EARLY = Incentive("early_discount", Decimal(2), date(2026, 11, 10))
POLICY = [
    {"tipo": "pronto_pago", "pct": 2, "dias": 8, "hasta_dia": 60},
    {"tipo": "intereses", "pct": "50", "dias": 5},
    {"tipo": "quita", "pct": 30, "dias": 5, "piso_pct": 60, "segmentos": ["larga"]},
]


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    """Owes 1,000.00 of capital since 1 October and 40.00 of interest."""
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    dues = ((date(2026, 10, 1), 1000_00),)
    invoice = books.NewInvoice(account, "A-1", "A-1", date(2026, 9, 1), "MXN", 1000_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    [item] = books_read.open_items(account)
    interest = books.Reduction(
        account, "interest", "MXN", DAY, "i1", "test", ((item.due_item_id, Component.INTEREST, 40_00),)
    )
    books.post_reductions(creditor_id=creditor.pk, rows=[interest])
    return account


def give(account, incentive=EARLY, key="g1", **more):
    new = write_incentives.NewIncentive(account, incentive, DAY, "portal", key, **more)
    return write_incentives.give(new=new, at=NOW)


def pay(creditor, account, minor, on):
    payment = books.NewPayment(account, minor, "MXN", on, "p1", "bank")
    books.post_payments(creditor_id=creditor.pk, payments=[payment])


def judge(creditor, as_of):
    return write_judge.judge_all(creditor_id=creditor.pk, as_of=as_of, at=NOW, bank_through=as_of)


def owed(account):
    return sum(b.open_minor for b in books_read.open_items(account))


def test_the_policy_offers_the_best_first_by_segment_and_days(account):
    got = [(o.incentive.kind, o.pay_minor) for o in read.offers_of(account, POLICY, "", DAY)]
    assert got == [("early_discount", 1020_00), ("interest_reduction", 1020_00)]
    got = [(o.incentive.kind, o.pay_minor) for o in read.offers_of(account, POLICY, "larga", DAY)]
    assert got[0] == ("settlement", 728_00)
    late = read.offers_of(account, POLICY, "", DAY + timedelta(days=60))
    assert [o.incentive.kind for o in late] == ["interest_reduction"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"tipo": "regalo", "pct": 1}, "«tipo» debe ser"),
        ({"tipo": "quita", "pct": 130}, "entre 0 y 100"),
        ({"tipo": "quita", "pct": "mucho"}, "porcentaje"),
        ({"tipo": "quita", "pct": 5, "dias": "tres"}, "número entero"),
        ({"tipo": "quita", "pct": 5, "monto": 3}, "no se conoce «monto»"),
    ],
)
def test_a_policy_that_is_wrong_says_where(row, says):
    with pytest.raises(UnusableInput, match=says):
        incentive_policy.read([row])


def test_paid_on_time_it_is_booked_as_its_own_entry(creditor, account):
    row = give(account)
    assert read.standing_incentive(account, DAY) == row
    pay(creditor, account, 1020_00, date(2026, 11, 9))
    assert judge(creditor, date(2026, 11, 9)) == {"incentive_earn": 1}
    assert owed(account) == 0
    assert [e.kind for e in books_read.events_of(account)].count("discount") == 1
    assert judge(creditor, date(2026, 11, 9)) == {}
    assert read.standing_incentive(account, DAY) is None


def test_paid_late_the_whole_is_owed(creditor, account):
    give(account)
    pay(creditor, account, 1020_00, date(2026, 11, 11))
    assert judge(creditor, date(2026, 11, 11)) == {"incentive_expire": 1}
    assert owed(account) == 20_00


def test_with_an_old_bank_it_waits(creditor, account):
    give(account)
    done = write_judge.judge_all(
        creditor_id=creditor.pk, as_of=date(2026, 11, 15), at=NOW, bank_through=date(2026, 11, 9)
    )
    assert done == {} and GivenIncentive.objects.get().state == "offered"


def test_a_chargeback_brings_the_discount_back(creditor, account):
    give(account)
    pay(creditor, account, 1020_00, date(2026, 11, 9))
    judge(creditor, date(2026, 11, 9))
    books.reverse_payment(key="p1", on=date(2026, 11, 20), source="bank")
    assert judge(creditor, date(2026, 11, 20)) == {"incentive_reversed": 1}
    assert owed(account) == 1040_00


def test_a_broken_promise_voids_what_hung_on_it(creditor, account):
    promise = write.make_promise(promise=write.NewPromise(account, DAY, date(2026, 11, 4), "portal", "f1"), at=NOW)
    give(account, promise=promise.pk)
    assert judge(creditor, date(2026, 11, 6)) == {"missed": 1, "incentive_void": 1}
    assert owed(account) == 1040_00


def test_one_incentive_at_a_time(account):
    first = give(account)
    assert give(account) == first
    with pytest.raises(Refused):
        give(account, key="g2")
    with pytest.raises(Refused, match="ya venció"):
        give(account, Incentive("early_discount", Decimal(2), DAY - timedelta(days=1)), key="g3")
    assert GivenIncentive.objects.count() == 1
