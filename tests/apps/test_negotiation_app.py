"""Promises, agreements, settlements and disputes over the real books: what pauses, what the bank decides, what is
booked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from puntual.apps.negotiation import read, write, write_deals, write_disputes, write_judge
from puntual.apps.negotiation.models import Deal, Dispute, Promise
from puntual.apps.parties import write as parties
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.core.frames import HOLDS, check_frame
from puntual.core.ledger.books import Component
from puntual.core.negotiation.authority import Limit
from puntual.core.negotiation.quote import Terms
from puntual.core.negotiation.settlement import SettlementRules

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
LIMITS = (Limit("gestor", Decimal(5), 6, 200), Limit("supervisor", Decimal(50), 12, 400))


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    row = parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")
    return parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]


@pytest.fixture
def items(creditor, account):
    """Two overdue invoices: 600.00 and 400.00."""
    for number, minor in (("A-1", 600_00), ("A-2", 400_00)):
        invoice = books.NewInvoice(
            account, number, number, date(2026, 9, 1), "MXN", minor, ((date(2026, 10, 1), minor),)
        )
        books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return [b.due_item_id for b in books_read.open_items(account)]


def pay(creditor, account, minor, on, key="p1", **more):
    payment = books.NewPayment(account, minor, "MXN", on, key, "bank", **more)
    books.post_payments(creditor_id=creditor.pk, payments=[payment])


def judge(creditor, as_of, bank_through="same"):
    through = as_of if bank_through == "same" else bank_through
    return write_judge.judge_all(creditor_id=creditor.pk, as_of=as_of, at=NOW, bank_through=through)


def open_of(account):
    return {b.due_item.invoice.number: b.open_minor for b in books_read.open_items(account)}


def promise(account, key="f1", **more):
    given = {"made_on": DAY, "promised_on": DAY + timedelta(days=8), "source": "portal", "key": key, **more}
    return write.make_promise(promise=write.NewPromise(account, **given), at=NOW)


class TestPromises:
    def test_it_pauses_what_it_covers_but_for_the_day_before(self, account, items):
        promise(account, due_items=(items[0],))
        holds = check_frame(read.holds_frame(DAY), HOLDS, "holds").to_dicts()
        assert [(h["due_item"], h["reason"], h["remind_on"], h["until"]) for h in holds] == [
            (items[0], "promise_open", date(2026, 11, 9), None)
        ]

    def test_the_same_form_twice_is_one_promise(self, account, items):
        assert promise(account).pk == promise(account).pk
        assert Promise.objects.get().amount_minor == 1000_00

    def test_the_banks_money_keeps_it_and_the_pause_ends(self, creditor, account, items):
        row = promise(account)
        pay(creditor, account, 1000_00, date(2026, 11, 10))
        assert judge(creditor, date(2026, 11, 11)) == {"paid": 1}
        row.refresh_from_db()
        assert (row.state, row.paid_minor, row.closed_on) == ("kept", 1000_00, date(2026, 11, 11))
        assert read.holds_frame(date(2026, 11, 11)).is_empty()
        assert [(s.event, s.was, s.now, s.reason) for s in read.steps_of(row)] == [
            ("paid", "open", "kept", "promise_kept")
        ]
        assert judge(creditor, date(2026, 11, 11)) == {}

    def test_what_a_person_says_does_not_keep_it_where_a_bank_is_read(self, creditor, account, items):
        row = promise(account)
        pay(creditor, account, 1000_00, date(2026, 11, 9), provisional=True)
        assert judge(creditor, date(2026, 11, 10)) == {}
        assert judge(creditor, date(2026, 11, 12)) == {"missed": 1}
        row.refresh_from_db()
        assert row.state == "broken"

    def test_where_no_bank_is_read_what_people_register_is_the_only_news(self, creditor, account, items):
        promise(account)
        pay(creditor, account, 1000_00, date(2026, 11, 9), provisional=True)
        assert judge(creditor, date(2026, 11, 10), None) == {"paid": 1}

    def test_what_came_in_that_morning_before_it_was_made_is_not_counted_for_it(self, creditor, account, items):
        pay(creditor, account, 300_00, DAY)
        row = promise(account)
        assert (row.amount_minor, row.before_minor) == (700_00, 300_00)
        pay(creditor, account, 400_00, DAY, "p2")  # the same day, after it: this does count
        assert judge(creditor, DAY + timedelta(days=1)) == {}
        row.refresh_from_db()
        assert (row.state, row.paid_minor) == ("open", 400_00)
        pay(creditor, account, 300_00, date(2026, 11, 10), "p3")
        assert judge(creditor, date(2026, 11, 11)) == {"paid": 1}

    def test_the_bank_tells_later_of_what_a_person_told_that_morning(self, creditor, account, items):
        pay(creditor, account, 300_00, DAY, provisional=True)
        row = promise(account)
        books.reverse_payment(key="p1", on=DAY, source="bank")
        pay(creditor, account, 300_00, DAY, "bank-1")
        assert judge(creditor, DAY + timedelta(days=1)) == {}
        row.refresh_from_db()
        assert (row.state, row.before_minor, row.paid_minor) == ("open", 300_00, 0)

    def test_a_stale_bank_breaks_nothing_and_says_so(self, creditor, account, items):
        row = promise(account)
        assert judge(creditor, date(2026, 11, 20), date(2026, 11, 5)) == {}
        row.refresh_from_db()
        assert (row.state, row.reason) == ("open", "stale_bank")
        assert not read.holds_frame(date(2026, 11, 20)).is_empty()

    def test_broken_when_the_bank_knows(self, creditor, account, items):
        row = promise(account)
        pay(creditor, account, 100_00, date(2026, 11, 4))
        assert judge(creditor, date(2026, 11, 12)) == {"short": 1}
        row.refresh_from_db()
        assert (row.state, row.reason, row.paid_minor) == ("broken", "promise_broken_partial", 100_00)
        assert read.record_of([account], date(2026, 11, 12))[account] == read.Kept(0, 1, 0)

    def test_a_reversed_payment_breaks_a_kept_promise(self, creditor, account, items):
        row = promise(account)
        pay(creditor, account, 1000_00, date(2026, 11, 10))
        judge(creditor, date(2026, 11, 11))
        books.reverse_payment(key="p1", on=date(2026, 11, 20), source="bank")
        assert judge(creditor, date(2026, 11, 21)) == {"reversed": 1}
        row.refresh_from_db()
        assert row.state == "broken"

    def test_a_second_one_on_the_same_documents_is_refused_and_nothing_is_written(self, account, items):
        promise(account)
        with pytest.raises(Refused):
            promise(account, key="f2")
        assert Promise.objects.count() == 1

    def test_changing_it_replaces_it_and_a_bad_change_leaves_it(self, account, items):
        row = promise(account)
        far = write.NewPromise(account, DAY, DAY + timedelta(days=90), "portal", "f3")
        with pytest.raises(Refused):
            write.change_promise(promise_id=row.pk, new=far, at=NOW)
        row.refresh_from_db()
        assert row.state == "open"
        near = attrs.evolve(far, promised_on=DAY + timedelta(days=10), key="f4")
        assert write.change_promise(promise_id=row.pk, new=near, at=NOW).promised_on == DAY + timedelta(days=10)
        row.refresh_from_db()
        assert (row.state, row.reason) == ("withdrawn", "promise_replaced")

    def test_a_settled_document_cannot_be_promised(self, creditor, account, items):
        pay(creditor, account, 600_00, DAY, wanted=((items[0], 600_00),))
        with pytest.raises(UnusableInput):
            promise(account, due_items=(items[0],))


def offer(account, role="gestor", key="d1", **more):
    given = {"offered_on": DAY, "expires_on": DAY + timedelta(days=5), "source": "agent", **more}
    return write_deals.Offer(account, key=key, role=role, limits=LIMITS, **given)


def agreement(account, terms=None, **more):
    terms = terms or Terms(4, "month", date(2026, 11, 15))
    return write_deals.offer_agreement(offer=offer(account, **more), terms=terms, at=NOW)


def accept(deal, on=DAY):
    return write_deals.accept(deal_id=deal.pk, on=on, at=NOW, evidence={"sha256": "ab", "address": "10.0.0.1"})


class TestAgreements:
    def test_offered_accepted_and_paid_to_the_end(self, creditor, account, items):
        deal = accept(agreement(account))
        assert [(i.due_on.month, i.debt_minor) for i in deal.instalments.all()] == [
            (11, 250_00), (12, 250_00), (1, 250_00), (2, 250_00),
        ]  # fmt: skip
        hold = read.holds_frame(DAY).to_dicts()
        assert {(h["due_item"], h["remind_on"]) for h in hold} == {(i, date(2026, 11, 14)) for i in items}
        pay(creditor, account, 1000_00, date(2026, 11, 15))
        assert judge(creditor, date(2026, 11, 16)) == {"complete": 1}
        assert read.holds_frame(date(2026, 11, 16)).is_empty()

    def test_what_was_paid_that_morning_is_no_instalment_of_it(self, creditor, account, items):
        pay(creditor, account, 200_00, DAY)
        deal = accept(agreement(account, Terms(4, "month", date(2026, 11, 15))))
        assert [i.debt_minor for i in deal.instalments.all()] == [200_00] * 4
        rows = read.instalment_statuses(read.deal(deal.pk), DAY, DAY)
        assert [(r.state, r.paid_minor) for r in rows] == [("pending", 0)] * 4
        pay(creditor, account, 200_00, DAY, "p2")
        rows = read.instalment_statuses(read.deal(deal.pk), DAY, DAY)
        assert [r.state for r in rows] == ["paid", "pending", "pending", "pending"]

    def test_two_missed_break_it_and_the_instalments_say_how(self, creditor, account, items):
        deal = accept(agreement(account))
        pay(creditor, account, 250_00, date(2026, 11, 15))
        assert judge(creditor, date(2027, 1, 19)) == {"breach": 1}
        deal = read.deal(deal.pk)
        rows = read.instalment_statuses(deal, date(2027, 1, 19), date(2027, 1, 19))
        assert [r.state for r in rows] == ["paid", "late", "late", "pending"]

    def test_beyond_the_role_another_person_approves(self, account, items, django_user_model):
        asks, boss = (django_user_model.objects.create_user(name) for name in ("gestor", "jefa"))
        deal = agreement(account, Terms(12, "month", date(2026, 11, 15)), by=asks.pk)
        assert (deal.state, deal.needs_role) == ("to_approve", "supervisor")
        with pytest.raises(Refused):
            accept(deal)
        with pytest.raises(Refused) as same:
            write_deals.approve(deal_id=deal.pk, by=asks.pk, role="supervisor", limits=LIMITS, at=NOW, on=DAY)
        assert same.value.reason == "same_person"
        assert (
            write_deals.approve(deal_id=deal.pk, by=boss.pk, role="supervisor", limits=LIMITS, at=NOW, on=DAY).state
            == "offered"
        )

    def test_what_changed_since_the_quote_is_not_accepted(self, creditor, account, items):
        deal = agreement(account)
        pay(creditor, account, 1_00, DAY)
        with pytest.raises(Refused, match="El saldo cambió"):
            accept(deal)
        assert Deal.objects.get().state == "offered"

    def test_an_offer_expires(self, creditor, account, items):
        deal = agreement(account)
        with pytest.raises(Refused, match="venció"):
            accept(deal, on=date(2026, 11, 8))
        assert judge(creditor, date(2026, 11, 8)) == {"expire": 1}

    def test_a_plans_interest_is_owed_as_it_falls_due_once(self, creditor, account, items):
        accept(agreement(account, Terms(2, "month", date(2026, 11, 15), plan_rate_pct=Decimal(24))))
        pay(creditor, account, 500_00, date(2026, 11, 15))
        for _ in range(2):
            judge(creditor, date(2026, 12, 15))
        assert sum(open_of(account).values()) == 510_00

    def test_a_new_plan_replaces_the_current_one(self, account, items):
        old = accept(agreement(account))
        with pytest.raises(Refused):
            agreement(account, key="d2")
        new = accept(agreement(account, Terms(6, "fortnight", date(2026, 11, 15)), key="d3", replaces=old.pk))
        old.refresh_from_db()
        assert (old.state, new.state) == ("replanned", "current")

    def test_forgiven_interest_is_booked_only_at_the_end(self, creditor, account, items):
        interest = books.Reduction(
            account, "interest", "MXN", DAY, "i1", "test", ((items[0], Component.INTEREST, 40_00),)
        )
        books.post_reductions(creditor_id=creditor.pk, rows=[interest])
        accept(agreement(account, Terms(2, "month", DAY, waive_interest_pct=Decimal(100)), role="supervisor"))
        pay(creditor, account, 500_00, DAY, "p1")
        judge(creditor, DAY)
        assert sum(open_of(account).values()) == 540_00
        pay(creditor, account, 500_00, date(2026, 12, 2), "p2")
        assert judge(creditor, date(2026, 12, 3)) == {"complete": 1}
        assert open_of(account) == {}


class TestSettlements:
    def settle(self, account, **more):
        return write_deals.offer_settlement(
            offer=offer(account, role="supervisor", **more), pay_minor=600_00, pay_by=date(2026, 11, 20),
            rules=SettlementRules(Decimal(55)), at=NOW,
        )  # fmt: skip

    def test_paid_on_time_the_rest_is_waived(self, creditor, account, items):
        accept(self.settle(account))
        pay(creditor, account, 600_00, date(2026, 11, 19))
        assert judge(creditor, date(2026, 11, 19)) == {"paid": 1}
        assert open_of(account) == {}

    def test_broken_the_whole_is_owed(self, creditor, account, items):
        accept(self.settle(account))
        pay(creditor, account, 599_99, date(2026, 11, 19))
        assert judge(creditor, date(2026, 11, 21)) == {"missed": 1}
        assert sum(open_of(account).values()) == 400_01

    def test_a_chargeback_brings_back_what_was_waived(self, creditor, account, items):
        accept(self.settle(account))
        pay(creditor, account, 600_00, date(2026, 11, 19))
        judge(creditor, date(2026, 11, 19))
        books.reverse_payment(key="p1", on=date(2026, 12, 1), source="bank")
        assert judge(creditor, date(2026, 12, 2)) == {"reversed": 1}
        assert sum(open_of(account).values()) == 1000_00

    def test_below_the_floor_it_is_refused(self, account, items):
        with pytest.raises(Refused) as low:
            write_deals.offer_settlement(
                offer=offer(account, role="supervisor"), pay_minor=549_99, pay_by=DAY,
                rules=SettlementRules(Decimal(55)), at=NOW,
            )  # fmt: skip
        assert low.value.reason == "below_floor" and not Deal.objects.exists()


class TestDisputes:
    def contest(self, account, item, **more):
        new = write_disputes.NewDispute(
            account, item, "wrong_price", DAY, "portal", "q1", text="Me cobran de más", **more
        )
        return write_disputes.open_dispute(dispute=new, at=NOW)

    def test_only_the_disputed_part_is_held_with_its_owner_and_deadline(self, account, items):
        row = self.contest(account, items[0], disputed_minor=150_00)
        assert (row.department, row.deadline_on) == ("ventas", date(2026, 11, 12))
        [hold] = read.holds_frame(DAY).to_dicts()
        assert (hold["due_item"], hold["held_minor"], hold["reason"]) == (items[0], 150_00, "dispute_open")
        assert read.words_of(row)[0] == "Me cobran de más"
        assert b"Me cobran" not in bytes(row.sealed_text)

    def test_the_credit_is_booked_and_the_pause_ends_when_the_customer_is_told(self, account, items):
        row = self.contest(account, items[0], disputed_minor=150_00)
        write_disputes.step_dispute(dispute_id=row.pk, event="take", at=NOW)
        done = write_disputes.resolve_dispute(
            dispute_id=row.pk, credited_minor=100_00, outcome="Se corrigió el precio", on=DAY, at=NOW
        )
        assert (done.state, open_of(account)["A-1"]) == ("partly", 500_00)
        assert [h["held_minor"] for h in read.holds_frame(DAY).to_dicts()] == [50_00]
        write_disputes.step_dispute(dispute_id=row.pk, event="tell_customer", at=NOW)
        assert read.holds_frame(DAY).is_empty()

    def test_more_than_was_contested_cannot_be_credited(self, account, items):
        row = self.contest(account, items[0], disputed_minor=150_00)
        write_disputes.step_dispute(dispute_id=row.pk, event="take", at=NOW)
        with pytest.raises(Refused):
            write_disputes.resolve_dispute(dispute_id=row.pk, credited_minor=150_01, outcome="x", on=DAY, at=NOW)
        assert open_of(account)["A-1"] == 600_00 and Dispute.objects.get().state == "in_review"

    def test_a_complaint_stops_the_whole_account_until_answered(self, account, items):
        new = write_disputes.NewComplaint(account, DAY, "portal", "k1", "Me llamaron de noche")
        row = write_disputes.open_complaint(complaint=new, at=NOW)
        [hold] = read.holds_frame(DAY).to_dicts()
        assert (hold["due_item"], hold["reason"]) == (None, "complaint_open")
        write_disputes.step_complaint(complaint_id=row.pk, event="acknowledge", at=NOW)
        with pytest.raises(UnusableInput):
            write_disputes.step_complaint(complaint_id=row.pk, event="answer", at=NOW)
        write_disputes.step_complaint(complaint_id=row.pk, event="answer", at=NOW, answer="Le pedimos disculpas")
        assert read.holds_frame(DAY).is_empty()
