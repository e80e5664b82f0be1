"""People enter with a passkey and a code, invite a colleague, and approve what another asked; every screen walked."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator

from puntual.apps.access import write as access
from puntual.apps.access.models import Approval
from puntual.apps.receivables import read as books

pytestmark = pytest.mark.journey
KEY = "una-clave-larga"


@pytest.fixture
def passkeys():
    """A security device of the browser's own: Chromium's virtual authenticator, by its debugging protocol."""

    def plugged(page):
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return page

    return plugged


def test_a_passkey_is_added_once_and_then_opens_the_door_alone(open_page, passkeys, live_server, staff) -> None:
    page = passkeys(open_page("/cuenta/seguridad/webauthn/add/"))
    page.fill("[name=password]", KEY)
    page.click("main button.primary")
    page.wait_for_selector("#mfa_webauthn_add")
    page.fill("[name=name]", "Mi portátil")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(re.compile("/cuenta/seguridad/recovery-codes/"))
    assert Authenticator.objects.filter(user=staff, type="webauthn").count() == 1
    page.context.clear_cookies()
    page.goto(live_server.url + "/entrar/?next=/mis-opciones/")
    page.click("#passkey_login")
    page.wait_for_url(live_server.url + "/mis-opciones/")
    assert page.inner_text("h1") == "Mis opciones"


def test_the_portfolio_is_closed_until_the_role_has_its_second_step(open_page, staff, portfolio) -> None:
    access.ask_second_step(roles=["admin"])
    page = open_page("/cartera/")
    assert page.inner_text("h1") == "Segundo paso y llaves de acceso"
    assert "quien administra pide un segundo paso" in page.inner_text("main")


def test_a_colleague_is_invited_and_their_link_copied(open_page, portfolio) -> None:
    page = open_page("/configuracion/")
    page.click("text=Ver a las personas")
    page.click("text=Invitar a alguien")
    page.fill("[name=first_name]", "Beto")
    page.fill("[name=username]", "beto")
    page.select_option("[name=role]", "agent")
    page.click("main button:has-text('Invitar')")
    page.wait_for_selector("#link")
    assert "/invitacion/" in page.input_value("#link")
    page.goto(page.input_value("#link").replace("http://127.0.0.1:8000", page.url.split("/configuracion")[0]))
    assert page.inner_text("h1") == "Elija su contraseña"


def test_what_one_asks_another_approves(open_page, portfolio, django_user_model) -> None:
    gloria = django_user_model.objects.create_user("gloria", first_name="Gloria")
    access.grant(user_id=gloria.pk, role="agent", creditor_id=portfolio.creditor.pk)
    account = portfolio.accounts["C-2"]
    item = books.open_items(account)[0]
    Approval.objects.create(
        kind="write_off", creditor=portfolio.creditor, account_id=account, key="k", amount_minor=item.open_minor,
        currency="MXN", reason="Cerró su negocio", asked_by=gloria, asked_at="2026-11-01T15:00:00Z",
        detail={"parts": [[item.due_item_id, 1, item.open_minor]]},
    )  # fmt: skip
    page = open_page("/por-aprobar/")
    assert "Cerró su negocio" in page.inner_text("main")
    page.click("button:has-text('Aprobar')")
    page.wait_for_selector("text=Aprobado y hecho")
    assert books.open_items(account) == []


@pytest.mark.parametrize(
    "path",
    [
        "/configuracion/personas/", "/configuracion/personas/nueva/", "/configuracion/llaves/", "/por-aprobar/",
        "/cuenta/seguridad/", "/cuenta/sesiones/", "/cuenta/contrasena/", "/cuenta/confirmar/",
        "/normas/bitacora/accesos/", "/salir/",
    ],
)  # fmt: skip
def test_each_screen_is_accessible(accessible, portfolio, path) -> None:
    accessible(path)


def test_one_person_and_asking_a_waiver_are_accessible(accessible, portfolio, staff) -> None:
    accessible(f"/configuracion/personas/{staff.pk}/")
    accessible(f"/clientes/{portfolio.accounts['C-2']}/condonar/")


def test_the_locked_door_is_accessible(accessible, checked, staff) -> None:
    page = accessible("/entrar/", signed_in=False)
    for _ in range(5):
        page.fill("[name=username]", "lucia")
        page.fill("[name=password]", "no es esta")
        page.press("[name=password]", "Enter")
        page.wait_for_load_state()
    assert page.inner_text("h1") == "La puerta está cerrada un momento"
    checked(page, "/entrar/")
