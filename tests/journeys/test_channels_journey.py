"""The screens of what leaves and of what did not: troubles, channels and their prices, WhatsApp, letters, messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from puntual.apps.outreach.models import ChannelPrice, LetterBatch, Outbox

pytestmark = pytest.mark.journey


def test_what_did_not_leave_is_read_and_sent_again_with_one_click(accessible, portfolio) -> None:
    row = Outbox.objects.filter(plan_id=portfolio.plan_id, channel="email").first()
    Outbox.objects.filter(pk=row.pk).update(state="failed", reason="permanent_failure", detail="550 El buzón no existe")
    page = accessible("/envios/no-salieron/")
    expect(page.get_by_text("550 El buzón no existe")).to_be_visible()
    page.get_by_role("button", name="Intentar otra vez el mensaje a").first.click()
    expect(page.get_by_text("1 mensaje sale otra vez.")).to_be_visible()
    row.refresh_from_db()
    assert (row.state, row.approved, row.attempts) == ("planned", True, 1)


def test_the_account_that_carries_sms_is_given_with_its_sender(accessible, portfolio) -> None:
    page = accessible("/configuracion/canales/sms/cuenta/")
    page.get_by_label("Remitente o número corto").fill("FERRETERA")
    page.get_by_label("Dirección de Kannel").fill("http://kannel:13013")
    page.get_by_label("Usuario").fill("norte")
    page.get_by_label("Contraseña").fill("secreta")
    page.get_by_label("Enviar con acentos").check()
    page.get_by_role("button", name="Guardar la cuenta").click()
    expect(page.get_by_text("Cuenta guardada.")).to_be_visible()
    expect(page.get_by_text("/webhooks/kannel/")).to_be_visible()


def test_the_letters_of_a_printer_tell_how_far_they_are(accessible, portfolio) -> None:
    now = datetime.now(UTC)
    batch = LetterBatch.objects.create(
        creditor=portfolio.creditor, state="making", letters=400, done=37, made_at=now, beat_at=now
    )
    page = accessible(f"/envios/cartas/lote/{batch.pk}/")
    expect(page.get_by_text("37 / 400")).to_be_visible()
    LetterBatch.objects.filter(pk=batch.pk).update(state="ready", done=400, file="c.pdf")
    expect(page.get_by_role("link", name="Abrir el PDF")).to_be_visible(timeout=4000)


def test_a_price_is_told_and_shown(accessible, portfolio) -> None:
    page = accessible("/configuracion/canales/")
    page.get_by_label("Precio", exact=True).fill("0.0075")
    page.get_by_label("Moneda").fill("USD")
    page.get_by_role("button", name="Guardar el precio").click()
    expect(page.get_by_text("0.0075 USD por parte")).to_be_visible()
    assert ChannelPrice.objects.get().unit_milli == 750


@pytest.mark.parametrize(
    "path",
    [
        "/configuracion/whatsapp/", "/configuracion/mensajes/", "/configuracion/mensajes/recordatorio/sms/",
        "/configuracion/mensajes/gracias/email/?idioma=pt", "/configuracion/mensajes/aviso_formal/letter/",
        "/configuracion/mensajes/recordatorio/whatsapp/?version=B", "/envios/cartas/",
        "/configuracion/canales/sms/cuenta/", "/configuracion/canales/whatsapp/cuenta/",
        "/configuracion/mensajes-por-hechos/",
    ],
)  # fmt: skip
def test_each_screen_is_accessible(accessible, portfolio, path) -> None:
    accessible(path)
