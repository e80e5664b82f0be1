"""Ctrl K: what is most like the words typed comes first, whatever it owes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from puntual.apps.parties import write as parties
from puntual.apps.receivables import write as books

pytestmark = pytest.mark.django_db


@pytest.fixture
def norte(person):
    """Clientes 1 to 30, who owe more the lower their number; two whose code or surname look alike."""
    creditor = parties.create_creditor(
        code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    names = {f"K-{n}": f"Cliente {n}" for n in range(1, 31)}
    names |= {"CLI": "Álvarez y Cía", "Z-1": "Gran Cliente del Sur"}
    rows = [parties.NewAccount(code, name) for code, name in names.items()]
    accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
    day = timezone.localdate()
    owed = {code: 900_00 - n * 100 for n, code in enumerate(names)} | {"Z-1": 9_999_00, "CLI": 1_00}
    invoices = [
        books.NewInvoice(pk, code, code, day, "MXN", owed[code], ((day + timedelta(days=30), owed[code]),))
        for code, pk in accounts.items()
    ]
    books.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    return creditor


@pytest.fixture
def found(client, person, norte):
    client.force_login(person("ana", "agent", norte))

    def ask(words):
        page = client.get("/paleta/", {"q": words}).content.decode()
        return re.findall(r"(Cliente \d+|Gran Cliente del Sur|Álvarez y Cía)", page)

    return ask


def test_the_very_name_comes_before_the_one_that_owes_more(found):
    assert found("cliente 2") == ["Cliente 2", "Cliente 20", "Cliente 21", "Cliente 22", "Cliente 23", "Cliente 24",
                                  "Cliente 25", "Cliente 26"]  # fmt: skip
    assert found("Cliente  17")[:1] == ["Cliente 17"]


def test_what_begins_so_comes_before_what_only_has_the_word(found):
    assert found("clien")[:3] == ["Cliente 1", "Cliente 2", "Cliente 3"]
    assert "Gran Cliente del Sur" not in found("cliente")


def test_a_code_is_as_good_as_a_name_and_accents_do_not_count(found):
    assert found("K-9")[:1] == ["Cliente 9"]
    assert found("alvarez y cia")[:1] == ["Álvarez y Cía"]
