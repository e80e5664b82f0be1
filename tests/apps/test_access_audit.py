"""The log of accesses: every look at somebody's data, every form sent, every door that did not open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from puntual.apps.access import write as access
from puntual.apps.audit.models import AccessRecord
from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calm():
    cache.clear()


def company(code):
    creditor = parties.create_creditor(
        code=code, name=code.title(), country="MX", zone="America/Mexico_City", currency="MXN"
    )
    row = parties.NewAccount(code="C-1", name=f"Ana de {code}")
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    due = timezone.localdate() - timedelta(days=9)
    invoice = books.NewInvoice(account, f"{code}-1", f"{code}-1", date(2026, 1, 1), "MXN", 100, ((due, 100),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return creditor, account


@pytest.fixture
def norte():
    return company("norte")


def noted():
    return list(AccessRecord.objects.order_by("pk").values_list("actor_name", "verb", "act", "object_id"))


def test_opening_a_customer_is_noted_with_who_and_where(client, person, norte):
    creditor, account = norte
    client.force_login(person("gloria", "agent", creditor))
    assert client.get(f"/clientes/{account}/").status_code == 200
    assert noted() == [("gloria", "saw", "receivables:account", account)]
    assert AccessRecord.objects.get().creditor_id == creditor.pk


def test_looking_again_at_once_is_the_same_look(client, person, norte):
    creditor, account = norte
    client.force_login(person("gloria", "agent", creditor))
    for _ in range(3):
        client.get(f"/clientes/{account}/")
    assert len(noted()) == 1


def test_a_download_of_the_portfolio_is_noted(client, person, norte):
    client.force_login(person("sergio", "supervisor", norte[0]))
    b"".join(client.get("/cartera/descargar/").streaming_content)
    assert noted() == [("sergio", "saw", "receivables:download", None)]


def test_a_form_is_noted_as_an_act(client, person, norte):
    creditor, account = norte
    client.force_login(person("gloria", "agent", creditor))
    client.post(f"/clientes/{account}/promesa/", {"date": "", "amount": ""})
    assert noted() == [("gloria", "did", "receivables:make_promise", account)]


def test_a_refusal_is_noted_too(client, person, norte):
    creditor, account = norte
    client.force_login(person("lidia", "read_only", creditor))
    client.post(f"/clientes/{account}/pago/", {})
    assert noted() == [("lidia", "refused", "receivables:register_payment", account)]


def test_what_is_nobodys_is_not_noted(client, person, norte):
    client.force_login(person("gloria", "agent", norte[0]))
    for path in ("/mis-opciones/", "/healthz", "/politicas/", "/clientes/999999/"):
        client.get(path)
    client.post(reverse("workbench:beat"))
    assert noted() == []


def test_another_program_is_named_by_its_key(norte):
    creditor, account = norte
    key, text = access.create_key(name="ERP", scopes=["read"], creditor_id=creditor.pk)
    Client().get("/api/v1/accounts/C-1", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert noted() == [("llave: ERP", "saw", "api:account", account)]
    row = AccessRecord.objects.get()
    assert (row.api_key_id, row.creditor_id, row.actor_id) == (key.pk, creditor.pk, None)


@pytest.mark.parametrize(
    "change", ["UPDATE audit_accessrecord SET actor_name = 'nadie'", "DELETE FROM audit_accessrecord"]
)
def test_the_database_keeps_what_was_noted(client, person, norte, change):
    client.force_login(person("gloria", "agent", norte[0]))
    client.get(f"/clientes/{norte[1]}/")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert noted() == [("gloria", "saw", "receivables:account", norte[1])]


def test_the_auditor_reads_who_saw_a_customer_and_only_of_theirs(client, person, norte):
    sur = company("sur")
    for name, (creditor, account) in (("gloria", norte), ("susana", sur)):
        web = Client()
        web.force_login(person(name, "agent", creditor))
        web.get(f"/clientes/{account}/")
    client.force_login(person("aurelio", "auditor", norte[0]))
    page = client.get("/normas/bitacora/accesos/", {"numero": norte[1], "que": "saw"}).content.decode()
    assert "gloria" in page and "receivables:account" in page
    everything = client.get("/normas/bitacora/accesos/").content.decode()
    assert "susana" not in everything
    assert "susana" not in client.get("/normas/bitacora/").content.decode()


def test_it_costs_one_insert(client, person, norte, django_assert_max_num_queries):
    creditor, account = norte
    client.force_login(person("gloria", "agent", creditor))
    client.get(f"/clientes/{account}/")
    cache.clear()
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        client.get(f"/clientes/{account}/")
    assert sum("audit_accessrecord" in q["sql"] for q in asked) == 1
