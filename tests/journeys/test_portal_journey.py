"""Ana's page in a real browser: a cheap phone without scripts, and a desk. Every act from the page to its outcome."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlparse

import attrs
import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from puntual.apps.compliance import read as compliance
from puntual.apps.negotiation.models import Complaint, Deal, Dispute, Promise
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, ContactPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.portal import read, write
from puntual.apps.portal.models import PaymentClaim, ReminderRequest, Satisfaction, StandingPayday, TalkRequest, Word
from puntual.apps.receivables import write as books
from puntual.core.time import local_date

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ZONE = "America/Mexico_City"
#: Everything that a link leads to, from its own page.
PAGES = (
    "pagar/", "pagar/vuelta/", "abonar/", "ya-pague/", "fecha/", "cuotas/", "no-estoy-de-acuerdo/", "queja/",
    "no-soy/", "no-me-escriban/", "hablar/", "recuerdenme/", "dia-de-pago/", "preferencias/", "mi-situacion/",
    "como-le-fue/", "es-legitima/", "paso/", "listo/claim/",
)  # fmt: skip
LARGEST = 100 * 1024
PHONE, DESK = {"width": 360}, {"width": 1280, "scripts": True}
both = pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])


@attrs.frozen
class House:
    creditor: Any
    account: int
    path: str
    policy: str


@pytest.fixture
def house() -> House:
    """A store of Monterrey, and Ana with three documents, one of them late and one with two parts."""
    cache.clear()
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone=ZONE, currency="MXN", phone="81 5555 0000",
        payment_instructions="BBVA, CLABE 012180001234567897", complaint_office="PROFECO",
    )  # fmt: skip
    point = parties.NewPoint("email", "ana@correo.example")
    row = parties.NewAccount("C-1", "Ana Ruiz Gómez", "RUGA800101AB1", debtor="consumer", points=(point,))
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    today = local_date(datetime.now(UTC), ZONE)
    late, near, far = today - timedelta(days=12), today + timedelta(days=5), today + timedelta(days=35)
    invoices = [
        books.NewInvoice(account, n, n, late - timedelta(days=30), "MXN", sum(m for _, m in dues), dues)
        for n, dues in (("FN-1", ((late, 1200_00),)), ("FN-2", ((near, 300_50), (far, 300_50))))
    ]
    books.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for("mx"))
    policies.activate(version=version, at=datetime.now(UTC) - timedelta(days=1))
    link = write.link_for(account, point=ContactPoint.objects.get().pk)
    return House(creditor, account, urlparse(link).path, version.policy.public_slug)


@pytest.fixture
def visit(browser: Browser, live_server: Any, house: House) -> Iterator[Callable[..., Page]]:
    """Open a page of Ana's link, by default on a phone that runs no scripts."""
    contexts, faults = [], []

    def _open(path: str = "", *, width: int = 360, theme: str = "light", scripts: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 740}, color_scheme=theme, reduced_motion="reduce", locale="es-MX",
            java_script_enabled=scripts,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20000)
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(live_server.url + (path if path.startswith("/") else house.path + path))
        return page

    yield _open
    for context in contexts:
        context.close()
    assert faults == []


def said(page: Page) -> str:
    return re.sub(r"\s+", " ", page.inner_text("main").replace("\xa0", " "))


def weight(page: Page) -> int:
    """Bytes of a page with all that it asks for."""
    return page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".reduce((sum, e) => sum + e.decodedBodySize, 0)"
    )


@both
def test_from_the_link_to_the_reference_in_two_taps(visit, house, window) -> None:
    page = visit(**window)
    assert "Total por pagar $1,801.00" in said(page) and "De eso, $1,200.00 ya venció" in said(page)
    page.click("text=Pagar ahora")
    assert "BBVA, CLABE 012180001234567897" in said(page)
    page.click("text=Pagar solo lo que ya venció")
    assert "Va a pagar $1,200.00" in said(page)


@both
def test_every_line_opens_to_its_sum(visit, window) -> None:
    page = visit(**window)
    page.click("summary:has-text('FN-1')")
    assert "Importe original" in said(page) and "Pagar solo este" in said(page)


