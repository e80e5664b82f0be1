"""A collector's morning in a real browser: what needs me, who owes, what leaves, what the law stopped."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from puntual.apps.outreach.models import Outbox
from puntual.apps.parties.models import Account
from puntual.ui.models import SavedView

pytestmark = pytest.mark.journey


def test_every_screen_is_accessible_in_light_and_dark_and_fits_a_phone(accessible, portfolio) -> None:
    message = Outbox.objects.get(plan_id=portfolio.plan_id, channel="email").pk
    for path in (
        "/",
        "/cartera/",
        "/cartera/?q=nadie",
        f"/clientes/{portfolio.accounts['C-1']}/",
        f"/facturas/{portfolio.invoices['UUID-A-101']}/",
        "/envios/",
        "/envios/?razon=opted_out",
        f"/envios/{message}/",
        "/normas/",
        "/normas/CO/",
        "/normas/regla/MX-OPT-OUT/",
    ):
        accessible(path)


def test_the_first_steps_of_an_empty_installation_teach_and_are_accessible(accessible) -> None:
    page = accessible("/")
    assert page.inner_text("h1") == "Empecemos"
    assert page.locator(".steps > li").count() == 4
    assert page.locator("text=Empezar con mis datos").first.is_visible()
    for link in page.locator(".steps a").all():
        assert page.request.get(page.url.rstrip("/") + link.get_attribute("href")).status == 200


def test_from_today_to_the_customer_with_the_largest_overdue_balance(open_page, portfolio, live_server) -> None:
    page = open_page("/")
    assert "$4,000.00" in page.inner_text(".card:has-text('Cobrado hoy')")
    assert page.locator("a:has-text('1 mensaje espera su aprobación')").is_visible()
    page.click("table a:has-text('Comercial Ocampo')")
    page.wait_for_url(f"{live_server.url}/clientes/{portfolio.accounts['C-1']}/")
    assert page.inner_text(".money.hero") == "$11,000.00"
    row = page.locator("tr:has-text('A-101')")
    assert row.locator(".badge").inner_text() == "Vencida"
    assert row.locator("td.money .strong").inner_text() == "$8,000.00"
    assert row.locator("td.money .sub").inner_text() == "de $12,000.00 se abonaron $4,000.00"
    page.click("a:has-text('A-101')")
    assert page.locator("tbody td.money").all_inner_texts() == ["$12,000.00", "$12,000.00", "−$4,000.00", "$8,000.00"]


def test_filters_live_in_the_address_and_a_view_keeps_them(open_page, portfolio, staff) -> None:
    page = open_page("/cartera/")
    expect(page.locator("#lista tbody tr")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("andi")
    page.keyboard.press("Enter")
    expect(page.locator("#lista tbody tr")).to_have_count(1)
    expect(page.locator("#lista tbody .who")).to_have_text("Distribuidora Andina")
    assert "q=andi" in page.url
    page.reload()
    page.click("button:has-text('Guardar esta vista')")
    page.fill("#vista-nombre", "Las andinas")
    page.click("#guardar-vista button:has-text('Guardar')")
    page.wait_for_selector(".chip:has-text('Las andinas')")
    assert SavedView.objects.get(user=staff).query == "q=andi"


def test_a_bulk_change_is_previewed_done_and_undone(open_page, portfolio) -> None:
    Account.objects.filter(pk=portfolio.accounts["C-1"]).update(segment="Viejo")
    page = open_page("/cartera/")
    page.check("[data-select-page]")
    assert page.inner_text(".bulk [data-count]") == "2"
    page.click("button:has-text('Cambiar segmento')")
    assert "Cambiarán 2 clientes" in page.inner_text(".heading")
    assert "$16,500.00" in page.inner_text("main")
    assert Account.objects.filter(segment="Mayoreo").count() == 0
    page.fill("#segment", "Mayoreo")
    page.click("button:has-text('Cambiar 2 clientes')")
    page.wait_for_selector(".toast:has-text('2 clientes cambiaron')")
    assert Account.objects.filter(segment="Mayoreo").count() == 2
    page.click(".toast button:has-text('Deshacer')")
    page.wait_for_selector(".toast:has-text('2 clientes como estaban')")
    assert dict(Account.objects.values_list("code", "segment")) == {"C-1": "Viejo", "C-2": "", "C-3": ""}


def test_a_message_is_read_stopped_and_let_go_again(open_page, portfolio) -> None:
    message = Outbox.objects.get(plan_id=portfolio.plan_id, channel="email")
    page = open_page("/envios/")
    page.click("table a:has-text('Comercial Ocampo')")
    assert "A-101" in page.inner_text(".letter")
    assert "pagos@ocampo.example" in page.inner_text("main")
    page.click("button:has-text('No enviar')")
    page.wait_for_selector(".toast:has-text('1 mensaje no saldrá')")
    message.refresh_from_db()
    assert (message.state, message.reason) == ("withdrawn", "vetoed")
    page.click(".toast button:has-text('Deshacer')")
    page.wait_for_selector(".toast:has-text('1 mensaje saldrá')")
    message.refresh_from_db()
    assert (message.state, message.reason, message.approved) == ("planned", "", False)


def test_a_whole_day_is_approved_after_saying_how_many(open_page, portfolio) -> None:
    page = open_page("/envios/")
    page.click("button:has-text('Aprobar 1 mensaje')")
    assert "Saldrá 1 mensaje" in page.inner_text("#aprobar-todo")
    page.click("#aprobar-todo button:has-text('Aprobar')")
    page.wait_for_selector(".toast:has-text('1 mensaje aprobado')")
    assert Outbox.objects.get(plan_id=portfolio.plan_id, channel="email").approved is True


def test_why_nobody_writes_to_andina_is_one_click_from_its_law(open_page, portfolio, live_server) -> None:
    page = open_page("/normas/")
    assert "1 contacto detenido" in page.inner_text("main")
    page.click("table .who")
    page.wait_for_url(live_server.url + "/normas/regla/MX-OPT-OUT/")
    assert page.inner_text("tbody .who") == "Distribuidora Andina"
    page.click("tbody .who")
    assert page.locator(".badge.bad:has-text('correo')").is_visible()
    assert "Pidió que no se use" in page.inner_text(".timeline")


def test_the_keyboard_alone_walks_the_list(open_page, portfolio) -> None:
    page = open_page("/cartera/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Comercial Ocampo"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Distribuidora Andina"
    page.keyboard.press("x")
    assert page.inner_text(".bulk [data-count]") == "1"
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_selector("h1:has-text('Envíos programados')")
