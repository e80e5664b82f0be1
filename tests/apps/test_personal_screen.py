"""What a person may ask of their data, on screen: all of it, and to be forgotten unless a law keeps it."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from puntual.apps.audit.models import AuditRecord
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, Party
from puntual.apps.receivables import write as books
from puntual.core.time import parse_date

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    one = parties.create_creditor(code="n", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")
    row = parties.NewAccount("C-1", "Ana Ruiz", points=(parties.NewPoint("email", "ana@correo.example"),))
    return Account.objects.get(pk=parties.register_accounts(creditor=one, rows=[row]).accounts["C-1"])


@pytest.fixture
def web():
    web = Client()
    web.force_login(User.objects.create_superuser("marta"))
    return web


def test_everything_held_is_downloaded_and_noted_and_the_term_is_said(web, ana):
    page = web.get(f"/normas/datos/{ana.pk}/").content.decode()
    assert "20 días hábiles" in page
    found = web.get(f"/normas/datos/{ana.pk}/?formato=json")
    assert "ana@correo.example" in found.content.decode()
    assert json.loads(found.content)
    assert AuditRecord.objects.filter(act="party_exported", object_id=ana.party_id).count() == 1


def test_what_is_owed_keeps_the_person_here_and_says_why(web, ana):
    day = parse_date("2026-10-01")
    sale = books.NewInvoice(ana.pk, "A-1", "A-1", day, "MXN", 500, ((day, 500),))
    books.post_invoices(creditor_id=ana.creditor_id, invoices=[sale], source="test")
    assert "tiene saldo abierto" in web.get(f"/normas/datos/{ana.pk}/").content.decode()
    web.post(f"/normas/datos/{ana.pk}/", {"word": "BORRAR"})
    assert Party.objects.get(pk=ana.party_id).erased_at is None


def test_forgotten_only_with_the_word_typed(web, ana):
    web.post(f"/normas/datos/{ana.pk}/", {"word": "sí"})
    assert Party.objects.get(pk=ana.party_id).erased_at is None
    web.post(f"/normas/datos/{ana.pk}/", {"word": "BORRAR"})
    assert Party.objects.get(pk=ana.party_id).erased_at is not None
    assert AuditRecord.objects.get(act="party_erased").actor_name == "marta"
