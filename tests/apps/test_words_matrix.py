"""The whole set of words: every stage and event, channel, language and form, filled in; what an SMS takes."""

from __future__ import annotations

import re
from datetime import date

import pytest

from puntual.apps.outreach import shipped, whatsapp_words, wording
from puntual.apps.outreach.shipped import CHANNELS, EVENTS, FORMS, LANGUAGES, PART_OF, STAGES
from puntual.core.channels.sms_text import GSM7, as_sent, measure

COUNTRY = {"es": "MX", "pt": "BR", "en": "US"}
CURRENCY = {"es": "MXN", "pt": "BRL", "en": "USD"}
#: What each event brings of its own.
BRINGS = {
    "pago": {"importe": "$200.00 MXN", "fecha": "3 de noviembre", "referencia": "F-9", "evento": 7},
    "promesa": {"importe": "$500.00 MXN", "fecha": "27 de noviembre"},
    "plan": {"cuotas": 3, "importe": "$400.00 MXN", "primera": "27 de noviembre"},
    "aclaracion": {"documento": "A-1", "resultado": "El precio es el de la lista."},
    "condiciones": {"dias": 30},
    "adjunto": True,
}
EVERY = [
    (name, language, channel) for name in STAGES for language in LANGUAGES for channel in shipped.channels_of(name)
]  # fmt: skip
#: Longer than this is paid more than three times by whoever sends it.
MOST_PARTS = 3


def facts(language):
    lines = [wording.Line("A-1", date(2026, 11, 3), 350_00, 14), wording.Line("A-2", date(2026, 11, 10), 150_00, 7)]
    return wording.Facts(
        creditor_name="Ferretera del Norte", creditor_tax_id="FNO010101AAA", creditor_phone="+52 55 5000 9999",
        complaint_office="Atención, Calle 1", country=COUNTRY[language], person_name="María López",
        currency=CURRENCY[language], lines=lines, principal_minor=480_00, interest_minor=15_00, fee_minor=5_00,
        favour_minor=0, link="https://pagos.example/p/AbCdEfGhIjKlMnOpQrStUv/", extra=BRINGS, language=language,
    )  # fmt: skip


def said(name, language, channel, form="usted"):
    subject = shipped.shipped(name, "asunto", language, form).strip()
    return wording.word(facts(language), subject=subject, text=shipped.shipped(name, PART_OF[channel], language, form))


def test_every_stage_and_event_has_words_in_three_languages_for_each_of_its_channels():
    asked = {
        "bienvenida", "documento", "recordatorio_previo", "vence_hoy", "recordatorio", "propuesta_de_plan",
        "aviso_formal", "gracias", "promesa_confirmada", "promesa_recordatorio", "promesa_incumplida", "recibo",
        "plan_acordado", "aclaracion_respondida",
    }  # fmt: skip
    assert asked <= set(STAGES)
    assert {stage for stages in STAGES.values() for stage in stages} >= {
        "preventive",
        "administrative",
        "extrajudicial",
    }
    assert {c for name in STAGES for c in shipped.channels_of(name)} == set(CHANNELS)
    for language in LANGUAGES:
        document = shipped._document(language)["mensajes"]
        assert set(document) == set(STAGES), language
        assert all(document[name].get("sms") and document[name].get("asunto") for name in STAGES), language


@pytest.mark.parametrize(("name", "language", "channel"), EVERY)
def test_filled_in_nothing_is_missing(name, language, channel):
    for form in FORMS:
        worded = said(name, language, channel, form)
        for text in (worded.subject, worded.text):
            assert text.strip()
            assert not re.search(r"\{\{|\{%|<<|\[[^\]]*\||\|\]| ,|  +\S| \.(?!\.)", text), (form, text)
        assert "María López" in worded.text
        assert "Ferretera del Norte" in worded.text
        if channel in ("email", "whatsapp", "sms"):
            assert "https://pagos.example/p/" in worded.text


#: What only usted says, and what only tú or vos say.
OF_USTED = r"\b(usted|su cuenta|su pago|su factura|su plan|díganos|puede|prefiere|tiene pendiente|responda|anunció)\b"
OF_TU_ALONE = r"\b(usted|tienes|puedes|eres|necesitas|prefieres|quieres)\b"


@pytest.mark.parametrize(
    ("name", "channel"), [(n, c) for n in STAGES for c in shipped.channels_of(n) if n not in shipped.FORMAL]
)
def test_in_spanish_each_form_of_address_speaks_its_own_way_by_every_channel(name, channel):
    spoken = {form: said(name, "es", channel, form).text for form in FORMS}
    assert spoken["usted"] != spoken["tu"]
    assert not re.search(OF_USTED, spoken["tu"]), spoken["tu"]
    assert not re.search(OF_TU_ALONE, spoken["vos"]), spoken["vos"]


@pytest.mark.parametrize("name", [n for n in STAGES if n not in shipped.FORMAL])
def test_what_meta_approves_speaks_as_the_creditor_treats_its_people(name):
    bodies = {form: whatsapp_words.draft(name, "es", form).body for form in FORMS}
    assert len(set(bodies.values())) >= 2
    assert not any(set("[]|") & set(body) for body in bodies.values())
    assert not re.search(OF_USTED, bodies["tu"]), bodies["tu"]
    assert not re.search(OF_TU_ALONE, bodies["vos"]), bodies["vos"]


def test_what_is_formal_says_usted_to_everybody():
    for channel in shipped.channels_of("aviso_formal"):
        assert len({said("aviso_formal", "es", channel, form).text for form in FORMS}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(STAGES))
def test_an_sms_takes_few_parts_and_leaves_without_accents(name, language):
    text = as_sent(said(name, language, "sms").text, accents=False)
    size = measure(text)
    assert (size.alphabet, size.parts <= MOST_PARTS) == (GSM7, True), (size, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_one_formal_letter_and_it_says_what_a_letter_must(language):
    text = said("aviso_formal", language, "letter").text
    assert text.startswith("María López")
    assert "A-1" in text and "A-2" in text
    lines = text.splitlines()
    assert any(word in text.lower() for word in ("atentamente", "atenciosamente", "sincerely", "yours"))
    assert len(lines) > 10


def test_voice_never_says_how_much():
    for name in STAGES:
        for language in LANGUAGES:
            if "voice" in shipped.channels_of(name):
                text = said(name, language, "voice").text
                assert "500.00" not in text and "MXN" not in text and "A-1" not in text, (name, language)


def test_whatsapp_has_a_template_to_approve_for_all_of_it():
    assert set(whatsapp_words.names()) == set(STAGES)
    assert set(whatsapp_words.names()) >= EVENTS
