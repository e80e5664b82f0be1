"""A contact centre collects for others: what each client hands over, takes back, reads of it, and pays."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client as Browser

from puntual.adapters.files import Files
from puntual.apps.clients import read, write
from puntual.apps.clients.models import Placement, ReturnFile
from puntual.apps.imports.write import Source
from puntual.apps.negotiation import write as negotiation
from puntual.apps.outreach.models import Contact
from puntual.apps.parties import read as parties_read
from puntual.apps.parties import write as parties
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as books
from puntual.core.errors import UnusableInput
from puntual.pipeline.daily_run import run_day

pytestmark = pytest.mark.django_db

#: A Tuesday at nine of the morning in Mexico City.
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
FAR = NOW + timedelta(days=400)
ASSIGNED = """CREDITO;NOMBRE;RFC;FOLIO;VENCE;SALDO;CORREO
0017;Ana Ruiz;RUGA800101AB1;F-1;15/11/2026;1500,00;ana@correo.example
0018;Comercial Lima SA;CLI900202AB2;F-2;20/10/2026;800,50;pagos@lima.example
"""
FORMAT = """kind: invoices
columns:
  {customer_code: CREDITO, customer_name: NOMBRE, tax_id: RFC, number: FOLIO, due_on: VENCE, total: SALDO,
   email: CORREO}
