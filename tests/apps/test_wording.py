"""Messages say what is owed, in the country's own numbers and dates, with every way out."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import attrs
import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from puntual.apps.outreach import wording
from puntual.apps.outreach.shipped import EVENTS, FORMS, LANGUAGES, PART_OF, STAGES, channels_of
from puntual.apps.outreach.wording import Facts, Line
from puntual.core.errors import UnusableInput
from puntual.core.money import exponent
from puntual.pipeline.activation import activation_findings

FACTS = Facts(
    creditor_name="Ferretera del Norte",
    creditor_tax_id="FNO010101AB1",
    creditor_phone="55 5000 0000",
    complaint_office="PROFECO",
    country="MX",
    person_name="Lucía Ocampo",
    currency="MXN",
    lines=[Line("A-1", date(2026, 10, 31), 1_234_50, 21), Line("A-2", date(2026, 11, 25), 800_00, -4)],
    principal_minor=2_034_50,
    interest_minor=0,
    fee_minor=0,
    favour_minor=0,
    link="https://cobranza.example/p/abc/",
)


@given(
    minor=st.integers(0, 10**13),
    pair=st.sampled_from(
        [
            ("MXN", "MX"),
            ("COP", "CO"),
            ("PEN", "PE"),
            ("CLP", "CL"),
            ("ARS", "AR"),
            ("USD", "EC"),
            ("BRL", "BR"),
            ("EUR", "ES"),
        ]
    ),
)
def test_amounts_read_as_babel_writes_them(minor, pair):
    currency, country = pair
    value = Decimal(minor).scaleb(-exponent(currency))
    said = format_currency(value, currency, locale="pt_BR" if country == "BR" else f"es_{country}")
    assert wording.amount(minor, currency, country) in (said, f"{said} {currency}")


@pytest.mark.parametrize("name", wording.names())
@pytest.mark.parametrize("file", ["correo.txt", "whatsapp.txt"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_every_message_that_ships_names_who_writes_and_how_to_stop(name, file, language, form):
    extra = {"pago": {"importe": "$100.00 MXN", "fecha": "5 de noviembre"}}
    facts = attrs.evolve(FACTS, extra=extra, language=language)
    subject, text = wording.shipped(name, "asunto.txt", language, form), wording.shipped(name, file, language, form)
    words = wording.word(facts, subject=subject, text=text)
    assert "Ferretera del Norte" in words.text
    assert "https://cobranza.example/p/abc/no-me-escriban/" in words.text
    assert name in EVENTS or "$2,034.50 MXN" in words.text
    assert "A-1" not in words.subject
    assert not re.search(r"[{}\[\]|]|<<", words.subject + words.text)


def test_the_creditor_is_spoken_of_as_it_chose_to_treat_its_people():
    said = [wording.shipped("propuesta_de_plan", "correo", "es", form) for form in FORMS]
    assert "Si le viene mejor" in said[0]
    assert "dilo en el enlace" in said[1]
    assert "decilo en el enlace" in said[2]
    assert "Podés ver el detalle" in said[2]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("pt", "- A-1, venceu em 31 de outubro: $1,234.50 MXN (há 21 dias)"),
        ("en", "- A-1, was due on October 31: $1,234.50 MXN (21 days ago)"),
    ],
)
def test_days_and_turns_of_phrase_follow_the_language(language, line):
    facts = attrs.evolve(FACTS, language=language)
    words = wording.word(facts, subject="x", text=wording.shipped("recordatorio", "correo", language))
    assert line in words.text
    assert f'<html lang="{language}">' in words.html


LIVES = {"es": ("MX", "CO", "PE", "CL", "AR", "EC", "ES", "CR", "PA"), "pt": ("BR",), "en": ("US", "GB")}


@pytest.mark.parametrize(("language", "country"), [(lang, c) for lang, all_ in LIVES.items() for c in all_])
def test_the_norm_of_every_country_of_its_language_accepts_every_text_that_ships(language, country):
    found = []
    for name, stages in STAGES.items():
        for form in FORMS if language == "es" else ("usted",):
            for channel in channels_of(name):
                text = wording.shipped(name, PART_OF[channel], language, form)
                if channel == "email":
                    text = f"{wording.shipped(name, 'asunto', language, form)}\n{text}"
                for one in activation_findings(text=text, country=country, channel=channel, stages=stages):
                    found.append((name, channel, form, one.rule, one.text))
    assert found == []


def test_a_reminder_lists_each_document_with_its_age():
    words = wording.word(
        FACTS, subject=wording.shipped("recordatorio", "asunto.txt"), text=wording.shipped("recordatorio", "correo.txt")
    )
    assert "- A-1, venció el 31 de octubre: $1,234.50 MXN (hace 21 días)" in words.text
    assert "- A-2, vence el 25 de noviembre: $800.00 MXN\n" in words.text


def test_a_name_that_ends_in_a_stop_ends_the_sentence_with_one():
    facts = attrs.evolve(FACTS, creditor_name="Ferretera, S.A. de C.V.")
    words = wording.word(
        facts, subject="De {{ acreedor.nombre }}.", text="Le escribe {{ acreedor.nombre }}. Hola... y no."
    )
    assert words.text == "Le escribe Ferretera, S.A. de C.V. Hola... y no."
    assert words.subject == "De Ferretera, S.A. de C.V."


def test_a_name_cannot_put_markup_into_the_html():
    facts = Facts(
        **{**{f: getattr(FACTS, f) for f in FACTS.__slots__ if f != "__weakref__"}, "person_name": "<b>x</b>"}
    )
    words = wording.word(facts, subject="x", text=wording.shipped("recordatorio", "correo.txt"))
    assert "&lt;b&gt;x&lt;/b&gt;" in words.html
    assert "<b>x</b>" not in words.html


def test_a_broken_template_is_told_in_a_sentence():
    with pytest.raises(UnusableInput, match="plantilla"):
        wording.word(FACTS, subject="x", text="{% if saldo %} sin cerrar")
