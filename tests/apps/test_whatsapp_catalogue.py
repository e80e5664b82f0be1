"""The templates of WhatsApp: ours are within the norm, are sent to be approved, and leave only once they are."""

from __future__ import annotations

import attrs
import pytest
from messaging_house import DAWN, SECRETS, House

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import write
from puntual.apps.outreach import shipped, whatsapp_words
from puntual.apps.outreach.models import TemplateQuality
from puntual.core.errors import UnusableInput
from puntual.pipeline.activation import activation_findings
from puntual.project.whatsapp_templates import Catalogue

LIVES = {"es": ("MX", "CO", "PE", "CL", "AR", "EC", "ES", "CR", "PA"), "pt": ("BR",), "en": ("US", "GB")}


@pytest.mark.parametrize("name", whatsapp_words.names())
@pytest.mark.parametrize("language", list(LIVES))
def test_what_is_sent_to_be_approved_is_within_the_norm_of_every_country_of_its_language(name, language):
    one = whatsapp_words.draft(name, language)
    assert [label for label, payload in one.buttons if payload == "baja"]
    assert all(len(label) <= 25 for label, _ in one.buttons)
    for country in LIVES[language]:
        found = activation_findings(text=one.whole(), country=country, channel="whatsapp", stages=shipped.STAGES[name])
        assert [(f.rule, f.text) for f in found] == [], country


@pytest.fixture
def house(db):
    one = House()
    one.carrier = write.save_account(
        creditor_id=one.creditor.pk, adapter="whatsapp", address="106540352242922", at=DAWN,
        credentials=SECRETS | {"waba_id": "102290129340398"},
    )  # fmt: skip
    return one


def test_one_of_ours_is_sent_waits_and_serves_once_it_is_approved(house):
    desk = Catalogue(house.creditor.pk, house.meta.transport())
    one = whatsapp_words.draft("recordatorio", "es")
    status, category = desk.submit(one)
    whatsapp_words.submitted(creditor_id=house.creditor.pk, one=one, status=status, category=category)
    assert inbox.approved(house.creditor.pk, "recordatorio", "es") is None
    key = ("puntual_recordatorio", "es")
    house.meta.templates[key] = attrs.evolve(house.meta.templates[key], status="APPROVED", quality="GREEN")
    assert whatsapp_words.learnt(creditor_id=house.creditor.pk, found=desk.templates(), at=DAWN) == 1
    assert inbox.approved(house.creditor.pk, "recordatorio", "es").name == "puntual_recordatorio"
    assert TemplateQuality.objects.get().quality == "GREEN"
    assert house.remind().sent == 1
    assert house.meta.delivered[0].text.startswith("Hola, Lucía Ocampo. Sabemos que a veces se pasa: con Ferretera")


def test_one_that_was_paused_for_its_quality_leaves_no_more(house):
    test_one_of_ours_is_sent_waits_and_serves_once_it_is_approved(house)
    key = ("puntual_recordatorio", "es")
    house.meta.templates[key] = attrs.evolve(house.meta.templates[key], status="PAUSED", quality="RED")
    desk = Catalogue(house.creditor.pk, house.meta.transport())
    assert whatsapp_words.learnt(creditor_id=house.creditor.pk, found=desk.templates(), at=DAWN) == 1
    assert inbox.approved(house.creditor.pk, "recordatorio", "es") is None


def test_without_the_id_of_its_business_account_it_says_what_is_missing(house):
    write.save_account(
        creditor_id=house.creditor.pk, adapter="whatsapp", address="1", at=DAWN, credentials=SECRETS
    )  # fmt: skip
    with pytest.raises(UnusableInput, match="waba_id"):
        Catalogue(house.creditor.pk)
