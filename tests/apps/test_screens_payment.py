"""Registrar pago over chosen documents: provisional, once, never more than is owed, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from puntual.apps.parties import write as parties
from puntual.apps.receivables import write
from puntual.apps.receivables.models import AccountBalance, DueBalance, Event
from puntual.core.time import local_date

pytestmark = pytest.mark.django_db
ZONE = "America/Mexico_City"
TOKEN = "a" * 24


@pytest.fixture
def account() -> int:
    creditor = parties.create_creditor(code="norte", name="Norte", country="MX", zone=ZONE, currency="MXN")
    pk = parties.register_accounts(creditor=creditor, rows=[parties.NewAccount("C-1", "Lara")]).accounts["C-1"]
    day = today() - timedelta(days=40)
    rows = [
        write.NewInvoice(pk, n, n, day, "MXN", minor, ((day + timedelta(days=30), minor),))
        for n, minor in (("A-1", 1_000_00), ("A-2", 500_00))
    ]
    write.post_invoices(creditor_id=creditor.pk, invoices=rows, source="prueba")
    return pk


@pytest.fixture
def boss(client, account, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia"))
    return client


def today():
    return local_date(timezone.now(), ZONE)


def item(number: str) -> DueBalance:
    return DueBalance.objects.get(due_item__invoice__number=number)


def pay(client, account: int, **typed: str):
    told = {f"item_{item(n.replace('_', '-')).pk}": v for n, v in typed.items() if n.startswith("A")}
    more = {k: v for k, v in typed.items() if not k.startswith("A")}
    form = {"paid_on": today().isoformat(), "token": TOKEN, **told, **more}
    return client.post(reverse("receivables:choose_items", args=[account]), form)


def test_a_payment_covers_the_chosen_documents_and_waits_for_the_bank(boss, account) -> None:
    pay(boss, account, A_2="500", A_1="250.50")
    assert (item("A-1").open_minor, item("A-2").open_minor) == (749_50, 0)
    assert Event.objects.get(kind="payment").provisional is True


def test_the_same_form_twice_is_one_payment(boss, account) -> None:
    pay(boss, account, A_2="100")
    pay(boss, account, A_2="100")
    assert AccountBalance.objects.get().open_minor == 1_400_00


def test_it_is_taken_back(boss, account) -> None:
    pay(boss, account, A_2="100")
    boss.post(reverse("receivables:undo_payment", args=[account]))
    assert AccountBalance.objects.get().open_minor == 1_500_00


def test_more_than_is_owed_is_an_error_beside_its_document(boss, account) -> None:
    page = pay(boss, account, A_2="600", A_1="10")
    assert [line.error for line in page.context["lines"] if line.error] == [
        "Es más de lo que se debe de este documento: $500.00."
    ]
    assert Event.objects.filter(kind="payment").count() == 0


def test_nothing_typed_or_a_day_to_come_is_said(boss, account) -> None:
    assert pay(boss, account).context["problem"] == "Escriba cuánto se pagó de al menos un documento."
    later = (today() + timedelta(days=1)).isoformat()
    assert "anote una promesa" in pay(boss, account, A_2="1", paid_on=later).context["problem"]
    assert Event.objects.filter(kind="payment").count() == 0
