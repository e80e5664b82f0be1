"""Visits: prepared within the law, counted in the caps, proved, and told once whatever the phone does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from puntual.apps.compliance import write as compliance
from puntual.apps.compliance.models import Consent
from puntual.apps.outreach.models import Contact
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.receivables import write as books
from puntual.apps.visits import read, write
from puntual.apps.visits.models import Place, Proof, Round, Visit
from puntual.apps.visits.write import Found
from puntual.core.errors import Refused, UnusableInput

pytestmark = pytest.mark.django_db

#: A Tuesday at eight in the morning of Mexico City.
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
JPG = b"\xff\xd8\xff\xe0 una foto"


@pytest.fixture(autouse=True)
def _that_tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


def customer(creditor, code, *, address=True, owes=500_00):
    points = (parties.NewPoint("address", f"Calle {code}, Monterrey"),) if address else ()
    row = parties.NewAccount(
        code, f"Cliente {code}", debtor="consumer", country="MX", zone="America/Mexico_City", points=points
    )
    pk = parties.register_accounts(creditor=creditor, rows=[row]).accounts[code]
    due = TODAY - timedelta(days=20)
    if owes:
        new = books.NewInvoice(pk, f"F-{code}", f"F-{code}", due - timedelta(days=30), "MXN", owes, ((due, owes),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[new], source="test")
    return pk


@pytest.fixture
def visitor(person, creditor):
    return person("vero", "agent", creditor, first_name="Vero")


@pytest.fixture
def out(creditor, visitor):
    """A round of two stops on the street."""
    accounts = [customer(creditor, "A"), customer(creditor, "B")]
    row = write.plan(creditor=creditor, agent_id=visitor.pk, day=TODAY, account_ids=accounts)
    return write.release(round_id=row.pk, creditor_id=creditor.pk, now=NOW, user_id=visitor.pk)


class TestTheRound:
    def test_stops_are_planned_within_lawful_hours(self, creditor, visitor):
        row = write.plan(creditor=creditor, agent_id=visitor.pk, day=TODAY, account_ids=[customer(creditor, "A")])
        visit = row.visits.get()
        local = [(t - timedelta(hours=6)).strftime("%H:%M") for t in (visit.planned_at, visit.opens, visit.closes)]
        assert local == ["10:00", "07:00", "22:00"]

    def test_a_day_without_lawful_hours_leaves_the_stop_out_with_its_reason(self, visitor):
        lima = parties.create_creditor(code="lima", name="Lima", country="PE", zone="America/Lima", currency="PEN")
        row = parties.NewAccount("P", "Cliente P", debtor="consumer", country="PE", zone="America/Lima",
                                 points=(parties.NewPoint("address", "Jirón 1"),))  # fmt: skip
        pk = parties.register_accounts(creditor=lima, rows=[row]).accounts["P"]
        sunday = date(2026, 11, 29)
        planned = write.plan(creditor=lima, agent_id=visitor.pk, day=sunday, account_ids=[pk])
        visit = planned.visits.get()
        assert (visit.state, visit.reason, visit.planned_at) == ("refused", "outside_window", None)

    def test_who_has_no_address_is_named_and_nothing_is_prepared(self, creditor, visitor):
        with pytest.raises(UnusableInput, match="No tienen dirección: B"):
            write.plan(
                creditor=creditor, agent_id=visitor.pk, day=TODAY,
                account_ids=[customer(creditor, "A"), customer(creditor, "B", address=False)],
            )  # fmt: skip
        assert Round.objects.count() == 0

    def test_going_out_takes_a_place_in_the_caps_of_each_person(self, out):
        assert [v.state for v in out.visits.order_by("position")] == ["released", "released"]
        assert list(Contact.objects.values_list("channel", "counts")) == [("visit", True), ("visit", True)]

    def test_who_paid_meanwhile_is_left_out(self, creditor, visitor):
        pk = customer(creditor, "A")
        row = write.plan(creditor=creditor, agent_id=visitor.pk, day=TODAY, account_ids=[pk])
        payment = books.NewPayment(pk, 500_00, "MXN", TODAY, "p", "test")
        books.post_payments(creditor_id=creditor.pk, payments=[payment])
        write.release(round_id=row.pk, creditor_id=creditor.pk, now=NOW, user_id=visitor.pk)
        assert (row.visits.get().state, row.visits.get().reason) == ("refused", "no_open_balance")
        assert Contact.objects.count() == 0

    def test_nobody_takes_a_delicate_situation_to_somebodys_door(self, creditor, visitor):
        pk = customer(creditor, "A")
        row = write.plan(creditor=creditor, agent_id=visitor.pk, day=TODAY, account_ids=[pk])
        party = row.visits.get().party_id
        compliance.add_situation(party_id=party, reason="vulnerable", since=TODAY, until=None)
        write.release(round_id=row.pk, creditor_id=creditor.pk, now=NOW, user_id=visitor.pk)
        assert (row.visits.get().state, row.visits.get().reason) == ("refused", "vulnerable")
        assert Contact.objects.count() == 0

    def test_a_second_creditors_visit_counts_in_the_same_caps(self, creditor, visitor):
        other = parties.create_creditor(
            code="sur", name="Ferretera del Sur", country="PA", zone="America/Panama", currency="USD"
        )
        for owner in (creditor, other):
            row = parties.NewAccount(
                "X", "Ana Ruiz", tax_id="RUGA800101AB1", debtor="consumer", country="PA", zone="America/Panama",
                points=(parties.NewPoint("address", "Calle 1"),),
            )  # fmt: skip
            pk = parties.register_accounts(creditor=owner, rows=[row]).accounts["X"]
            due = TODAY - timedelta(days=20)
            new = books.NewInvoice(pk, "F", "F", due, owner.currency, 900_00, ((due, 900_00),))
            books.post_invoices(creditor_id=owner.pk, invoices=[new], source="test")
            made = write.plan(creditor=owner, agent_id=visitor.pk, day=TODAY, account_ids=[pk])
            write.release(round_id=made.pk, creditor_id=owner.pk, now=NOW, user_id=visitor.pk)
        assert Contact.objects.filter(channel="visit").count() == 1
        assert list(Visit.objects.order_by("pk").values_list("state", flat=True)) == ["released", "refused"]

    def test_a_round_that_left_is_not_prepared_again(self, creditor, visitor, out):
        with pytest.raises(Refused, match="ya salió"):
            write.plan(creditor=creditor, agent_id=visitor.pk, day=TODAY, account_ids=[customer(creditor, "C")])
        assert out.visits.count() == 2


class TestTheProof:
    def test_what_was_found_is_kept_sealed_with_its_digest(self, out):
        visit = out.visits.first()
        place = {"lat": 25.6866, "lon": -100.3161, "accuracy": 12.0}
        found = Found("promise", NOW + timedelta(hours=3), "Paga el viernes", place, JPG, b"\x89PNG\r\n\x1a\n firma")
        proof = write.report(visit_id=visit.pk, found=found, now=NOW + timedelta(hours=5))
        opened = read.evidence(proof)
        assert (opened.note, opened.place, opened.photo) == ("Paga el viernes", place, JPG)
        assert b"Paga el viernes" not in bytes(proof.sealed_note)
        contact = Contact.objects.get(pk=visit.contact)
        assert (contact.at, contact.direct_contact) == (NOW + timedelta(hours=3), True)
        assert Place.objects.filter(party_id=visit.party_id).count() == 1

    def test_the_same_visit_told_twice_is_one(self, out):
        visit = out.visits.first()
        first = write.report(visit_id=visit.pk, found=Found("nobody", NOW), now=NOW)
        again = write.report(visit_id=visit.pk, found=Found("promise", NOW), now=NOW)
        assert (again.digest, again.result) == (first.digest, "nobody")
        assert Proof.objects.count() == 1

    def test_by_the_phones_clock_out_of_hours_is_marked_for_a_person(self, out):
        visit = out.visits.first()
        late = NOW + timedelta(hours=15)
        assert write.report(visit_id=visit.pk, found=Found("nobody", late), now=late).out_of_hours is True

    def test_not_having_gone_frees_the_place_in_the_caps(self, out):
        visit = out.visits.first()
        write.report(visit_id=visit.pk, found=Found("not_gone", NOW), now=NOW)
        assert not Contact.objects.filter(pk=visit.contact).exists()
        assert Contact.objects.count() == 1

    def test_where_the_person_does_not_live_is_visited_no_more(self, out):
        visit = out.visits.first()
        write.report(visit_id=visit.pk, found=Found("wrong_address", NOW), now=NOW)
        assert ContactPoint.objects.get(party_id=visit.party_id).status == "bounced"
        assert not Place.objects.exists()

    def test_who_asks_not_to_be_visited_is_not(self, out):
        visit = out.visits.first()
        write.report(visit_id=visit.pk, found=Found("stop", NOW), now=NOW)
        said = Consent.objects.get(party_id=visit.party_id)
        assert (said.channel, said.status, said.source) == ("visit", "withdrawn", "person")

    def test_what_is_no_picture_is_refused_and_nothing_is_kept(self, out):
        visit = out.visits.first()
        with pytest.raises(UnusableInput, match="no es una foto"):
            write.report(visit_id=visit.pk, found=Found("nobody", NOW, photo=b"<html>"), now=NOW)
        assert Proof.objects.count() == 0

    def test_a_round_is_over_when_its_last_visit_is_told(self, out):
        for visit in out.visits.all():
            write.report(visit_id=visit.pk, found=Found("nobody", NOW), now=NOW)
        assert Round.objects.get().state == "closed"


class TestTheScreen:
    def test_a_supervisor_prepares_and_the_visitor_notes(self, person, creditor, visitor):
        account = customer(creditor, "A")
        boss, field = Client(), Client()
        boss.force_login(person("sergio", "supervisor", creditor))
        field.force_login(visitor)
        assert "Cliente A" in boss.get("/visitas/").content.decode()
        told = {"agent": visitor.pk, "day": TODAY.isoformat(), "first": "11:00", "account": [account]}
        place = boss.post("/visitas/", told)["location"]
        assert "Cliente A" in field.get(place).content.decode()
        field.post(f"{place}salir/")
        visit = Visit.objects.get()
        photo = SimpleUploadedFile("f.jpg", JPG, content_type="image/jpeg")
        answer = field.post(
            f"/visitas/{visit.pk}/anotar/", {"result": "nobody", "photo": photo, "lat": "25.1", "lon": "-100.2"},
            headers={"accept": "application/json"},
        )  # fmt: skip
        assert answer.json() == {"saved": True, "result": "No había nadie"}
        assert field.get(f"/visitas/{visit.pk}/prueba/photo/").content == JPG
        assert "25,10000" in field.get(f"/visitas/{visit.pk}/prueba/").content.decode()

    def test_a_visitor_neither_plans_nor_sees_the_round_of_another(self, person, creditor, out):
        other = Client()
        other.force_login(person("otro", "agent", creditor))
        assert other.post("/visitas/", {}).status_code == 403
        assert other.get(f"/visitas/ruta/{out.pk}/").status_code == 404
        assert other.post(f"/visitas/{out.visits.first().pk}/anotar/", {"result": "nobody"}).status_code == 404
        assert Proof.objects.count() == 0

    def test_an_error_is_said_to_the_phone_in_a_sentence(self, visitor, out):
        field = Client()
        field.force_login(visitor)
        answer = field.post(
            f"/visitas/{out.visits.first().pk}/anotar/", {"result": ""}, headers={"accept": "application/json"}
        )
        assert (answer.status_code, answer.json()["saved"]) == (422, False)
        assert "elija un resultado" in answer.json()["error"]
