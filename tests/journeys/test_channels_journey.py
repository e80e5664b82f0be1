"""The screens of what leaves and of what did not: troubles, channels and their prices, WhatsApp, letters, messages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from puntual.apps.outreach.models import ChannelPrice, Outbox

pytestmark = pytest.mark.journey


def test_what_did_not_leave_is_read_and_sent_again_with_one_click(accessible, portfolio) -> None:
    row = Outbox.objects.filter(plan_id=portfolio.plan_id, channel="email").first()
    Outbox.objects.filter(pk=row.pk).update(state="failed", reason="permanent_failure", detail="550 El buzón no existe")
    page = accessible("/envios/no-salieron/")
    expect(page.get_by_text("550 El buzón no existe")).to_be_visible()
    page.get_by_role("checkbox", name="Marcar el mensaje").first.check()
    page.get_by_role("button", name="Intentar otra vez lo marcado").click()
    expect(page.get_by_text("1 mensaje sale otra vez.")).to_be_visible()
    row.refresh_from_db()
    assert (row.state, row.approved, row.attempts) == ("planned", True, 1)


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
    ],
)  # fmt: skip
def test_each_screen_is_accessible(accessible, portfolio, path) -> None:
    accessible(path)
