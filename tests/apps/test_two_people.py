"""Many messages at once, and steps before a judge: one person asks, another says yes, and only then it happens."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from puntual.apps.access import read_approvals, write, write_approvals
from puntual.apps.access.models import Approval, LetGo
from puntual.apps.audit.models import AuditRecord
from puntual.apps.escalation import write_legal
from puntual.apps.escalation.models import LegalStep
from puntual.apps.negotiation import write_disputes
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.load import holds
from puntual.project.cli import run

pytestmark = pytest.mark.django_db
ZONE = "America/Mexico_City"


@pytest.fixture
def norte():
    return parties.create_creditor(
        code="norte", name="Norte", country="MX", zone=ZONE, currency="MXN", test_mode=True, approve_first=50
    )


def customers(creditor, days_late, n=3):
    """Some businesses that owe 900.00 since so many days."""
    rows = [
        parties.NewAccount(f"C-{i}", f"Cliente {i}", "", "business", "MX",
                           points=(parties.NewPoint("email", f"c{i}@correo.example"),))
        for i in range(1, n + 1)
    ]  # fmt: skip
    accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
    due = timezone.localdate() - timedelta(days=days_late)
    invoices = [
        books.NewInvoice(pk, code, code, due - timedelta(days=30), "MXN", 900_00, ((due, 900_00),))
        for code, pk in accounts.items()
    ]
    books.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    return accounts


@pytest.fixture
def plan(norte):
    customers(norte, 20)
    version = policies.save_version(creditor_id=norte.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=datetime.now(UTC) - timedelta(days=90))
    return run_day(creditor=norte, as_of=datetime.now(UTC)).plan_id


@pytest.fixture
def sergio(person, norte):
    return person("sergio", "supervisor", norte)


@pytest.fixture
def marta(person, norte):
    return person("marta", "manager", norte)


@pytest.fixture
def abril(person, norte):
    return person("abril", "lawyer", norte)


def approved():
    return Outbox.objects.filter(approved=True).count()


def answer(client, user, what, **more):
    client.force_login(user)
    return client.post(f"/por-aprobar/{Approval.objects.get().pk}/", {"respuesta": what, **more}, follow=True)


class TestManyMessages:
    def ask(self, client, plan, user):
        client.force_login(user)
        return client.post("/envios/acciones/", {"accion": "approve", "plan": plan}, follow=True)

    @pytest.fixture(autouse=True)
    def _from_three(self, norte, marta):
        write_approvals.set_rules(creditor_id=norte.pk, mass_from=3, waits_days=2, by=marta)

    def test_a_whole_day_leaves_with_two_yeses(self, client, plan, norte, sergio, marta):
        assert "los aprueba otra persona" in self.ask(client, plan, sergio).content.decode()
        assert (approved(), Approval.objects.get().reason) == (0, "Dejar salir 3 mensajes a la vez.")
        assert "Dejar salir 3 mensajes" in client.get("/por-aprobar/").content.decode()
        assert "Aprobado y hecho" in answer(client, marta, "si").content.decode()
        assert approved() == 3
        assert list(AuditRecord.objects.filter(act="send_approved").values_list("actor_name", flat=True)) == ["marta"]

    def test_fewer_take_one_person(self, client, plan, norte, sergio, marta):
        write_approvals.set_rules(creditor_id=norte.pk, mass_from=4, waits_days=2, by=marta)
        self.ask(client, plan, sergio)
        assert (approved(), Approval.objects.count()) == (3, 0)

    def test_asking_twice_is_one_request_and_nobody_answers_the_own(self, client, plan, sergio):
        self.ask(client, plan, sergio)
        self.ask(client, plan, sergio)
        assert "debe hacerlo otra persona" in answer(client, sergio, "si").content.decode()
        assert (approved(), Approval.objects.get().state) == (0, "waiting")

    def test_a_no_stops_nothing_that_was_planned_and_may_be_asked_again(self, client, plan, sergio, marta):
        self.ask(client, plan, sergio)
        answer(client, marta, "no", answer="Falta mirar los de Colima")
        assert approved() == 0
        self.ask(client, plan, sergio)
        assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "waiting"]

    def test_messages_stopped_meanwhile_stay_stopped(self, client, plan, sergio, marta):
        self.ask(client, plan, sergio)
        one = Outbox.objects.order_by("pk").first()
        client.post("/envios/acciones/", {"accion": "veto", "sel": [one.pk]})
        answer(client, marta, "si")
        one.refresh_from_db()
        assert (one.state, approved()) == ("withdrawn", 2)

    def test_a_yes_about_messages_that_are_gone_is_refused(self, client, plan, sergio, marta):
        self.ask(client, plan, sergio)
        Outbox.objects.update(state="withdrawn")
        assert "Ya no queda ningún mensaje" in answer(client, marta, "si").content.decode()
        assert Approval.objects.get().state == "waiting"

    def test_what_nobody_answers_in_time_is_over(self, client, plan, norte, sergio, marta):
        self.ask(client, plan, sergio)
        Approval.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        assert "Venció sin respuesta" in answer(client, marta, "si").content.decode()
        assert approved() == 0
        assert "Venció sin respuesta" in client.get("/por-aprobar/").content.decode()
        assert write_approvals.expire(at=timezone.now()) == 1
        assert Approval.objects.get().state == "expired"

    def pieces(self, client, user, n):
        client.force_login(user)
        ids = list(Outbox.objects.filter(state="planned", approved=False).order_by("pk").values_list("pk", flat=True))
        return client.post("/envios/acciones/", {"accion": "approve", "sel": ids[:n]}, follow=True)

    def test_many_in_small_pieces_are_many(self, client, plan, sergio, marta):
        self.pieces(client, sergio, 1)
        self.pieces(client, sergio, 1)
        assert (approved(), Approval.objects.count()) == (2, 0)
        assert "los aprueba otra persona" in self.pieces(client, sergio, 1).content.decode()
        assert (approved(), Approval.objects.get().detail["n"]) == (2, 1)
        answer(client, marta, "si")
        assert approved() == 3

    def test_the_pieces_of_two_people_of_the_same_day_are_one_batch(self, client, plan, sergio, marta):
        self.pieces(client, sergio, 2)
        assert "los aprueba otra persona" in self.pieces(client, marta, 1).content.decode()
        assert approved() == 2
        assert answer(client, sergio, "si").status_code == 200
        assert approved() == 3

    def test_another_day_counts_anew_for_who_lets_them_go(self, client, plan, norte, sergio):
        LetGo.objects.create(
            creditor=norte, maker=sergio.pk, day=timezone.localdate() - timedelta(days=2), batch="plan:0", n=2
        )
        self.pieces(client, sergio, 2)
        assert (approved(), Approval.objects.count()) == (2, 0)

    def test_the_page_says_beforehand_that_another_yes_is_needed(self, client, plan, sergio):
        client.force_login(sergio)
        self.pieces(client, sergio, 1)
        LetGo.objects.update(n=2)
        assert "esperan el sí de otra persona" in client.get("/envios/?estado=waiting").content.decode()

    def test_only_who_configures_changes_the_threshold(self, client, norte, sergio, marta):
        told = {"mass_from": "50", "waits_days": "5"}
        client.force_login(sergio)
        assert client.post("/por-aprobar/reglas/", told).status_code == 403
        client.force_login(marta)
        client.post("/por-aprobar/reglas/", told)
        rules = read_approvals.rules_of(norte.pk)
        assert (rules.mass_from, rules.waits_days) == (50, 5)
        with pytest.raises(UnusableInput):
            write_approvals.set_rules(creditor_id=norte.pk, mass_from=1, waits_days=5, by=marta)


class TestByCommand:
    """`puntual plan approve` names who approves, and keeps the same rule."""

    @pytest.fixture(autouse=True)
    def _from_three(self, norte, marta):
        write_approvals.set_rules(creditor_id=norte.pk, mass_from=3, waits_days=2, by=marta)

    def test_one_asks_and_another_says_yes(self, plan, sergio, marta, capsys):
        assert run(["plan", "approve", f"plan_{plan}", "--by", "sergio", "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert told == {"approved": 0, "approval": f"apr_{Approval.objects.get().pk}"} and approved() == 0
        assert run(["plan", "approve", f"plan_{plan}", "--by", "sergio", "--json"]) == 1
        assert (Approval.objects.count(), approved()) == (1, 0)
        capsys.readouterr()
        assert run(["plan", "approve", f"plan_{plan}", "--by", "marta", "--json"]) == 0
        assert (json.loads(capsys.readouterr().out), approved()) == ({"approved": 3}, 3)
        assert Approval.objects.get().decided_by == marta

    def test_nobody_by_name_lets_few_go_and_never_many(self, plan, norte, marta, capsys):
        assert run(["plan", "approve", str(plan)]) == 3
        assert "por su nombre" in capsys.readouterr().err and approved() == 0
        write_approvals.set_rules(creditor_id=norte.pk, mass_from=4, waits_days=2, by=marta)
        assert run(["plan", "approve", str(plan), "--json"]) == 0
        assert approved() == 3

    def test_who_may_not_approve_is_refused_and_a_stranger_is_said(self, plan, norte, person, capsys):
        person("gloria", "agent", norte)
        assert run(["plan", "approve", str(plan), "--by", "gloria"]) == 3
        assert run(["plan", "approve", str(plan), "--by", "nadie"]) == 2
        assert "No hay un usuario «nadie»" in capsys.readouterr().err and approved() == 0

    def test_before_anybody_has_an_account_whoever_installs_approves(self, plan, django_user_model, capsys):
        django_user_model.objects.all().delete()
        assert run(["plan", "approve", str(plan), "--json"]) == 0
        assert (json.loads(capsys.readouterr().out), approved()) == ({"approved": 3}, 3)
        assert list(AuditRecord.objects.filter(act="send_approved").values_list("actor_name", flat=True)) == [
            "línea de órdenes"
        ]


class TestBeforeAJudge:
    @pytest.fixture
    def account(self, norte):
        return customers(norte, 120, 1)["C-1"]

    def ask(self, client, account, user, step="suit"):
        client.force_login(user)
        told = {"step": step, "currency": "MXN", "reason": "No responde desde hace cuatro meses"}
        return client.post(f"/clientes/{account}/legal/pedir/", told, follow=True)

    def paused(self, account):
        frame = holds(timezone.localdate())
        return frame.filter(frame["account"] == account)["reason"].to_list()

    def test_a_suit_from_asking_to_filing(self, client, account, abril, marta):
        assert "espera el sí de otra persona" in self.ask(client, account, abril).content.decode()
        assert LegalStep.objects.count() == 0 and self.paused(account) == []
        answer(client, marta, "si")
        step = LegalStep.objects.get()
        assert (step.state, step.asked_by, step.authorised_by, step.amount_minor) == (
            "authorised", "abril", "marta", 900_00)  # fmt: skip
        assert self.paused(account) == ["legal_step"]
        client.force_login(abril)
        assert "En evaluación legal" in client.get(f"/clientes/{account}/legal/").content.decode()
        told = {"on": timezone.localdate().isoformat(), "reference": "Juzgado 3.º, expediente 118/2026"}
        client.post(f"/legal/{step.pk}/dado/", told)
        page = client.get(f"/clientes/{account}/legal/").content.decode()
        assert "Demandada" in page and "expediente 118/2026" in page
        client.post(f"/legal/{step.pk}/terminar/", {"reason": "Pagó todo"})
        assert self.paused(account) == []
        acts = AuditRecord.objects.filter(object_kind="legal_step").order_by("pk").values_list("act", "actor_name")
        assert list(acts) == [("legal_authorised", "marta"), ("legal_done", "abril"), ("legal_closed", "abril")]

    def test_a_suit_without_its_proof_is_not_filed(self, client, account, abril, marta):
        self.ask(client, account, abril)
        answer(client, marta, "si")
        client.force_login(abril)
        client.post(f"/legal/{LegalStep.objects.get().pk}/dado/", {"on": "", "reference": " "})
        assert LegalStep.objects.get().state == "authorised"

    def test_passing_a_day_asks_nothing_by_itself(self, norte, account):
        assert LegalStep.objects.count() == Approval.objects.count() == 0

    @pytest.mark.parametrize("days", [60, 90])
    def test_before_ninety_days_a_suit_cannot_be_asked(self, client, norte, abril, days):
        account = customers(norte, days, 1)["C-1"]
        assert "vías amables" in self.ask(client, account, abril).content.decode()
        assert Approval.objects.count() == 0

    def test_while_disputed_nobody_sues(self, client, norte, account, abril, marta):
        self.ask(client, account, abril)
        item = books_read.open_items(account)[0].due_item_id
        told = write_disputes.NewDispute(account, item, "damaged", timezone.localdate(), "staff", "d")
        write_disputes.open_dispute(dispute=told, at=timezone.now())
        assert "importe en aclaración" in answer(client, marta, "si").content.decode()
        assert (LegalStep.objects.count(), Approval.objects.get().state) == (0, "waiting")

    def test_the_one_who_asks_a_suit_never_authorises_it(self, client, account, marta):
        self.ask(client, account, marta)
        assert "debe hacerlo otra persona" in answer(client, marta, "si").content.decode()
        assert LegalStep.objects.count() == 0

    def test_an_agent_neither_sees_nor_asks(self, client, norte, account, person):
        assert self.ask(client, account, person("gloria", "agent", norte)).status_code == 403
        assert client.get(f"/clientes/{account}/legal/").status_code == 403

    def test_a_seizure_comes_after_the_suit(self, account, abril):
        with pytest.raises(Refused) as no:
            write_legal.propose(
                account=Account.objects.get(pk=account), kind="seizure", currency="MXN", reason="No responde",
                today=timezone.localdate(), at=timezone.now(), by=abril,
            )  # fmt: skip
        assert (no.value.reason, Approval.objects.count()) == ("legal_needs_suit", 0)


class TestByTheApi:
    """A key speaks for whoever made it."""

    def key(self, norte, user, *scopes):
        return write.create_key(name="ERP", scopes=scopes, creditor_id=norte.pk, user_id=user and user.pk)[1]

    def post(self, client, path, key, once="k-1", **body):
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": once}
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)

    def test_a_suit_asked_and_authorised_by_two_keys(self, client, norte, abril, marta):
        account = customers(norte, 120, 1)["C-1"]
        hers, other = self.key(norte, abril, "write", "approve"), self.key(norte, marta, "read", "approve")
        asked = self.post(client, "/accounts/C-1/legal-steps", hers, step="suit", currency="MXN", reason="No responde")
        assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
        number = asked.json()["approval"]
        refused = self.post(client, f"/approvals/{number}/approve", hers, "k-2")
        assert (refused.status_code, LegalStep.objects.count()) == (403, 0)
        waiting = client.get("/api/v1/approvals?state=waiting", headers={"Authorization": f"Bearer {other}"}).json()
        assert [(i["id"], i["asked_by"], i["amount"]["minor"]) for i in waiting["items"]] == [(number, "abril", 900_00)]
        done = self.post(client, f"/approvals/{number}/approve", other)
        assert (done.status_code, done.json()["state"], done.json()["decided_by"]) == (200, "approved", "marta")
        again = self.post(client, f"/approvals/{number}/approve", other)
        assert (again.status_code, LegalStep.objects.count()) == (200, 1)
        told = client.get("/api/v1/accounts/C-1/legal-steps", headers={"Authorization": f"Bearer {other}"}).json()
        assert [(s["step"], s["state"]) for s in told["steps"]] == [("suit", "authorised")]
        assert told["debts"][0]["why_not"]["suit"]["code"] == "legal_already"
        assert self.paused(account)

    paused = TestBeforeAJudge.paused

    def test_a_key_that_nobody_made_asks_nothing(self, client, norte):
        customers(norte, 120, 1)
        asked = self.post(
            client, "/accounts/C-1/legal-steps", self.key(norte, None, "write"), step="suit", currency="MXN", reason="x"
        )
        assert (asked.status_code, Approval.objects.count()) == (403, 0)
        assert "no hay una persona" in asked.json()["detail"]

    def test_a_mass_send_by_the_api_waits_too(self, client, norte, plan, sergio, marta):
        write_approvals.set_rules(creditor_id=norte.pk, mass_from=3, waits_days=2, by=marta)
        told = self.post(client, f"/plans/plan_{plan}/approve", self.key(norte, sergio, "run"))
        assert (told.status_code, told.json()["approved"], approved()) == (202, 0, 0)
        number, hers = told.json()["approval"], self.key(norte, marta, "approve")
        self.post(client, f"/approvals/{number}/refuse", hers, answer="Falta revisar")
        assert Approval.objects.get().state == "refused" and approved() == 0
