"""Whatever shows somebody's data, or changes anything, leaves its line in the log: every address, asked one by one."""

from __future__ import annotations

import pytest
from access_house import build
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from test_access_walk import STAFF, path_of

from puntual.apps.access import urlmap, write
from puntual.apps.access.choices import SIGNED_IN
from puntual.apps.audit.models import AccessRecord
from puntual.apps.audit.watching import _ABOUT_PEOPLE, _BEATS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def sensitive(one):
    noun, _, verb = one.need.look.partition(".")
    return noun in _ABOUT_PEOPLE or verb == "export"


def about(house):
    """Every id that there is, once."""
    return sorted({*house.ids.values(), house.account, house.invoice})


def asked(client, method, path):
    """What was noted of a request; what it did is undone, the line in the log too."""
    cache.clear()
    with transaction.atomic():
        answer = client.generic(method, path)
        rows = list(AccessRecord.objects.values_list("verb", "act", "actor_name"))
        transaction.set_rollback(True)
    return answer.status_code, rows


def test_every_page_about_people_that_opens_is_noted(client, person, house):
    client.force_login(person("ana", "admin", house.creditor))
    client.raise_request_exception = False
    opened, silent = set(), []
    for one in [a for a in STAFF if sensitive(a)]:
        for number in about(house) if "<int:" in one.route else [1]:
            status, rows = asked(client, "GET", path_of(one, number))
            if status == 200:
                opened.add(one.name)
                if ("saw", one.name, "ana") not in rows:
                    silent.append(f"{one.name} {number}: {rows}")
                break
    assert silent == []
    assert len(opened) >= 45, sorted(opened)


def test_every_form_that_a_door_lets_through_is_noted(client, person, house):
    client.force_login(person("ana", "admin", house.creditor))
    client.raise_request_exception = False
    silent, sent = [], 0
    for one in STAFF:
        if one.need.change in (None, SIGNED_IN) or one.name in _BEATS:
            continue
        status, rows = asked(client, "POST", path_of(one, house.account))
        sent += status not in (403, 405)
        if status not in (403, 405) and ("did", one.name, "ana") not in rows:
            silent.append(f"{one.name}: {status} {rows}")
    assert silent == []
    assert sent >= 80


def test_every_door_that_stays_closed_is_noted(client, person, house):
    client.force_login(person("lidia", "read_only", house.creditor))
    closed = [a for a in STAFF if a.need.look in ("people.see", "legal.see", "conversations.see", "supervision.see")]
    for one in closed:
        status, rows = asked(client, "GET", path_of(one, house.account))
        assert (status, rows) == (403, [("refused", one.name, "lidia")])
    assert len(closed) >= 15


def test_what_another_program_reads_and_writes_is_noted_by_its_key(client, house):
    _row, text = write.create_key(name="ERP", scopes=["read", "write"], creditor_id=house.creditor.pk)
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "k"}
    for path in ("/accounts/C-1", "/due-items", "/approvals", "/accounts/C-1/legal-steps", "/promises"):
        cache.clear()
        assert client.get(f"/api/v1{path}", headers=headers).status_code == 200
    client.post("/api/v1/payments", "[]", content_type="application/json", headers=headers)
    verbs = list(AccessRecord.objects.values_list("verb", "actor_name"))
    assert verbs == [("saw", "llave: ERP")] * 5 + [("did", "llave: ERP")]


@pytest.mark.parametrize("table", ["audit_auditrecord", "audit_accessrecord", "audit_evidence"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_no_line_of_any_log_is_changed_or_erased(client, person, house, table, change):
    cache.clear()
    client.force_login(person("ana", "admin", house.creditor))
    client.get(f"/clientes/{house.account}/")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        before = cursor.fetchone()[0]
    assert before > 0
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        assert cursor.fetchone()[0] == before


def test_no_address_about_people_escapes_the_watch():
    """A page whose act is about people and that nobody watches would be a hole: there is none by construction."""
    assert {a.need.look.partition(".")[0] for a in STAFF if sensitive(a)} <= _ABOUT_PEOPLE | {"reports", "backup"}
    assert all(urlmap.need_of(a.name) is not None for a in STAFF)
