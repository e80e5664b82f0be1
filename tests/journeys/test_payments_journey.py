"""Conciliar pagos in a real browser: the queue walked by keyboard, a split, an undo, and both screens accessible."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from puntual.adapters.names import similar
from puntual.apps.imports.models import BankLine
from puntual.apps.parties import vault
from puntual.apps.payments import write, write_bank
from puntual.apps.receivables import read as books
from puntual.apps.receivables import write as write_books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bank(portfolio):
    """5,500 that only its amount explains (Andina's A-201), 3,000 (Ocampo's A-102) and 99 that nothing does."""
    for n, minor in enumerate((5_500_00, 3_000_00, 99_00)):
        told = {"text": "TRANSFERENCIA", "counterparty_name": f"PAGADORA DESCONOCIDA {n}"}
        BankLine.objects.create(
            creditor=portfolio.creditor, bank_id=f"b{n}", booked_on=portfolio.today, amount_minor=minor,
            currency="MXN", sealed=vault.seal_file(json.dumps(told).encode()), received_at=timezone.now(),
        )  # fmt: skip
    write_bank.match_lines(creditor_id=portfolio.creditor.pk, similar=similar, at=timezone.now())
    secrets = {"access_token": "TEST-1", "webhook_secret": "s"}
    new = write.NewGateway(portfolio.creditor.pk, "mercadopago", secrets, country="MX")
    write.add_gateway(gateway=new, at=timezone.now())
    return portfolio


def open_of(portfolio, code):
    return {b.due_item.invoice.number: b.open_minor for b in books.open_items(portfolio.accounts[code])}


def test_the_queue_is_walked_confirmed_and_undone_by_keyboard(bank, open_page) -> None:
    page = open_page("/pagos/")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_selector(".toast")
    assert open_of(bank, "C-2") == {}
    assert page.evaluate("document.activeElement.textContent").startswith("Confirmar"), "the next row waits"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Comercial Ocampo: aplicado")
    assert open_of(bank, "C-1") == {"A-101": 8_000_00}
    page.get_by_role("button", name="Deshacer").click()
    page.wait_for_selector("text=Deshecho")
    assert open_of(bank, "C-1") == {"A-101": 8_000_00, "A-102": 3_000_00}


def test_money_of_nobody_is_searched_split_and_applied(bank, open_page) -> None:
    page = open_page("/pagos/?confianza=nobody", width=360)
    page.get_by_role("link", name="Decir de quién es").click()
    page.get_by_label("Buscar", exact=True).fill("ocampo")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Es de este cliente Comercial Ocampo").click()
    page.get_by_label("Importe para Factura A-101").fill("90")
    page.get_by_role("button", name="Aplicar así").click()
    page.wait_for_selector("text=Comercial Ocampo: aplicado")
    assert open_of(bank, "C-1")["A-101"] == 8_000_00 - 90_00


def test_both_screens_and_a_movement_are_accessible_in_light_and_dark_and_fit_a_phone(bank, accessible) -> None:
    page = accessible("/pagos/")
    accessible(page.get_by_role("link", name="Repartir o cambiar").first.get_attribute("href"))
    accessible("/pagos/medios/?pasarela=stripe")


def test_money_in_favour_and_another_sharing_are_accessible_too(bank, accessible) -> None:
    accessible("/pagos/a-favor/")
    account = bank.accounts["C-1"]
    money = write_books.NewPayment(account, 500_00, "MXN", bank.today, "f1", "hand", apply=False)
    write_books.post_payments(creditor_id=bank.creditor.pk, payments=[money])
    line = BankLine.objects.get(bank_id="b2").pk
    accessible(f"/pagos/{line}/?cuenta={account}&reparto=proporcional")
    page = accessible("/pagos/a-favor/")
    page.get_by_role("button", name="Aplicar lo de Comercial Ocampo").click()
    page.wait_for_selector("text=ya paga lo que debe")
    assert sum(open_of(bank, "C-1").values()) == 10_500_00
