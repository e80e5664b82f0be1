"""Direct debit by our own mandates: told, charged once on its day, and what the bank refuses is owed again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from puntual.adapters.direct_debit import BankFiles
from puntual.apps.debits import read, write, write_answers, write_charges, write_files
from puntual.apps.debits.models import Collection, DebitFile, DebitMandate
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write_deals
from puntual.apps.parties import write as parties
from puntual.apps.payments.models import PaymentRequest
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger.statement import Line
from puntual.core.negotiation.authority import Limit
from puntual.core.negotiation.quote import Terms

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DAY, DUE = date(2026, 11, 2), date(2026, 11, 5)
CLABE = "002010077777777771"


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def how(creditor):
    """Charges by a table; the notice is a day."""
    new = write.NewSettings("domiciliacion_csv", "EMISORA 12", CLABE, "", 1, 1)
    return write.keep_settings(creditor_id=creditor.pk, new=new)


@pytest.fixture
def account(creditor):
    """Owes 900.00 and pays it in three instalments from 5 November."""
    rows = [parties.NewAccount(code="C-1", name="Peña & Compañía", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    dues = ((date(2026, 10, 1), 900_00),)
    invoice = books.NewInvoice(account, "A-1", "A-1", date(2026, 9, 1), "MXN", 900_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    offer = write_deals.Offer(
        account, DAY, date(2026, 11, 9), "portal", "d1", "portal", (Limit("portal", Decimal(0), 6, 200),)
    )
    deal = write_deals.offer_agreement(offer=offer, terms=Terms(3, "month", DUE), at=NOW)
    write_deals.accept(deal_id=deal.pk, on=DAY, at=NOW, evidence={})
    return account


def signed(account, key="m1", **more):
    new = write.NewMandate(account, more.pop("number", CLABE), "Lucía Peña", "portal", key, {"how": "portal"}, **more)
    return write.sign(new=new, at=NOW)


def plan(creditor, day=DAY):
    return write_charges.plan(creditor_id=creditor.pk, as_of=day, at=NOW)


def make(creditor, day=DAY):
    return write_files.make(creditor_id=creditor.pk, as_of=day, at=NOW, by=None)


def told(creditor, text, day=DUE):
    return write_answers.take_file(
        creditor_id=creditor.pk, data=text.encode(), filename="respuesta.csv", on=day, at=NOW
    )


def owed(account):
    return sum(b.open_minor for b in books_read.open_items(account))


@pytest.fixture
def sent(creditor, how, account):
    """The first instalment in its file at the bank."""
    signed(account)
    make(creditor)
    return Collection.objects.get()


def test_the_account_number_is_sealed_and_a_wrong_one_is_refused_without_saying_it_back(how, account):
    with pytest.raises(UnusableInput) as refused:
        signed(account, number="002010077777777770")
    assert "0020" not in refused.value.sentence and not DebitMandate.objects.exists()
    row = signed(account)
    assert (row.tail, row.state) == ("7771", "active")
    assert CLABE.encode() not in bytes(row.sealed_number) and read.number_of(row) == (CLABE, "Lucía Peña")


def test_the_next_instalment_goes_in_one_file_and_never_in_another(creditor, how, account):
    signed(account)
    file = make(creditor)
    assert (file.charges, file.total_minor) == (1, 300_00)
    one = Collection.objects.get()
    assert (one.state, one.on, one.told_on) == ("in_file", DUE, DAY)
    with pytest.raises(Refused):
        make(creditor)
    assert Collection.objects.count() == 1 and DebitFile.objects.count() == 1
    assert write_files.again(file=file).data == write_files.again(file=file).data
    assert owed(account) == 900_00


def test_the_table_says_who_how_much_and_when(creditor, sent):
    lines = write_files.again(file=sent.file).data.decode().splitlines()
    assert lines[0] == "Referencia,Mandato,Titular,Cuenta,Importe,Moneda,Fecha de cargo,Concepto"
    mandate = DebitMandate.objects.get()
    assert lines[1] == (
        f"{sent.reference},{mandate.reference},Lucía Peña,{CLABE},300.00,MXN,20261105,Cuota 1 de su convenio"
    )


def test_nobody_is_charged_before_the_notice_ran_out(creditor, how, account):
    how.notice_days = 14
    how.save()
    signed(account)
    # Told on the 2nd, fourteen days are the 16th: a holiday in Mexico, so the bank charges on the 17th.
    assert plan(creditor).planned == 1
    assert Collection.objects.get().on == date(2026, 11, 17)


def test_paid_by_other_means_it_is_not_charged(creditor, how, account):
    signed(account)
    assert plan(creditor).planned == 1
    payment = books.NewPayment(account, 300_00, "MXN", date(2026, 11, 3), "p1", "bank")
    books.post_payments(creditor_id=creditor.pk, payments=[payment])
    assert plan(creditor, date(2026, 11, 3)).cancelled == 1
    with pytest.raises(Refused):
        make(creditor, date(2026, 11, 3))
    assert not PaymentRequest.objects.exists()


def test_above_the_limit_that_was_allowed_nothing_is_planned_and_it_says_why(creditor, how, account):
    signed(account, max_minor=299_99)
    assert plan(creditor) == write_charges.Planned(0, 0, {"debit_over_limit": 1})
    assert not Collection.objects.exists()


def test_charged_it_is_booked_once_however_often_the_bank_says_it(creditor, account, sent):
    text = f"Referencia,Estado,Fecha\n{sent.reference},Aplicado,05/11/2026\n"
    assert told(creditor, text) == write_answers.Taken(paid=1)
    assert told(creditor, text) == write_answers.Taken()
    assert owed(account) == 600_00
    rows = negotiation.instalment_statuses(negotiation.current_deal(account), date(2026, 11, 6), None)
    assert [r.state for r in rows] == ["paid", "pending", "pending"]
    assert all(finding.holds for finding in read.findings())


def test_no_funds_leaves_the_instalment_owed_and_the_mandate_in_force(creditor, account, sent):
    got = told(creditor, f"Referencia,Resultado,Motivo\n{sent.reference},Rechazado,Fondos insuficientes\n")
    assert got == write_answers.Taken(rejected=1)
    sent.refresh_from_db()
    assert (sent.state, sent.reason, sent.code) == ("rejected", "debit_no_funds", "AM04")
    assert owed(account) == 900_00 and read.standing(account).state == "active"
    # Nothing presents it again by itself.
    assert plan(creditor, DUE).planned == 0


def test_a_person_presents_it_again_saying_how_the_customer_was_told(creditor, account, sent):
    told(creditor, f"Referencia,Motivo\n{sent.reference},AM04\n")
    with pytest.raises(Refused):
        write_charges.again(collection_id=sent.pk, told_how=" ", as_of=DUE, at=NOW)
    made = write_charges.again(collection_id=sent.pk, told_how="Por teléfono", as_of=DUE, at=NOW)
    assert (made.turn, made.on, made.state) == (1, date(2026, 11, 6), "planned")
    with pytest.raises(Refused):
        write_charges.again(collection_id=sent.pk, told_how="Por teléfono", as_of=DUE, at=NOW)
    second = make(creditor, DUE)
    assert second.charges == 1 and Collection.objects.get(turn=1).reference != sent.reference


def test_a_closed_account_suspends_the_mandate_until_a_person_mends_it(creditor, account, sent):
    got = told(creditor, f"Referencia,Estado,Motivo\n{sent.reference},Rechazado,AC04\n")
    assert got == write_answers.Taken(rejected=1, suspended=1)
    mandate = read.standing(account)
    assert (mandate.state, mandate.reason) == ("suspended", "debit_account_closed")
    with pytest.raises(Refused):
        write_charges.again(collection_id=sent.pk, told_how="Por teléfono", as_of=DUE, at=NOW)
    assert plan(creditor, date(2026, 12, 3)).planned == 0
    assert write.resume(mandate_id=mandate.pk).state == "active"
    assert plan(creditor, date(2026, 12, 3)).planned == 1


def test_money_asked_back_is_owed_again(creditor, account, sent):
    told(creditor, f"Referencia,Estado\n{sent.reference},Cobrado\n")
    assert owed(account) == 600_00
    got = told(creditor, f"Referencia,Estado,Motivo\n{sent.reference},Devuelto,MD06\n", date(2026, 11, 20))
    assert got == write_answers.Taken(returned=1, suspended=1)
    assert owed(account) == 900_00
    assert all(finding.holds for finding in read.findings())


def test_taken_back_what_waits_is_not_charged(creditor, how, account):
    row = signed(account)
    plan(creditor)
    write.revoke(mandate_id=row.pk, at=NOW)
    assert [c.state for c in Collection.objects.all()] == ["cancelled"]
    assert read.standing(account) is None and plan(creditor).planned == 0
    with pytest.raises(Refused):
        make(creditor)


def test_the_banks_movement_settles_the_charge_that_it_names(creditor, account, sent):
    line = Line(7, DUE, 300_00, "MXN", f"COBRO DOMICILIADO {sent.reference}")
    assert list(write_answers.claim(creditor.pk, [line], NOW)) == [7]
    assert owed(account) == 600_00
    back = Line(8, date(2026, 11, 9), -300_00, "MXN", f"DEVOLUCION {sent.reference} AM04")
    assert list(write_answers.claim(creditor.pk, [back], NOW)) == [8]
    sent.refresh_from_db()
    assert (sent.state, sent.code, owed(account)) == ("returned", "AM04", 900_00)


def test_the_sum_of_a_file_settles_all_of_it_and_another_sum_nothing(creditor, account, sent):
    almost = Line(7, DUE, 299_99, "MXN", sent.file.message)
    assert list(write_answers.claim(creditor.pk, [almost], NOW)) == [] and owed(account) == 900_00
    whole = Line(8, DUE, 300_00, "MXN", f"ABONO {sent.file.message}")
    assert list(write_answers.claim(creditor.pk, [whole], NOW)) == [8] and owed(account) == 600_00
    # The answer file comes later and says the same.
    assert told(creditor, f"Referencia,Estado\n{sent.reference},Cobrado\n") == write_answers.Taken()
    assert owed(account) == 600_00


def test_another_companys_answer_touches_nothing(creditor, account, sent):
    other = parties.create_creditor(code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN")
    assert told(other, f"Referencia,Estado\n{sent.reference},Cobrado\n") == write_answers.Taken(unknown=1)
    assert owed(account) == 900_00


def test_a_file_that_is_no_answer_says_what_is_missing():
    with pytest.raises(UnusableInput, match="Referencia"):
        BankFiles().read(b"Cliente,Importe\nLucia,300.00\n", "otra.csv")
