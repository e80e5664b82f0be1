"""From an empty installation to the first reminder, in a real browser, against the clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page

from puntual.apps.compliance.models import Consent
from puntual.apps.imports.models import ImportRun
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.policies import write as policies
from puntual.apps.policies.editing import with_step
from puntual.apps.policies.models import Policy, PolicyVersion

pytestmark = pytest.mark.journey
FIVE_MINUTES_S = 300


@pytest.fixture
def visitor(browser: Browser, live_server, transactional_db) -> Iterator[Page]:
    """Somebody at a door that nobody has opened yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert faults == []


def invoices(today: datetime) -> bytes:
    """Three customers: one with everything, one that says no terms, one that cannot be reached."""
    old, soon = today - timedelta(days=10), today + timedelta(days=40)
    rows = [
        "Factura,Cliente,NIT,Fecha,Vencimiento,Total,Correo",
        f"F-1,Cafetería Andes SAS,900123456,{old:%d/%m/%Y},{old:%d/%m/%Y},1200000,pagos@andes.example",
        f"F-2,Librería Macondo SAS,900654321,{old - timedelta(days=40):%d/%m/%Y},,800000,pagos@macondo.example",
        f"F-3,Rosa Elvira,52123456,{old:%d/%m/%Y},{soon:%d/%m/%Y},50000,",
    ]
    return "\n".join(rows).encode()


def test_an_empty_installation_reaches_its_first_reminder_in_under_five_minutes(visitor: Page, live_server) -> None:
    page, started = visitor, time.monotonic()
    page.goto(live_server.url)
    assert page.inner_text("h1") == "Crear la primera cuenta"
    page.fill("#id_first_name", "Marta Ruiz")
    page.fill("#id_username", "marta")
    page.fill("#id_password", "una frase larga y propia")
    page.click("button:has-text('Crear y entrar')")

    page.wait_for_selector("h1:has-text('¿Por dónde empezamos?')")
    assert page.locator("button:has-text('Ver un ejemplo')").is_visible()
    page.click("a:has-text('Empezar con mis datos')")
    page.fill("#id_name", "Distribuciones Ruiz")
    page.select_option("#id_country", "CO")
    page.fill("#id_credit_days", "30")
    page.check("input[name=address_form][value=usted]")
    page.click("button:has-text('Seguir')")

    page.wait_for_selector("h1:has-text('Cargar datos')")
    file = {"name": "cartera.csv", "mimeType": "text/csv", "buffer": invoices(datetime.now(UTC))}
    page.set_input_files("#archivos", files=[file])
    page.click("button:has-text('Ver qué traen')")
    page.wait_for_selector("h1:has-text('Antes de cargar')")
    assert Account.objects.count() == 0
    page.click("button:has-text('Cargar 3 filas')")
    page.click("a:has-text('Seguir')")

    page.wait_for_selector("h1:has-text('Lo que falta')")
    assert "Rosa Elvira" in page.inner_text("tbody")
    rosa = Account.objects.get(code="52123456")
    page.fill(f"#id_{rosa.pk}-email", "rosa@correo.example")
    page.click("button:has-text('Guardar y seguir')")

    page.wait_for_selector("h1:has-text('Permisos que ya tiene')")
    page.fill("#id_basis", "contrato de suministro, cláusula 9")
    page.fill("#id_proof", "contratos firmados, archivo 2026")
    page.click("button:has-text('Anotar y seguir')")

    page.wait_for_selector("h1:has-text('Cómo recordar')")
    page.click("button:has-text('Ver qué saldría')")
    page.wait_for_selector("h1:has-text('recordatorio')")
    assert page.inner_text("h1") == "Saldrían 2 recordatorios"
    assert "Cafetería Andes SAS" in page.inner_text("table")
    assert Outbox.objects.count() == 0
    page.click("button:has-text('Programar')")

    page.wait_for_selector("h1:has-text('Envíos programados')")
    spent = time.monotonic() - started
    assert page.locator("table .who:has-text('Cafetería Andes SAS')").is_visible()
    assert spent < FIVE_MINUTES_S
    creditor = Creditor.objects.get()
    assert (creditor.zone, creditor.currency, creditor.test_mode) == ("America/Bogota", "COP", True)
    assert Consent.objects.filter(source="declared", basis="contrato de suministro, cláusula 9").count() == 3
    assert set(Outbox.objects.values_list("state", "approved")) == {("planned", False)}
    print(f"de la instalación vacía al primer recordatorio: {spent:.1f} s")


def test_the_first_account_can_only_be_the_first(visitor: Page, live_server) -> None:
    get_user_model().objects.create_user("lucia", password="una-clave-larga")
    visitor.goto(live_server.url + "/comenzar/cuenta/")
    assert visitor.inner_text("h1") == "Bienvenido de nuevo"
    assert get_user_model().objects.count() == 1


def test_the_first_steps_are_accessible_in_light_and_dark_and_fit_a_phone(accessible) -> None:
    for path in ("/comenzar/", "/comenzar/empresa/"):
        accessible(path)


def test_rules_and_loads_are_accessible_in_light_and_dark_and_fit_a_phone(accessible, portfolio) -> None:
    policy = Policy.objects.get().pk
    text = with_step(PolicyVersion.objects.get().text, None, {"dia": 12, "plantilla": "recordatorio"})
    policies.save_draft(policy=Policy.objects.get(), text=text)
    for path in (
        "/politicas/",
        "/politicas/nueva/",
        f"/politicas/{policy}/",
        f"/politicas/{policy}/pasos/primer-aviso/",
        f"/politicas/{policy}/reglas/",
        f"/politicas/{policy}/convenios/",
        f"/politicas/{policy}/incentivos/nuevo/",
        f"/politicas/{policy}/conciliacion/",
        f"/politicas/{policy}/aprender/",
        f"/politicas/{policy}/texto/",
        f"/politicas/{policy}/vista-previa/",
        f"/politicas/{policy}/versiones/1/",
        "/cargar/",
        "/comenzar/faltan/",
        "/comenzar/permisos/",
        "/comenzar/politica/",
        "/comenzar/vista/",
        f"/clientes/{portfolio.accounts['C-1']}/pago/documentos/",
        "/configuracion/",
        "/configuracion/empresa/",
        "/configuracion/correo/?proveedor=google",
        "/configuracion/modo-de-prueba/",
        "/configuracion/mensajes/",
        "/configuracion/mensajes/recordatorio/email/",
        "/configuracion/respaldo/",
    ):
        accessible(path)


def test_a_review_and_its_load_are_accessible(open_page, portfolio, accessible, checked) -> None:
    page = open_page("/cargar/")
    text = invoices(datetime.now(UTC)) + b"\nF-9,Sin fecha,1,,,nada,"
    page.set_input_files("#archivos", files=[{"name": "cartera.csv", "mimeType": "text/csv", "buffer": text}])
    page.click("button:has-text('Ver qué traen')")
    page.wait_for_selector("h1:has-text('Antes de cargar')")
    token = page.url.split("/")[-2]
    checked(page, f"/cargar/revisar/{token}/")
    page.click("button:has-text('Cargar 4 filas')")
    page.wait_for_selector("h1:has-text('cartera.csv')")
    accessible(f"/cargar/{ImportRun.objects.get().pk}/")
    accessible("/cargar/")
