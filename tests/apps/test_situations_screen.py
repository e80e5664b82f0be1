"""A delicate situation, noted from the customer's page, stops everything at once; clocks say what needs a look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from puntual.apps.compliance import read, write
from puntual.apps.compliance.models import Situation
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.portal import write as portal
from puntual.apps.receivables import write as books
from puntual.core.time import local_date
from puntual.pipeline import load
from puntual.pipeline.activation import activation_findings

pytestmark = pytest.mark.django_db
ZONE = "America/Mexico_City"


@pytest.fixture
def today():
    return local_date(timezone.now(), ZONE)


@pytest.fixture
def ana():
    creditor = parties.create_creditor(code="norte", name="Norte", country="MX", zone=ZONE, currency="MXN")
    row = parties.NewAccount("C-1", "Ana Ruiz", debtor="consumer")
    return Account.objects.get(pk=parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"])


@pytest.fixture
def staff(ana):
    web = Client()
    web.force_login(User.objects.create_superuser("marta"))
    return web


def bill(ana, late, today, number="A-1"):
    due = today - timedelta(days=late)
    row = books.NewInvoice(ana.pk, number, number, due - timedelta(days=30), "MXN", 500_00, ((due, 500_00),))
    books.post_invoices(creditor_id=ana.creditor_id, invoices=[row], source="test")


class TestSituations:
    def test_noted_it_stops_everything_until_somebody_looks_again(self, staff, ana, today):
        staff.post(f"/normas/situaciones/{ana.pk}/", {"reason": "vulnerable", "until": "", "note": "pidió calma"})
        (row,) = read.situations_of(ana.party_id)
        assert (row.reason, row.since, row.until) == ("vulnerable", today, today + timedelta(days=90))
        assert load.holds(today)["reason"].to_list() == ["vulnerable"]
        assert "Situación delicada" in staff.get(f"/clientes/{ana.pk}/").content.decode()

    def test_ended_its_note_is_not_kept(self, staff, ana, today):
        row = write.add_situation(
            party_id=ana.party_id, reason="vulnerable", since=today, until=today + timedelta(days=9), note="delicado"
        )
        staff.post(f"/normas/situaciones/{ana.pk}/{row.pk}/terminar/")
        row.refresh_from_db()
        assert (row.until, row.note) == (today, "")

    def test_a_death_has_no_end(self, staff, ana):
        staff.post(f"/normas/situaciones/{ana.pk}/", {"reason": "deceased", "until": ""})
        assert Situation.objects.get().until is None

    @pytest.mark.parametrize("given", [{"reason": "rico"}, {"reason": "vulnerable", "until": "2001-01-01"}, {}])
    def test_what_makes_no_sense_leaves_nothing(self, staff, ana, given):
        assert staff.post(f"/normas/situaciones/{ana.pk}/", given).status_code == 302
        assert not Situation.objects.exists()

    def test_another_persons_situation_cannot_be_ended_from_here(self, staff, ana, today):
        other = parties.register_accounts(creditor=ana.creditor, rows=[parties.NewAccount("C-2", "Beto")]).accounts
        party = Account.objects.get(pk=other["C-2"]).party_id
        row = write.add_situation(party_id=party, reason="deceased", since=today, until=None)
        staff.post(f"/normas/situaciones/{ana.pk}/{row.pk}/terminar/")
        row.refresh_from_db()
        assert row.until is None


class TestClocks:
    def test_a_prescribed_document_asks_for_a_look(self, staff, ana, today):
        bill(ana, 2 * 366 + 5, today)
        page = staff.get(f"/clientes/{ana.pk}/").content.decode()
        assert "1 por revisar" in page

    def test_a_running_clock_says_its_day_and_its_citation(self, staff, ana, today):
        bill(ana, 10, today)
        page = staff.get(f"/clientes/{ana.pk}/").content.decode()
        assert "por revisar" not in page
        assert "CCF art. 1161-II" in page
        invoice = books.Invoice.objects.get()
        assert "CCF art. 1161-II" in staff.get(f"/facturas/{invoice.pk}/").content.decode()


class TestActivation:
    def test_words_that_look_like_a_court_are_not_activated(self):
        found = activation_findings(
            text="Última advertencia: embargaremos sus bienes mañana.", country="MX", channel="whatsapp"
        )
        assert any("embarg" in one.text for one in found)
        assert len({(f.rule, f.line) for f in found}) == len(found)

    def test_the_words_that_come_with_the_product_are(self):
        from puntual.apps.outreach import wording

        for name in wording.names():
            words = wording.shipped(name, "whatsapp.txt")
            found = activation_findings(text=words, country="MX", channel="whatsapp", stages=["preventive"])
            assert [f.text for f in found] == [], name


class TestCircumstancesAndHours:
    def note(self, staff, ana, **given):
        return staff.post(f"/normas/circunstancias/{ana.pk}/", {"proof": "llamada del 3 de marzo", **given})

    def flags(self, ana, today):
        return read.flags_of_many([ana.party_id], today)["flag"].to_list()

    def test_an_attorney_is_noted_with_its_proof_and_ended(self, staff, ana, today):
        self.note(staff, ana, flag="attorney")
        assert self.flags(ana, today) == ["attorney"]
        assert "Lo representa un abogado" in staff.get(f"/clientes/{ana.pk}/").content.decode()
        (row,) = read.party_flags(ana.party_id)
        staff.post(f"/normas/circunstancias/{ana.pk}/{row.pk}/terminar/")
        assert self.flags(ana, today) == []

    def test_hours_that_do_not_suit_are_said_in_words(self, staff, ana, today):
        hours = {"flag": "inconvenient", "days": "mon-fri", "from": "12:00", "to": "14:00"}
        self.note(staff, ana, **hours)
        assert self.flags(ana, today) == ["inconvenient:mon-fri=12:00-14:00"]
        page = staff.get(f"/clientes/{ana.pk}/").content.decode()
        assert "No le convienen de lunes a viernes, 12:00 a 14:00" in page

    @pytest.mark.parametrize(
        "given",
        [{"flag": "rico"}, {"flag": "inconvenient", "days": "mon", "from": "", "to": "14:00"},
         {"flag": "requested", "days": "mon", "from": "15:00", "to": "14:00"}, {"flag": "attorney", "proof": " "}],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_and_leaves_nothing(self, staff, ana, today, given):
        assert self.note(staff, ana, **given).status_code == 302
        assert self.flags(ana, today) == []

    def test_what_the_person_chooses_on_their_page_takes_the_place_of_what_they_chose_before(self, staff, ana, today):
        now = timezone.now()
        self.note(staff, ana, flag="inconvenient", days="sat", **{"from": "08:00", "to": "10:00"})
        portal.prefer(party_id=ana.party_id, channel="", hours="afternoon", at=now)
        own = ["inconvenient:mon-sun=00:00-12:00", "inconvenient:mon-sun=18:00-24:00"]
        assert sorted(self.flags(ana, today)) == [*own, "inconvenient:sat=08:00-10:00"]
        portal.prefer(party_id=ana.party_id, channel="", hours="any", at=now)
        assert self.flags(ana, today) == ["inconvenient:sat=08:00-10:00"]
