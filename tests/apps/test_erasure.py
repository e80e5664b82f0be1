"""A person who asks to be forgotten is forgotten, when nothing holds it back; the books and the chains still stand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings

from puntual.apps.audit import read as audit
from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import write as compliance
from puntual.apps.negotiation import write_disputes as disputes
from puntual.apps.outreach.models import Contact, Message, Outbox
from puntual.apps.parties import read as people
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint, Party, PartyKey, PartyToken
from puntual.apps.planning.models import PlanRow
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.law.retention_loader import retention
from puntual.pipeline import erasure, personal
from puntual.pipeline import retention as keeping
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.ports.channels import Delivery
from puntual.project import cli
from puntual.project.cli.schema import document_schema

pytestmark = pytest.mark.django_db
DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
TODAY = date(2026, 11, 24)
LATER = TEN + timedelta(days=731)
PERSONAL = ("Ana", "Ruiz", "RUGA800101AB1", "ana@correo.example", "5550000001", "Reforma")


class Files:
    """A channel that writes to the data folder, as «modo de prueba» does."""

    def send(self, message):
        file = Path(settings.DATA) / "salida" / "ana.eml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(message.text)
        return Delivery(file="salida/ana.eml")

    def close(self): ...


@pytest.fixture
def creditor():
    one = parties.create_creditor(
        code="norte", name="Ferretera", country="MX", zone="America/Mexico_City", currency="MXN", approve_first=0
    )
    version = policies.save_version(creditor_id=one.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=DAWN - timedelta(days=500))
    return one


def load(creditor, code="RUGA800101AB1"):
    points = (
        parties.NewPoint("email", "ana@correo.example"),
        parties.NewPoint("phone", "+525550000001"),
        parties.NewPoint("address", "Reforma 1"),
    )
    row = parties.NewAccount(code, "Ana Ruiz", tax_id="RUGA800101AB1", debtor="business", points=points)
    return parties.register_accounts(creditor=creditor, rows=[row]).accounts[code]


@pytest.fixture
def ana(creditor):
    """Ana was billed, reminded once and still owes."""
    account = load(creditor)
    due = TODAY - timedelta(days=5)
    one = books.NewInvoice(account, "A-1", "A-1", due, "MXN", 500_00, ((due, 500_00),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test")
    run_day(creditor=creditor, as_of=DAWN)
    links = lambda points: {a: f"https://x.example/p/{a}/" for a in points}  # noqa: E731
    assert dispatch(Outside(channel=lambda *_: Files(), links=links, now=lambda: TEN)).sent == 1
    return Party.objects.get()


def pays(party):
    account = party.accounts.get()
    payment = books.NewPayment(account.pk, 500_00, "MXN", TODAY, "p1", "test")
    books.post_payments(creditor_id=account.creditor_id, payments=[payment])


def codes(party, now=LATER):
    return [hold.code for hold in erasure.holds(party, now)]


class TestWhatHoldsIt:
    def test_a_balance(self, ana):
        assert codes(ana) == ["hold_balance"]
        with pytest.raises(Refused, match="saldo abierto"):
            erasure.erase(party_id=ana.pk, now=LATER)
        assert people.person(ana.pk).name == "Ana Ruiz"
        assert Message.objects.count() == 1

    def test_the_record_of_contacts_and_until_when(self, ana):
        pays(ana)
        (hold,) = erasure.holds(ana, TEN + timedelta(days=30))
        assert (hold.code, hold.until) == ("hold_retention", date(2028, 11, 23))
        with pytest.raises(Refused, match="se conserva hasta el 2028-11-23"):
            erasure.erase(party_id=ana.pk, now=TEN + timedelta(days=30))
        assert PartyKey.objects.filter(party=ana).exists()

    def test_a_dispute_and_a_complaint(self, ana):
        account, item = ana.accounts.get().pk, 1
        item = books.DueItem.objects.get().pk
        asked = disputes.NewDispute(account, item, "wrong_price", TODAY, "portal", "d1")
        disputes.open_dispute(dispute=asked, at=TEN)
        assert codes(ana) == ["hold_balance", "hold_dispute"]

    def test_by_command_it_is_told_and_refused(self, ana, capsys):
        assert cli.run(["erase", "RUGA800101AB1", "--dry-run", "--json"]) == 3
        told = json.loads(capsys.readouterr().out)
        jsonschema.validate(told, document_schema("erase"))
        assert [h["code"] for h in told["held_by"]] == ["hold_balance", "hold_retention"]
        assert cli.run(["erase", "RUGA800101AB1"]) == 3
        assert "saldo abierto" in capsys.readouterr().err
        assert people.person(ana.pk).name == "Ana Ruiz"


class TestForgotten:
    @pytest.fixture
    def gone(self, ana, django_capture_on_commit_callbacks):
        compliance.add_situation(party_id=ana.pk, reason="vulnerable", since=TODAY, until=None, note="enfermedad")
        pays(ana)
        with django_capture_on_commit_callbacks(execute=True):
            erasure.erase(party_id=ana.pk, now=LATER)
        return ana

    def test_nothing_that_is_held_says_who_it_was(self, gone):
        told = json.dumps(personal.everything(Party.objects.get(pk=gone.pk)), default=str, ensure_ascii=False)
        for word in PERSONAL:
            assert word not in told
        assert "(datos borrados)" in told

    def test_key_indexes_messages_and_files_are_destroyed(self, gone):
        assert not PartyKey.objects.exists()
        assert not PartyToken.objects.exists()
        assert not Message.objects.exists()
        assert not (Path(settings.DATA) / "salida" / "ana.eml").exists()
        assert people.parties_matching("ana ruiz") == []
        assert people.parties_matching("RUGA800101AB1") == []
        assert people.parties_matching("ana@correo.example") == []

    def test_the_books_and_the_chains_still_hold(self, gone):
        from puntual.apps.receivables import read
        from puntual.core.ledger import invariants

        assert all(f.holds for f in invariants.judge(read.books()))
        assert all(f.holds for f in audit.findings())
        assert AuditRecord.objects.get(act="party_erased").object_id == gone.pk

    def test_a_second_time_changes_nothing(self, gone):
        assert erasure.erase(party_id=gone.pk, now=LATER) == {}

    def test_who_comes_back_is_somebody_new(self, gone, creditor):
        load(creditor)
        assert Party.objects.count() == 2
        assert people.person(gone.pk).name != "Ana Ruiz"


class TestAStopOutlivesErasure:
    def test_whoever_said_stop_is_not_reached_by_a_later_import(self, ana, creditor):
        compliance.opt_out(party_id=ana.pk, channel="*", at=TEN + timedelta(hours=1), source="person")
        pays(ana)
        erasure.erase(party_id=ana.pk, now=LATER)
        load(creditor, "C-9")
        assert set(ContactPoint.objects.values_list("status", flat=True)) == {"silenced"}

    def test_whoever_did_not_may_be_a_customer_again(self, ana, creditor):
        pays(ana)
        erasure.erase(party_id=ana.pk, now=LATER)
        load(creditor, "C-9")
        new = Party.objects.get(erased_at=None)
        assert set(new.points.values_list("status", flat=True)) == {"active"}


class TestEverySealedFieldIsReached:
    def test_no_table_keeps_sealed_words_out_of_reach(self):
        assert [model._meta.label for model, path, _ in erasure.sealed_fields() if not path] == []


class TestRetention:
    def test_mexico_forgets_a_breach_after_seventy_two_months(self):
        assert retention("MX").purge_breach_months == 72
        assert retention("US").keep_contacts_days == 3 * 365
        assert retention("CL").keep_contacts_days == 2 * 365

    def test_nothing_goes_a_day_before(self, ana):
        (found,) = keeping.purge(now=datetime(2032, 11, 24, 12, 0, tzinfo=UTC))
        assert (found.contacts, found.plans, found.parties) == (0, 0, 0)
        assert Contact.objects.count() == 1

    def test_the_day_after_the_record_goes_and_the_chain_holds(self, ana):
        now = datetime(2032, 11, 25, 12, 0, tzinfo=UTC)
        (told,) = keeping.purge(now=now, dry_run=True)
        assert (told.contacts, told.messages, told.plans, told.parties) == (1, 1, 1, 0)
        assert PlanRow.objects.count() == 1
        keeping.purge(now=now)
        assert (Contact.objects.count(), Outbox.objects.count(), PlanRow.objects.count()) == (0, 0, 0)
        assert all(f.holds for f in audit.findings())
        assert people.person(ana.pk).name == "Ana Ruiz"  # still owes: the books need to know whom to ask

    def test_whoever_settled_that_long_ago_is_erased(self, ana):
        pays(ana)
        (found,) = keeping.purge(now=datetime(2032, 11, 25, 12, 0, tzinfo=UTC))
        assert found.parties == 1
        assert people.person(ana.pk).name == "(datos borrados)"


class TestThirdParties:
    @pytest.mark.parametrize("role", ["reference", "third_party", "family"])
    def test_a_contact_of_somebody_else_is_never_kept(self, creditor, role):
        row = parties.NewAccount("C-2", "Beto", points=(parties.NewPoint("phone", "+525550000009", role),))
        with pytest.raises(UnusableInput, match="terceros"):
            parties.register_accounts(creditor=creditor, rows=[row])
        assert not Party.objects.exists()
        assert not ContactPoint.objects.exists()

    def test_a_file_with_references_keeps_the_customers_own_contacts(self, creditor, tmp_path, capsys):
        load(creditor, "C-1")
        file = tmp_path / "contactos.csv"
        file.write_text(
            "codigo cliente,telefono,papel\nC-1,+525550000011,titular\nC-1,+525550000012,Referencia familiar\n"
        )
        assert cli.run(["import", str(file), "--kind", "contacts", "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert [(r["field"], "terceros" in r["error"]) for r in told["rejected"]] == [("role", True)]
        values = {p.value for points in people.points([Party.objects.get().pk]).values() for p in points}
        assert "+525550000011" in values
        assert "+525550000012" not in values