@both
def test_some_documents_and_a_part(visit, window) -> None:
    page = visit("pagar/", **window)
    page.click("text=Elegir qué documentos pagar")
    page.uncheck("label:has-text('FN-1') input")
    page.click("text=Actualizar el total")
    assert "Va a pagar $601.00" in said(page)
    page.goto(page.url.split("pagar/")[0] + "abonar/")
    page.fill("[name=importe]", "250")
    page.click("text=Seguir")
    assert "Va a pagar $250.00 Es una parte de $1,801.00" in said(page)


@both
def test_already_paid_with_the_photo_of_the_slip(visit, tmp_path, window) -> None:
    slip = tmp_path / "recibo.png"
    slip.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 300)
    page = visit(**window)
    page.click("text=Ya pagué")
    page.fill("[name=amount]", "1,200.00")
    page.set_input_files("[name=slip]", str(slip))
    page.click("text=Avisar que ya pagué")
    assert "Gracias, ya lo sabemos" in said(page)
    row = PaymentClaim.objects.get()
    assert (row.amount_minor, row.slip_type, row.slip_size) == (1200_00, "image/png", 308)
    page.click("text=Volver a mi página")
    assert "Recibimos su aviso de pago por $1,200.00" in said(page)


@both
def test_choosing_a_date(visit, window) -> None:
    page = visit(**window)
    page.click("text=Elegir fecha")
    page.fill("[name=on]", (local_date(datetime.now(UTC), ZONE) + timedelta(days=4)).isoformat())
    page.click("text=Anotar esta fecha")
    assert "Anotamos su fecha" in said(page)
    assert Promise.objects.get().amount_minor == 1801_00


@both
def test_instalments_are_seen_before_they_are_accepted(visit, window) -> None:
    page = visit(**window)
    page.click("text=Pagar en cuotas")
    page.select_option("[name=n]", "4")
    page.select_option("[name=cada]", "fortnight")
    page.click("text=Ver cómo queda")
    assert Deal.objects.count() == 0
    assert "En total $1,801.00" in said(page)
    page.click("text=Acepto este plan")
    assert "Su plan de pagos está en marcha" in said(page)
    assert [i.debt_minor for i in Deal.objects.get().instalments.all()] == [450_25] * 4
    page.click("text=Volver a mi página")
    page.click("text=Ver mis pagos")
    assert "Mi plan de pagos" in said(page)


def test_disagreeing_and_complaining(visit) -> None:
    page = visit()
    page.click("a.way:has-text('No estoy de acuerdo')")
    page.check("label:has-text('FN-1') input")
    page.select_option("[name=cause]", "wrong_price")
    page.fill("[name=amount]", "200")
    page.click("text=Pedir que lo revisen")
    assert "Su aclaración está en revisión" in said(page)
    assert Dispute.objects.get().disputed_minor == 200_00
    page.click("text=Volver a mi página")
    page.click("text=Presentar una queja")
    page.fill("[name=text]", "Me hablaron mal")
    page.click("text=Enviar la queja")
    assert Complaint.objects.count() == 1


@both
def test_not_this_person_closes_the_page_and_gives_a_paper(visit, house, window) -> None:
    page = visit(**window)
    page.click("text=No soy esta persona")
    page.click("button:has-text('No soy esta persona')")
    assert "quedó silenciado" in said(page) and "Ana" not in said(page)
    assert ContactPoint.objects.get().status == "silenced"
    assert "Este enlace ya no abre" in said(visit(**window))


@both
def test_stop(visit, house, window) -> None:
    page = visit(**window)
    page.click("text=No me escriban más")
    page.check("label:has-text('Por ningún medio') input")
    page.click("button:has-text('No me escriban más')")
    assert "Listo: no le escribiremos más" in said(page)
    party = Account.objects.get(pk=house.account).party_id
    assert [(c.channel, c.status, c.source) for c in compliance.consents_of(party)] == [("*", "withdrawn", "person")]


