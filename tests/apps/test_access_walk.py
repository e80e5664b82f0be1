"""Every address of the product, walked as every role, as nobody, and as the administrator of another company."""

from __future__ import annotations

import re

import pytest
from access_house import SECRETS, build, changed, company, rows_now
from django.conf import settings
from django.db import transaction

from puntual.apps.access import urlmap
from puntual.apps.access.choices import PROVEN, PUBLIC, ROLES, SIGNED_IN, acts_of
from puntual.apps.outreach.models import Outbox

pytestmark = pytest.mark.django_db
ADDRESSES = [one for one in urlmap.addresses(settings.ROOT_URLCONF) if one.need and one.need.look != PROVEN]
STAFF = [one for one in ADDRESSES if one.need.look != PUBLIC]
#: What an address is about, where its kind is not a number: any value that its view knows.
WORDS = {
    "str:token": "abcdef", "str:rule_id": "x", "str:country": "MX", "str:step_id": "x", "slug:code": "dso",
    "slug:name": "reminder", "slug:channel": "email", "slug:form": "csv", "str:name": "x.puntual", "path:path": "x",
    "slug:slug": "x", "slug:number": "x",
}  # fmt: skip


def path_of(one, number):
    """The address with its gaps filled: numbers by `number`, the rest by a word."""
    kind = {"negotiation:said": "aclaracion", "negotiation:advance": "aclaracion",
            "negotiation:inside": "aclaracion", "negotiation:attach": "aclaracion", "negotiation:file": "aclaracion",
            "portal_staff:resolve": "pago",
            "portal_staff:file": "comprobante"}.get(one.name, "kpis")  # fmt: skip
    words = {**WORDS, "slug:kind": kind}
    return "/" + re.sub(
        r"<([^>]+)>", lambda m: str(number) if m[1].startswith("int:") else words.get(m[1], "x"), one.route
    )


def outcome(client, method, path):
    """The status of the answer; what a POST did is undone."""
    with transaction.atomic():
        answer = client.generic(method, path)
        status, where = answer.status_code, answer.headers.get("Location", "")
        transaction.set_rollback(True)
    return status, where


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Built once; whatever a test does to it is undone by the test's own transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", list(ROLES))
def test_each_role_passes_where_its_acts_say_and_nowhere_else(client, person, house, role):
    """Refusals are asked of every role at every address; what opens is rendered for the three that differ most."""
    client.force_login(person("alguien", role, house.creditor))
    client.raise_request_exception = False
    acts = acts_of(frozenset({role}), whole_house=False) | {SIGNED_IN}
    before, wrong = rows_now(), []
    for one in STAFF:
        for method in ("GET", "POST"):
            opens = one.need.act(method) in acts
            if opens and role not in ("admin", "agent", "auditor"):
                continue
            status, _where = outcome(client, method, path_of(one, 999_999))
            if status == 404 and one.name in settings.OWN_DOORS and "own.see" in acts:
                continue  # their own customers only: nobody else exists
            if (status == 403) == opens or status >= 500:
                wrong.append(f"{method} {one.name}: {status} con {one.need.act(method)}")
    assert wrong == []
    assert changed(before) == []


def test_what_is_refused_changes_nothing(client, person, house):
    """No rollback here: the reader sends every form there is, about everything there is."""
    client.force_login(person("lector", "read_only", house.creditor))
    before = rows_now()
    for one in STAFF:
        if one.need.act("POST") in (None, SIGNED_IN):
            continue
        for number in _numbers(house, one):
            assert client.post(path_of(one, number)).status_code == 403, one.name
    assert changed(before) == []


def test_nobody_passes_without_entering(client, house):
    before = rows_now()
    for one in STAFF:
        for method in ("GET", "POST"):
            status, where = outcome(client, method, path_of(one, 1))
            assert (status, where.split("?")[0]) == (302, "/entrar/"), f"{method} {one.name}"
    assert changed(before) == []


def _numbers(house, one):
    """Every id that an address of the house may name; one word where it names none."""
    if "<int:" not in one.route:
        return [1]
    return sorted({*house.ids.values(), house.account, house.invoice, *Outbox.objects.values_list("pk", flat=True)})


def _words(answer):
    """What an answer says; what is told live says what its page says, which is walked too."""
    return "" if getattr(answer, "is_async", False) else answer.getvalue().decode(errors="replace")


def test_the_administrator_of_another_company_finds_nothing_of_this_one(client, person, house):
    """No page says a word of it, whatever number is asked for, and after every form was sent nothing of it changed."""
    client.force_login(person("forastera", "admin", company("otra", "La Otra")))
    client.raise_request_exception = False
    before, told = rows_now(), []
    for one in STAFF:
        for number in _numbers(house, one):
            for method in ("GET", "POST"):
                text = _words(client.generic(method, path_of(one, number)))
                told += [f"{method} {path_of(one, number)}: {word}" for word in SECRETS if word in text]
    after = rows_now()
    told += [
        f"{label} {pk}"
        for label, rows in before.items()
        for pk, row in rows.items()
        if after[label].get(pk) != row and label not in ("auth.User", "account.EmailAddress")
    ]
    assert told == []


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("escalation:legal_account", "account"), ("escalation:legal_propose", "account"),
        ("escalation:legal_give", "step"), ("escalation:legal_end", "step"), ("access:decide", "approval"),
        ("negotiation:inside", "dispute"), ("negotiation:attach", "dispute"), ("supervision:review", "handling"),
        ("receivables:account", "account"), ("receivables:invoice", "invoice"), ("audit:evidence", "account"),
        ("receivables:register_payment", "account"), ("receivables:make_promise", "account"),
        ("receivables:choose_items", "account"), ("negotiation:said", "dispute"), ("negotiation:advance", "dispute"),
        ("payments:movement", "movement"), ("payments:confirm", "movement"), ("payments:apply", "movement"),
        ("payments:nobody", "nobody"), ("payments:assign", "nobody"), ("payments:switch", "gateway"),
        ("imports:run", "import"), ("imports:rejects", "import"), ("policies:policy", "policy"),
        ("policies:activate", "policy"), ("portal_staff:resolve", "claim"), ("compliance:situation_add", "account"),
    ],
)  # fmt: skip
def test_to_a_stranger_they_do_not_exist(client, person, house, name, what):
    one = next(a for a in STAFF if a.name == name)
    number = {**house.ids, "account": house.account, "invoice": house.invoice}[what]
    method = "GET" if one.need.act("GET") and "POST" not in name and name not in POSTS else "POST"
    client.force_login(person("forastera", "admin", company("otra", "La Otra")))
    assert client.generic(method, path_of(one, number)).status_code == 404
    client.force_login(person("propia", "admin", house.creditor))
    assert client.generic(method, path_of(one, number)).status_code != 404


POSTS = {
    "receivables:register_payment", "receivables:make_promise", "negotiation:advance", "payments:confirm",
    "payments:apply", "payments:assign", "payments:switch", "policies:activate", "portal_staff:resolve",
    "compliance:situation_add", "escalation:legal_propose", "escalation:legal_give", "escalation:legal_end",
    "access:decide", "negotiation:inside", "negotiation:attach",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/paleta/?q=quint", "/paleta/?q=ZQ-777", "/cartera/?q=Quintanilla", "/"])
def test_searching_finds_only_ones_own(client, person, house, path):
    client.force_login(person("forastera", "agent", company("otra", "La Otra")))
    assert not any(word in client.get(path).content.decode() for word in SECRETS if word not in path)
    client.force_login(person("propia", "agent", house.creditor))
    assert any(word in client.get(path).content.decode() for word in SECRETS if word not in path)
