"""The company's policy says to which documents money goes that names none: by hand, by the bank, and what waits."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from puntual.adapters.names import similar
from puntual.apps.imports.models import BankLine
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.payments import write_bank
from puntual.apps.payments.models import LineMatch
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.ledger import invariants, references

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    """Owes FA-10001 of 300.00, the oldest, and FA-10002 of 900.00."""
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    for number, minor, due in (("FA-10001", 300_00, date(2026, 1, 10)), ("FA-10002", 900_00, date(2026, 2, 10))):
        invoice = books.NewInvoice(account, number, number, date(2026, 1, 1), "MXN", minor, ((due, minor),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return account


@pytest.fixture
def policy(creditor):
    def made(strategy, at=NOW - timedelta(days=9)):
        text = presets.text_for("MX") + f"\nconciliacion: {{reparto: {strategy}}}\n"
        policies.activate(version=policies.save_version(creditor_id=creditor.pk, text=text), at=at)

    return made


def open_of(account):
    return {b.due_item.invoice.number: b.open_minor for b in books_read.open_items(account)}


def pay(creditor, account, minor, on=DAY, key="p1"):
    books.post_payments(
        creditor_id=creditor.pk, payments=[books.NewPayment(account, minor, "MXN", on, key, "hand", provisional=True)]
    )


def bank(creditor, minor, text):
    sealed = vault.seal_file(json.dumps({"text": text}).encode())
    return BankLine.objects.create(
        creditor=creditor, bank_id=text, booked_on=DAY, amount_minor=minor, currency="MXN", sealed=sealed,
        received_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("strategy", "left"),
    [
        ("antigua", {"FA-10002": 800_00}),
        ("mayor", {"FA-10001": 300_00, "FA-10002": 500_00}),
        ("proporcional", {"FA-10001": 200_00, "FA-10002": 600_00}),
        ("pagador", {"FA-10001": 300_00, "FA-10002": 900_00}),
    ],
)
def test_four_hundred_by_hand_and_by_the_bank_go_to_the_same_documents(creditor, account, policy, strategy, left):
    policy(strategy)
    pay(creditor, account, 400_00)
    assert open_of(account) == left
    books.reverse_payment(key="p1", on=DAY, source="test")

    line = bank(creditor, 400_00, f"SPEI {references.make(references.ACCOUNT, account)}")
    assert write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW).applied == 1
    assert open_of(account) == left
    assert ("match_unnamed" in LineMatch.objects.get(pk=line.pk).reasons) is (strategy == "pagador")
    assert [f.name for f in invariants.judge(books_read.books()) if not f.holds] == []


def test_the_payer_is_obeyed_whatever_the_policy_says(creditor, account, policy):
    policy("mayor")
    bank(creditor, 100_00, "ABONO FA-10001")
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    assert open_of(account) == {"FA-10001": 200_00, "FA-10002": 900_00}


def test_the_policy_of_the_day_the_money_came_rules(creditor, account, policy):
    """A payment of last week is not shared by what was decided today."""
    policy("mayor", at=NOW)
    pay(creditor, account, 100_00, on=date(2026, 2, 20))
    assert open_of(account) == {"FA-10001": 200_00, "FA-10002": 900_00}
    pay(creditor, account, 100_00, key="p2")
    assert open_of(account) == {"FA-10001": 200_00, "FA-10002": 800_00}


def test_what_waited_for_the_payer_is_applied_when_somebody_says_so(creditor, account, policy, person):
    policy("pagador")
    pay(creditor, account, 400_00)
    browser = Client()
    browser.force_login(person("lucia", "manager", creditor))
    page = browser.get(reverse("payments:favour")).content.decode()
    assert "Comercial Ocampo" in page and "400.00" in page
    form = {"cuenta": account, "moneda": "MXN", "token": "t1"}
    for _ in range(2):
        assert browser.post(reverse("payments:apply_favour"), form).status_code == 302
    assert open_of(account) == {"FA-10002": 800_00}
    assert "Comercial Ocampo" not in browser.get(reverse("payments:favour")).content.decode()


def test_a_person_may_ask_for_another_sharing_of_one_deposit(creditor, account, person):
    line = bank(creditor, 400_00, "DEPOSITO")
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    browser = Client()
    browser.force_login(person("lucia", "manager", creditor))
    address = reverse("payments:movement", args=[line.pk])
    shown = browser.get(address, {"cuenta": account, "reparto": "proporcional"}).content.decode()
    assert 'value="100.00"' in shown and 'value="300.00"' in shown
    shown = browser.get(address, {"cuenta": account}).content.decode()
    assert 'value="300.00"' in shown and 'value="100.00"' in shown and "En proporción a lo que se debe" in shown


def test_a_line_that_names_a_paid_document_waits_for_a_person_every_night(creditor, account):
    """The second night must not forget that the document was there: the money is not guessed onto another."""
    bank(creditor, 300_00, "PAGO FA-10001")
    again = bank(creditor, 900_00, f"PAGO FA-10001 REF {references.make(references.ACCOUNT, account)}")
    for _night in range(3):
        write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
        row = LineMatch.objects.get(pk=again.pk)
        assert (row.state, "match_named_closed" in row.reasons) == ("suggested", True)
    assert open_of(account) == {"FA-10002": 900_00}


def test_the_next_instalment_of_a_document_is_not_a_closed_document(creditor, account):
    dues = tuple((date(2026, month, 5), 100_00) for month in (1, 2))
    invoice = books.NewInvoice(account, "FA-20000", "FA-20000", date(2025, 12, 1), "MXN", 200_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    for n in (1, 2):
        bank(creditor, 100_00, f"CUOTA {n} FA-20000")
        assert write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW).applied == 1
    assert open_of(account) == {"FA-10001": 300_00, "FA-10002": 900_00}
