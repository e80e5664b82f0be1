"""What happened is told once: a promise noted or not kept, a plan, the answer to a dispute, a welcome with terms."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from messaging_house import DAWN, LUCIA, NOON, TEN, House

from puntual.apps.compliance import write as compliance
from puntual.apps.inbox import write as inbox_write
from puntual.apps.negotiation import write as promises
from puntual.apps.negotiation import write_deals, write_disputes
from puntual.apps.negotiation.models import Deal, Dispute, Promise
from puntual.apps.negotiation.write import NewPromise
from puntual.apps.outreach import read, write_events
from puntual.apps.outreach.models import Contact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, ContactPoint
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import DueItem
from puntual.core.negotiation.authority import Limit
from puntual.pipeline import events
from puntual.pipeline.daily_run import run_day
from puntual.ports.channels import Delivery
from puntual.simulators.whatsapp import Template

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 27)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house():
    made = House()
    made.now = NOON
    assert events.tell(at=NOON - timedelta(hours=5)) == 0
    return made


def template(house, name, parameters):
    holes = " ".join(f"{{{{{n}}}}}" for n in range(1, len(parameters) + 1))
    house.meta.add(Template(name, "es_MX", f"{name}: {holes}", url_buttons=1))
    inbox_write.save_template(
        account=house.carrier, template=name, name=name, language="es_MX", state="APPROVED",
        body=f"{name}: {holes}", parameters=parameters,
        buttons=[(0, "url", '{{ enlace.pagar | split: "/p/" | last }}')],
    )  # fmt: skip


PROMISE = ["{{ persona.nombre }}", "{{ acreedor.nombre }}", "{{ promesa.importe }} {{ promesa.fecha }}"]
BALANCE = ["{{ persona.nombre }}", "{{ acreedor.nombre }}", "{{ total }}"]


def promises_to_pay(house, on=FRIDAY, *, at=NOON, source="agent", key="p1"):
    made_on = (at - timedelta(hours=6)).date()
    new = NewPromise(house.account, made_on, on, source, key)
    return promises.make_promise(promise=new, at=at)


def breaks(promise, at):
    promises.records.advance(promise, "missed", at=at, on=at.date())


class TestPromiseNoted:
    def test_it_is_confirmed_once_with_its_amount_and_its_day(self, house):
        template(house, "promesa_confirmada", PROMISE)
        promises_to_pay(house)
        assert events.tell(at=NOON) == 1
        assert events.tell(at=NOON) == 0
        assert events.tell(at=NOON + timedelta(hours=1)) == 0
        row = Outbox.objects.get(template="promesa_confirmada")
        assert (row.step, row.purpose, row.channel, row.approved) == ("hecho", "confirmation", "whatsapp", True)
        house.now = NOON + MINUTE
        assert house.dispatch().sent == 1
        assert house.meta.delivered[-1].text.endswith("$500.00 MXN 27 de noviembre")
        assert read.asked_since([house.account], NOON) == frozenset()

    def test_what_came_as_a_reply_was_confirmed_in_the_answer(self, house):
        template(house, "promesa_confirmada", PROMISE)
        promises_to_pay(house, source="reply")
        assert events.tell(at=NOON) == 0
        assert not Outbox.objects.exists()

    def test_without_approved_words_it_goes_by_another_channel(self, house):
        account = Account.objects.get(pk=house.account)
        parties.register_accounts(
            creditor=house.creditor,
            rows=[NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("email", "l@ejemplo.mx"),))],
        )
        promises_to_pay(house)
        assert events.tell(at=NOON) == 1
        row = Outbox.objects.get()
        assert (row.channel, row.contact_point_id) == ("email", ContactPoint.objects.get(kind="email").pk)
        assert account.pk == row.account_id

    def test_after_a_stop_nothing_is_told(self, house):
        template(house, "promesa_confirmada", PROMISE)
        stop = compliance.NewConsent(house.party, "*", "withdrawn", NOON - MINUTE, "test")
        compliance.record_consents(rows=[stop])
        promises_to_pay(house)
        assert events.tell(at=NOON) == 0
        assert not Outbox.objects.exists()

    def test_a_company_may_leave_it(self, house):
        template(house, "promesa_confirmada", PROMISE)
        write_events.save_rules(creditor_id=house.creditor.pk, told={"promise_made": False})
        promises_to_pay(house)
        assert events.tell(at=NOON) == 0

    def test_old_news_are_no_news(self, house):
        template(house, "promesa_confirmada", PROMISE)
        promises_to_pay(house)
        assert events.tell(at=NOON + timedelta(days=4)) == 0

    def test_the_first_sends_wait_for_a_person(self, house):
        template(house, "promesa_confirmada", PROMISE)
        house.creditor.approve_first = 3
        house.creditor.save()
        promises_to_pay(house)
        assert events.tell(at=NOON) == 1
        assert Outbox.objects.get().approved is False


class TestPromiseNotKept:
    def test_it_takes_the_place_of_the_days_reminder(self, house):
        template(house, "promesa_incumplida", BALANCE)
        promise = promises_to_pay(house, date(2026, 11, 23), at=DAWN - timedelta(days=4))
        breaks(promise, DAWN)
        run_day(creditor=house.creditor, as_of=DAWN)
        assert events.tell(at=DAWN + MINUTE) == 0
        row = Outbox.objects.get()
        assert (row.template, row.plan_id is not None) == ("promesa_incumplida", True)
        run_day(creditor=house.creditor, as_of=DAWN + timedelta(minutes=5))
        house.now = TEN
        assert house.dispatch().sent == 1
        assert house.meta.delivered[-1].text.startswith("promesa_incumplida: Lucía Ocampo")
        assert Contact.objects.count() == 1

    def test_without_a_reminder_that_day_it_goes_alone_and_the_run_adds_none(self, house):
        template(house, "promesa_incumplida", BALANCE)
        promise = promises_to_pay(house, date(2026, 11, 23), at=DAWN - timedelta(days=4))
        breaks(promise, TEN)
        assert events.tell(at=TEN) == 1
        row = Outbox.objects.get()
        assert (row.step, row.purpose) == ("hecho_pide", "reminder_overdue")
        assert house.dispatch().sent == 1
        run_day(creditor=house.creditor, as_of=NOON)
        assert Outbox.objects.filter(plan__isnull=False).count() == 0

    def test_whoever_was_reminded_today_is_not_written_to_again(self, house):
        template(house, "promesa_incumplida", BALANCE)
        house.now = TEN
        house.remind()
        promise = promises_to_pay(house, date(2026, 11, 23), at=DAWN - timedelta(days=4))
        breaks(promise, NOON)
        assert events.tell(at=NOON) == 0
        assert Outbox.objects.count() == 1

    def test_what_was_paid_meanwhile_is_not_asked_for(self, house):
        template(house, "promesa_incumplida", BALANCE)
        promise = promises_to_pay(house, date(2026, 11, 23), at=DAWN - timedelta(days=4))
        breaks(promise, TEN)
        events.tell(at=TEN)
        paid = books.NewPayment(house.account, 500_00, "MXN", date(2026, 11, 24), "b1", "bank")
        books.post_payments(creditor_id=house.creditor.pk, payments=[paid])
        house.now = TEN + MINUTE
        assert house.dispatch().withdrawn == 1
        assert house.meta.delivered == []


class TestDispute:
    def disputed(self, house):
        item = DueItem.objects.get()
        new = write_disputes.NewDispute(
            account=house.account, due_item=item.pk, cause="wrong_price", opened_on=NOON.date(), source="agent",
            key="d1", text="No era ese precio",
        )  # fmt: skip
        row = write_disputes.open_dispute(dispute=new, at=NOON - timedelta(hours=2))
        write_disputes.step_dispute(dispute_id=row.pk, event="take", at=NOON - timedelta(hours=1))
        return row

    def test_its_answer_is_told_and_then_it_is_over(self, house):
        parties.register_accounts(
            creditor=house.creditor,
            rows=[NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("email", "l@ejemplo.mx"),))],
        )
        row = self.disputed(house)
        write_disputes.resolve_dispute(
            dispute_id=row.pk, credited_minor=0, outcome="El precio es el de la lista de noviembre.", on=NOON.date(),
            at=NOON,
        )  # fmt: skip
        assert events.tell(at=NOON) == 1
        sent = Outbox.objects.get()
        assert "noviembre" not in str(sent.tells)
        box = Box()
        house.now = NOON + MINUTE
        assert house.dispatch(box).sent == 1
        text = box.messages[0].text
        assert "sobre A-1. El precio es el de la lista de noviembre." in text
        assert events.tell(at=NOON + MINUTE) == 0
        assert Dispute.objects.get().state == "told"


class Box:
    """A channel that keeps what it is handed."""

    def __init__(self):
        self.messages = []

    def send(self, message):
        self.messages.append(message)
        return Delivery()

    def close(self):
        pass


class TestPlan:
    def test_what_was_agreed_is_sent_once(self, house, monkeypatch):
        template(
            house,
            "plan_acordado",
            ["{{ persona.nombre }}", "{{ plan.cuotas }}", "{{ plan.importe }} {{ plan.primera }}"],
        )
        terms = write_deals.Terms(2, "month", FRIDAY)
        offer = write_deals.Offer(
            house.account, NOON.date(), FRIDAY, "agent", "o1", "owner", (Limit("owner", Decimal(10), 12, 400),)
        )
        deal = write_deals.offer_agreement(offer=offer, terms=terms, at=NOON - timedelta(hours=1))
        assert events.tell(at=NOON - timedelta(minutes=30)) == 0
        write_deals.accept(deal_id=deal.pk, on=NOON.date(), at=NOON, evidence={})
        assert events.tell(at=NOON) == 1
        house.now = NOON + MINUTE
        assert house.dispatch().sent == 1
        assert house.meta.delivered[-1].text == "plan_acordado: Lucía Ocampo 2 $250.00 MXN 27 de noviembre"
        assert Deal.objects.get().state == "current"


class TestWelcome:
    def new(self, house, code="C-9"):
        row = NewAccount(code, "Ana Soto", country="MX", zone="America/Mexico_City",
                         points=(NewPoint("email", f"{code}@ejemplo.mx"),))  # fmt: skip
        made = parties.register_accounts(creditor=house.creditor, rows=[row]).accounts[code]
        Account.objects.filter(pk=made).update(created_at=datetime(2026, 11, 24, 17, 0, tzinfo=UTC), credit_days=30)
        return made

    def test_a_company_that_wants_it_welcomes_each_new_customer_once_with_the_terms(self, house):
        write_events.save_rules(creditor_id=house.creditor.pk, told={"welcome": True})
        account = self.new(house)
        assert events.tell(at=NOON) == 1
        assert events.tell(at=NOON + timedelta(hours=1)) == 0
        box = Box()
        house.now = NOON + MINUTE
        assert house.dispatch(box).sent == 1
        assert "Cada factura se paga a 30 días de su fecha." in box.messages[0].text
        assert f"https://x.example/p/t{account}/condiciones/" in box.messages[0].text

    def test_nobody_is_welcomed_unless_it_is_asked_for(self, house):
        self.new(house)
        assert events.tell(at=NOON) == 0
        write_events.save_rules(creditor_id=house.creditor.pk, told={"welcome": True})
        assert events.tell(at=NOON) == 0

    def test_whoever_owes_something_late_is_not_welcomed(self, house):
        write_events.save_rules(creditor_id=house.creditor.pk, told={"welcome": True})
        account = self.new(house)
        due = date(2026, 11, 1)
        late = books.NewInvoice(account, "B-1", "B-1", date(2026, 10, 1), "MXN", 100_00, ((due, 100_00),))
        books.post_invoices(creditor_id=house.creditor.pk, invoices=[late], source="test")
        assert events.tell(at=NOON) == 0


def test_a_promise_that_is_no_longer_open_is_not_confirmed(house):
    template(house, "promesa_confirmada", PROMISE)
    promise = promises_to_pay(house)
    promises.withdraw_promise(promise_id=promise.pk, at=NOON, on=NOON.date())
    assert events.tell(at=NOON + MINUTE) == 0
    assert Promise.objects.get().state == "withdrawn"
    assert LUCIA.wa_id


def test_the_note_of_a_promise_taken_back_before_it_leaves_does_not_leave(house):
    template(house, "promesa_confirmada", PROMISE)
    promise = promises_to_pay(house)
    assert events.tell(at=NOON) == 1
    promises.withdraw_promise(promise_id=promise.pk, at=NOON, on=NOON.date())
    events.tell(at=NOON + MINUTE)
    house.now = NOON + MINUTE
    assert house.dispatch().sent == 0
    assert (Outbox.objects.get().state, Outbox.objects.get().reason) == ("withdrawn", "withdrawn_changed")


@pytest.mark.parametrize("acts", permutations(("tell", "take_back", "dispatch")))
def test_nothing_leaves_that_is_no_longer_so_in_whatever_order_it_happens(house, acts):
    """A promise is told of, taken back and the line emptied in every order: the dispatch alone has the last word."""
    template(house, "promesa_confirmada", PROMISE)
    promise, over, now = promises_to_pay(house), False, NOON
    for act in (*acts, "dispatch"):
        house.now = now = now + MINUTE
        before = len(house.meta.delivered)
        if act == "tell":
            events.tell(at=now)
        elif act == "take_back":
            promises.withdraw_promise(promise_id=promise.pk, at=now, on=now.date())
            over = True
        else:
            house.dispatch()
            assert not over or len(house.meta.delivered) == before, "the note of a promise that is over left"
    told_first = acts.index("tell") < acts.index("dispatch") < acts.index("take_back")
    assert len(house.meta.delivered) == told_first, "and what is still so does leave"


def test_what_stops_being_so_once_it_is_in_line_is_stopped_by_the_last_look(house):
    template(house, "promesa_confirmada", PROMISE)
    promise = promises_to_pay(house)
    assert events.tell(at=NOON) == 1
    promises.withdraw_promise(promise_id=promise.pk, at=NOON, on=NOON.date())
    house.now = NOON + MINUTE
    tally = house.dispatch()  # nobody looked again in between
    assert (tally.sent, tally.withdrawn, tally.denied) == (0, 1, 0)
    row = Outbox.objects.get()
    assert (row.state, row.reason, Contact.objects.count()) == ("withdrawn", "withdrawn_changed", 0)
