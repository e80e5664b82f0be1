"""A collection day, tried one by one where a widely used peer fails (measured elsewhere): what goes, to whom, and why
not."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from puntual.apps.compliance import write as compliance
from puntual.apps.outreach import write as outreach
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.planning.models import PlanRow
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewCreditNote, NewInvoice, NewPayment
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.ports.channels import ChannelError
from puntual.ports.fakes import RecordingChannel

pytestmark = pytest.mark.django_db

#: A Tuesday, six in the morning of Mexico City; messages go at ten.
DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def box():
    return RecordingChannel()


@pytest.fixture
def creditor():
    one = parties.create_creditor(
        code="norte",
        name="Ferretera del Norte",
        country="MX",
        zone="America/Mexico_City",
        currency="MXN",
        approve_first=0,
    )
    version = policies.save_version(creditor_id=one.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=DAWN - timedelta(days=500))
    return one


def customer(creditor, code="C-1", *, email=True, phone=False, debtor="business"):
    points = (NewPoint("email", f"{code.lower()}@example.com"),) if email else ()
    points += (NewPoint("phone", "+525550000001"),) if phone else ()
    row = NewAccount(code, f"Cliente {code}", debtor=debtor, country="MX", zone="America/Mexico_City", points=points)
    return parties.register_accounts(creditor=creditor, rows=[row]).accounts[code]


def owes(creditor, account, minor, *, late, number=None):
    """An invoice that is `late` days past due today."""
    due = TODAY - timedelta(days=late)
    number = number or f"F{account}-{late}"
    one = NewInvoice(account, number, number, due - timedelta(days=30), "MXN", minor, ((due, minor),))
    return receivables.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test").ids[number]


def pays(creditor, account, minor, key="p1", on=TODAY, **more):
    one = NewPayment(account, minor, "MXN", on, key, "test", **more)
    receivables.post_payments(creditor_id=creditor.pk, payments=[one])


def day(creditor, at=DAWN):
    return run_day(creditor=creditor, as_of=at)


def send(box, at=TEN):
    links = lambda points: {account: f"https://x.example/p/{account}/" for account in points}  # noqa: E731
    return dispatch(Outside(channel=lambda *_: box, links=links, now=lambda: at + timedelta(minutes=1)))


def steps():
    return list(Outbox.objects.order_by("pk").values_list("step", "state"))


class TestWhenItSpeaks:
    def test_a_reminder_goes_before_the_due_date(self, creditor):
        owes(creditor, customer(creditor), 500_00, late=-4)
        assert day(creditor).planned == {"email": 1}
        assert steps() == [("aviso-previo", "planned")]

    def test_an_old_debt_begins_at_the_step_of_its_age(self, creditor):
        owes(creditor, customer(creditor), 500_00, late=60)
        day(creditor)
        assert steps() == [("segundo-formal", "planned")]

    def test_beyond_ninety_days_a_person_decides_and_nothing_is_sent(self, creditor, box):
        owes(creditor, customer(creditor), 500_00, late=120)
        assert day(creditor).planned == {"task": 1}
        assert send(box).sent == 0
        assert box.messages == []

    def test_what_is_far_from_due_waits(self, creditor):
        owes(creditor, customer(creditor), 500_00, late=-20)
        assert day(creditor).skipped == {"not_due_yet": 1}

    def test_levels_of_one_customer_become_one_message_at_the_highest(self, creditor, box):
        account = customer(creditor)
        for late in (-2, 4, 35, 55):
            owes(creditor, account, 100_00, late=late)
        assert day(creditor).planned == {"email": 1}
        assert steps() == [("segundo-formal", "planned")]
        send(box)
        assert len(box.messages) == 1
        assert len(re.findall(r"^- ", box.messages[0].text, re.M)) == 4


class TestTwiceTheSameDay:
    def test_before_sending_nothing_piles_up(self, creditor):
        owes(creditor, customer(creditor), 500_00, late=4)
        day(creditor)
        day(creditor)
        assert Outbox.objects.count() == 1
        assert PlanRow.objects.count() == 1

    def test_after_sending_nobody_is_escalated(self, creditor, box):
        owes(creditor, customer(creditor), 500_00, late=4)
        day(creditor)
        assert send(box).sent == 1
        again = day(creditor, TEN + timedelta(hours=1))
        assert (again.planned, again.skipped) == ({}, {"already_contacted": 1})
        assert send(box, TEN + timedelta(hours=2)).sent == 0
        assert Contact.objects.count() == 1

    def test_the_next_step_waits_for_its_day_and_for_the_days_between(self, creditor, box):
        owes(creditor, customer(creditor), 500_00, late=4)
        day(creditor)
        send(box)
        quiet = [day(creditor, DAWN + timedelta(days=n)).planned for n in (1, 2, 3)]
        assert quiet == [{}, {}, {}]
        assert day(creditor, DAWN + timedelta(days=6)).planned == {"email": 1}


class TestBalanceAtTheLastMoment:
    def test_paid_between_the_plan_and_the_send_nothing_leaves(self, creditor, box):
        account = customer(creditor)
        owes(creditor, account, 500_00, late=4)
        day(creditor)
        pays(creditor, account, 500_00)
        tally = send(box)
        assert (tally.sent, tally.withdrawn) == (0, 1)
        assert box.messages == []
        assert Contact.objects.count() == 0
        assert Outbox.objects.get().reason == "withdrawn_paid"

    def test_a_run_withdraws_what_a_payment_settled(self, creditor):
        account = customer(creditor)
        owes(creditor, account, 500_00, late=4)
        day(creditor)
        pays(creditor, account, 500_00)
        day(creditor)
        assert steps() == [("primer-aviso", "withdrawn")]

    def test_a_partial_payment_is_told_as_what_is_still_open(self, creditor, box):
        account = customer(creditor)
        owes(creditor, account, 500_00, late=4)
        day(creditor)
        pays(creditor, account, 250_00)
        send(box)
        assert "$250.00 MXN" in box.messages[0].text
        assert "500.00" not in box.messages[0].text

    def test_money_in_favour_that_covers_the_debt_stops_the_reminder(self, creditor):
        account = customer(creditor)
        owes(creditor, account, 500_00, late=4)
        pays(creditor, account, 900_00, apply=False)
        assert day(creditor).skipped == {"covered_by_unapplied": 1}

    def test_a_cancelled_invoice_is_not_reminded(self, creditor, box):
        account = customer(creditor)
        invoice = owes(creditor, account, 500_00, late=4)
        day(creditor)
        note = NewCreditNote(account, 500_00, "MXN", TODAY, "NC-1", "test", (invoice,))
        receivables.post_credit_notes(creditor_id=creditor.pk, notes=[note])
        assert send(box).sent == 0
        assert box.messages == []


class TestHowItReaches:
    def test_without_e_mail_it_goes_by_the_next_channel_of_the_step(self, creditor):
        owes(creditor, customer(creditor, email=False, phone=True), 500_00, late=4)
        assert day(creditor).planned == {"whatsapp": 1}

    def test_without_any_contact_it_says_so(self, creditor):
        owes(creditor, customer(creditor, email=False), 500_00, late=4)
        assert day(creditor).skipped == {"no_contact_point": 1}

    def test_who_said_stop_is_never_written_to(self, creditor, box):
        account = customer(creditor)
        owes(creditor, account, 500_00, late=4)
        day(creditor)
        party = parties.Account.objects.get(pk=account).party_id
        compliance.opt_out(party_id=party, channel="*", at=DAWN, source="person")
        assert send(box).denied == 1
        assert box.messages == []
        assert Outbox.objects.get().reason == "opted_out"

    def test_two_creditors_do_not_write_to_one_person_beyond_the_cap(self, creditor, box):
        """Ecuador: one action a day over everything."""
        people = []
        for code in ("uno", "dos"):
            one = parties.create_creditor(
                code=code, name=code, country="EC", zone="America/Guayaquil", currency="USD", approve_first=0
            )
            policies.activate(
                version=policies.save_version(creditor_id=one.pk, text=presets.text_for("EC")),
                at=DAWN - timedelta(days=9),
            )
            row = NewAccount(
                f"X-{code}", "Lucía Ocampo", tax_id="1710034065", debtor="consumer", country="EC",
                zone="America/Guayaquil",
                points=(NewPoint("email", "lucia@example.com"),),
            )  # fmt: skip
            account = parties.register_accounts(creditor=one, rows=[row]).accounts[f"X-{code}"]
            due = TODAY - timedelta(days=5)
            invoice = NewInvoice(account, code, code, due - timedelta(days=30), "USD", 50_00, ((due, 50_00),))
            receivables.post_invoices(creditor_id=one.pk, invoices=[invoice], source="test")
            people.append(one)
        for one in people:
            run_day(creditor=one, as_of=DAWN)
        tally = send(box)
        assert (tally.sent, tally.deferred) == (1, 1)
        assert len(box.messages) == 1
        waiting = Outbox.objects.exclude(state="sent").get()
        assert (waiting.state, waiting.reason) == ("planned", "frequency_cap")
        assert waiting.scheduled_at.date() == date(2026, 11, 25)


class TestFailures:
    def test_a_failure_for_now_is_tried_later_and_frees_the_slot(self, creditor, box):
        owes(creditor, customer(creditor), 500_00, late=4)
        day(creditor)
        box.fails.append(ChannelError("421 vuelva luego", permanent=False))
        assert send(box).failed == 1
        assert (Outbox.objects.get().state, Contact.objects.count()) == ("planned", 0)
        assert send(box, TEN + timedelta(minutes=10)).sent == 1

    def test_a_failure_for_good_ends_there_and_is_shown(self, creditor, box):
        owes(creditor, customer(creditor), 500_00, late=4)
        day(creditor)
        box.fails.append(ChannelError("550 no existe", permanent=True))
        send(box)
        row = Outbox.objects.get()
        assert (row.state, row.reason, row.detail) == ("failed", "permanent_failure", "550 no existe")

    def test_an_address_that_does_not_exist_is_marked_and_tomorrow_goes_another_way(self, creditor, box):
        owes(creditor, customer(creditor, phone=True), 500_00, late=4)
        day(creditor)
        box.fails.append(ChannelError("550 5.1.1 no existe", permanent=True, bad_recipient=True))
        send(box)
        assert sorted(ContactPoint.objects.values_list("kind", "status")) == [("email", "bounced"), ("phone", "active")]
        assert Fact.objects.get().kind == "bounced"
        assert day(creditor, DAWN + timedelta(days=1)).planned == {"whatsapp": 1}

    def test_what_broke_while_handing_over_is_unknown_and_never_repeated(self, creditor, box):
        owes(creditor, customer(creditor), 500_00, late=4)
        day(creditor)
        box.fails.append(OSError("se cortó"))
        assert send(box).unknown == 1
        assert send(box, TEN + timedelta(hours=1)).sent == 0
        assert Outbox.objects.get().state == "unknown"
        assert Contact.objects.count() == 1


class TestApproval:
    def test_the_first_sends_wait_for_a_person(self, creditor, box):
        parties.set_approve_first(creditor_id=creditor.pk, count=2)
        for code in ("C-1", "C-2", "C-3"):
            owes(creditor, customer(creditor, code), 500_00, late=4)
        result = day(creditor)
        assert send(box).sent == 0
        one = Outbox.objects.order_by("pk").first()
        outreach.approve(ids=[one.pk])
        assert send(box).sent == 1
        outreach.approve(plan_id=result.plan_id)
        assert send(box, TEN + timedelta(minutes=5)).sent == 2
        creditor.refresh_from_db()
        assert creditor.approve_first == 0

    def test_a_veto_stops_it_and_can_be_undone(self, creditor, box):
        owes(creditor, customer(creditor), 500_00, late=4)
        day(creditor)
        pk = Outbox.objects.get().pk
        assert outreach.veto(ids=[pk]) == 1
        assert send(box).sent == 0
        assert outreach.restore(ids=[pk]) == 1
        assert send(box).sent == 1
