"""A seller, or a department, sees the disputes of its own areas and the customers behind them; nobody else exists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from puntual.apps.access import read, write
from puntual.apps.access.models import Membership
from puntual.apps.audit.models import AuditRecord
from puntual.apps.negotiation import read_inside, read_own, write_disputes
from puntual.apps.negotiation.models import Complaint, Dispute, SaidFile
from puntual.apps.parties import write as parties
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import Invoice
from puntual.core.errors import UnusableInput
from puntual.pipeline.load import holds

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 guia de entrega"


@pytest.fixture
def norte():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")


@pytest.fixture
def customers(norte):
    """Ana's dispute is of logistics; Beto's of sales; Carla bought from Rosa and disputes nothing; Dora only owes."""
    names = {"A": "Ana Ruiz", "B": "Beto Salas", "C": "Carla Díaz", "D": "Dora Paz"}
    rows = [parties.NewAccount(code, name) for code, name in names.items()]
    found = parties.register_accounts(creditor=norte, rows=rows).accounts
    day = timezone.localdate()
    invoices = [
        books.NewInvoice(pk, code, code, day - timedelta(days=60), "MXN", 500_00, ((day - timedelta(days=30), 500_00),),
                         seller="Rosa" if code == "C" else "")
        for code, pk in found.items()
    ]  # fmt: skip
    books.post_invoices(creditor_id=norte.pk, invoices=invoices, source="test")
    for code, cause in (("A", "damaged"), ("B", "wrong_price")):
        item = books_read.open_items(found[code])[0].due_item_id
        told = write_disputes.NewDispute(found[code], item, cause, day, "staff", code, text=f"Lo de {names[code]}")
        write_disputes.open_dispute(dispute=told, at=timezone.now())
    return found


@pytest.fixture
def valeria(person, norte):
    """Of logistics and of Rosa's sales."""
    user = person("valeria", "seller", norte)
    write.grant(user_id=user.pk, role="seller", creditor_id=norte.pk, areas=["logística", "Rosa"])
    return user


def dispute_of(customers, code):
    return Dispute.objects.get(account_id=customers[code])


def test_the_list_holds_only_what_is_of_the_own_areas(client, customers, valeria):
    client.force_login(valeria)
    page = client.get("/aclaraciones/").content.decode()
    assert "Ana Ruiz" in page and "Beto Salas" not in page
    assert "Ve lo que es de Rosa, logística" in page


def test_the_first_page_is_where_the_own_work_is(client, customers, valeria):
    client.force_login(valeria)
    assert client.get("/", follow=True).redirect_chain == [("/aclaraciones/", 302)]


def test_the_own_customers_open_and_the_rest_do_not_exist(client, customers, valeria):
    client.force_login(valeria)
    seen = {code: client.get(f"/clientes/{pk}/").status_code for code, pk in customers.items()}
    assert seen == {"A": 200, "B": 404, "C": 200, "D": 404}
    invoices = dict(Invoice.objects.values_list("number", "pk"))
    seen = {code: client.get(f"/facturas/{invoices[code]}/").status_code for code in customers}
    assert seen == {"A": 200, "B": 404, "C": 200, "D": 404}


def test_another_area_s_dispute_is_neither_read_nor_answered(client, customers, valeria):
    client.force_login(valeria)
    other, mine = dispute_of(customers, "B"), dispute_of(customers, "A")
    assert client.get(f"/aclaraciones/aclaracion/{other.pk}/").status_code == 404
    for act, told in (("avanzar", {"event": "take"}), ("causa", {"root_cause": "prices"}), ("prueba", {})):
        assert client.post(f"/aclaraciones/aclaracion/{other.pk}/{act}/", told).status_code == 404
    other.refresh_from_db()
    assert (other.state, other.root_cause) == ("open", "")
    client.post(f"/aclaraciones/aclaracion/{mine.pk}/avanzar/", {"event": "take"})
    mine.refresh_from_db()
    assert mine.state == "in_review"


def test_searching_and_lists_say_nothing_of_the_others(client, customers, valeria):
    client.force_login(valeria)
    assert "Dora" not in client.get("/paleta/?q=dora").content.decode()
    closed = ("/cartera/", "/promesas/", "/envios/", "/gestion/", "/reportes/", "/conversaciones/", "/supervision/")
    assert {path: client.get(path).status_code for path in closed} == dict.fromkeys(closed, 403)


def test_without_an_area_nothing_is_seen_and_it_is_said_whom_to_ask(client, customers, person, norte):
    client.force_login(person("nueva", "seller", norte))
    page = client.get("/aclaraciones/").content.decode()
    assert "Ana Ruiz" not in page and "pida a quien administra" in page


