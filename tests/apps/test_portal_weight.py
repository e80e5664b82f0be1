"""No page of a customer weighs over 100 KB, however many documents, charges and movements there are; none is lost."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache

from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.portal import papers, read, write
from puntual.apps.receivables import write as books
from puntual.apps.receivables.write_charges import NewCharge, post_charges
from puntual.core.time import local_date

pytestmark = pytest.mark.django_db
ZONE, LARGEST, MANY = "America/Mexico_City", 100 * 1024, 240


@pytest.fixture
def page(client):
    """A distributor's customer with 240 documents, the oldest with ninety nights of interest."""
    cache.clear()
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone=ZONE, currency="MXN", phone="81 5555 0000"
    )  # fmt: skip
    row = parties.NewAccount("C-1", "Ana Ruiz Gómez", "RUGA800101AB1", debtor="consumer")
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    today = local_date(datetime.now(UTC), ZONE)
    days = [today - timedelta(days=200 - n) for n in range(MANY)]
    invoices = [
        books.NewInvoice(account, f"FN-{n:05d}", f"FN-{n:05d}", d - timedelta(days=30), "MXN", 100_00, ((d, 100_00),))
        for n, d in enumerate(days)
    ]
    books.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    first = read.bill(account, today).lines[0].due_item
    formula = "100.00 x 24 % / 360 x 1 día = 0.07 (24 % anual pactado)"
    nights = [today - timedelta(days=n) for n in range(90, 0, -1)]
    charges = [
        NewCharge(
            account,
            first,
            "late_interest",
            "MXN",
            f"noche:{night}",
            night,
            night,
            100_00,
            7,
            None,
            formula,
            "pactado",
            "",
        )
        for night in nights
    ]
    post_charges(creditor_id=creditor.pk, rows=charges, marks={}, source="cargos")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "es-MX"
    root = urlparse(write.link_for(account)).path
    return lambda path="": client.get(root + path)


def weight(response) -> int:
    """The page and every style and image that it asks for."""
    text = response.content.decode()
    total = len(response.content)
    for name in re.findall(r'(?:href|src)="/static/([^"?]+\.(?:css|svg|js))', text):
        total += Path(finders.find(name)).stat().st_size
    return total


@pytest.mark.parametrize("path", ["", "?pagina=12", "pagar/", "pagar/?que=vencido", "no-estoy-de-acuerdo/", "ya-pague/",
                                  "fecha/", "cuotas/", "abonar/"])  # fmt: skip
def test_with_hundreds_of_documents_it_stays_light(page, path) -> None:
    response = page(path)
    assert response.status_code == 200
    assert 25 * 1024 < weight(response) < LARGEST


def test_every_document_is_on_some_page(page) -> None:
    seen = [
        n for number in range(1, 13) for n in re.findall(r'"name">(FN-\d+)', page(f"?pagina={number}").content.decode())
    ]
    assert seen == [f"FN-{n:05d}" for n in range(MANY)]
    assert "Ver los 220 que faltan" in page().content.decode()


def test_the_first_boxes_and_the_rest_make_the_whole(page) -> None:
    text = page("pagar/").content.decode()
    assert "Y otros 180 documentos" in text and "$24,006.30" in text.replace("\xa0", "")
    some = page("pagar/?moneda=MXN&resto=1").content.decode().replace("\xa0", "")
    forms = some.count("en-linea") + some.count("pagar/referencia/")
    assert "$18,000.00" in some and some.count('type="hidden" name="resto"') == forms
    assert "$20,006.30" in page("pagar/?moneda=MXN&que=vencido").content.decode().replace("\xa0", "")


def test_every_charge_has_its_formula(page) -> None:
    home = page().content.decode()
    assert home.count("24 % / 360") == 4 and "Y 86 cargos anteriores" in home
    path = re.search(r"(cargos/\d+/)", home)[1]
    response = page(path)
    assert response.content.decode().count("24 % / 360") == 90 and weight(response) < LARGEST
    assert page("cargos/999999/").status_code == 404


def test_the_statement_adds_up_and_stays_light(page, client) -> None:
    [one] = papers.statements(Account.objects.get().pk)
    assert one.closing_minor == 24_006_30 and one.movements[-1].balance_minor == one.closing_minor
    balance = one.opening_minor
    for row in one.movements:
        balance += row.change_minor
        assert row.balance_minor == balance
    client.post(page("paso/").request["PATH_INFO"], {"answer": "1AB1"})
    response = page("estado-de-cuenta/")
    assert response.status_code == 200 and weight(response) < LARGEST


def test_the_nights_of_a_month_are_told_together() -> None:
    def night(day: int, month: int, balance: int) -> papers.Movement:
        on = date(2026, month, day)
        return papers.Movement(on, "Intereses", f"FN-{day}", 7, balance, False, None, "interest")

    rows = papers._folded([night(30, 3, 107), night(31, 3, 114), night(1, 4, 121)])
    assert [(r.on.isoformat(), r.change_minor, r.balance_minor, r.about) for r in rows] == [
        ("2026-03-31", 14, 114, "FN-30, FN-31"), ("2026-04-01", 7, 121, "FN-1"),
    ]  # fmt: skip