@both
def test_talk_remind_payday_preferences_word_and_rating(visit, house, window) -> None:
    page = visit(**window)
    page.click("text=Hablar con una persona")
    page.fill("[name=text]", "Tengo una duda")
    page.click("text=Pedir que me respondan")
    assert "Una persona le responderá" in said(page) and TalkRequest.objects.count() == 1
    page.goto(page.url.split("listo/")[0] + "recuerdenme/")
    page.fill("[name=on]", (local_date(datetime.now(UTC), ZONE) + timedelta(days=3)).isoformat())
    page.click("text=Recuérdenme ese día")
    assert ReminderRequest.objects.count() == 1
    for path, act, row in (
        ("dia-de-pago/", "Guardar", StandingPayday),
        ("mi-situacion/", "Enviar", Word),
        ("como-le-fue/", "Enviar", Satisfaction),
    ):
        page.goto(page.url.split("listo/")[0] + path)
        if path == "mi-situacion/":
            page.fill("[name=can_pay]", "300")
        if path == "como-le-fue/":
            page.check("label:has-text('Muy fácil') input")
        page.click(f"button:has-text('{act}')")
        assert "/listo/" in page.url and row.objects.count() == 1


def test_papers_after_one_question(visit, house, checked) -> None:
    page = visit(scripts=True)
    page.click("text=Estado de cuenta y comprobantes")
    page.fill("[name=answer]", "1AB1")
    page.click("text=Seguir")
    assert "Ana Ruiz Gómez" in said(page) and "Saldo de hoy" in said(page)
    with page.expect_download() as got:
        page.click("text=Descargar en PDF")
    assert got.value.suggested_filename == "statement.pdf"
    for path in ("estado-de-cuenta/", "contactos/", "condiciones/", "constancia/"):
        page.goto(re.sub(r"(/p/[^/]+/).*", r"\1", page.url) + path)
        checked(page, path)


def test_every_page_is_accessible_fits_320_px_and_weighs_under_100_kb(visit, house, live_server, checked) -> None:
    page, heaviest = visit(scripts=True), 0
    token = house.path.split("/")[2]
    theirs, public = (f"/p/{token}/", f"/p/{token}/no/existe/", "/p/no-abre/"), ("/constancia/NADA/",)
    others = (*theirs, *public, f"/politica/{house.policy}/")
    for path in (*PAGES, *others):
        page.goto(live_server.url + (path if path.startswith("/") else house.path + path))
        heaviest = max(heaviest, weight(page))
        checked(page, path)
    assert 20 * 1024 < heaviest < LARGEST
    print(f"heaviest page: {heaviest / 1024:.1f} KB")


def test_the_whole_page_by_keyboard(visit) -> None:
    page = visit(width=1280, scripts=True)
    names = []
    for _ in range(40):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.innerText || ''").split("\n")[0].strip())
    for button in ("Pagar ahora", "Abonar una parte", "Elegir fecha", "Pagar en cuotas", "Ya pagué"):
        assert button in names
    for button in ("No estoy de acuerdo", "No soy esta persona", "No me escriban más", "Hablar con una persona"):
        assert button in names
    page.evaluate("document.querySelector('.skip').focus()")
    box = page.locator(".skip").bounding_box()
    assert box["y"] >= 0 and box["width"] > 50


@both
def test_her_link_has_no_balance_left_to_show_when_all_is_paid(visit, house, window) -> None:
    today = local_date(datetime.now(UTC), ZONE)
    payment = books.NewPayment(house.account, 1801_00, "MXN", today, "p", "test")
    books.post_payments(creditor_id=house.creditor.pk, payments=[payment])
    page = visit(**window)
    assert "está al día" in said(page)
    page.click("text=Constancia de no adeudo")
    page.fill("[name=answer]", "1AB1")
    page.click("text=Seguir")
    page.click("text=Emitir la constancia")
    assert "no tiene ningún documento por pagar" in said(page)
    assert read.bill(house.account, today).clear


def test_the_staff_sees_what_she_told_and_books_it(visit, house, accessible) -> None:
    page = visit("ya-pague/")
    page.fill("[name=amount]", "1,200.00")
    page.click("text=Avisar que ya pagué")
    screen = accessible("/avisos/")
    screen.click("text=Apareció: registrarlo")
    assert "Pago registrado" in screen.inner_text("body")
    assert read.bill(house.account, local_date(datetime.now(UTC), ZONE)).total("MXN") == 601_00