options: {dates: dd/mm/yyyy, decimals: coma}
headings: [CREDITO, NOMBRE, RFC, FOLIO, VENCE, SALDO, CORREO]
"""
RETURN = """columns: {CREDITO: customer_code, COD: result, FECHA: "on", IMPORTE: amount, PARA: promised_on}
codes: {sent: MSJ, promise_open: PP01, payment: PAG}
delimiter: ";"
dates: dd/mm/yyyy
decimals: coma
"""


@pytest.fixture
def bank():
    return _client("banco-sol", "Banco Sol")


def _client(code, name):
    return parties.create_creditor(
        code=code, name=name, country="MX", zone="America/Mexico_City", currency="MXN", approve_first=0
    )


def load(creditor, purpose, text, now=NOW, name="cartera.csv"):
    return write.load(creditor=creditor, purpose=purpose, source=Source(name, text.encode()), reader=Files(), now=now)


@pytest.fixture
def assigned(bank):
    write.save_layout(creditor_id=bank.pk, purpose="assignment", text=FORMAT, reader=Files())
    return load(bank, "assignment", ASSIGNED)


def account(creditor, code):
    return parties_read.accounts_by_code(creditor.pk, [code])[code].pk


class TestAssignment:
    def test_accounts_come_in_the_layout_that_the_client_declared_once(self, bank, assigned):
        assert (assigned.placed, assigned.again, assigned.rejected) == (2, 0, ())
        placed = Placement.objects.get(account_id=account(bank, "0018"))
        assert placed.assigned_on == TODAY
        assert placed.assigned_minor == {"MXN": 800_50}

    def test_the_same_file_again_changes_nothing(self, bank, assigned):
        again = load(bank, "assignment", ASSIGNED)
        assert (again.placed, again.again) == (0, 2)
        assert Placement.objects.count() == 2

    def test_a_layout_for_another_kind_of_file_is_refused(self, bank):
        with pytest.raises(UnusableInput, match="kind: withdrawals"):
            write.save_layout(creditor_id=bank.pk, purpose="withdrawal", text=FORMAT, reader=Files())
        assert read.layout_text(bank.pk, "withdrawal") == ""


class TestWithdrawal:
    TAKEN = "codigo cliente,fecha de retiro,motivo\n0017,2026-11-23,pagó en ventanilla\n9999,,no es nuestra\n"

    def test_what_is_taken_back_is_no_longer_contacted(self, bank, assigned):
        policies.activate(
            version=policies.save_version(creditor_id=bank.pk, text=presets.text_for("MX")),
            at=NOW - timedelta(days=400),
        )
        before = run_day(creditor=bank, as_of=NOW, dry_run=True)
        done = load(bank, "withdrawal", self.TAKEN)
        after = run_day(creditor=bank, as_of=NOW, dry_run=True)
        assert done.withdrawn == 1
        assert sum(before.planned.values()) == sum(after.planned.values()) + 1
        assert after.skipped["taken_back"] == 1

    def test_a_row_that_is_not_ours_is_set_apart_with_its_reason(self, bank, assigned):
        done = load(bank, "withdrawal", self.TAKEN)
        assert [(e.row, e.value) for e in done.rejected] == [(3, "9999")]
        assert "No hay un cliente con ese código" in done.rejected[0].error

    def test_a_withdrawal_is_undone_whole(self, bank, assigned):
        done = load(bank, "withdrawal", self.TAKEN)
        assert write.give_back(creditor_id=bank.pk, received_id=done.received) == 1
        assert read.held(bank.pk) == read.Held(2, 0)
        assert read.holds_frame().is_empty()

    def test_an_account_may_come_back_later_and_its_history_stays(self, bank, assigned):
        load(bank, "withdrawal", self.TAKEN)
        again = load(bank, "assignment", ASSIGNED, now=NOW + timedelta(days=30))
        assert (again.placed, again.again) == (1, 1)
        assert Placement.objects.filter(account_id=account(bank, "0017")).count() == 2
        assert read.holds_frame().is_empty()


class TestCommission:
    @pytest.fixture
    def terms(self, bank):
        rates = [{"from_days": 0, "pct": "8"}, {"from_days": 31, "pct": "12.5"}]
        return write.save_terms(
            creditor_id=bank.pk, valid_from=date(2026, 11, 1), document={"rates": rates, "tail_days": 5}
        )

    def pay(self, bank, code, minor, on, key):
        payment = books.NewPayment(account(bank, code), minor, "MXN", on, key, "test")
        books.post_payments(creditor_id=bank.pk, payments=[payment])

    def test_each_payment_earns_by_the_age_of_its_document(self, bank, assigned, terms):
        self.pay(bank, "0017", 500_00, TODAY, "a")
        self.pay(bank, "0018", 800_50, TODAY + timedelta(days=3), "b")
        rows = read.commission(bank.pk, date(2026, 11, 1), date(2026, 12, 1))
        told = rows.select("amount_minor", "age_days", "rate_pct", "commission_minor").rows()
        assert told == [(500_00, 9, "8", 40_00), (800_50, 35, "12.5", 100_06)]

    def test_what_was_paid_before_the_assignment_is_the_clients_own(self, bank, assigned, terms):
        self.pay(bank, "0017", 500_00, TODAY - timedelta(days=1), "a")
        assert read.commission(bank.pk, date(2026, 11, 1), date(2026, 12, 1)).is_empty()

    def test_a_payment_that_is_taken_back_takes_its_commission_back(self, bank, assigned, terms):
        self.pay(bank, "0017", 500_00, TODAY, "a")
        books.reverse_payment(key="a", on=TODAY + timedelta(days=1), source="test", note="rebotó")
        rows = read.commission(bank.pk, date(2026, 11, 1), date(2026, 12, 1))
        assert rows["commission_minor"].to_list() == [40_00, -40_00]

    def test_money_without_an_agreement_says_what_is_missing(self, bank, assigned):
        self.pay(bank, "0017", 500_00, TODAY, "a")
        with pytest.raises(UnusableInput, match="no hay una comisión acordada"):
            read.commission(bank.pk, date(2026, 11, 1), date(2026, 12, 1))

    def test_an_agreement_that_already_rules_is_not_rewritten(self, bank, terms):
        with pytest.raises(UnusableInput, match="las anteriores no se cambian"):
            write.save_terms(
                creditor_id=bank.pk, valid_from=date(2026, 11, 1), document={"rates": [{"from_days": 0, "pct": "50"}]}
            )
        assert read.terms(bank.pk, TODAY).document["rates"][0]["pct"] == "8"


class TestReturnFile:
    @pytest.fixture
    def worked(self, bank, assigned):
        """A message, a promise and a payment of Ana; and another client's contact with the same Ana."""
        write.save_layout(creditor_id=bank.pk, purpose="return", text=RETURN, reader=Files())
        ana = account(bank, "0017")
        party = parties_read.accounts_by_code(bank.pk, ["0017"])["0017"].party
        Contact.objects.create(
            party_id=party, account_id=ana, creditor=bank, channel="email", at=NOW + timedelta(hours=1)
        )
        other = _client("telco", "Telco")
        row = parties.NewAccount("T-9", "Ana Ruiz", tax_id="RUGA800101AB1", debtor="consumer", country="MX")
        theirs = parties.register_accounts(creditor=other, rows=[row]).accounts["T-9"]
        Contact.objects.create(
            party_id=party, account_id=theirs, creditor=other, channel="sms", at=NOW + timedelta(hours=2)
        )
        negotiation.make_promise(
            promise=negotiation.NewPromise(
                account=ana, amount_minor=700_00, made_on=TODAY, promised_on=TODAY + timedelta(days=6), source="agent",
                key="pr",
            ),
            at=NOW + timedelta(hours=3),
        )  # fmt: skip
        with time_machine.travel(NOW + timedelta(hours=4), tick=False):
            books.post_payments(
                creditor_id=bank.pk, payments=[books.NewPayment(ana, 200_00, "MXN", TODAY, "pg", "test")]
            )
        return other

    def make(self, bank, now):
        done = write.make_return(creditor=bank, now=now)
        text = read.return_file(bank.pk, done.number)[1].decode("utf-8-sig")
        return done, list(csv.reader(io.StringIO(text), delimiter=";"))

    def test_it_tells_everything_in_the_clients_codes_and_nothing_of_another_client(self, bank, worked):
        done, rows = self.make(bank, FAR)
        assert rows[0] == ["CREDITO", "COD", "FECHA", "IMPORTE", "PARA"]
        assert sorted(rows[1:]) == [
            ["0017", "MSJ", "24/11/2026", "", ""],
            ["0017", "PAG", "24/11/2026", "200,00", ""],
            ["0017", "PP01", "24/11/2026", "700,00", "30/11/2026"],
        ]
        assert (done.rows, done.without_code) == (3, [])
        assert write.make_return(creditor=worked, now=FAR) is None

    def test_the_next_one_begins_where_the_last_one_ended(self, bank, worked):
        first, _ = self.make(bank, FAR)
        assert write.make_return(creditor=bank, now=FAR) is None
        assert write.make_return(creditor=bank, now=FAR + timedelta(days=1)) is None
        Contact.objects.create(
            party_id=Contact.objects.first().party_id, account_id=account(bank, "0017"), creditor=bank, channel="sms",
            at=FAR + timedelta(hours=2),
        )  # fmt: skip
        second, rows = self.make(bank, FAR + timedelta(days=2))
        assert (second.number, second.from_at, len(rows)) == (2, first.until_at, 2)
        assert ReturnFile.objects.count() == 2

    def test_a_result_without_a_code_goes_with_ours_and_is_said(self, bank, worked):
        write.save_layout(creditor_id=bank.pk, purpose="return", text=RETURN.replace("sent: MSJ, ", ""), reader=Files())
        done, rows = self.make(bank, FAR)
        assert done.without_code == ["sent"]
        assert any(row[1] == "sent" for row in rows)


