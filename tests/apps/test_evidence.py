"""Evidence: what was decided, contact or not, is chained; whoever edits, removes or invents a row is found out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from puntual.apps.audit import read, write
from puntual.apps.audit.models import AuditRecord, Evidence
from puntual.apps.compliance import write as compliance
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import write as parties
from puntual.apps.planning.models import PlanRow
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import guard
from puntual.apps.receivables import write as books
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.ports.fakes import RecordingChannel

pytestmark = pytest.mark.django_db

DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def creditor():
    one = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
        approve_first=0,
    )  # fmt: skip
    version = policies.save_version(creditor_id=one.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=DAWN - timedelta(days=500))
    return one


def owes(creditor, code, minor=500_00, late=5, debtor="business"):
    row = parties.NewAccount(
        code, f"Cliente {code}", debtor=debtor, country="MX", zone="America/Mexico_City",
        points=(parties.NewPoint("email", f"{code.lower()}@example.com"),),
    )  # fmt: skip
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts[code]
    due = TODAY - timedelta(days=late)
    one = books.NewInvoice(account, f"F-{code}", f"F-{code}", due - timedelta(days=30), "MXN", minor, ((due, minor),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[one], source="test")
    return account


def send(at=TEN):
    links = lambda points: {account: f"https://x.example/p/{account}/" for account in points}  # noqa: E731
    return dispatch(Outside(channel=lambda *_: RecordingChannel(), links=links, now=lambda: at))


def unguarded(sql, *params):
    """What somebody with the database in hand could do, guard and all."""
    guard.lift_guard()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    guard.raise_guard()


def held():
    return {f.name: f.holds for f in read.findings()}


class TestTheChain:
    def test_a_day_is_one_link_with_the_digest_of_all_its_decisions(self, creditor):
        owes(creditor, "C-1")
        owes(creditor, "C-2", minor=1)
        plan = run_day(creditor=creditor, as_of=DAWN).plan_id
        row = Evidence.objects.get()
        assert (row.kind, row.plan_id, row.rows, len(row.digest)) == ("plan", plan, 2, 64)
        assert held() == {"audit_chain": True, "evidence_chain": True}

    def test_a_decision_edited_later_is_found_out(self, creditor):
        owes(creditor, "C-1")
        plan = run_day(creditor=creditor, as_of=DAWN).plan_id
        PlanRow.objects.update(reason="no_policy", verdict="skip")
        found = next(f for f in read.findings() if f.name == "evidence_chain")
        assert found.counterexamples == ({"plan": f"plan_{plan}"},)

    def test_a_decision_removed_later_is_found_out(self, creditor):
        owes(creditor, "C-1")
        run_day(creditor=creditor, as_of=DAWN)
        PlanRow.objects.all().delete()
        assert held()["evidence_chain"] is False

    def test_a_day_decided_twice_is_two_links_and_the_last_one_is_compared(self, creditor):
        account = owes(creditor, "C-1")
        run_day(creditor=creditor, as_of=DAWN)
        paid = books.NewPayment(account, 500_00, "MXN", TODAY, "p1", "test")
        books.post_payments(creditor_id=creditor.pk, payments=[paid])
        run_day(creditor=creditor, as_of=DAWN)
        assert Evidence.objects.count() == 2
        assert held()["evidence_chain"] is True

    def test_a_link_edited_behind_the_guard_is_found_out(self, creditor):
        for n in range(3):
            write.record(act="prueba", kind="x", pk=n)
        second = AuditRecord.objects.order_by("pk")[1]
        unguarded("UPDATE audit_auditrecord SET object_id = 99 WHERE id = %s", second.pk)
        found = next(f for f in read.findings() if f.name == "audit_chain")
        assert found.counterexamples == ({"audit": second.pk},)

    def test_a_link_removed_behind_the_guard_shows_in_the_next_one(self, creditor):
        for n in range(3):
            write.record(act="prueba", kind="x", pk=n)
        first, second, third = AuditRecord.objects.order_by("pk")
        unguarded("DELETE FROM audit_auditrecord WHERE id = %s", second.pk)
        found = next(f for f in read.findings() if f.name == "audit_chain")
        assert found.counterexamples == ({"audit": third.pk},)

    @pytest.mark.parametrize("act", ["UPDATE audit_evidence SET verdict = 'x'", "DELETE FROM audit_evidence"])
    def test_the_database_itself_refuses_to_touch_it(self, creditor, act):
        owes(creditor, "C-1")
        run_day(creditor=creditor, as_of=DAWN)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
        assert Evidence.objects.get().verdict == "decided"


class TestWhatASendLeaves:
    def test_the_last_look_and_the_outcome_with_the_digest_of_what_was_said(self, creditor):
        account = owes(creditor, "C-1")
        run_day(creditor=creditor, as_of=DAWN)
        assert send().sent == 1
        look, outcome = Evidence.objects.exclude(kind="plan").order_by("pk")
        outbox = Outbox.objects.get()
        assert (look.kind, look.verdict, look.account_id, look.outbox_id) == ("verdict", "allow", account, outbox.pk)
        assert look.pack.startswith("MX")
        assert look.policy_version_id == outbox.policy_version_id
        assert (outcome.kind, outcome.verdict, outcome.digest) == ("outcome", "sent", outbox.message.digest)
        assert held() == {"audit_chain": True, "evidence_chain": True}

    def test_a_refusal_at_the_last_moment_names_its_reason(self, creditor):
        account = owes(creditor, "C-1")
        run_day(creditor=creditor, as_of=DAWN)
        party = Outbox.objects.get().party_id
        compliance.opt_out(party_id=party, channel="*", at=TEN - timedelta(hours=1), source="person")
        assert send().denied == 1
        look = Evidence.objects.exclude(kind="plan").get()
        assert (look.verdict, look.reason, look.account_id) == ("deny", "opted_out", account)

    def test_no_personal_data_is_in_any_link(self, creditor):
        owes(creditor, "C-1")
        run_day(creditor=creditor, as_of=DAWN)
        send()
        for row in Evidence.objects.values():
            text = " ".join(str(value) for value in row.values())
            assert "Cliente" not in text
            assert "@" not in text
