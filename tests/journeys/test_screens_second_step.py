# ruff: noqa: F811 (fixtures shared by import)
"""The second step, in the state that each of its screens needs: half way of entering, with codes, with a device. Each
is used, and looked at with axe in light and dark, at 320 px and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import test_access_entering as entering
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.test import Client, RequestFactory
from playwright.sync_api import Page, expect
from test_access_entering import provider  # noqa: F401

pytestmark = pytest.mark.journey
KEY = "una-clave-larga"
SAFETY = "/cuenta/seguridad/"


@pytest.fixture
def codes(staff: Any) -> str:
    """Lucía's telephone makes codes, from this secret, and she has ten more on paper."""
    secret = entering.with_totp(staff)
    with context.request_context(RequestFactory().get("/")):
        RecoveryCodes.activate(staff)
    return secret


@pytest.fixture
def goes(live_server: Any) -> Callable[[Page, str], Page]:
    """A page goes to another address with what it has: its session, its device."""

    def _go(page: Page, path: str) -> Page:
        page.goto(live_server.url + path)
        return page

    return _go


@pytest.fixture
def device(open_page: Any) -> Page:
    """A page of Lucía's, who said who she is, in a browser with a device that holds a key of hers."""
    page = open_page("/cuenta/seguridad/webauthn/add/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.fill("[name=password]", KEY)
    page.click("main button:has-text('Confirmar')")
    assert page.input_value("[name=name]") == "Llave 1"
    page.fill("[name=name]", "Portátil de la oficina")
    page.click("#mfa_webauthn_add")
    expect(page.locator("h1")).to_have_text("Códigos de respaldo")
    return page


def half_way(page: Page) -> Page:
    """The door, after the password: only the second step is missing."""
    page.fill("[name=username]", "lucia")
    page.fill("[name=password]", KEY)
    page.press("[name=password]", "Enter")
    expect(page.locator("h1")).to_have_text("Falta el segundo paso")
    return page


def told(page: Page) -> str:
    return page.inner_text("main")


def test_half_way_of_entering_a_wrong_code_is_told_and_the_right_one_opens(checked, open_page, codes) -> None:
    page = half_way(open_page("/entrar/", signed_in=False))
    assert page.locator("text=Usar una llave de acceso").count() == 0
    checked(page, "/cuenta/seguridad/authenticate/")
    page.fill("[name=code]", "000000")
    page.press("[name=code]", "Enter")
    expect(page.locator(".error")).to_have_text("Código incorrecto.")
    checked(page, "/cuenta/seguridad/authenticate/")
    page.fill("[name=code]", entering.code_of(codes))
    page.press("[name=code]", "Enter")
    expect(page.locator("h1")).to_have_text("¿Por dónde empezamos?")


def test_half_way_one_may_begin_again_as_another(open_page, codes) -> None:
    page = half_way(open_page("/entrar/", signed_in=False))
    page.click("text=Entrar con otro usuario")
    expect(page.locator("h1")).to_have_text("Bienvenido de nuevo")


def test_codes_are_seen_made_again_and_switched_off(checked, open_page, goes, codes, staff) -> None:
    page = half_way(open_page("/entrar/", signed_in=False))
    page.fill("[name=code]", entering.code_of(codes))
    page.press("[name=code]", "Enter")
    expect(page.locator("h1")).to_have_text("¿Por dónde empezamos?")
    checked(goes(page, SAFETY), "/cuenta/seguridad/")
    page.click("text=Verlos")
    page.fill("[name=password]", KEY)
    page.click("main button:has-text('Confirmar')")
    checked(page, "/cuenta/seguridad/recovery-codes/")
    before = page.locator(".codes li").all_inner_texts()
    page.click("text=Hacer otros")
    assert "Los que tenía dejan de abrir" in told(page)
    checked(page, "/cuenta/seguridad/recovery-codes/generate/")
    page.click("text=Hacerlos")
    after = page.locator(".codes li").all_inner_texts()
    assert (len(before), len(after)) == (10, 10) and not set(before) & set(after)
    page.click("text=Volver a mi segundo paso")
    page.click("text=Desactivar")
    checked(page, "/cuenta/seguridad/totp/deactivate/")
    page.click("main button:has-text('Desactivar')")
    expect(page.locator("h1")).to_have_text("Segundo paso y llaves de acceso")
    assert not Authenticator.objects.filter(user=staff, type="totp").exists()


def test_before_a_change_one_says_who_one_is_by_password_or_by_code(checked, open_page, goes, codes) -> None:
    page = checked(open_page("/cuenta/seguridad/totp/deactivate/"), "/cuenta/confirmar/")
    page.fill("[name=password]", "no es esta")
    page.click("main button:has-text('Confirmar')")
    expect(page.locator(".error")).to_be_visible()
    checked(page, "/cuenta/confirmar/")
    page.click("text=Con un código")
    checked(page, "/cuenta/seguridad/reauthenticate/")
    page.fill("[name=code]", entering.code_of(codes))
    page.click("main button:has-text('Confirmar')")
    expect(page.locator("h1")).to_have_text("Desactivar la aplicación de códigos")


def test_a_key_is_named_confirms_opens_and_is_removed(checked, device, goes) -> None:
    page, key = device, Authenticator.objects.get(type="webauthn")
    checked(goes(page, "/cuenta/seguridad/webauthn/"), "/cuenta/seguridad/webauthn/")
    assert "Portátil de la oficina" in told(page) and "Todavía ninguno" in told(page)
    page.click("text=Cambiar su nombre")
    checked(page, f"/cuenta/seguridad/webauthn/keys/{key.pk}/edit/")
    page.fill("[name=name]", "Portátil de casa")
    page.click("text=Guardar")
    expect(page.locator("tbody")).to_contain_text("Portátil de casa")
    checked(goes(page, "/cuenta/seguridad/webauthn/reauthenticate/"), "/cuenta/seguridad/webauthn/reauthenticate/")
    goes(page, f"/cuenta/seguridad/webauthn/reauthenticate/?next=/cuenta/seguridad/webauthn/keys/{key.pk}/remove/")
    page.click("text=Usar una llave de acceso")
    expect(page.locator("h1")).to_have_text("Quitar «Portátil de casa»")
    checked(page, f"/cuenta/seguridad/webauthn/keys/{key.pk}/remove/")
    page.click("text=Quitar la llave")
    expect(page.locator("main")).to_contain_text("Todavía ninguna")
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_half_way_of_entering_a_key_is_the_second_step(checked, device, goes, live_server) -> None:
    page = device
    page.context.clear_cookies()
    checked(half_way(goes(page, "/entrar/")), "/cuenta/seguridad/authenticate/")
    page.click("text=Usar una llave de acceso")
    expect(page.locator("h1")).to_have_text("¿Por dónde empezamos?")


def test_a_code_of_paper_that_is_spent_says_how_many_are_left(open_page, goes, codes, staff) -> None:
    spare = Authenticator.objects.get(user=staff, type="recovery_codes").wrap().get_unused_codes()
    page = half_way(open_page("/entrar/", signed_in=False))
    page.fill("[name=code]", spare[0])
    page.press("[name=code]", "Enter")
    expect(page.locator("h1")).to_have_text("¿Por dónde empezamos?")
    assert "Le quedan 9 códigos" in told(goes(page, SAFETY))


def test_the_company_is_asked_who_one_is_and_whom_nobody_invited_is_told_so(
    checked, open_page, goes, provider, live_server
) -> None:
    page = open_page("/entrar/", signed_in=False)
    checked(goes(page, "/cuenta/oidc/empresa/login/"), "/cuenta/oidc/empresa/login/")
    assert "Va a la página de su empresa" in told(page)
    provider.told = {"sub": "9", "email": "otra@norte.example", "email_verified": True, "name": "Otra"}
    web = Client()
    back = parse_qs(urlsplit(web.post("/cuenta/oidc/empresa/login/?process=login")["Location"]).query)
    page.context.add_cookies([{"name": "sessionid", "value": web.cookies["sessionid"].value, "url": live_server.url}])
    goes(page, f"/cuenta/oidc/empresa/login/callback/?code=c&state={back['state'][0]}")
    assert page.inner_text("h1") == "Falta su invitación"
    checked(page, "/cuenta/oidc/empresa/login/callback/")


def test_the_account_of_the_company_is_let_go(accessible, staff, provider) -> None:
    SocialAccount.objects.create(user=staff, provider="empresa", uid="7", extra_data={"name": "Lucía"})
    page = accessible("/cuenta/proveedor/")
    page.check("[name=account]")
    page.click("text=Dejar de usarla")
    expect(page.locator("main")).to_contain_text("no está unido a la cuenta de su empresa")
    assert not SocialAccount.objects.exists()
