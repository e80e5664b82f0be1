"""«Por aprobar»: waivers and write-offs take two people; a refusal leaves the books as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from puntual.apps.access import read, read_approvals, write_approvals
from puntual.apps.access.models import Approval
from puntual.apps.access.write_approvals import Asked
from puntual.apps.audit.models import AuditRecord
from puntual.apps.negotiation import write_deals
from puntual.apps.parties import write as parties
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import Entry
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger.books import Component
from puntual.core.negotiation.authority import Limit
from puntual.core.negotiation.quote import Terms

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def norte():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")


@pytest.fixture
def account(norte):
    """Owes 900.00 and 50.00 of interest."""
    pk = parties.register_accounts(creditor=norte, rows=[parties.NewAccount(code="C-1", name="Ana Ruiz")]).accounts[
        "C-1"
    ]
    invoice = books.NewInvoice(pk, "A-1", "A-1", date(2026, 8, 1), "MXN", 900_00, ((date(2026, 9, 1), 900_00),))
    books.post_invoices(creditor_id=norte.pk, invoices=[invoice], source="test")
    item = books_read.open_items(pk)[0].due_item_id
    interest = books.Reduction(
        pk, "interest", "MXN", date(2026, 10, 1), "i", "test", ((item, Component.INTEREST, 50_00),)
    )
    books.post_reductions(creditor_id=norte.pk, rows=[interest])
    return pk


@pytest.fixture
def gloria(person, norte):
    return person("gloria", "agent", norte)


@pytest.fixture
def sergio(person, norte):
    return person("sergio", "supervisor", norte)


def owed(account):
    return sum(b.open_minor for b in books_read.open_items(account))


def ask_on_screen(client, account, user, **more):
    client.force_login(user)
    page = client.get(f"/clientes/{account}/condonar/")
    item = books_read.open_items(account)[0].due_item_id
    form = {"kind": "waiver", "scope": "charges", "items": [item], "reason": "Se enfermó",
            "key": page.context["form"]["key"].value(), **more}  # fmt: skip
    return client.post(f"/clientes/{account}/condonar/", form)


def answer(client, user, what, **more):
    client.force_login(user)
    return client.post(f"/por-aprobar/{Approval.objects.get().pk}/", {"respuesta": what, **more}, follow=True)


class TestOnScreen:
    def test_asked_by_one_approved_by_another_and_only_then_given_up(self, client, account, gloria, sergio):
        assert ask_on_screen(client, account, gloria).status_code == 302
        assert owed(account) == 950_00
        client.force_login(sergio)
        page = client.get("/por-aprobar/").content.decode()
        assert "Condonación" in page and "$50.00" in page and "gloria" in page
        answer(client, sergio, "si")
        assert owed(account) == 900_00
        row = Approval.objects.get()
        assert (row.state, row.asked_by, row.decided_by) == ("approved", gloria, sergio)
        assert list(AuditRecord.objects.filter(act__startswith="approval").values_list("act", flat=True)) == [
            "approval_asked", "approval_approved",
        ]  # fmt: skip

    def test_a_write_off_takes_all_that_is_open(self, client, account, gloria, sergio):
        ask_on_screen(client, account, gloria, kind="write_off")
        answer(client, sergio, "si")
        assert owed(account) == 0
        assert set(Entry.objects.filter(event__kind="write_off").values_list("event__kind", flat=True)) == {"write_off"}

    def test_a_no_says_why_and_changes_nothing(self, client, account, gloria, sergio):
        ask_on_screen(client, account, gloria)
        assert "Diga por qué no" in answer(client, sergio, "no").content.decode()
        answer(client, sergio, "no", answer="Ya se le condonó en mayo")
        assert (Approval.objects.get().state, owed(account)) == ("refused", 950_00)

    def test_nobody_approves_their_own_whatever_their_role(self, client, account, sergio):
        ask_on_screen(client, account, sergio)
        page = client.get("/por-aprobar/").content.decode()
        assert 'value="si"' not in page and 'value="retirar"' in page
        assert "debe hacerlo otra persona" in answer(client, sergio, "si").content.decode()
        assert (Approval.objects.get().state, owed(account)) == ("waiting", 950_00)

    def test_who_asked_takes_it_back(self, client, account, gloria):
        ask_on_screen(client, account, gloria)
        answer(client, gloria, "retirar")
        assert (Approval.objects.get().state, owed(account)) == ("withdrawn", 950_00)

    def test_the_same_form_twice_is_one_request(self, client, account, gloria):
        first = ask_on_screen(client, account, gloria, key="k")
        ask_on_screen(client, account, gloria, key="k")
        assert first.status_code == 302 and Approval.objects.count() == 1

    def test_nothing_to_give_up_is_said_and_not_asked(self, client, account, gloria, norte):
        item = books_read.open_items(account)[0].due_item_id
        gone = books.Reduction(
            account, "waiver", "MXN", date(2026, 10, 2), "g", "t", ((item, Component.INTEREST, 50_00),)
        )
        books.post_reductions(creditor_id=norte.pk, rows=[gone])
        assert "no tienen intereses" in ask_on_screen(client, account, gloria).content.decode()
        assert not Approval.objects.exists()


class TestTheRule:
    def asked(self, norte, account, user, kind="waiver"):
        item = books_read.open_items(account)[0].due_item_id
        parts = [[item, int(Component.INTEREST), 50_00]]
        told = Asked(kind, norte.pk, "Motivo", "k", account, 50_00, "MXN", {"parts": parts})
        return write_approvals.ask(asked=told, by=user, at=NOW)

    @pytest.mark.parametrize("role", ["agent", "seller", "auditor", "read_only", "lawyer"])
    def test_a_role_without_it_does_not_approve(self, norte, account, gloria, person, role):
        row, other = self.asked(norte, account, gloria), person("otra", role, norte)
        with pytest.raises(Refused) as no:
            write_approvals.approve(approval_id=row.pk, by=other, at=NOW)
        row.refresh_from_db()
        assert (no.value.reason, row.state, owed(account)) == ("no_authority", "waiting", 950_00)

    def test_nor_a_manager_of_another_company(self, norte, account, gloria, person):
        sur = parties.create_creditor(code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN")
        row, other = self.asked(norte, account, gloria), person("forastera", "manager", sur)
        with pytest.raises(Refused):
            write_approvals.approve(approval_id=row.pk, by=other, at=NOW)
        assert owed(account) == 950_00

    def test_who_may_not_ask_asks_nothing(self, norte, account, person):
        with pytest.raises(Refused):
            self.asked(norte, account, person("venta", "seller", norte))
        assert not Approval.objects.exists()

    def test_decided_once(self, norte, account, gloria, sergio):
        row = self.asked(norte, account, gloria)
        write_approvals.approve(approval_id=row.pk, by=sergio, at=NOW)
        with pytest.raises(Refused, match="ya se había decidido"):
            write_approvals.approve(approval_id=row.pk, by=sergio, at=NOW)
        assert owed(account) == 900_00

    def test_what_was_paid_meanwhile_is_not_given_up_twice(self, norte, account, gloria, sergio):
        row = self.asked(norte, account, gloria)
        paid = books.NewPayment(account, 950_00, "MXN", date(2026, 10, 20), "p", "bank")
        books.post_payments(creditor_id=norte.pk, payments=[paid])
        with pytest.raises(Refused, match="saldo cambió"):
            write_approvals.approve(approval_id=row.pk, by=sergio, at=NOW)
        row.refresh_from_db()
        assert (row.state, owed(account)) == ("waiting", 0)

    def test_what_nobody_does_is_not_approved(self, norte, account, gloria, sergio, settings):
        settings.APPROVAL_DOES = {}
        row = self.asked(norte, account, gloria)
        with pytest.raises(Refused, match="Todavía no hay quien haga"):
            write_approvals.approve(approval_id=row.pk, by=sergio, at=NOW)
        row.refresh_from_db()
        assert (row.state, owed(account)) == ("waiting", 950_00)

    def test_nobody_answers_what_is_over(self, norte, account, gloria, sergio):
        row = self.asked(norte, account, gloria)
        with pytest.raises(Refused, match="Venció"):
            write_approvals.approve(approval_id=row.pk, by=sergio, at=NOW + timedelta(days=8))
        assert owed(account) == 950_00

    def test_it_says_why_or_is_not_asked(self, norte, account, gloria):
        with pytest.raises(UnusableInput):
            write_approvals.ask(asked=Asked("waiver", norte.pk, " ", "k", account), by=gloria, at=NOW)
        assert not Approval.objects.exists()


class TestOneList:
    def test_agreements_beyond_authority_wait_in_the_same_place(self, norte, account, gloria, sergio):
        limits = (Limit("gestor", Decimal(5), 3, 100), Limit("supervisor", Decimal(50), 12, 400))
        offer = write_deals.Offer(
            account, date(2026, 11, 2), date(2026, 11, 20), "staff", "o", "gestor", limits, by=gloria.pk
        )
        write_deals.offer_agreement(offer=offer, terms=Terms(8, "month", date(2026, 11, 15)), at=NOW)
        [one] = read_approvals.waiting(norte.pk, read.grants_of(sergio), sergio.pk)
        assert (one.kind, one.act, one.asked_by) == ("Convenio", "deals.approve", "gloria")

    def test_each_sees_what_they_asked_or_may_decide(self, norte, account, gloria, sergio, person):
        TestTheRule().asked(norte, account, gloria)
        shown = {
            user.username: len(read_approvals.waiting(norte.pk, read.grants_of(user), user.pk))
            for user in (gloria, sergio, person("otra", "agent", norte), person("auditora", "auditor", norte))
        }
        assert shown == {"gloria": 1, "sergio": 1, "otra": 0, "auditora": 1}
