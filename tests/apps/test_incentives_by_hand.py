"""An incentive that a person of the company grants: within one's authority at once, beyond it with another's yes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from puntual.apps.access import write_approvals
from puntual.apps.access.models import Approval
from puntual.apps.negotiation import write_judge
from puntual.apps.negotiation.models import GivenIncentive
from puntual.apps.parties import write as parties
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import Event
from puntual.core.errors import Refused

pytestmark = pytest.mark.django_db
TOKEN = "a" * 24


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    due = date.today() - timedelta(days=20)
    invoice = books.NewInvoice(account, "A-1", "A-1", due, "MXN", 1000_00, ((due, 1000_00),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return account


def post(client, account, pct, token=TOKEN, **more):
    data = {"clase": "early_discount", "pct": pct, "motivo": "Cliente de siempre", "token": token, **more}
    return client.post(f"/clientes/{account}/incentivo/", data)


def owed(account):
    return sum(b.open_minor for b in books_read.open_items(account))


def test_it_is_seen_to_the_cent_and_who_must_say_yes(client, creditor, account, person):
    client.force_login(person("sara", "supervisor", creditor))
    told = client.get(f"/clientes/{account}/incentivo/?clase=early_discount&pct=2.5").context["told"]
    assert (told.offer.pay_minor, told.offer.waived.total_minor, told.need.role) == (975_00, 25_00, None)
    assert not GivenIncentive.objects.exists()


def test_within_ones_authority_it_is_offered_and_earned_as_its_own_entry(client, creditor, account, person):
    client.force_login(person("sara", "supervisor", creditor))
    post(client, account, "2.5")
    post(client, account, "2.5")
    row = GivenIncentive.objects.get()
    assert (row.state, row.pay_minor, row.by.username, row.source) == ("offered", 975_00, "sara", "agent")
    today = row.offered_on
    books.post_payments(
        creditor_id=creditor.pk, payments=[books.NewPayment(account, 975_00, "MXN", today, "p1", "bank")]
    )
    write_judge.judge_all(creditor_id=creditor.pk, as_of=today, at=timezone.now(), bank_through=today)
    row.refresh_from_db()
    assert row.state == "earned" and owed(account) == 0
    assert Event.objects.filter(kind="discount", account_id=account).count() == 1


def test_beyond_it_another_person_says_yes_and_never_the_same(client, creditor, account, person):
    ana, sara = person("ana", "agent", creditor), person("sara", "supervisor", creditor)
    client.force_login(ana)
    post(client, account, "15")
    asked = Approval.objects.get()
    assert (asked.kind, asked.amount_minor, asked.asked_by) == ("incentive", 150_00, ana)
    assert not GivenIncentive.objects.exists()
    with pytest.raises(Refused):
        write_approvals.approve(approval_id=asked.pk, by=ana, at=timezone.now())
    write_approvals.approve(approval_id=asked.pk, by=sara, at=timezone.now())
    row = GivenIncentive.objects.get()
    assert (row.state, row.pay_minor, row.by) == ("offered", 850_00, ana)


def test_who_says_yes_has_limits_too_and_nothing_is_given_beyond_them(client, creditor, account, person):
    client.force_login(person("ana", "agent", creditor))
    post(client, account, "45")
    asked = Approval.objects.get()
    with pytest.raises(Refused):
        write_approvals.approve(approval_id=asked.pk, by=person("sara", "supervisor", creditor), at=timezone.now())
    asked.refresh_from_db()
    assert asked.state == "waiting" and not GivenIncentive.objects.exists()
    write_approvals.approve(approval_id=asked.pk, by=person("gil", "manager", creditor), at=timezone.now())
    assert GivenIncentive.objects.get().pay_minor == 550_00


def test_without_a_reason_nothing_is_given(client, creditor, account, person):
    client.force_login(person("sara", "supervisor", creditor))
    assert "por qué" in post(client, account, "2", motivo=" ").context["error"]
    assert not GivenIncentive.objects.exists() and not Approval.objects.exists()


def test_one_at_a_time(client, creditor, account, person):
    client.force_login(person("sara", "supervisor", creditor))
    post(client, account, "2")
    assert "vigente" in post(client, account, "3", token="b" * 24).context["error"]
    assert GivenIncentive.objects.count() == 1
