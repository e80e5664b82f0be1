"""The first run, step by step: who may begin, what is asked, what is written and what is only looked at."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, ContactPoint, Creditor, Party
from puntual.apps.policies import presets
from puntual.apps.policies import read as policies
from puntual.apps.policies import write as policies_write
from puntual.apps.receivables import read as books
from puntual.apps.receivables import write, write_terms
from puntual.apps.receivables.models import AccountBalance, DayTotal, DueBalance
from puntual.apps.welcome import building, read
from puntual.core.ledger import position
from puntual.project.welcome import asks_consent

pytestmark = pytest.mark.django_db
FIRST = {"first_name": "Marta", "username": "marta", "password": "una frase larga y propia"}


@pytest.fixture
def boss(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia"))
    return client


@pytest.fixture
def creditor():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")


def customer(creditor: Creditor, code: str, name: str, **more: object) -> int:
    row = parties.NewAccount(code, name, **more)
    return parties.register_accounts(creditor=creditor, rows=[row]).accounts[code]


def invoice(creditor: Creditor, account: int, number: str, issued: date, *, assumed: bool = False) -> int:
    due = issued + timedelta(days=30)
    one = write.NewInvoice(account, number, number, issued, "MXN", 100_00, ((due, 100_00),), assumed_terms=assumed)
    return write.post_invoices(creditor_id=creditor.pk, invoices=[one], source="prueba").ids[number]


def test_the_door_leads_to_the_first_account_only_while_there_is_none(client) -> None:
    assert client.get("/entrar/")["location"] == "/comenzar/cuenta/"
    client.post("/comenzar/cuenta/", FIRST)
    one = get_user_model().objects.get()
    assert (one.username, one.is_superuser, one.check_password(FIRST["password"])) == ("marta", True, True)
    client.logout()
    assert client.get("/entrar/").status_code == 200
    client.post("/comenzar/cuenta/", FIRST | {"username": "intrusa"})
    assert get_user_model().objects.count() == 1


def test_a_short_password_is_said_beside_it(client) -> None:
    page = client.post("/comenzar/cuenta/", FIRST | {"password": "corta"})
    assert page.context["form"].errors["password"] == ["Es corta: use al menos doce caracteres."]
    assert get_user_model().objects.count() == 0


def test_country_brings_currency_and_zone(boss) -> None:
    told = {
        "name": "Ventas del Sur",
        "country": "CL",
        "credit_days": 45,
        "address_form": "tu",
        "people_word": "gestores",
    }
    assert boss.post("/comenzar/empresa/", told)["location"] == "/cargar/"
    one = Creditor.objects.get()
    assert (one.code, one.currency, one.zone, one.credit_days) == ("ventas-del-sur", "CLP", "America/Santiago", 45)
    assert (one.address_form, one.people_word, one.test_mode, one.approve_first) == ("tu", "gestores", True, 20)


def test_what_is_missing_is_asked_of_those_who_owe(boss, creditor) -> None:
    today = datetime.now(UTC).date()
    lacking = customer(creditor, "C-1", "Textiles Lara SA de CV")
    complete = customer(creditor, "C-2", "Ana", debtor="consumer", points=(parties.NewPoint("email", "ana@x.example"),))
    customer(creditor, "C-3", "No debe nada")
    invoice(creditor, lacking, "A-1", today, assumed=True)
    invoice(creditor, complete, "A-2", today)
    found = read.missing(creditor.pk)
    assert (found.terms, found.contacts, found.kinds) == (1, 1, 1)
    assert [(r.code, r.terms, r.contact, r.kind, r.suggested) for r in found.rows] == [
        ("C-1", True, True, True, "business")
    ]


def test_answers_reach_the_customer_and_move_assumed_due_dates(boss, creditor) -> None:
    issued = datetime.now(UTC).date() - timedelta(days=40)
    pk = customer(creditor, "C-1", "Textiles Lara SA de CV")
    invoice(creditor, pk, "A-1", issued, assumed=True)
    told = {f"{pk}-credit_days": 15, f"{pk}-email": "Pagos@Lara.example", f"{pk}-phone": "55 1234 5678"}
    assert boss.post("/comenzar/faltan/", told | {f"{pk}-debtor": "business"})["location"] == "/comenzar/permisos/"
    assert ContactPoint.objects.filter(party__accounts=pk).count() == 2
    assert (Account.objects.get().credit_days, Party.objects.get().debtor) == (15, "business")
    due = issued + timedelta(days=15)
    assert (DueBalance.objects.get().due_on, AccountBalance.objects.get().oldest_due_on) == (due, due)
    assert not read.missing(creditor.pk)


def test_a_phone_that_cannot_be_dialled_saves_nothing(boss, creditor) -> None:
    pk = customer(creditor, "C-1", "Lara")
    invoice(creditor, pk, "A-1", datetime.now(UTC).date())
    page = boss.post("/comenzar/faltan/", {f"{pk}-phone": "123", f"{pk}-email": "pagos@lara.example"})
    assert "No es un número que se pueda marcar" in page.content.decode()
    assert ContactPoint.objects.count() == 0


def test_told_terms_keep_every_projection_equal_to_the_entries(creditor) -> None:
    issued = date(2026, 10, 1)
    pk = customer(creditor, "C-1", "Lara")
    for number in ("A-1", "A-2"):
        invoice(creditor, pk, number, issued, assumed=True)
    invoice(creditor, pk, "A-3", issued)
    assert write_terms.tell_terms(creditor_id=creditor.pk, accounts=[pk], days=10) == 2
    totals = set(DayTotal.objects.exclude(open_minor=0).values_list("due_on", "open_minor", "items"))
    assert totals == {(date(2026, 10, 11), 200_00, 2), (date(2026, 10, 31), 100_00, 1)}
    entries = position(books.entries_frame(creditor_id=creditor.pk), date(2026, 10, 21))
    assert sorted(entries["days_past_due"].to_list()) == [-10, 10, 10]
    assert write_terms.tell_terms(creditor_id=creditor.pk, accounts=[pk], days=99) == 0


def test_consents_need_their_evidence(boss, creditor) -> None:
    customer(creditor, "C-1", "Lara")
    page = boss.post(
        "/comenzar/permisos/anotar/", {"channels": ["email"], "who": "all", "basis": "contrato", "proof": ""}
    )
    assert list(page.context["form"].errors) == ["proof"]


def test_the_law_tells_where_consent_is_asked() -> None:
    assert (asks_consent("CO"), asks_consent("MX"), asks_consent("ZZ")) == (True, False, True)


def test_looking_writes_nothing_and_scheduling_waits_for_approval(boss, creditor) -> None:
    points = (parties.NewPoint("email", "pagos@lara.example"),)
    pk = customer(creditor, "C-1", "Lara", debtor="business", points=points)
    invoice(creditor, pk, "A-1", datetime.now(UTC).date() - timedelta(days=40))
    boss.post("/comenzar/politica/", {"start": "MX"})
    assert policies.policies_of(creditor.pk)[0].name == "Cobranza amable (México)"
    found = boss.get("/comenzar/vista/").context["found"]
    assert (found["messages"], found["channels"]) == (1, [("email", 1)])
    assert Outbox.objects.count() == 0
    where = boss.post("/comenzar/programar/")["location"]
    row = Outbox.objects.get()
    assert (row.state, row.approved, row.account_id) == ("planned", False, pk)
    assert where == f"/envios/?dia={found['day'].isoformat()}"


def test_a_policy_that_rules_is_not_replaced_by_the_first_run(boss, creditor) -> None:
    version = policies_write.save_version(creditor_id=creditor.pk, text=presets.nothing())
    policies_write.activate(version=version)
    boss.post("/comenzar/politica/", {"start": "MX"})
    assert [p.name for p in policies.policies_of(creditor.pk)] == ["No contactar"]


def test_the_example_is_only_for_an_empty_installation(boss, creditor) -> None:
    assert boss.post("/comenzar/ejemplo/")["location"] == "/"
    assert building.now() is None


def test_one_example_is_built_at_a_time_and_its_words_are_seen() -> None:
    go: list[bool] = []

    def build(say) -> None:
        say("Empresa uno ...")
        while not go:
            time.sleep(0.01)

    first = building.begin(build)
    assert building.begin(build) is first
    while not first.said:
        time.sleep(0.01)
    assert building.now().said == "Empresa uno ..."
    go.append(True)
    while building.now():
        time.sleep(0.01)
    assert first.done and not first.failed


def test_the_waiting_page_is_sent_whole_to_the_first_page_when_the_example_is_ready(boss) -> None:
    done = building.begin(lambda say: say("Lista."))
    while building.now():
        time.sleep(0.01)
    answer = boss.get("/comenzar/ejemplo/", headers={"HX-Request": "true"})
    assert (done.failed, answer.status_code, answer["HX-Redirect"]) == (False, 200, "/")
