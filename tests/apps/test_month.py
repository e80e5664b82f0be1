"""An agent's month: goals reached by facts, voided by harm; and sharing the work from the command line."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from desk_house import agent, company, people, queued
from puntual.apps.access import write as access
from puntual.apps.negotiation import write_disputes
from puntual.apps.negotiation.models import Promise
from puntual.apps.receivables import write as books
from puntual.apps.supervision import read_month
from puntual.apps.workbench import read, write_assign
from puntual.apps.workbench.models import CallBack, Handling, QueueRow
from puntual.core.errors import Refused
from puntual.project.cli import run

pytestmark = pytest.mark.django_db
#: A Wednesday, noon of Mexico City.
NOW = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
DAY = date(2026, 11, 18)


@pytest.fixture
def norte():
    return company()


@pytest.fixture
def team(norte):
    found = [agent("gloria"), agent("beto")]
    for user in found:
        access.grant(user_id=user.pk, role="agent", creditor_id=norte.pk)
    return found


def owes(creditor, account, minor=900_00):
    due = DAY - timedelta(days=40)
    invoice = books.NewInvoice(
        account.pk, account.code, account.code, due - timedelta(days=30), "MXN", minor, ((due, minor),)
    )
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")


def paid(creditor, account, minor, on):
    row = books.NewPayment(account.pk, minor, "MXN", on, f"{account.code}:{on}", "bank")
    books.post_payments(creditor_id=creditor.pk, payments=[row])


def spoke(creditor, user, account, days_ago, outcome="informed"):
    at = NOW - timedelta(days=days_ago)
    Handling.objects.create(
        agent=user, creditor=creditor, party_id=account.party_id, account=account, taken_at=at, closed_at=at,
        outcome=outcome,
    )  # fmt: skip


def promise(creditor, user, account, state):
    Promise.objects.create(
        account=account, creditor=creditor, source="agent", by=user, key=f"{account.code}:{state}", created_at=NOW,
        amount_minor=1, currency="MXN", made_on=DAY - timedelta(days=9), promised_on=DAY - timedelta(days=2),
        state=state, closed_on=DAY - timedelta(days=1),
    )  # fmt: skip


class TestTheMonth:
    def test_money_is_of_whoever_spoke_last_before_it_came(self, norte, team):
        gloria, beto = team
        ana, luis, eva = people(norte, 3)
        for one in (ana, luis, eva):
            owes(norte, one)
        spoke(norte, beto, ana, 9)
        spoke(norte, gloria, ana, 4)
        spoke(norte, beto, ana, 1)
        paid(norte, ana, 300_00, DAY - timedelta(days=3))
        spoke(norte, beto, luis, 45)
        paid(norte, luis, 200_00, DAY - timedelta(days=3))
        spoke(norte, beto, eva, 2, "no_answer")
        paid(norte, eva, 100_00, DAY - timedelta(days=1))
        month = read_month.month(norte, DAY)
        assert {pk: m.reached.get("recovered_minor") for pk, m in month.items()} == {gloria.pk: Decimal("300.00")}

    def test_a_promise_counts_when_it_was_kept_and_pays_up_to_the_cap(self, norte, team):
        gloria, _beto = team
        for n, account in enumerate(people(norte, 4)):
            promise(norte, gloria, account, "broken" if n == 3 else "kept")
        write_assign.save_goal(creditor_id=norte.pk, metric="promises_kept", target=Decimal(2), points=100)
        write_assign.save_goal(creditor_id=norte.pk, metric="promises_kept_pct", target=Decimal(100), points=200)
        one = read_month.month(norte, DAY)[gloria.pk]
        assert (one.reached["promises_kept"], one.reached["promises_kept_pct"]) == (Decimal(3), Decimal("75.0"))
        assert (one.earned.by_metric, one.earned.points) == (
            {"promises_kept": 120, "promises_kept_pct": 150}, 270)  # fmt: skip

    def test_a_complaint_that_was_right_leaves_the_month_at_nothing(self, norte, team):
        gloria, _beto = team
        [account] = people(norte, 1)
        promise(norte, gloria, account, "kept")
        write_assign.save_goal(creditor_id=norte.pk, metric="promises_kept", target=Decimal(1), points=100)
        told = write_disputes.NewComplaint(account.pk, DAY, "staff", "q", "Me gritó")
        row = write_disputes.open_complaint(complaint=told, at=NOW)
        found = write_disputes.Inside("treatment", founded=False, agent=gloria.pk)
        write_disputes.note_inside(row=row, found=found, by=None, at=NOW)
        assert read_month.month(norte, DAY)[gloria.pk].earned.points == 100
        found = write_disputes.Inside("treatment", founded=True, agent=gloria.pk)
        write_disputes.note_inside(row=row, found=found, by=None, at=NOW)
        one = read_month.month(norte, DAY)[gloria.pk]
        assert (one.earned.points, "queja con razón" in one.earned.void) == (0, True)

    def test_pressing_on_against_the_norm_leaves_it_at_nothing_too(self, norte, team, monkeypatch):
        from puntual.project import workbench

        gloria, _beto = team
        [account] = people(norte, 1)

        def no(**_told):
            raise Refused("Es de noche.", reason="outside_hours", rule="MX-HOURS")

        monkeypatch.setattr(workbench.desk, "place_call", no)
        for _again in range(6):
            with pytest.raises(Refused):
                workbench.call(account, 1, NOW, gloria.pk)
        one = read_month.month(norte, DAY)[gloria.pk]
        assert (one.harm["law_refusals"], "norma" in one.earned.void) == (6, True)


class TestSharingFromTheCommandLine:
    def said(self, capsys, *words):
        code = run(["assign", *words, "--json"])
        out = capsys.readouterr()
        return code, json.loads(out.out) if code == 0 else out.err

    def test_the_queue_is_dealt_by_name_call_back_skill_and_load(self, capsys, norte, team):
        gloria, beto = team
        accounts = people(norte, 8)
        queued(norte, accounts)
        QueueRow.objects.filter(account=accounts[2]).update(skill="empresas")
        QueueRow.objects.filter(account=accounts[3]).update(language="pt")
        CallBack.objects.create(creditor=norte, account=accounts[1], party_id=accounts[1].party_id, owner=beto,
                                at=NOW, created_at=NOW)  # fmt: skip
        assert self.said(capsys, "name", "C-1", "--to", "gloria", "--because", "VIP")[0] == 0
        assert self.said(capsys, "person", "beto", "--skills", "empresas", "--languages", "es")[1]["minutes"] == 360
        assert self.said(capsys, "person", "gloria", "--minutes", "180", "--languages", "es, pt")[0] == 0
        code, told = self.said(capsys, "deal")
        assert (code, told["because"]) == (0, {"kept": 1, "named": 1, "shared": 6})
        desk = dict(QueueRow.objects.values_list("account__code", "desk"))
        assert (desk["C-1"], desk["C-2"], desk["C-3"], desk["C-4"]) == (gloria.pk, beto.pk, beto.pk, gloria.pk)
        assert told["desks"] == {"Beto": 5, "Gloria": 3}

    def test_what_rests_idle_on_a_desk_is_dealt_again(self, capsys, norte, team):
        gloria, beto = team
        accounts = people(norte, 2)
        queued(norte, accounts, desk=gloria.pk)
        QueueRow.objects.filter(account=accounts[0]).update(touched_at=datetime.now(UTC) - timedelta(days=9))
        QueueRow.objects.filter(account=accounts[1]).update(touched_at=datetime.now(UTC))
        self.said(capsys, "deal")
        assert dict(QueueRow.objects.values_list("account__code", "desk")) == {"C-1": beto.pk, "C-2": gloria.pk}

    def test_a_goal_that_pays_for_pressure_is_refused(self, capsys, norte, team):
        code, said = self.said(capsys, "goal", "calls", "100", "50")
        assert (code, read.goals_of(norte.pk)) == (2, [])
        assert "No se premian llamadas" in said

    def test_nobody_with_that_name(self, capsys, norte):
        code, said = self.said(capsys, "person", "nadie", "--minutes", "10")
        assert code == 2 and "«nadie»" in said

    def test_the_month_is_told(self, capsys, norte, team):
        assert self.said(capsys, "month") == (0, {"people": []})
