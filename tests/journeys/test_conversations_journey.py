"""Conversaciones in a real browser: keys, an answer kept ready with «/», undo; accessible in light and dark, 320 px."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "apps"))
from talk_house import TalkHouse

from puntual.apps.inbox.models import Conversation, Proposal
from puntual.apps.outreach.models import Outbox
from puntual.core.customers.understanding import BAJA, Understanding

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


def test_an_afternoon_of_the_desk_filters_kept_notes_turns_and_the_clock(house, open_page, live_server, person):
    """Everything on the page, in a browser: filter and keep it as a folder, put several off with their count before and
    undo after, give one to somebody, leave a note, see until when it must be answered and by where it may be now."""
    person("gloria", "agent", house.creditor, first_name="Gloria")
    page = open_page("/conversaciones/")
    page.select_option("select[name=canal]", "email")
    page.locator("tbody tr:has-text('Ana Belén Soto')").wait_for(state="detached")
    assert "canal=email" in page.url
    page.click("button:has-text('Guardar como carpeta')")
    page.fill("#guardar-vista input[name=name]", "Solo correo")
    page.click("#guardar-vista button:has-text('Guardar')")
    page.wait_for_selector("nav .chip:has-text('Solo correo')")
    page.goto(f"{live_server.url}/conversaciones/")
    page.click("nav .chip:has-text('Solo correo')")
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("tbody tr").count() == 1
    assert page.locator("tbody tr .badge.warn").count() == 1  # the hour by which it must be answered

    page.goto(f"{live_server.url}/conversaciones/")
    page.wait_for_selector("html[data-ready]", state="attached")
    waiting = Conversation.objects.filter(waiting_since__isnull=False, party__isnull=False).count()
    page.check("[data-select-page]")
    page.click(".bulk button:has-text('Posponer')")
    page.wait_for_selector(f"h1:has-text('{waiting} conversaciones')")
    assert Conversation.objects.exclude(snoozed_until=None).count() == 0
    page.click("main button.primary")
    page.wait_for_selector(".toast button:has-text('Deshacer')")
    assert Conversation.objects.exclude(snoozed_until=None).count() == waiting
    page.click(".toast button:has-text('Deshacer')")
    page.wait_for_selector("tbody tr >> nth=1")
    assert Conversation.objects.exclude(snoozed_until=None).count() == 0

    page.goto(f"{live_server.url}/conversaciones/{house.rios.pk}/")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("z")
    page.select_option("#mas select[name=asignar]", label="Gloria")
    page.click("#mas button:has-text('Asignar')")
    page.wait_for_selector(".badge:has-text('Gloria')")
    page.fill("#texto", "Prefiere que la llamen después de las seis.")
    page.click("button:has-text('Guardar como nota')")
    page.wait_for_selector(".bubble.note:has-text('después de las seis')")
    assert Outbox.objects.filter(account__party_id=house.rios.party_id).count() == 0
    assert page.locator(".ways .choice").count() == 2
    assert "Se puede" in page.inner_text(".ways")
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelector('.then > span').getClientRects().length") == 1


def test_a_suggestion_says_why_and_is_changed_before_it_leaves(house, open_page):
    page = open_page(f"/conversaciones/{house.ana.pk}/")
    card = page.inner_text(".proposal >> nth=0")
    assert "Porque escribió: está molesta; confianza 93" in card
    assert not page.is_visible(".to-proposals")
    page.set_viewport_size({"width": 360, "height": 800})
    page.click(".to-proposals a")
    assert page.evaluate("document.activeElement.id") == "que-hacer"
    assert page.evaluate("document.querySelector('.proposal').getBoundingClientRect().top") < 800
    page.set_viewport_size({"width": 1280, "height": 900})
    page.click("a:has-text('Cambiarla antes')")
    page.wait_for_selector("html[data-ready]", state="attached")
    draft = page.input_value("#texto")
    assert "lamentamos" in draft.lower()
    page.fill("#texto", draft + " Le llama Gloria a las cinco.")
    page.click("button:has-text('Enviar'):not(:has-text('esta'))")
    page.wait_for_selector(".toast:has-text('Sale por')")
    assert Outbox.objects.filter(account__party_id=house.ana.party_id, state="planned").count() == 1


def test_a_stop_read_by_mistake_is_lifted_from_its_own_words(house, open_page, accessible):
    house.knows["quiero hablar con una persona"] = Understanding((BAJA,), 0.42)
    thread = house.says(house.account, "quiero hablar con una persona", minutes=20)
    stop = Proposal.objects.get(act="stop")
    page = accessible(f"/conversaciones/{thread.pk}/")
    page.click(".proposal button:has-text('No pidió esto')")
    page.select_option("dialog[open] select[name=motivo]", "other_matter")
    page.click("dialog[open] button:has-text('Levantar la baja')")
    page.wait_for_selector(".toast:has-text('Levantada')")
    stop.refresh_from_db()
    assert stop.state == "undone"
    assert "habla de otra cosa" in page.inner_text(".talk")
