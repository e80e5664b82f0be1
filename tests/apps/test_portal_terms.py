"""«Condiciones»: read and accepted on the customer's page, and kept: which version, when, which words."""

from __future__ import annotations

import hashlib
import re

import pytest
from messaging_house import House

from puntual.apps.parties.models import Account
from puntual.apps.policies import read as policies
from puntual.apps.policies import write as policies_write
from puntual.apps.portal import read_person
from puntual.apps.portal import write as portal
from puntual.apps.portal.models import TermsAccepted

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


@pytest.fixture
def page(house):
    return "/" + portal.link_for(house.account).split("/", 3)[3] + "condiciones/"


def accept(client, page):
    shown = client.get(page).content.decode()
    return client.post(page, {"llave": re.search(r'name="llave" value="([^"]+)"', shown)[1]})


def test_they_are_read_accepted_once_and_kept_with_their_version(client, house, page):
    shown = client.get(page).content.decode()
    assert "El plazo para pagar es" in shown and "Acepto las condiciones" in shown
    assert not TermsAccepted.objects.exists()
    answer = accept(client, page)
    assert answer.status_code == 302
    assert "quedó anotado" in client.get(answer.headers["location"]).content.decode()
    kept = TermsAccepted.objects.get()
    version = policies.version(kept.version_id)
    assert (kept.account_id, kept.sha256) == (house.account, hashlib.sha256(version.text.encode()).hexdigest())
    again = client.get(page).content.decode()
    assert "Las aceptó el" in again and "Acepto las condiciones" not in again
    client.post(page, {"llave": "otra"})
    assert TermsAccepted.objects.count() == 1


def test_new_terms_are_accepted_anew_and_the_old_yes_stays(client, house, page):
    accept(client, page)
    first = TermsAccepted.objects.get()
    text = policies.version(first.version_id).text + "\ncondiciones: ['Se entrega en bodega.']\n"
    version = policies_write.save_version(creditor_id=house.creditor.pk, text=text)
    policies_write.activate(version=version, at=first.at)
    assert "Se entrega en bodega." in client.get(page).content.decode()
    accept(client, page)
    assert list(TermsAccepted.objects.order_by("pk").values_list("version_id", flat=True)) == [
        first.version_id, version.pk,
    ]  # fmt: skip


def test_the_copy_of_ones_data_tells_it(client, house, page):
    accept(client, page)
    told = read_person.about_party(Account.objects.get().party_id)
    assert [row["version_id"] for row in told if row["what"] == "acepto_condiciones"] == [
        TermsAccepted.objects.get().version_id
    ]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "I accept the terms"), ("pt-br", "Aceito as condições"), ("es", "Acepto")]
)
def test_in_the_language_of_whoever_reads(client, page, language, words):
    assert words in client.get(f"{page}?idioma={language}").content.decode()
