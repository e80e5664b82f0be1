"""A dispute or a complaint passes on to whoever can answer it: with its reason, in the log, with the same deadline."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from puntual.apps.access import write as access
from puntual.apps.audit.models import AuditRecord
from puntual.apps.negotiation import read_owner, write_disputes, write_owner
from puntual.apps.negotiation.models import Complaint, Dispute, HandOver
from puntual.apps.parties import write as parties
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.pipeline import erasure

pytestmark = pytest.mark.django_db
WHY = "El camión salió bien: el precio es de ventas"


@pytest.fixture
def norte():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")


@pytest.fixture
def account(norte):
    rows = [parties.NewAccount("A", "Ana Ruiz")]
    pk = parties.register_accounts(creditor=norte, rows=rows).accounts["A"]
    day = timezone.localdate()
    due = ((day - timedelta(days=30), 500_00),)
    invoice = books.NewInvoice(pk, "A", "A", day - timedelta(days=60), "MXN", 500_00, due)
    books.post_invoices(creditor_id=norte.pk, invoices=[invoice], source="test")
    return pk


@pytest.fixture
def dispute(account):
    """Of logistics, as what arrives damaged is."""
    item = books_read.open_items(account)[0].due_item_id
    told = write_disputes.NewDispute(account, item, "damaged", timezone.localdate(), "staff", "d", answer_days=10)
    return write_disputes.open_dispute(dispute=told, at=timezone.now())


@pytest.fixture
def complaint(account):
    told = write_disputes.NewComplaint(account, timezone.localdate(), "staff", "q", "Me gritaron")
    return write_disputes.open_complaint(complaint=told, at=timezone.now())


@pytest.fixture
def valeria(person, norte):
    user = person("valeria", "seller", norte, first_name="Valeria")
    access.grant(user_id=user.pk, role="seller", creditor_id=norte.pk, areas=["logística"])
    return user


@pytest.fixture
def rosa(person, norte):
    user = person("rosa", "seller", norte, first_name="Rosa")
    access.grant(user_id=user.pk, role="seller", creditor_id=norte.pk, areas=["ventas"])
    return user


def pass_on(client, user, row, follow=True, **told):
    kind = "aclaracion" if isinstance(row, Dispute) else "queja"
    client.force_login(user)
    return client.post(f"/aclaraciones/{kind}/{row.pk}/pasar/", {"why": WHY, **told}, follow=follow)


def test_another_area_receives_it_with_its_reason_and_the_same_deadline(client, dispute, valeria, rosa):
    before = dispute.deadline_on
    page = pass_on(client, valeria, dispute, department="ventas")
    assert page.redirect_chain[-1][0] == "/aclaraciones/" and "Ahora es de ventas" in page.content.decode()
    dispute.refresh_from_db()
    assert (dispute.department, dispute.owner, dispute.deadline_on, dispute.state) == ("ventas", None, before, "open")
    assert "Ana Ruiz" not in client.get("/aclaraciones/").content.decode()
    client.force_login(rosa)
    page = client.get("/aclaraciones/").content.decode()
    assert "Le pasaron 1 que aún no abre" in page and "se la pasaron" in page
    page = client.get(f"/aclaraciones/aclaracion/{dispute.pk}/").content.decode()
    assert WHY in page and "Logística → Ventas" in page
    assert "se la pasaron" not in client.get("/aclaraciones/").content.decode()
    log = AuditRecord.objects.get(act="handed_on")
    assert (log.actor_name, log.object_kind, log.object_id) == ("valeria", "dispute", dispute.pk)
    assert log.detail == {"from": "logística", "to": "ventas", "owner_from": None, "owner": None}


def test_somebody_receives_it_by_name_and_hoy_tells_them(client, complaint, person, norte):
    sergio, ana = person("sergio", "supervisor", norte), person("ana", "agent", norte, first_name="Anahí")
    assert (
        "Ahora es de Anahí" in pass_on(client, sergio, complaint, department="servicio", owner=ana.pk).content.decode()
    )
    complaint.refresh_from_db()
    assert (complaint.department, complaint.owner) == ("servicio", ana)
    areas = None
    assert [h.complaint_id for h in read_owner.news(norte.pk, ana.pk, areas)] == [complaint.pk]
    assert read_owner.news(norte.pk, sergio.pk, areas) == []
    client.force_login(sergio)
    assert "todavía no la abre" in client.get(f"/aclaraciones/queja/{complaint.pk}/").content.decode()
    client.force_login(ana)
    assert "Le pasaron 1 aclaración o queja" in client.get("/").content.decode()
    assert "Servicio: <strong>Anahí</strong>" in client.get(f"/aclaraciones/queja/{complaint.pk}/").content.decode()
    assert "Le pasaron" not in client.get("/").content.decode()


def test_passed_on_twice_only_the_last_one_is_told(client, dispute, person, norte, valeria, rosa):
    sergio = person("sergio", "supervisor", norte)
    pass_on(client, sergio, dispute, department="ventas")
    pass_on(client, sergio, dispute, department="logística")
    assert read_owner.news(norte.pk, rosa.pk, frozenset({"ventas"})) == []
    assert len(read_owner.news(norte.pk, valeria.pk, frozenset({"logística"}))) == 1
    assert [h.was for h in HandOver.objects.order_by("pk")] == ["logística", "ventas"]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"department": "ventas", "why": "  "}, "Diga por qué"),
        ({"department": "astrología"}, "Elija el área"),
        ({"department": "logística"}, "Ya es suya"),
        ({"department": "ventas", "owner": 987654}, "no responde aclaraciones"),
    ],
)
def test_what_cannot_be_passed_on_says_why_and_nothing_changes(client, dispute, person, norte, told, says):
    page = pass_on(client, person("sergio", "supervisor", norte), dispute, **told)
    assert says in page.content.decode()
    dispute.refresh_from_db()
    assert (dispute.department, HandOver.objects.count(), AuditRecord.objects.filter(act="handed_on").count()) == (
        "logística", 0, 0)  # fmt: skip


def test_nobody_receives_what_they_could_not_see(dispute, valeria):
    told = {"row": dispute, "department": "ventas", "owner": valeria.pk, "why": WHY, "by": None, "at": timezone.now()}
    with pytest.raises(UnusableInput, match="no ve lo de ventas"):
        write_owner.hand_over(**told)
    assert HandOver.objects.count() == 0


def test_what_is_over_is_not_passed_on(client, dispute, person, norte):
    write_disputes.step_dispute(dispute_id=dispute.pk, event="withdraw", at=timezone.now())
    with pytest.raises(Refused, match="Ya terminó"):
        write_owner.hand_over(row=dispute, department="ventas", owner=None, why=WHY, by=None, at=timezone.now())
    assert (
        "Ya terminó"
        in pass_on(client, person("sergio", "supervisor", norte), dispute, department="ventas").content.decode()
    )
    assert HandOver.objects.count() == 0


def test_the_reason_is_sealed_and_goes_with_the_person(client, complaint, dispute, account, person, norte):
    sergio = person("sergio", "supervisor", norte)
    pass_on(client, sergio, dispute, department="ventas")
    row = HandOver.objects.get()
    assert WHY.encode() not in bytes(row.sealed_reason)
    assert read_owner.history(dispute)[0].why == WHY
    paths = {model: path for model, path, _names in erasure.sealed_fields()}
    assert paths[HandOver] == "account__party"


class TestByTheApi:
    def ask(self, client, key, method, path, once="k", **body):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": once}
        told = client.generic(
            method, f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers
        )
        return told.status_code, told.json()

    def test_a_dispute_from_opening_to_telling(self, client, account, norte, person, rosa):
        maker = person("marta", "manager", norte)
        scopes = ["read", "write", "contact"]
        key = access.create_key(name="CRM", scopes=scopes, creditor_id=norte.pk, user_id=maker.pk)[1]
        item = books_read.open_items(account)[0].due_item_id
        status, told = self.ask(
            client, key, "POST", "/accounts/A/disputes", due_item=f"doc_{item}", cause="damaged", amount_minor=200_00
        )
        assert (status, told["state"], told["department"], told["disputed"]["minor"]) == (
            201, "open", "logística", 200_00)  # fmt: skip
        one = told["id"]
        status, told = self.ask(
            client, key, "POST", f"/disputes/{one}/owner", "k2", department="ventas", owner="rosa", why=WHY
        )
        assert (status, told["department"], told["owner"]) == (200, "ventas", "rosa")
        assert HandOver.objects.get().by == maker
        assert self.ask(client, key, "POST", f"/disputes/{one}/events", "k3", event="take")[1]["state"] == "in_review"
        status, told = self.ask(
            client, key, "POST", f"/disputes/{one}/outcome", "k4", credited_minor=200_00, text="Tenía razón"
        )
        assert (status, told["state"], told["credited"]["minor"]) == (200, "for_customer", 200_00)
        assert books_read.open_items(account)[0].open_minor == 300_00
        told = self.ask(client, key, "POST", f"/disputes/{one}/events", "k5", event="tell_customer")[1]
        assert told["state"] == "told"
        listed = self.ask(client, key, "GET", "/disputes?state=told")[1]
        assert [row["id"] for row in listed["items"]] == [one]

    def test_a_complaint_is_answered_and_a_wrong_step_is_refused(self, client, account, norte):
        key = access.create_key(name="CRM", scopes=["read", "write", "contact"], creditor_id=norte.pk)[1]
        one = self.ask(client, key, "POST", "/accounts/A/complaints", text="Me gritaron")[1]["id"]
        assert self.ask(client, key, "POST", f"/complaints/{one}/events", "k2", event="close")[0] == 403
        assert self.ask(client, key, "POST", f"/complaints/{one}/events", "k3", event="acknowledge")[0] == 200
        assert self.ask(client, key, "POST", f"/complaints/{one}/events", "k4", event="answer")[0] == 400
        told = self.ask(client, key, "POST", f"/complaints/{one}/events", "k5", event="answer", text="Perdón")[1]
        assert (told["state"], Complaint.objects.get().state) == ("answered", "answered")

    def test_another_company_s_dispute_does_not_exist(self, client, dispute):
        other = parties.create_creditor(
            code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN"
        )
        key = access.create_key(name="Ajena", scopes=["read", "write"], creditor_id=other.pk)[1]
        status, _told = self.ask(client, key, "POST", f"/disputes/acl_{dispute.pk}/events", event="take")
        dispute.refresh_from_db()
        assert (status, dispute.state) == (404, "open")
        assert self.ask(client, key, "GET", "/disputes")[1]["items"] == []
