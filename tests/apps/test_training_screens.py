"""An agent practises on screen; nobody else reads it; the team's progress is the supervisor's."""

from __future__ import annotations

import pytest
from django.test import Client

from puntual.apps.parties import write as parties
from puntual.apps.training import read
from puntual.apps.training.models import Practice, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def agent(person, creditor):
    browser = Client()
    browser.user = person("gloria", "agent", creditor, first_name="Gloria")
    browser.force_login(browser.user)
    return browser


def begin(agent, case="olvido"):
    answer = agent.post(f"/capacitacion/practicar/{case}/")
    assert answer.status_code == 302
    return answer["location"]


def say(agent, place, number, text, **more):
    return agent.post(f"{place}decir/", {"number": number, "text": text}, **more)


GOOD = (
    "Buenas tardes, le saluda Gloria, de Norte. ¿Hablo con Marta?",
    "Gracias, Marta. Le llamo por una factura de $1,200. ¿Alcanzó a verla?",
    "No se preocupe. ¿Qué día le queda bien?",
    "Entonces quedamos el viernes por $1,200. Gracias.",
)


def test_a_practice_led_kindly_is_passed_and_counts_as_progress(agent, person, creditor):
    place = begin(agent)
    for number, text in enumerate(GOOD, 1):
        say(agent, place, number, text)
    say(agent, place, 5, "Que tenga buen día.")
    row = Practice.objects.get()
    assert (row.passed, row.ended_at is not None) == (True, True)
    page = agent.get(place).content.decode()
    assert f"Superado con {row.total}" in page
    assert [one for one in read.shown(agent.user.pk) if one.passed][0].case.code == "olvido"
    boss = Client()
    boss.force_login(person("sergio", "supervisor", creditor))
    assert "Gloria" in boss.get("/capacitacion/equipo/").content.decode()


def test_what_the_norm_holds_against_the_words_is_said_beside_them(agent):
    place = begin(agent)
    say(agent, place, 1, GOOD[0])
    say(agent, place, 2, "Si no paga hoy lo vamos a embargar y va a ir a la cárcel.")
    turn = Turn.objects.get(number=2)
    assert turn.findings
    agent.post(f"{place}colgar/")
    row = Practice.objects.get()
    assert (row.passed, row.by_dimension["law"]) == (False, 0)
    assert "una amenaza" in agent.get(place).content.decode()


def test_a_plain_kind_sentence_has_nothing_against_it(agent):
    place = begin(agent)
    say(agent, place, 1, GOOD[0])
    say(agent, place, 2, GOOD[1])
    assert [t.findings for t in Turn.objects.order_by("number")] == [[], []]


def test_the_same_turn_sent_twice_is_one(agent):
    place = begin(agent)
    say(agent, place, 1, GOOD[0])
    say(agent, place, 1, GOOD[0])
    assert Turn.objects.count() == 1


def test_with_htmx_only_the_conversation_comes_back(agent):
    place = begin(agent)
    answer = say(agent, place, 1, "   ", headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert "Escriba qué le diría." in body
    assert "<html" not in body
    assert Turn.objects.count() == 0


def test_after_hanging_up_nothing_more_is_said(agent):
    place = begin(agent)
    agent.post(f"{place}colgar/")
    page = say(agent, place, 1, GOOD[0], follow=True).content.decode()
    assert "ya terminó" in page
    assert Turn.objects.count() == 0


def test_nobody_reads_the_practice_of_another(agent, person, creditor):
    place = begin(agent)
    other = Client()
    other.force_login(person("otro", "agent", creditor))
    assert other.get(place).status_code == 404
    assert say(other, place, 1, GOOD[0]).status_code == 404
    assert other.get("/capacitacion/equipo/").status_code == 403
    assert Turn.objects.count() == 0


def test_a_case_that_does_not_exist_is_no_page(agent):
    assert agent.post("/capacitacion/practicar/inventado/").status_code == 404
    assert Practice.objects.count() == 0


def test_the_practice_shows_what_the_script_in_force_says_of_it(agent):
    place = begin(agent, "sin_trabajo")
    page = agent.get(place).content.decode()
    assert "Buenos días, le saluda Gloria, de Ferretera del Norte." in page
    assert "Busquemos una cantidad que sí pueda cumplir" in page
