"""The demonstration's desk is made by the product's own writers: what the law or a pause forbids is not in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk_house import ELEVEN, company, people
from puntual.apps.outreach.models import Contact
from puntual.apps.receivables import write as books
from puntual.apps.training.models import Practice
from puntual.apps.visits.models import Visit
from puntual.apps.workbench.models import CallBack, Goal, Handling, QueueRow
from puntual.core.time import local_date
from puntual.pipeline import demo_desk

_MORNINGS = [ELEVEN - timedelta(hours=3, minutes=30), ELEVEN - timedelta(days=1, hours=3)]


@pytest.fixture
def house(person):
    creditor = company()
    day = local_date(ELEVEN, creditor.zone)
    due = day - timedelta(days=20)
    for n, account in enumerate(people(creditor, 8)):
        number, sold = f"A-{n}", due - timedelta(days=30)
        row = books.NewInvoice(account.pk, number, number, sold, "MXN", 900_00, ((due, 900_00),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[row], source="test")
    person("gestor", "agent", creditor)
    return creditor


def test_two_days_of_work_inside_the_law(house):
    demo_desk.fill(house, _MORNINGS, ELEVEN)
    called = Handling.objects.exclude(contact=None)
    assert called.count() == Contact.objects.filter(channel="call").count()
    assert called.values("party", "taken_at__date").distinct().count() == called.count(), "nobody is called twice a day"
    assert not Handling.objects.filter(closed_at=None).exists()
    assert not Handling.objects.filter(taken_at__gt=ELEVEN).exists()
    assert CallBack.objects.get(state="open").owner.username == "gestor"
    assert Goal.objects.count() == 3
    assert [(p.total, p.passed) for p in Practice.objects.order_by("pk")] == [(8, False), (100, True)]
    assert set(Visit.objects.values_list("state", flat=True)) <= {"done", "refused", "planned", "released"}


def test_without_people_there_is_only_the_queue(house, django_user_model):
    django_user_model.objects.all().delete()
    demo_desk.fill(house, _MORNINGS, ELEVEN)
    assert QueueRow.objects.count() == 8
    assert not Handling.objects.exists()
