"""The tax write-off file and the judicial one: what there is, what is missing, and every hash."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import write as compliance
from puntual.apps.escalation import files
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import write as books
from puntual.core.escalation.write_off import Seen, judge
from puntual.core.time import local_date
from puntual.law.write_off_loader import load_write_off
from puntual.project import cli
from puntual.project.cli.schema import document_schema

pytestmark = pytest.mark.django_db
ZONE = "America/Santiago"


@pytest.fixture
def today():
    return local_date(timezone.now(), ZONE)


def owing(today, late, country="CL", currency="CLP"):
    one = parties.create_creditor(code="sur", name="Sur", country=country, zone=ZONE, currency=currency)
    row = parties.NewAccount("C-1", "Ana Ruiz", debtor="business", country=country)
    account = parties.register_accounts(creditor=one, rows=[row]).accounts["C-1"]
    due = today - timedelta(days=late)
    sale = books.NewInvoice(account, "A-1", "A-1", due, currency, 90_000, ((due, 90_000),))
    books.post_invoices(creditor_id=one.pk, invoices=[sale], source="test")
    return Account.objects.select_related("creditor", "party").get(pk=account)


def state(told, way):
    return next(w["state"] for w in told["ways"] if w["id"] == way)


class TestCastigo:
    @pytest.mark.parametrize(("late", "wanted"), [(365, "missing"), (366, "met")])
    def test_chile_needs_more_than_a_year_or_collection_exhausted(self, today, late, wanted):
        told = files.castigo(owing(today, late), today)
        assert state(told, "CL-CASTIGO-365") == wanted
        assert state(told, "CL-CASTIGO-AGOTADO") == "missing"  # nobody was ever written to
        assert told["totals"] == [{"minor": 90_000, "currency": "CLP"}]
        assert told["warnings"] == ["Norma sin revisar por abogado."]

    def test_insolvency_in_mexico_still_asks_a_person_for_the_ruling(self, today):
        account = owing(today, 400, "MX", "MXN")
        end = today + timedelta(days=90)
        compliance.add_situation(party_id=account.party_id, reason="insolvency", since=today, until=end)
        assert state(files.castigo(account, today), "MX-CASTIGO-QUIEBRA") == "to_prove"

    def test_a_country_that_was_not_read_says_so(self, today):
        told = files.castigo(owing(today, 400, "CR", "CRC"), today)
        assert (told["ways"], told["cite"]) == ([], None)
        assert "no está cargada" in told["warnings"][0]

    def test_a_unit_that_is_not_loaded_is_for_a_person(self):
        ways = load_write_off()["countries"]["PE"]["ways"]
        seen = Seen(days_late=400, contacts=3, prescribed=False, insolvent=False, open_minor=100, units={})
        small = next(w for w in judge(ways, seen) if w.id == "PE-CASTIGO-CHICO")
        assert (small.state, [r.met for r in small.requirements]) == ("to_prove", [True, None, None])


class TestExpediente:
    def test_the_bundle_holds_what_its_index_says(self, today):
        account = owing(today, 100)
        made = files.bundle(account, today, datetime.now(UTC))
        archive = zipfile.ZipFile(io.BytesIO(made))
        index = json.loads(archive.read("indice.json"))["files"]
        assert {row["file"] for row in index} == {"expediente.json", "pruebas.csv", "pruebas.pdf"}
        for row in index:
            assert hashlib.sha256(archive.read(row["file"])).hexdigest() == row["sha256"]
        told = json.loads(archive.read("expediente.json"))
        have = {row["what"]: row["have"] for row in told["checklist"]}
        assert have["Documentos originales de la deuda"] is False
        assert have["Nada prescrito"] is True
        assert have["Requerimiento formal de pago entregado"] is None
        assert told["overdue"][0]["prescription"]["prescribes_on"]

    def test_by_command_and_on_screen_and_it_is_noted(self, today, capsys, tmp_path):
        account = owing(today, 100)
        for name in ("castigo", "expediente"):
            assert cli.run(["export", name, f"cta_{account.pk}"]) == 0
            jsonschema.validate(json.loads(capsys.readouterr().out), document_schema(name))
        assert cli.run(["export", "expediente", f"cta_{account.pk}", "--out", str(tmp_path / "no" / "x.zip")]) == 2
        assert cli.run(["export", "castigo", "nadie"]) == 2
        web = Client()
        web.force_login(User.objects.create_superuser("marta"))
        assert "Impago por más de 365 días" in web.get(f"/clientes/{account.pk}/castigo/").content.decode()
        paper = web.get(f"/clientes/{account.pk}/expediente/")
        assert zipfile.is_zipfile(io.BytesIO(paper.content))
        noted = AuditRecord.objects.filter(act="expediente_exported", object_id=account.pk)
        assert noted.count() == 3
