"""Every operation of the API, asked with no key, with each scope alone, and with the key of another company."""

from __future__ import annotations

import pytest
from access_house import SECRETS, build, changed, company, rows_now
from django.contrib.auth.models import User
from django.db import transaction

from puntual.apps.access import write
from puntual.apps.access.choices import SCOPES
from puntual.project.api import api

pytestmark = pytest.mark.django_db
#: What each operation needs, said by hand. A new one is added here with thought.
NEEDS = {
    ("GET", "/creditors"): "read", ("GET", "/accounts"): "read", ("GET", "/accounts/{ref}"): "read",
    ("POST", "/accounts"): "write", ("POST", "/accounts/{ref}/opt-out"): "contact", ("GET", "/due-items"): "read",
    ("POST", "/invoices"): "write", ("POST", "/payments"): "write", ("GET", "/accounts/{ref}/events"): "read",
    ("POST", "/run"): "run", ("GET", "/plans/latest"): "read", ("GET", "/plans/{plan_id}/rows"): "read",
    ("GET", "/approvals"): "read", ("POST", "/approvals/{approval_id}/{answer}"): "approve",
    ("GET", "/accounts/{ref}/legal-steps"): "read", ("POST", "/accounts/{ref}/legal-steps"): "write",
    ("POST", "/plans/{plan_id}/approve"): "run", ("GET", "/reports"): "read", ("GET", "/reports/{kind}"): "read",
}  # fmt: skip


def operations():
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, path, operation.auth_callbacks[0].scope


OPERATIONS = list(operations())


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def call(client, method, path, house, key=None):
    """Asked with a body that no operation takes: a key that may gets an answer that is not 401 nor 403."""
    gaps = {"{ref}": "C-1", "{plan_id}": f"plan_{house.ids['plan']}", "{kind}": "kpis",
            "{approval_id}": f"apr_{house.ids['approval']}", "{answer}": "approve"}  # fmt: skip
    for gap, value in gaps.items():
        path = path.replace(gap, value)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with transaction.atomic():
        answer = client.generic(method, f"/api/v1{path}", "null", content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return answer


def test_each_known_operation_needs_what_is_written_here():
    known = {(m, p): s for m, p, s in OPERATIONS}
    assert {op: scope for op, scope in known.items() if op in NEEDS} == NEEDS


def test_without_a_key_nothing_opens(client, house):
    before = rows_now()
    assert {call(client, m, p, house).status_code for m, p, _s in OPERATIONS} == {401}
    assert changed(before) == []


@pytest.mark.parametrize("scope", list(SCOPES))
def test_each_scope_alone_opens_its_own_and_nothing_else(client, house, scope):
    somebody = User.objects.get(username="autoriza").pk  # a key speaks for whoever made it
    _row, text = write.create_key(name=scope, scopes=[scope], user_id=somebody)
    before, wrong = rows_now(), []
    for method, path, needed in OPERATIONS:
        status = call(client, method, path, house, text).status_code
        if (status == 403) == (needed == scope) or status >= 500 or status == 401:
            wrong.append(f"{method} {path}: {status}, pide {needed}")
    assert wrong == [] and changed(before) == []


def test_the_key_of_another_company_learns_nothing(client, house):
    other = company("otra", "La Otra")
    _row, text = write.create_key(name="ajena", scopes=list(SCOPES), creditor_id=other.pk)
    before = rows_now()
    for method, path, _scope in OPERATIONS:
        told = call(client, method, path, house, text).content.decode()
        assert not any(word in told for word in SECRETS), f"{method} {path}"
    assert changed(before) == []
    assert call(client, "GET", "/accounts/{ref}", house, text).status_code == 404
    assert call(client, "GET", "/plans/{plan_id}/rows", house, text).status_code == 404