def test_whoever_has_a_wider_role_too_sees_everything(client, customers, valeria, norte):
    write.grant(user_id=valeria.pk, role="agent", creditor_id=norte.pk)
    client.force_login(valeria)
    assert "Beto Salas" in client.get("/aclaraciones/").content.decode()
    assert client.get(f"/clientes/{customers['D']}/").status_code == 200


def test_areas_are_given_by_the_names_of_the_books(client, customers, person, norte):
    user = person("nueva", "read_only", norte)
    client.force_login(person("marta", "admin", norte))
    told = {"accion": "dar", "role": "seller", "place": str(norte.pk), "areas": "LOGÍSTICA, rosa"}
    client.post(f"/configuracion/personas/{user.pk}/cambiar/", told)
    assert Membership.objects.get(user=user, role="seller").areas == ["Rosa", "logística"]
    client.post(f"/configuracion/personas/{user.pk}/cambiar/", {**told, "areas": "astronomía"})
    assert read.grants_of(user).areas[norte.pk] == {"Rosa", "logística"}
    with pytest.raises(UnusableInput, match="astronomía"):
        read_own.areas_named("astronomía", [norte.pk])


class TestInsideTheCompany:
    def test_the_cause_and_its_cost_add_up(self, client, customers, valeria, norte):
        client.force_login(valeria)
        row = dispute_of(customers, "A")
        told = {"root_cause": "delivery", "cost": "350.50"}
        client.post(f"/aclaraciones/aclaracion/{row.pk}/causa/", told)
        write_disputes.step_dispute(dispute_id=row.pk, event="take", at=timezone.now())
        write_disputes.resolve_dispute(
            dispute_id=row.pk, credited_minor=100_00, outcome="Se repone", on=timezone.localdate(), at=timezone.now()
        )
        [cost] = read_inside.costs(norte.pk, "MXN", timezone.localdate() - timedelta(days=30))
        assert (cost.cause, cost.disputes, cost.credited_minor, cost.cost_minor) == ("delivery", 1, 100_00, 350_50)
        assert AuditRecord.objects.get(act="cause_found").actor_name == "valeria"

    def test_evidence_is_kept_once_sealed_and_given_only_to_its_own(self, client, customers, valeria, person, norte):
        client.force_login(valeria)
        row = dispute_of(customers, "A")
        for _again in range(2):
            sent = {"file": SimpleUploadedFile("guia.pdf", PDF)}
            client.post(f"/aclaraciones/aclaracion/{row.pk}/prueba/", sent)
        file = SaidFile.objects.get()
        assert PDF not in bytes(file.sealed)
        path = f"/aclaraciones/aclaracion/{row.pk}/prueba/{file.pk}/"
        assert client.get(path).content == PDF
        other = Client()
        other.force_login(person("otra", "seller", norte))
        assert other.get(path).status_code == 404

    def test_what_is_no_photo_is_not_kept(self, client, customers, valeria):
        client.force_login(valeria)
        row = dispute_of(customers, "A")
        sent = {"file": SimpleUploadedFile("guia.pdf", b"MZ programa")}
        answer = client.post(f"/aclaraciones/aclaracion/{row.pk}/prueba/", sent, follow=True)
        assert "no es una foto ni un PDF" in answer.content.decode()
        assert SaidFile.objects.count() == 0

    def test_a_complaint_about_a_document_pauses_that_one_and_another_pauses_the_account(self, customers):
        item = books_read.open_items(customers["D"])[0].due_item_id
        day, now = timezone.localdate(), timezone.now()
        for key, about in (("q1", item), ("q2", None)):
            told = write_disputes.NewComplaint(customers["D"], day, "staff", key, "No me atendieron", due_item=about)
            write_disputes.open_complaint(complaint=told, at=now)
        frame = holds(day)
        rows = frame.filter(frame["account"] == customers["D"]).sort("due_item", nulls_last=True)
        assert rows.select("due_item", "reason").rows() == [(item, "complaint_open"), (None, "complaint_open")]

    def test_a_complaint_that_was_right_is_counted_against_whom_it_is_about(self, client, customers, person, norte):
        told = write_disputes.NewComplaint(customers["D"], timezone.localdate(), "staff", "q", "Me gritó")
        row = write_disputes.open_complaint(complaint=told, at=timezone.now())
        gloria = person("gloria", "agent", norte)
        client.force_login(person("sergio", "supervisor", norte))
        form = {"root_cause": "treatment", "cost": "", "founded": "si", "agent": gloria.pk}
        client.post(f"/aclaraciones/queja/{row.pk}/causa/", form)
        day = timezone.localdate()
        assert Complaint.objects.get().founded is True
        assert read_inside.about_agents(norte.pk, day, day + timedelta(days=1)) == {gloria.pk: 1}
