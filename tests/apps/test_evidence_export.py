"""What an authority gets, and what people do: exported whole, noted, and nobody else's."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from puntual.apps.audit import dossier
from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import write as compliance
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Party
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as books
from puntual.core.errors import UnusableInput
from puntual.pipeline.daily_run import run_day
from puntual.project import cli

pytestmark = pytest.mark.django_db
DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def creditor():
    one = parties.create_creditor(
        code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN", approve_first=0
    )
    version = policies.save_version(creditor_id=one.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=DAWN - timedelta(days=500))
    return one


@pytest.fixture
def ana(creditor):
    row = parties.NewAccount(
        "C-1", "Ana Ruiz", tax_id="RUGA800101AB1", debtor="business", points=(parties.NewPoint("email", "ana@x.mx"),)
    )
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    due = TODAY - timedelta(days=5)
    one = books.NewInvoice(account, "A-1", "A-1", due, "MXN", 500_00, ((due, 500_00),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test")
    party = Party.objects.get()
    compliance.record_consents(
        rows=[compliance.NewConsent(party.pk, "email", "granted", DAWN, "contract", "contrato", "Acepto", "=cmd()")]
    )
    run_day(creditor=creditor, as_of=DAWN)
    return party


@pytest.fixture
def staff(ana):
    web = Client()
    web.force_login(User.objects.create_superuser("marta"))
    return web


def made(party, start=TODAY, last=TODAY):
    return dossier.dossier(party=party, start=start, last=last, made_at=DAWN)


class TestTheDossier:
    def test_each_decision_has_its_reason_its_norm_and_its_link(self, ana):
        (line,) = made(ana).decisions
        assert (line.kind, line.verdict, line.reason["code"]) == ("plan", "allow", "step_due")
        assert line.pack.startswith("MX")
        assert len(line.chain) == len(line.digest) == 64

    def test_the_period_bounds_what_is_told(self, ana):
        assert made(ana, TODAY + timedelta(days=1), TODAY + timedelta(days=9)).decisions == ()

    def test_a_period_that_ends_before_it_begins_is_refused(self, ana):
        with pytest.raises(UnusableInput, match="termina antes"):
            made(ana, TODAY, TODAY - timedelta(days=1))

    def test_no_cell_of_the_table_is_a_formula(self, ana):
        rows = list(csv.reader(io.StringIO(dossier.as_csv(made(ana)))))
        assert rows[0][:4] == ["momento", "clase", "cuenta", "canal"]
        assert rows[-1][-1] == "'=cmd()"

    def test_as_a_paper_it_says_who_and_whether_the_chain_is_whole(self, ana):
        html = dossier.as_html(made(ana))
        assert "Ana Ruiz" in html
        assert "Las cadenas de pruebas están enteras" in html
        assert dossier.as_pdf(made(ana)).startswith(b"%PDF-")

    def test_by_command_and_it_is_noted(self, ana, capsys):
        assert cli.run(["export", "evidence", "RUGA800101AB1", "--from", "2026-11-24", "--to", "2026-11-24"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["party"], told["intact"], len(told["decisions"])) == (f"per_{ana.pk}", True, 1)
        assert AuditRecord.objects.get().act == "evidence_exported"

    def test_by_screen_and_it_is_noted_with_who(self, ana, staff):
        found = staff.get(f"/normas/pruebas/{ana.accounts.get().pk}/?desde=2026-11-24&hasta=2026-11-24&formato=json")
        assert len(found.json()["decisions"]) == 1
        last = AuditRecord.objects.order_by("-pk")[0]
        assert (last.act, last.actor_name, last.object_id) == ("evidence_exported", "marta", ana.pk)


class TestWhatPeopleDo:
    def test_entering_is_noted(self, staff):
        assert AuditRecord.objects.get(act="entered").actor_name == "marta"

    def test_a_veto_is_noted_with_its_message(self, staff):
        from puntual.apps.outreach.models import Outbox

        row = Outbox.objects.get()
        staff.post("/envios/acciones/", {"sel": [row.pk], "accion": "veto"})
        noted = AuditRecord.objects.filter(act="send_vetoed").first()
        assert (noted.actor_name, noted.detail) == ("marta", {"ids": [row.pk], "n": 1})

    def test_the_log_is_shown(self, staff):
        page = staff.get("/normas/bitacora/").content.decode()
        assert "entered" in page
        assert "Las cadenas están enteras" in page

    def test_the_register_shows_each_act_with_its_proof(self, staff):
        page = staff.get("/normas/autorizaciones/?q=ana").content.decode()
        assert "Ana Ruiz" in page
        assert "=cmd()" in page
        assert "Ana Ruiz" not in staff.get("/normas/autorizaciones/?acto=withdrawn").content.decode()
