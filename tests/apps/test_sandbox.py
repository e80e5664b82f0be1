"""The demonstration's gateway, through real sockets: the button, the page, the notice, the books."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime

import httpx
import pytest

from puntual.apps.parties import write as parties
from puntual.apps.payments import write
from puntual.apps.payments.models import GatewayPayment, RawWebhook
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.project import gateways as doors
from puntual.project import sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(live_server, settings):
    """A creditor with an invoice of 600.00, paid through the sandbox of a server on this machine."""
    settings.PUBLIC_URL, settings.SANDBOX = live_server.url, True
    settings.ALLOWED_HOSTS = ["*"]
    doors.gateways.cache_clear()
    sandbox._simulator.cache_clear()
    creditor = parties.create_creditor(
        code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    dues = ((date(2026, 10, 1), 600_00),)
    invoice = books.NewInvoice(account, "A-1", "A-1", date(2026, 9, 1), "MXN", 600_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    gateway = write.add_gateway(
        gateway=write.NewGateway(creditor.pk, "mercadopago", sandbox.CREDENTIALS), at=datetime.now(UTC)
    )
    [item] = books_read.open_items(account)
    request = write.request_payment(
        account_id=account, items=[(item.due_item_id, 600_00)], key="r1", at=datetime.now(UTC)
    )
    home = f"{live_server.url}/healthz"
    notify = f"{live_server.url}/webhooks/mercadopago/{gateway.ref}/"
    link = write.start_checkout(
        request_id=request.pk, gateway_id=gateway.pk, gateways=doors.gateways(), at=datetime.now(UTC),
        urls=write.Urls(f"{home}?gracias", f"{home}?volver", notify),
    )  # fmt: skip
    yield account, link
    doors.gateways.cache_clear()
    sandbox._simulator.cache_clear()


def choose(link, act):
    """What a person does on the page; gives where it sends him."""
    page = httpx.get(link.url).text
    assert "Aquí no se cobra nada" in page and "600.00" in page
    pref = re.search(r'name="pref_id" value="([^"]+)"', page)[1]
    return httpx.post(link.url, data={"pref_id": pref, "acto": act}).headers["location"]


def arrived():
    """The notice leaves by itself, a moment later."""
    for _ in range(100):
        if RawWebhook.objects.exists():
            return write.work(gateways=doors.gateways(), at=datetime.now(UTC))
        time.sleep(0.05)
    raise AssertionError("the notice never came")


def test_from_the_button_to_the_books(house):
    account, link = house
    assert choose(link, "pagar").endswith("?gracias")
    assert arrived().booked == 1
    assert books_read.open_items(account) == []
    assert GatewayPayment.objects.get().status == "paid"


def test_a_refused_card_goes_back_and_books_nothing(house):
    account, link = house
    assert choose(link, "rechazar").endswith("?volver")
    assert arrived().booked == 0
    assert [b.open_minor for b in books_read.open_items(account)] == [600_00]


def test_it_is_not_there_where_money_is_real(house, settings):
    _, link = house
    settings.SANDBOX = False
    assert httpx.get(link.url).status_code == 404
    settings.SANDBOX, settings.PUBLIC_URL = True, "https://pagos.ejemplo.mx"
    assert httpx.get(link.url).status_code == 404
    assert sandbox.base_url() is None