class TestScreens:
    @pytest.fixture
    def web(self, person, bank):
        browser = Browser()
        browser.force_login(person("lucia", "manager", bank))
        return browser

    def test_a_manager_loads_agrees_and_returns(self, web, bank, assigned):
        page = web.get("/mandantes/").content.decode()
        assert "cartera.csv" in page
        answer = web.post(
            "/mandantes/comision/",
            {"valid_from": "2026-11-01", "from_days": ["0", ""], "pct": ["7,5", ""], "age_at": "payment"},
        )
        assert answer.status_code == 302
        assert read.terms(bank.pk, TODAY).document == {
            "rates": [{"from_days": 0, "pct": "7.5"}], "age_at": "payment", "tail_days": 0
        }  # fmt: skip
        assert "7.5 %" in web.get("/mandantes/").content.decode()
        assert web.post("/mandantes/devolver/").status_code == 302

    def test_a_file_that_cannot_be_read_changes_nothing_and_says_why(self, web, bank):
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile("raro.csv", b"a,b\n1,2\n")
        page = web.post("/mandantes/cargar/", {"archivo": file, "purpose": "withdrawal"}, follow=True)
        assert "falta para «withdrawals»" in page.content.decode()
        assert read.received(bank.pk) == []

    def test_nobody_of_another_client_gets_in(self, person, bank, assigned):
        browser = Browser()
        browser.force_login(person("otra", "manager", _client("telco", "Telco")))
        page = browser.get("/mandantes/").content.decode()
        assert "cartera.csv" not in page
        assert "Banco Sol" not in page
        assert browser.get(f"/mandantes/archivos/{assigned.received}/").status_code == 404
