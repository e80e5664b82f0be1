"""The books: every peso is an entry, entries are never changed, balances follow from them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from puntual.apps.parties import write as parties
from puntual.apps.receivables import read, write
from puntual.apps.receivables.models import AccountBalance, DayTotal, DueBalance, Entry, Event
from puntual.core.errors import Refused
from puntual.core.ledger import position
from puntual.core.ledger.books import Component

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    row = parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")
    return parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]


def invoice(account, number="A-1", total=100_00, dues=None, issued=date(2026, 10, 1)):
    dues = dues or ((date(2026, 10, 31), total),)
    return write.NewInvoice(account, number, number, issued, "MXN", total, tuple(dues))


def post(creditor, *invoices):
    return write.post_invoices(creditor_id=creditor.pk, invoices=list(invoices), source="test")


def pay(creditor, account, minor, key="p1", on=date(2026, 11, 5), **more):
    payment = write.NewPayment(account, minor, "MXN", on, key, "test", **more)
    return write.post_payments(creditor_id=creditor.pk, payments=[payment])


def open_of(account):
    return {b.due_item.invoice.number: b.open_minor for b in read.open_items(account)}


class TestInvoices:
    def test_an_invoice_is_owed_whole(self, creditor, account):
        assert post(creditor, invoice(account)).created == 1
        assert open_of(account) == {"A-1": 100_00}
        balance = AccountBalance.objects.get()
        assert (balance.open_minor, balance.items_open, balance.oldest_due_on) == (100_00, 1, date(2026, 10, 31))

    def test_each_event_balances_to_zero(self, creditor, account):
        post(creditor, invoice(account, dues=((date(2026, 10, 31), 60_00), (date(2026, 11, 30), 40_00))))
        assert sorted(Entry.objects.values_list("amount_minor", flat=True)) == [-100_00, 40_00, 60_00]

    def test_the_same_invoice_twice_changes_nothing(self, creditor, account):
        post(creditor, invoice(account))
        again = post(creditor, invoice(account))
        assert (again.created, again.unchanged) == (0, 1)
        assert Event.objects.count() == 1
        assert Entry.objects.count() == 2


class TestPayments:
    def test_a_partial_payment_leaves_the_rest_open(self, creditor, account):
        post(creditor, invoice(account))
        pay(creditor, account, 30_00)
        assert open_of(account) == {"A-1": 70_00}

    def test_it_pays_the_oldest_first_and_keeps_the_excess_visible(self, creditor, account):
        old = invoice(account, "A-1", 50_00, ((date(2026, 9, 30), 50_00),))
        post(creditor, invoice(account, "A-2", 80_00), old)
        pay(creditor, account, 200_00)
        assert open_of(account) == {}
        assert AccountBalance.objects.get().unapplied_minor == 70_00

    def test_the_same_payment_twice_is_booked_once(self, creditor, account):
        post(creditor, invoice(account))
        pay(creditor, account, 30_00)
        again = pay(creditor, account, 30_00)
        assert (again.created, again.unchanged) == (0, 1)
        assert open_of(account) == {"A-1": 70_00}

    def test_two_payments_of_one_batch_do_not_pay_the_same_debt(self, creditor, account):
        post(creditor, invoice(account))
        batch = [write.NewPayment(account, 60_00, "MXN", date(2026, 11, 5), f"p{i}", "test") for i in (1, 2)]
        write.post_payments(creditor_id=creditor.pk, payments=batch)
        assert open_of(account) == {}
        assert AccountBalance.objects.get().unapplied_minor == 20_00

    def test_a_reversed_payment_reopens_the_debt(self, creditor, account):
        post(creditor, invoice(account))
        pay(creditor, account, 100_00)
        write.reverse_payment(key="p1", on=date(2026, 11, 9), source="test")
        assert open_of(account) == {"A-1": 100_00}
        assert AccountBalance.objects.get().unapplied_minor == 0

    def test_an_event_is_reversed_once(self, creditor, account):
        post(creditor, invoice(account))
        event = Event.objects.get()
        write.reverse(event_id=event.pk, on=date(2026, 11, 9), source="test")
        before = Entry.objects.count()
        with pytest.raises(Refused):
            write.reverse(event_id=event.pk, on=date(2026, 11, 9), source="test")
        assert Entry.objects.count() == before


class TestCreditNotesAndCharges:
    def test_a_credit_note_takes_from_its_invoice_and_the_rest_is_in_favour(self, creditor, account):
        ids = post(creditor, invoice(account, "A-1", 50_00), invoice(account, "A-2", 80_00)).ids
        note = write.NewCreditNote(account, 60_00, "MXN", date(2026, 11, 2), "NC-1", "test", (ids["A-1"],))
        write.post_credit_notes(creditor_id=creditor.pk, notes=[note])
        assert open_of(account) == {"A-2": 80_00}
        assert AccountBalance.objects.get().unapplied_minor == 10_00

    def test_interest_of_one_period_is_charged_once(self, creditor, account):
        post(creditor, invoice(account))
        item = read.open_items(account)[0].due_item_id
        row = write.Reduction(
            account,
            "interest",
            "MXN",
            date(2026, 11, 30),
            f"{item}:2026-11",
            "test",
            ((item, Component.INTEREST, 1_25),),
        )
        write.post_reductions(creditor_id=creditor.pk, rows=[row])
        write.post_reductions(creditor_id=creditor.pk, rows=[row])
        balance = DueBalance.objects.get()
        assert (balance.principal_minor, balance.interest_minor, balance.open_minor) == (100_00, 1_25, 101_25)


class TestGuard:
    @pytest.mark.parametrize(
        "act",
        [
            "UPDATE receivables_entry SET amount_minor = 0",
            "DELETE FROM receivables_entry",
            "DELETE FROM receivables_event",
        ],
    )
    def test_the_database_refuses_to_change_the_books(self, creditor, account, act):
        post(creditor, invoice(account))
        with pytest.raises(DatabaseError, match="no se cambian"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
        assert sorted(Entry.objects.values_list("amount_minor", flat=True)) == [-100_00, 100_00]


class TestPosition:
    def test_brought_forward_and_entries_tell_the_same_position(self, creditor, account):
        post(creditor, invoice(account, "A-1", 50_00), invoice(account, "A-2", 80_00))
        pay(creditor, account, 30_00)
        day = date(2026, 12, 1)
        derived = position(read.entries_frame(creditor_id=creditor.pk), day)
        forward = position(read.brought_forward(as_of=day, creditor_id=creditor.pk), day)
        assert derived.rows() == forward.rows()
        assert derived.select("open_minor", "days_past_due", "stage").rows() == [
            (20_00, 31, "extrajudicial"),
            (80_00, 31, "extrajudicial"),
        ]

    def test_the_past_is_told_by_the_date_of_the_fact(self, creditor, account):
        post(creditor, invoice(account))
        pay(creditor, account, 30_00, on=date(2026, 11, 5))
        before = position(read.entries_frame(creditor_id=creditor.pk), date(2026, 11, 4))
        assert before["open_minor"].to_list() == [100_00]

    def test_day_totals_follow_the_open_balances(self, creditor, account):
        post(creditor, invoice(account))
        pay(creditor, account, 100_00)
        assert list(DayTotal.objects.values_list("open_minor", "items")) == [(0, 0)]

    def test_history_says_when_each_item_was_paid(self, creditor, account):
        post(creditor, invoice(account, "A-1", 50_00), invoice(account, "A-2", 80_00))
        pay(creditor, account, 50_00, on=date(2026, 11, 5))
        history = read.payment_history_frame(creditor_id=creditor.pk)
        assert history.sort("due_item")["paid_on"].to_list() == [date(2026, 11, 5), None]
