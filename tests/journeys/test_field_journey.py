"""On the street without signal, at practice with an angry voice, and with a client's files: in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import write as books
from puntual.apps.training.models import Practice
from puntual.apps.visits import write
from puntual.apps.visits.models import Proof
from puntual.pipeline.visits import windows

pytestmark = pytest.mark.journey
JPG = {"name": "puerta.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff\xe0 puerta"}


@pytest.fixture
def creditor(db):
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def route(creditor, staff):
    """Lucía's round of the next lawful day, with two stops, on the street."""
    today = datetime.now(ZoneInfo("America/Mexico_City")).date()
    rows = [
        parties.NewAccount(
            f"C-{n}", f"Cliente {n}", debtor="consumer", country="MX", zone="America/Mexico_City",
            points=(parties.NewPoint("address", f"Calle {n}, Monterrey"),),
        )
        for n in (1, 2)
    ]  # fmt: skip
    accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
    due = today - timedelta(days=20)
    bills = [
        books.NewInvoice(pk, code, code, due - timedelta(days=30), "MXN", 500_00, ((due, 500_00),))
        for code, pk in accounts.items()
    ]
    books.post_invoices(creditor_id=creditor.pk, invoices=bills, source="test")
    placed = list(Account.objects.filter(creditor=creditor).select_related("creditor"))
    days = [today + timedelta(days=n) for n in range(1, 12)]
    day = next(d for d in days if all(windows(placed, d).values()))
    row = write.plan(creditor=creditor, agent_id=staff.pk, day=day, account_ids=list(accounts.values()))
    return write.release(round_id=row.pk, creditor_id=creditor.pk, now=datetime.now(UTC), user_id=staff.pk)


def test_a_visit_noted_without_signal_waits_in_the_phone_and_arrives_once(open_page, route) -> None:
    page = open_page(f"/visitas/ruta/{route.pk}/", width=360)
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # the helper keeps the page from here on
    page.wait_for_selector("html[data-ready]", state="attached")
    page.context.set_offline(True)
    form = page.locator("form.visit").first
    form.locator("select").select_option("promise")
    form.locator("[name=note]").fill("Paga el viernes")
    form.locator("[name=photo]").set_input_files(JPG)
    form.locator("button.primary").click()
    expect(page.locator("#senal")).to_contain_text("guardadas en este teléfono")
    assert Proof.objects.count() == 0
    page.reload()  # still without signal: the page opens and remembers
    expect(page.locator("#senal")).to_contain_text("1 guardadas")
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("form.visit [data-status]").first).to_have_text("Enviada.")
    proof = Proof.objects.get()
    assert (proof.result, proof.sealed_photo is not None) == ("promise", True)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    assert Proof.objects.count() == 1


def test_the_proof_of_a_visit_is_accessible(accessible, route) -> None:
    place = {"lat": 25.6866, "lon": -100.3161, "accuracy": 12.0}
    visit = route.visits.first()
    found = write.Found("promise", datetime.now(UTC), "Paga el viernes", place, JPG["buffer"])
    write.report(visit_id=visit.pk, found=found, now=datetime.now(UTC))
    page = accessible(f"/visitas/{visit.pk}/prueba/")
    assert "Paga el viernes" in page.inner_text("main")


def test_practice_portfolios_and_visits_are_accessible(accessible, creditor, route, staff) -> None:
    for path in (
        "/supervision/", "/supervision/dia/", "/supervision/calidad/", "/mis-revisiones/", "/visitas/",
        "/mandantes/", "/mandantes/formatos/", "/mandantes/comision/",
    ):  # fmt: skip
        accessible(path)


def test_a_practice_by_keyboard_from_the_first_word_to_the_score(open_page, creditor) -> None:
    page = open_page("/capacitacion/")
    page.click("section[aria-labelledby='caso-olvido'] button")
    for said in (
        "Buenas tardes, le saluda Lucía, de Norte. ¿Hablo con Marta?",
        "Gracias, Marta. Le llamo por una factura de $1,200. ¿Alcanzó a verla?",
        "No se preocupe. ¿Qué día le queda bien?",
        "Entonces quedamos el viernes por $1,200. Gracias.",
    ):
        turns = page.locator(".timeline > li").count()
        page.locator("#text").fill(said)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".timeline > li")).to_have_count(turns + 2)
    expect(page.locator("h2:has-text('Superado')")).to_be_visible()
    assert Practice.objects.get().passed


def test_a_practice_that_threatens_is_not_passed_and_says_why_turn_by_turn(open_page, creditor) -> None:
    page = open_page("/capacitacion/")
    page.click("section[aria-labelledby='caso-olvido'] button")
    for said in ("Le hablo por su deuda de $1,200.", "Si no paga hoy mismo lo vamos a embargar."):
        turns = page.locator(".timeline > li").count()
        page.locator("#text").fill(said)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".timeline > li")).to_have_count(turns + 2)
    if page.locator("#resultado").count() == 0:
        page.get_by_role("button", name="Colgar y ver la nota").click()
    expect(page.locator("h2:has-text('todavía no')")).to_be_visible()
    said = page.locator("#resultado").inner_text()
    assert "Turno 1: se habló de la deuda sin saber quién escuchaba." in said
    assert "Turno 2: una amenaza." in said
    row = Practice.objects.get()
    assert (row.passed, row.by_dimension["law"]) == (False, 0)
    assert row.total < 30


def test_rates_reports_to_bureaus_and_the_papers_of_a_person_are_accessible(accessible, portfolio) -> None:
    account = Account.objects.get(pk=portfolio.accounts["C-1"])
    for path in (
        "/normas/tasas/", "/central/", f"/normas/datos/{account.party_id}/", f"/clientes/{account.pk}/castigo/",
    ):  # fmt: skip
        accessible(path)
