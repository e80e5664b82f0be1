"""What the tests of the customer's page share: a company of Monterrey, Ana, and her page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlparse
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.portal import read, write
from puntual.apps.receivables import write as books

TODAY = datetime.now(ZoneInfo("America/Mexico_City")).date()
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 13) Mobile", "HTTP_ACCEPT_LANGUAGE": "es-MX"}


@pytest.fixture(autouse=True)
def _calm():
    cache.clear()


@pytest.fixture
def web():
    return Client(**BROWSER)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
        phone="81 5555 0000", email="pagos@norte.example", payment_instructions="CLABE 012345678901234567, BBVA",
    )  # fmt: skip


def add_customer(creditor, code, name="Ana Ruiz Gómez", tax_id="RUGA800101AB1", email="ana@correo.example", **more):
    points = (parties.NewPoint("email", email),) if email else ()
    row = parties.NewAccount(code=code, name=name, tax_id=tax_id, debtor="consumer", points=points, **more)
    return parties.register_accounts(creditor=creditor, rows=[row]).accounts[code]


@pytest.fixture
def account(creditor):
    pk = add_customer(creditor, "C-1")
    bill(creditor, pk, "A-1", 1200_00, TODAY - timedelta(days=12))
    bill(creditor, pk, "A-2", 300_50, TODAY + timedelta(days=5))
    return pk


def bill(creditor, account, number, minor, due, currency="MXN"):
    row = books.NewInvoice(account, number, number, due - timedelta(days=30), currency, minor, ((due, minor),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[row], source="test")


def pay(creditor, account, minor, key="p1"):
    payment = books.NewPayment(account, minor, "MXN", TODAY, key, "test")
    books.post_payments(creditor_id=creditor.pk, payments=[payment])


def point_of(account):
    return ContactPoint.objects.get(party__accounts=account)


@pytest.fixture
def page(account):
    """The path of Ana's page, sent to her mail."""
    return urlparse(write.link_for(account, point=point_of(account).pk)).path


def visit_of(page, at=None):
    return read.resolve(page.split("/")[2], at=at or datetime.now(UTC))


def text_of(response):
    plain = re.sub(r"<(style|script|svg)\b.*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", plain.replace("\xa0", " "))


def upload(name, data):
    return SimpleUploadedFile(name, data)
