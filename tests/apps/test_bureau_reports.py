"""A negative report in Colombia: noticed first, with proofs, and refused before its day, on screen and by command."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import write as compliance
from puntual.apps.escalation import read, write
from puntual.apps.escalation.models import BureauNotice, BureauReport
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Party
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.pipeline import erasure
from puntual.project import cli

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def account():
    return owing("CO", "America/Bogota", "COP")


def owing(country, zone, currency, minor=500_000_00):
    one = parties.create_creditor(code=f"n-{country}", name="Norte", country=country, zone=zone, currency=currency)
    row = parties.NewAccount("C-1", "Ana Ruiz", debtor="consumer", country=country)
    account = parties.register_accounts(creditor=one, rows=[row]).accounts["C-1"]
    due = TODAY - timedelta(days=60)
    sale = books.NewInvoice(account, "A-1", "A-1", due, currency, minor, ((due, minor),))
    books.post_invoices(creditor_id=one.pk, invoices=[sale], source="test")
    return account


def ask(account, currency="COP"):
    return write.ask(account_id=account, currency=currency, central="Datacrédito", today=TODAY, at=AT)


def notice(row, on=TODAY, proof="guía 123", channel="letter", today=None):
    given = write.NewNotice(on, channel, proof)
    return write.give_notice(report_id=row.pk, notice=given, today=today or max(on, TODAY), at=AT)


class TestTheStep:
    def test_reported_before_its_day_is_refused_with_its_rule_and_nothing_changes(self, account):
        row = ask(account)
        notice(row)
        second = TODAY + timedelta(days=3)
        notice(row, second)  # without the minimum wage loaded every debt counts as small
        with pytest.raises(Refused, match="CO-BUREAU-NOTICE-SMALL: Ley 1266 de 2008 art. 12") as refused:
            write.make_report(report_id=row.pk, on=second + timedelta(days=20), reference="x")
        assert refused.value.sentence.startswith("Aún corre el plazo")
        assert BureauReport.objects.get().state == "noticing"

    def test_on_its_day_it_is_recorded_once(self, account):
        row = ask(account)
        notice(row)
        notice(row, TODAY + timedelta(days=3))
        day = TODAY + timedelta(days=24)
        for _ in range(2):
            write.make_report(report_id=row.pk, on=day, reference="DC-9")
        assert (BureauReport.objects.get().reported_on, BureauReport.objects.get().state) == (day, "reported")
        assert AuditRecord.objects.filter(act="bureau_reported").count() == 1

    def test_it_takes_another_person_than_who_asked(self, account):
        abril, gerardo = (User.objects.create_user(name) for name in ("abril", "gerardo"))
        row = write.ask(account_id=account, currency="COP", central="Datacrédito", today=TODAY, at=AT, by=abril)
        notice(row)
        notice(row, TODAY + timedelta(days=3))
        told = {"report_id": row.pk, "on": TODAY + timedelta(days=24), "reference": "DC-9"}
        with pytest.raises(Refused) as refused:
            write.make_report(**told, by=abril)
        assert (refused.value.reason, BureauReport.objects.get().state) == ("same_person", "noticing")
        assert write.make_report(**told, by=gerardo).state == "reported"

    def test_a_returned_notice_stops_it(self, account):
        row = ask(account)
        notice(row)
        last = notice(row, TODAY + timedelta(days=3))
        write.settle_notice(
            notice_id=last.pk,
            creditor_id=row.creditor_id,
            state="returned",
            proof="acta 7",
            on=TODAY + timedelta(days=5),
        )
        found = read.standing(row, TODAY + timedelta(days=60))
        assert (found.clock.reason, found.clock.given) == ("report_second_notice", 1)

    def test_paid_meanwhile_there_is_nothing_to_report(self, account):
        row = ask(account)
        notice(row)
        notice(row, TODAY + timedelta(days=3))
        payment = books.NewPayment(account, 500_000_00, "COP", TODAY, "p", "test")
        books.post_payments(creditor_id=row.creditor_id, payments=[payment])
        assert read.standing(row, TODAY + timedelta(days=60)).clock.reason == "report_paid"

    def test_insolvency_stops_it(self, account):
        row = ask(account)
        party = row.account.party_id
        compliance.add_situation(party_id=party, reason="insolvency", since=TODAY, until=TODAY + timedelta(days=90))
        assert read.standing(row, TODAY + timedelta(days=60)).clock.reason == "report_stayed"

    def test_where_no_norm_was_read_nothing_begins(self):
        account = owing("PA", "America/Panama", "USD")
        with pytest.raises(Refused):
            ask(account, "USD")
        assert not BureauReport.objects.exists()

    @pytest.mark.parametrize(
        ("on", "proof", "channel"),
        [(TODAY + timedelta(days=1), "guía 1", "letter"), (TODAY, " ", "letter"), (TODAY, "guía 1", "call"),
         (TODAY - timedelta(days=90), "guía 1", "letter")],
    )  # fmt: skip
    def test_a_notice_that_cannot_be_is_refused(self, account, on, proof, channel):
        row = ask(account)
        with pytest.raises(UnusableInput):
            notice(row, on, proof, channel, today=TODAY)
        assert not BureauNotice.objects.exists()

    def test_the_words_are_under_the_persons_key_and_go_with_it(self, account):
        row = ask(account)
        made = notice(row)
        party = row.account.party_id
        text, proof, _ = read.words_of(made, party)
        assert "A-1" in text
        assert proof == "guía 123"
        payment = books.NewPayment(account, 500_000_00, "COP", TODAY, "p", "test")
        books.post_payments(creditor_id=row.creditor_id, payments=[payment])
        erasure.erase(party_id=party, now=AT)
        kept = BureauNotice.objects.get()
        assert not kept.sealed_text
        assert not kept.sealed_proof
        assert len(kept.digest) == 64
        assert Party.objects.get(pk=party).erased_at


class TestTheScreen:
    def test_the_whole_walk(self, account):
        web = Client()
        web.force_login(User.objects.create_superuser("marta"))
        assert "Reporte a central" in web.get(f"/clientes/{account}/").content.decode()
        assert "Ningún reporte en curso" in web.get("/central/").content.decode()
        assert "Empezar por el aviso" in web.get(f"/central/cuenta/{account}/").content.decode()
        web.post(f"/central/cuenta/{account}/pedir/", {"currency": "COP", "central": "Datacrédito"})
        row = BureauReport.objects.get()
        paper = web.get(f"/central/{row.pk}/carta/")
        assert paper["Content-Type"] == "application/pdf"
        assert paper.content[:5] == b"%PDF-"
        today = read.parties.creditor("n-CO") and str(row.asked_at.date() - timedelta(days=1))
        web.post(f"/central/{row.pk}/aviso/", {"sent_on": today, "channel": "letter", "proof": "guía 55"})
        page = web.get(f"/central/{row.pk}/").content.decode()
        assert "guía 55" in page
        assert "1 de 2" in page
        web.post(f"/central/{row.pk}/reportado/", {"reference": "x"})
        assert BureauReport.objects.get().state == "noticing"
        assert "otro aviso" in web.get(f"/central/{row.pk}/").content.decode()
        web.post(f"/central/{row.pk}/terminar/", {"reason": "pagó"})
        assert BureauReport.objects.get().state == "dropped"


class TestTheCommand:
    def run(self, capsys, *words, code=0):
        assert cli.run(["bureau", *words, "--json"]) == code
        out = capsys.readouterr()
        return json.loads(out.out) if code == 0 else out.err

    def test_asked_noticed_and_refused(self, account, capsys):
        asked = self.run(capsys, "ask", f"cta_{account}", "--bureau", "Datacrédito")
        assert (asked["needed"], asked["reason"]["code"]) == (2, "report_no_notice")
        row = BureauReport.objects.get()
        row.asked_at = AT
        self.run(capsys, "notice", asked["report"], "--sent-on", "2026-11-01", "--channel", "email", "--proof", "msg-1")
        err = self.run(capsys, "report", asked["report"], "--as-of", "2026-12-31", code=3)
        assert "otro aviso" in err
        assert self.run(capsys, "list", "--as-of", "2026-12-31")["reports"][0]["given"] == 1
        assert "rep_99" in self.run(capsys, "report", "rep_99", code=2)
