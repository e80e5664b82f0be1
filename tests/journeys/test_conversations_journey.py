"""Conversaciones in a real browser: keys, an answer kept ready with «/», undo; accessible in light and dark, 320 px."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "apps"))
from talk_house import TalkHouse

from puntual.apps.inbox.models import Conversation
from puntual.apps.outreach.models import Outbox

pytestmark = pytest.mark.journey


@pytest.fixture
def house(db):
    made = TalkHouse()
    made.canned()
    return made


def test_with_the_keyboard_alone_from_the_list_to_an_answer_kept_ready(house, open_page, live_server):
    page = open_page("/conversaciones/?canal=email")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/conversaciones/{house.rios.pk}/")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("r")
    page.keyboard.type("/hor")
    page.wait_for_selector(".ready:not([hidden]) [aria-selected=true]")
    page.keyboard.press("Enter")
    assert page.input_value("#texto") == "Atendemos de 9 a 18 h."
    assert page.input_value("select[name=then]") == "attended"
    page.click("button:has-text('Enviar')")
    page.wait_for_selector(".toast:has-text('Sale por correo')")
    row = Outbox.objects.get(account__party_id=house.rios.party_id)
    assert (row.channel, row.state) == ("email", "planned")
    page.click(".toast button:has-text('Deshacer')")
    page.wait_for_selector(".toast:has-text('No saldrá')")
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_a_morning_by_keyboard_does_what_is_proposed_and_goes_on(house, open_page, live_server):
    page = open_page(f"/conversaciones/{house.ana.pk}/")
    page.keyboard.press("h")
    page.wait_for_selector(".toast:has-text('Hecho')")
    assert Conversation.objects.get(pk=house.ana.pk).waiting_since is None
    waiting = Conversation.objects.filter(waiting_since__isnull=False, party__isnull=False).order_by("answer_by", "pk")
    first = [row.pk for row in waiting if row.pk != house.ana.pk]
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("n")
    page.wait_for_url(lambda url: any(url.endswith(f"/conversaciones/{pk}/") for pk in first))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("m")
    page.wait_for_selector(".toast:has-text('Asignada')")
    pk = int(page.url.rstrip("/").rpartition("/")[2])
    assert Conversation.objects.get(pk=pk).assigned_to is not None


def test_e_attends_and_undo_brings_it_back(house, open_page, live_server):
    page = open_page(f"/conversaciones/{house.ana.pk}/")
    page.keyboard.press("e")
    page.wait_for_selector(".toast:has-text('Atendida')")
    assert Conversation.objects.get(pk=house.ana.pk).waiting_since is None
    page.click(".toast button:has-text('Deshacer')")
    page.wait_for_url(f"{live_server.url}/conversaciones/{house.ana.pk}/")
    assert Conversation.objects.get(pk=house.ana.pk).waiting_since is not None


def test_every_screen_is_accessible(house, accessible):
    accessible("/conversaciones/")
    accessible(f"/conversaciones/{house.lucia.pk}/")
    accessible(f"/conversaciones/{house.stranger.pk}/?buscar=rios")
    accessible("/configuracion/correo-entrante/")
    accessible("/configuracion/conversaciones/")


def test_an_empty_inbox_teaches(accessible, portfolio):
    page = accessible("/conversaciones/")
    assert "Aquí llegarán las respuestas" in page.inner_text("main")
