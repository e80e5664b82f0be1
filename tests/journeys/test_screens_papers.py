# ruff: noqa: F811 (fixtures shared by import)
"""The papers of the customer's page and the screens that are reached by acting: each reached, used, and looked at with
axe in light and dark, at 320 px and by keyboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import test_portal_acts_journey as acts
from django.contrib.auth import get_user_model
from django.core.cache import cache
from playwright.sync_api import expect
from talk_house import TalkHouse
from test_first_reminder_journey import visitor  # noqa: F401
from test_portal_journey import house, said, visit  # noqa: F401
from test_portal_rest_journey import today
from test_rates_screen import NOVEMBER

from puntual.adapters.mercadopago import MercadoPago
from puntual.apps.access import write_people
from puntual.apps.outreach.models import Outbox
from puntual.apps.payments import write as payments
from puntual.apps.portal import read
from puntual.apps.portal.models import Paper
from puntual.apps.receivables import write as books
from puntual.apps.receivables.write_charges import NewCharge, post_charges
from puntual.apps.welcome import building
from puntual.simulators.mercadopago import MercadoPagoSimulator

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
#: More nights of interest than fit on one page of charges.
NIGHTS = 210


def answer(page) -> None:
    """The one question before a private paper."""
    page.fill("[name=answer]", "1AB1")
    page.click("text=Seguir")


def test_every_charge_of_a_document_is_read_page_by_page(visit, house, checked) -> None:
    item = read.bill(house.account, today()).lines[0].due_item
    formula = "100.00 x 24 % / 360 x 1 día = 0.07 (24 % anual pactado)"
    nights = [today() - timedelta(days=n) for n in range(NIGHTS, 0, -1)]
    rows = [
        NewCharge(
            house.account, item, "late_interest", "MXN", f"noche:{n}", n, n, 100_00, 7, None, formula, "pactado", ""
        )
        for n in nights
    ]
    post_charges(creditor_id=house.creditor.pk, rows=rows, marks={}, source="cargos")
    page = visit(scripts=True)
    page.click("summary:has-text('FN-1')")
    page.click(f"text=Y {NIGHTS - 4} cargos anteriores")
    assert page.inner_text("h1") == "Cargos de FN-1" and page.locator(".sum .why").count() == 200
    checked(page, f"cargos/{item}/")
    page.click("text=Los siguientes")
    assert page.locator(".sum .why").count() == 10
    checked(page, f"cargos/{item}/")


def test_the_receipt_of_a_payment_says_what_it_paid(visit, house, checked) -> None:
    paid = books.NewPayment(house.account, 500_00, "MXN", today(), "p", "test")
    books.post_payments(creditor_id=house.creditor.pk, payments=[paid])
    page = visit("estado-de-cuenta/", scripts=True)
    answer(page)
    page.click("a:has-text('Comprobante')")
    assert "$500.00" in said(page) and "FN-1" in said(page)
    event = page.url.split("/")[-2]
    checked(page, f"recibo/{event}/")


def test_the_certificate_that_nothing_is_owed_is_read_and_checked(visit, house, checked, live_server) -> None:
    payment = books.NewPayment(house.account, 1801_00, "MXN", today(), "p", "test")
    books.post_payments(creditor_id=house.creditor.pk, payments=[payment])
    page = visit(scripts=True)
    token = house.path.split("/")[2]
    checked(page, f"/p/{token}/")
    page.click("text=Constancia de no adeudo")
    answer(page)
    checked(page, "constancia/")
    page.click("text=Emitir la constancia")
    number = Paper.objects.get().number
    assert number in said(page)
    checked(page, f"constancia/{number}/")
    page.goto(f"{live_server.url}/constancia/{number}/")
    assert "Ana" not in said(page)
    checked(page, f"/constancia/{number}/")


def test_who_is_not_that_person_keeps_a_paper_that_tells_nothing_of_anybody(visit, house, checked) -> None:
    page = visit("no-soy/", scripts=True)
    page.click("button:has-text('No soy esta persona')")
    expect(page.locator("h1")).to_have_text("Constancia de contacto equivocado")
    assert "Ana" not in said(page) and Paper.objects.get().number in said(page)
    checked(page, "no-soy/constancia/")


def test_a_reference_of_its_own_for_a_part(visit, house, checked) -> None:
    page = visit("pagar/?moneda=MXN&importe=250", scripts=True)
    page.click("text=Una referencia solo para esto")
    assert "Referencia para este pago" in said(page) and "$250.00" in said(page)
    checked(page, "pagar/referencia/")


def test_from_the_page_one_is_sent_to_the_gateway(visit, house, checked, settings, live_server, monkeypatch) -> None:
    settings.PORTAL_GATEWAYS, settings.PUBLIC_URL = "test_portal_acts_journey.gateways", live_server.url
    with MercadoPagoSimulator() as sim:
        monkeypatch.setitem(acts.BOUND, "mercadopago", MercadoPago(sim.url))
        secrets = {"access_token": sim.bearer, "webhook_secret": sim.secret}
        new = payments.NewGateway(house.creditor.pk, "mercadopago", secrets, country="MX")
        payments.add_gateway(gateway=new, at=datetime.now(UTC))
        page = visit("pagar/", scripts=True)
        page.click("button:has-text('Mercado Pago')")
        assert "Al terminar volverá aquí" in said(page)
        checked(page, "pagar/en-linea/")


def test_a_letter_is_told_where_it_is(accessible, portfolio) -> None:
    row = Outbox.objects.filter(plan_id=portfolio.plan_id).first()
    Outbox.objects.filter(pk=row.pk).update(channel="letter", state="sent")
    page = accessible(f"/envios/cartas/{row.pk}/")
    page.fill("[name=posted]", "2026-01-05")
    page.click("main button.primary")
    expect(page.locator("body")).to_contain_text("Anotado.")


def test_a_value_that_may_be_changed_is_accessible(accessible, portfolio) -> None:
    page = accessible("/normas/valores/CO-ATTEMPTS-DAY/")
    assert page.locator("main form").count() > 0


def test_what_a_change_of_many_would_touch_is_accessible(open_page, checked, portfolio) -> None:
    page = open_page("/cartera/")
    page.check("[data-select-page]")
    page.click("text=Cambiar segmento…")
    expect(page.locator("h1")).to_contain_text("segmento")
    checked(page, "/cartera/acciones/")


def test_what_an_act_on_many_conversations_would_touch_is_accessible(open_page, checked) -> None:
    TalkHouse()
    page = open_page("/conversaciones/")
    page.check("[name=sel] >> nth=0")
    page.click(".bulk button[name=accion] >> nth=0")
    checked(page, "/conversaciones/varias/")


def test_what_new_rates_would_change_is_accessible(open_page, checked, portfolio) -> None:
    page = open_page("/normas/tasas/")
    page.fill("#indice", "IBC_CONSUMO")
    page.fill("#filas", NOVEMBER.partition("\n")[2])
    page.click("text=Ver qué cambia")
    expect(page.locator("main")).to_contain_text("17,50")
    checked(page, "/normas/tasas/cargar/")


def test_while_the_example_is_built_its_last_word_is_in_sight(accessible, monkeypatch) -> None:
    monkeypatch.setattr(building, "now", lambda: building.Building("Cobrando tres meses de facturas"))
    page = accessible("/comenzar/ejemplo/")
    assert "Cobrando tres meses de facturas" in page.inner_text("main")


def test_who_was_invited_chooses_a_password_and_the_link_serves_once(open_page, checked, live_server, person) -> None:
    beto = person("beto", "agent")
    uid, token = write_people.link_parts(beto)
    page = checked(open_page(f"/invitacion/{uid}/{token}/", signed_in=False), f"/invitacion/{uid}/{token}/")
    page.fill("[name=password]", "corta")
    page.click("text=Guardar y entrar")
    expect(page.locator(".error").first).to_be_visible()
    checked(page, f"/invitacion/{uid}/{token}/")
    page.fill("[name=password]", "café con dos azúcares")
    page.click("text=Guardar y entrar")
    expect(page.locator("h1")).to_have_text("Bienvenido de nuevo")
    page.goto(f"{live_server.url}/invitacion/{uid}/{token}/")
    assert page.locator("[name=password]").count() == 0
    checked(page, f"/invitacion/{uid}/{token}/")


def test_the_first_account_is_made_where_there_is_none(visitor, checked, live_server) -> None:
    visitor.goto(live_server.url)
    checked(visitor, "/comenzar/cuenta/")
    visitor.fill("#id_first_name", "Marta")
    visitor.fill("#id_username", "marta")
    visitor.fill("#id_password", "corta")
    visitor.click("button:has-text('Crear y entrar')")
    expect(visitor.locator(".error").first).to_be_visible()
    checked(visitor, "/comenzar/cuenta/")
    assert not get_user_model().objects.exists()


def test_who_tries_links_reads_that_it_is_time_to_wait(visit, house, client, checked, live_server) -> None:
    for n in range(31):
        client.get(f"/p/{n}-{'x' * 22}/")
    page = visit("/p/1-xx/", scripts=True)
    assert "Espere un momento" in said(page)
    checked(page, "/p/1-xx/")
    cache.clear()
