"""The SMS that ship: who writes, how much, where, how to stop, in two parts at most; and the record of what leaves."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from puntual.apps.outreach import wording
from puntual.apps.outreach.shipped import EVENTS, LANGUAGES
from puntual.apps.outreach.wording import Facts, Line
from puntual.core.channels.sms_text import GSM7, UCS2, as_sent, measure

FACTS = Facts(
    creditor_name="Ferretera del Norte",
    creditor_tax_id="FNO010101AB1",
    creditor_phone="55 5000 0000",
    complaint_office="PROFECO",
    country="MX",
    person_name="José Ángel Núñez",
    currency="MXN",
    lines=[Line("A-1", date(2026, 10, 31), 12_345_67, 21)],
    principal_minor=12_345_67,
    interest_minor=0,
    fee_minor=0,
    favour_minor=0,
    link="https://cobranza.example/p/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789ab/",
    extra={"pago": {"importe": "$100.00 MXN"}},
)


def said(name, facts=FACTS, language="es"):
    facts = attrs.evolve(facts, language=language)
    return wording.word(facts, subject="", text=wording.shipped(name, "sms.txt", language)).text


STOPS = {"es": "responda BAJA", "pt": "responda SAIR", "en": "Reply STOP"}


@pytest.mark.parametrize("name", wording.names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_its_own_words_with_name_amount_link_and_how_to_stop(name, language):
    text = said(name, language=language)
    assert "Ferretera del Norte" in text
    amount = "$100.00 MXN" if name in ("gracias", "recibo") else "" if name in (*EVENTS, "oferta") else "$12,345.67 MXN"
    assert amount in text
    assert FACTS.link in text
    assert STOPS[language] in text
    assert "{" not in text


@pytest.mark.parametrize("name", wording.names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_accents_it_takes_two_parts_at_most(name, language):
    size = measure(as_sent(said(name, language=language), accents=False))
    assert size.alphabet == GSM7
    assert size.parts <= 2


@pytest.mark.parametrize(
    ("country", "currency"), [("CO", "COP"), ("CL", "CLP"), ("AR", "ARS"), ("PE", "PEN"), ("EC", "USD")]
)
def test_the_blanks_that_figures_bring_do_not_change_the_alphabet(country, currency):
    facts = attrs.evolve(FACTS, country=country, currency=currency, principal_minor=1_234_567)
    assert measure(as_sent(said("recordatorio", facts), accents=False)).parts == 2


def test_with_accents_the_same_reminder_costs_twice():
    size = measure(as_sent(said("recordatorio"), accents=True))
    assert (size.alphabet, size.parts) == (UCS2, 5)


SAVING = {"paga": "$12,098.76 MXN", "ahorra": "$246.91 MXN"}
UNTIL = {"es": "30 de noviembre", "pt": "30 de novembro", "en": "November 30"}


@pytest.mark.parametrize("name", ["recordatorio_previo", "vence_hoy", "recordatorio"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_tells_what_paying_now_saves_in_two_parts(name, language):
    saving = {**SAVING, "hasta": UNTIL[language]}
    text = said(name, attrs.evolve(FACTS, extra={"ahorro": saving}), language)
    assert all(figure in text for figure in saving.values())
    assert FACTS.link in text and STOPS[language] in text and "$12,345.67 MXN" in text
    assert measure(as_sent(text, accents=False)).parts <= 2
