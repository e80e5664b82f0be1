"""Entering, moving about and making the house one's own, in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse

from puntual.ui.models import Preference

pytestmark = pytest.mark.journey


def test_lucia_enters_and_whoever_does_not_know_the_password_stays_out(open_page, live_server) -> None:
    page = open_page("/entrar/?next=/mis-opciones/", signed_in=False)
    page.fill("[name=username]", "lucia")
    page.fill("[name=password]", "no es esta")
    page.click("button:has-text('Entrar')")
    assert "no coinciden" in page.inner_text("[role=alert]")
    page.fill("[name=password]", "una-clave-larga")
    page.click("button:has-text('Entrar')")
    page.wait_for_url(live_server.url + "/mis-opciones/")
    assert page.inner_text("h1") == "Mis opciones"


def test_ctrl_k_finds_a_place_by_another_of_its_words_and_enter_goes_there(open_page, live_server) -> None:
    page = open_page("/mis-opciones/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#paleta[open] [role=option]")
    page.keyboard.type("diseno")
    page.wait_for_selector("#paleta-lista [role=option]:only-of-type:has-text('Guía de estilo')")
    page.keyboard.press("Enter")
    page.wait_for_url(live_server.url + "/guia/")


def test_single_keys_work_until_they_are_switched_off(open_page, staff) -> None:
    page = open_page("/mis-opciones/")
    page.keyboard.press("?")
    page.wait_for_selector("#atajos[open]")
    page.click("#atajos button:has-text('Apagar')")
    page.wait_for_selector("html[data-shortcuts=off][data-ready]", state="attached")
    page.keyboard.press("?")
    page.wait_for_timeout(100)
    assert page.locator("#atajos[open]").count() == 0
    assert Preference.objects.get(pk=staff.pk).shortcuts is False


def test_the_dark_theme_applies_at_once_and_is_remembered(open_page, staff) -> None:
    page = open_page("/guia/")
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    with page.expect_response("**/mis-opciones/"):
        page.click("button:has-text('Usar el tema oscuro')")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != before
    assert Preference.objects.get(pk=staff.pk).theme == "dark"


def test_on_a_phone_the_menu_opens_takes_the_focus_and_escape_closes_it(open_page) -> None:
    page = open_page("/guia/", width=360)
    assert not page.locator("#menu").is_visible()
    page.click(".topbar .menu")
    assert page.locator("#menu").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#menu", state="hidden")


def test_the_style_guide_is_for_staff_and_every_component_is_accessible(accessible, client, person) -> None:
    accessible("/guia/")
    client.force_login(person("pedro", "supervisor"))
    assert client.get("/guia/").status_code == 403


@pytest.mark.parametrize("path", ["/mis-opciones/", "/no-existe/"])
def test_the_small_pages_are_accessible(accessible, path) -> None:
    accessible(path)


def test_the_door_is_accessible(accessible) -> None:
    accessible("/entrar/", signed_in=False)


def test_a_page_that_is_not_for_one_and_one_that_failed_are_accessible(open_page, checked, person, monkeypatch) -> None:
    people, start = reverse("access:people"), reverse("welcome:start")
    page = open_page(people, user=person("pedro", "supervisor"))
    assert page.inner_text("h1") == "Esta página no es para usted"
    checked(page, people, refused=True)
    monkeypatch.setattr("puntual.apps.welcome.building.now", lambda: 1 / 0)
    page.goto(page.url.replace(people, start))
    assert page.inner_text("h1") == "Algo falló aquí dentro"
    checked(page, start, refused=True)


def test_who_has_no_role_yet_is_told_whom_to_ask(accessible, portfolio, django_user_model) -> None:
    page = accessible("/", user=django_user_model.objects.create_user("nadia"))
    assert page.locator("main table").count() == 0 and "papel" in page.inner_text("main")
