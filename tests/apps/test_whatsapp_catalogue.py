"""The templates of WhatsApp: ours are within the norm, are sent to be approved, and leave only once they are."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from messaging_house import DAWN, SECRETS, House

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import write
from puntual.apps.outreach import lines, shipped, whatsapp_words
from puntual.apps.outreach.models import TemplateQuality
from puntual.core.errors import UnusableInput
from puntual.pipeline.activation import activation_findings
from puntual.project.whatsapp_templates import Catalogue

LIVES = {"es": ("MX", "CO", "PE", "CL", "AR", "EC", "ES", "CR", "PA"), "pt": ("BR",), "en": ("US", "GB")}


@pytest.mark.parametrize("name", whatsapp_words.names())
@pytest.mark.parametrize("language", list(LIVES))
def test_what_is_sent_to_be_approved_is_within_the_norm_of_every_country_of_its_language(name, language):
    for form in shipped.FORMS if language == "es" else ("usted",):
        one = whatsapp_words.draft(name, language, form)
        assert [label for label, payload in one.buttons if payload == "baja"]
        assert all(len(label) <= 25 for label, _ in one.buttons)
        for country in LIVES[language]:
            found = activation_findings(
                text=one.whole(), country=country, channel="whatsapp", stages=shipped.STAGES[name]
            )
            assert [(f.rule, f.text) for f in found] == [], (country, form)


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


def hears(house, client, *notices):
    for one in notices:
        answer = client.post(
            "/webhooks/whatsapp/", one.body, content_type="application/json",
            headers={"x-hub-signature-256": one.headers["x-hub-signature-256"]},
        )  # fmt: skip
        assert answer.status_code == 200
    house.listen()


class TestWhatMetaSaysByItself:
    KEY = ("puntual_recordatorio", "es")

    @pytest.fixture
    def waiting(self, house):
        desk = Catalogue(house.creditor.pk, house.meta.transport())
        one = whatsapp_words.draft("recordatorio", "es")
        status, category = desk.submit(one)
        whatsapp_words.submitted(creditor_id=house.creditor.pk, one=one, status=status, category=category)
        return house

    def test_an_approval_serves_from_that_moment(self, waiting, client):
        hears(waiting, client, waiting.meta.judges(*self.KEY, "APPROVED"))
        assert inbox.approved(waiting.creditor.pk, "recordatorio", "es").name == "puntual_recordatorio"
        assert waiting.remind().sent == 1

    def test_a_pause_stops_it_and_the_message_goes_another_way(self, waiting, client):
        hears(waiting, client, waiting.meta.judges(*self.KEY, "APPROVED"))
        waiting.now += timedelta(minutes=1)
        hears(waiting, client, waiting.meta.judges(*self.KEY, "PAUSED", reason="LOW_QUALITY"))
        assert inbox.approved(waiting.creditor.pk, "recordatorio", "es") is None
        told = TemplateQuality.objects.get()
        assert told.note == "LOW_QUALITY"

    def test_its_quality_and_its_category_are_kept(self, waiting, client):
        named = {"message_template_name": self.KEY[0], "message_template_language": self.KEY[1]}
        hears(
            waiting, client,
            waiting.meta.news("message_template_quality_update", {**named, "new_quality_score": "YELLOW"}),
            waiting.meta.news("template_category_update", {**named, "new_category": "MARKETING"}),
        )  # fmt: skip
        row = inbox.channel_account(waiting.creditor.pk, "whatsapp").templates.get(name=self.KEY[0])
        assert (TemplateQuality.objects.get().quality, row.category, row.state) == ("YELLOW", "MARKETING", "PENDING")

    def test_what_comes_late_and_twice_does_not_undo_what_is_known(self, waiting, client):
        before = waiting.meta.judges(*self.KEY, "APPROVED")
        waiting.now += timedelta(minutes=5)
        after = waiting.meta.judges(*self.KEY, "DISABLED")
        hears(waiting, client, after, before, after)
        row = inbox.channel_account(waiting.creditor.pk, "whatsapp").templates.get(name=self.KEY[0])
        assert row.state == "DISABLED"

    def test_of_a_template_that_is_not_ours_nothing_is_kept_and_nothing_breaks(self, house, client):
        value = {
            "event": "APPROVED",
            "message_template_name": "ajena",
            "message_template_language": "es",
            "reason": None,
        }
        hears(house, client, house.meta.news("message_template_status_update", value))
        assert not TemplateQuality.objects.exists()
        assert not inbox.stuck().exists()

    def test_the_numbers_own_quality_and_limit_are_shown(self, house, client):
        value = {"display_phone_number": "525550009999", "event": "FLAGGED", "current_limit": "TIER_1K"}
        hears(house, client, house.meta.news("phone_number_quality_update", value))
        line = lines.lines(house.creditor.pk)[0]
        assert (line.channel, line.quality, line.people_a_day) == ("whatsapp", "RED", 1_000)
