"""The API for other programs: keys with scopes, every POST once, pages, and refusals that say how to mend them."""

from __future__ import annotations

import json

import pytest

from puntual.apps.access import write as access
from puntual.apps.access.models import ApiKey
from puntual.apps.compliance.models import Consent
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables.models import DueBalance, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")


@pytest.fixture
def call(client, creditor):
    _, text = access.create_key(name="erp", scopes=["read", "write", "contact", "run"])

    def ask(method, path, body=None, *, key=text, once=None):
        headers = {"Authorization": f"Bearer {key}"} | ({"Idempotency-Key": once} if once else {})
        return client.generic(method, f"/api/v1{path}", json.dumps(body) if body is not None else "",
                              content_type="application/json", headers=headers)  # fmt: skip

    return ask


CUSTOMER = [{"code": "C-1", "name": "Lucía Ocampo", "contacts": [{"kind": "email", "value": "l@example.com"}]}]
INVOICE = [
    {"account": "C-1", "number": "A-1", "issued_on": "2026-10-01", "currency": "MXN", "total_minor": 50000,
     "dues": [{"due_on": "2026-10-31", "amount_minor": 50000}]}
]  # fmt: skip


def test_a_sale_its_payment_and_what_is_left(call):
    assert call("POST", "/accounts", CUSTOMER, once="a").status_code == 201
    assert call("POST", "/invoices", INVOICE, once="b").json() == {"created": 1, "unchanged": 0}
    paid = [
        {"account": "C-1", "amount_minor": 20000, "currency": "MXN", "paid_on": "2026-11-01", "reference": "SPEI-1"}
    ]
    assert call("POST", "/payments", paid, once="c").json() == {"created": 1, "unchanged": 0}
    got = call("GET", "/accounts/C-1").json()
    assert got["open"] == [{"minor": 30000, "currency": "MXN"}]
    assert call("GET", "/due-items").json()["items"][0]["open"] == {"minor": 30000, "currency": "MXN"}


def test_the_same_post_again_gives_the_same_answer_and_changes_nothing(call):
    call("POST", "/accounts", CUSTOMER, once="a")
    first = call("POST", "/invoices", INVOICE, once="b")
    again = call("POST", "/invoices", INVOICE, once="b")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert Event.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(call):
    call("POST", "/accounts", CUSTOMER, once="a")
    other = call("POST", "/accounts", [{"code": "C-2", "name": "Otro"}], once="a")
    assert other.status_code == 409
    assert Account.objects.count() == 1


def test_a_post_without_its_key_is_refused_and_nothing_happens(call):
    answer = call("POST", "/accounts", CUSTOMER)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert "Idempotency-Key" in answer.json()["title"]
    assert Account.objects.count() == 0


@pytest.mark.parametrize("key", ["", "pun_falsa"])
def test_a_stranger_gets_nothing(call, key):
    assert call("GET", "/accounts", key=key).status_code == 401


def test_a_key_does_only_what_it_may(call):
    _, reader = access.create_key(name="solo lee", scopes=["read"])
    assert call("POST", "/accounts", CUSTOMER, key=reader, once="a").status_code == 403
    assert Account.objects.count() == 0


def test_a_revoked_key_opens_nothing(call):
    key, text = access.create_key(name="vieja", scopes=["read"])
    access.revoke_key(key_id=key.pk)
    assert call("GET", "/accounts", key=text).status_code == 401


def test_a_key_of_one_creditor_never_learns_of_another(call, creditor):
    other = parties.create_creditor(code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN")
    _, text = access.create_key(name="del norte", scopes=["read"], creditor_id=creditor.pk)
    answer = call("GET", f"/accounts?creditor={other.code}", key=text)
    assert (answer.status_code, "Sur" in answer.content.decode()) == (404, False)
    assert [c["code"] for c in call("GET", "/creditors", key=text).json()] == ["norte"]


def test_lists_come_in_pages_that_meet(call):
    call("POST", "/accounts", [{"code": f"C-{i}", "name": f"Cliente {i}"} for i in range(5)], once="a")
    call_with = {"creditor": "norte"}
    seen, cursor = [], None
    while True:
        tail = f"&cursor={cursor}" if cursor else ""
        got = call("GET", f"/accounts?creditor={call_with['creditor']}&limit=2{tail}").json()
        seen += [a["code"] for a in got["items"]]
        cursor = got["next"]
        if cursor is None:
            break
    assert seen == [f"C-{i}" for i in range(5)]


def test_an_invoice_whose_parts_do_not_add_up_is_refused_whole(call):
    call("POST", "/accounts", CUSTOMER, once="a")
    bad = [{**INVOICE[0], "total_minor": 60000}]
    answer = call("POST", "/invoices", bad, once="b")
    assert (answer.status_code, DueBalance.objects.count()) == (400, 0)
    assert "no suman" in answer.json()["detail"]


def test_a_stop_told_by_another_program_holds_at_once(call):
    call("POST", "/accounts", CUSTOMER, once="a")
    assert call("POST", "/accounts/C-1/opt-out", {"channel": "*"}, once="b").status_code == 200
    assert Consent.objects.get().status == "withdrawn"


def test_the_text_of_a_key_is_not_kept(call):
    _, text = access.create_key(name="x", scopes=["read"])
    assert not any(text in str(value) for row in ApiKey.objects.values() for value in row.values())


def test_it_describes_itself(client):
    document = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/accounts", "/api/v1/invoices", "/api/v1/payments", "/api/v1/run"} <= set(document["paths"])
