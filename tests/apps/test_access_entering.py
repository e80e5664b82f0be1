"""Entering: password, second step, recovery codes, too many tries, sessions, and the company's own provider."""

from __future__ import annotations

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from puntual.apps.access import write
from puntual.apps.parties import write as parties

pytestmark = pytest.mark.django_db
KEY = "una-clave-larga"


@pytest.fixture(autouse=True)
def _calm(settings):
    """Counters begin at nothing, and passwords are told quickly: how slow they are is not what is tested."""
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def norte():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")


@pytest.fixture
def ana(person, norte):
    return person("ana", "manager", norte, email="ana@norte.example")


def enter(client, name="ana", key=KEY, **more):
    return client.post("/entrar/", {"username": name, "password": key, **more})


def is_in(client):
    return client.get("/mis-opciones/").status_code == 200


class TestByPassword:
    def test_the_right_one_enters_and_goes_where_it_was_going(self, client, ana):
        answer = enter(client, next="/cartera/")
        assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/cartera/", True)

    def test_a_wrong_one_says_so_and_nothing_of_who_exists(self, client, ana):
        first, second = enter(client, key="otra"), enter(client, name="nadie", key="otra")
        words = "El usuario y la contraseña no coinciden"
        assert words in first.content.decode() and words in second.content.decode()
        assert not is_in(client)

    def test_an_address_of_another_house_is_not_followed(self, client, ana):
        assert enter(client, next="https://malo.example/")["Location"] == "/"

    def test_who_was_switched_off_does_not_enter(self, client, person):
        person("ana", is_active=False)
        enter(client)
        assert not is_in(client)

    def test_leaving_takes_a_form_and_ends_it(self, client, ana):
        enter(client)
        assert client.get("/salir/").status_code == 200 and is_in(client)
        assert client.post("/salir/")["Location"] == "/entrar/"
        assert not is_in(client)

    def test_nobody_makes_an_account_alone(self, client, ana):
        assert client.get("/cuenta/alta/").status_code == 404

    def test_a_short_or_common_password_is_refused_and_the_old_one_stays(self, client, ana):
        enter(client)
        for weak in ("corta", "123456789012345"):
            form = {"oldpassword": KEY, "password1": weak, "password2": weak}
            assert client.post("/cuenta/contrasena/", form).status_code == 200
        ana.refresh_from_db()
        assert ana.check_password(KEY)

    def test_a_good_one_is_changed(self, client, ana):
        enter(client)
        new = "café con dos azúcares"
        assert client.post("/cuenta/contrasena/", {"oldpassword": KEY, "password1": new, "password2": new})
        ana.refresh_from_db()
        assert ana.check_password(new) and is_in(client)


class TestTooManyTries:
    def test_five_wrong_ones_close_the_door_and_say_for_how_long(self, client, ana, settings):
        for _ in range(4):
            assert enter(client, key="otra").status_code == 200
        shut = enter(client, key="otra")
        assert shut.status_code == 429
        assert "5 intentos" in shut.content.decode() and "15 minutos" in shut.content.decode()
        assert enter(client).status_code == 429 and not is_in(client)

    def test_it_closes_for_that_person_from_that_place_only(self, client, ana, person):
        person("beto")
        for _ in range(5):
            enter(client, key="otra")
        assert enter(Client(), "beto").status_code == 302
        assert enter(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302

    def test_the_right_one_in_between_begins_the_count_again(self, client, ana):
        for _ in range(3):
            for _ in range(4):
                enter(Client(), key="otra")
            assert enter(Client()).status_code == 302


def with_totp(user):
    """A second step by codes, and what makes them."""
    from allauth.core import context
    from django.test import RequestFactory

    secret = totp.generate_totp_secret()
    with context.request_context(RequestFactory().get("/")):
        totp.TOTP.activate(user, secret)
    return secret


def code_of(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


class TestSecondStep:
    def test_the_password_alone_is_not_enough_and_the_code_is(self, client, ana):
        secret = with_totp(ana)
        assert enter(client)["Location"] == "/cuenta/seguridad/authenticate/"
        assert not is_in(client)
        assert client.post("/cuenta/seguridad/authenticate/", {"code": "000000"}).status_code == 200
        assert not is_in(client)
        assert client.post("/cuenta/seguridad/authenticate/", {"code": code_of(secret)})["Location"] == "/"
        assert is_in(client)

    def test_the_code_does_not_serve_twice(self, client, ana):
        secret = with_totp(ana)
        code = code_of(secret)
        enter(client)
        client.post("/cuenta/seguridad/authenticate/", {"code": code})
        other = Client()
        enter(other)
        other.post("/cuenta/seguridad/authenticate/", {"code": code})
        assert not is_in(other)

    def test_its_secret_is_sealed_in_the_database(self, ana):
        secret = with_totp(ana)
        assert secret not in json.dumps(Authenticator.objects.get().data)

    def test_set_up_from_ones_own_page_with_codes_for_a_bad_day(self, client, ana):
        enter(client)
        where = "/cuenta/seguridad/totp/activate/"
        asked_again = client.get(where)["Location"]
        assert asked_again.startswith("/cuenta/confirmar/")
        assert client.post(asked_again, {"password": KEY})["Location"] == where
        page = client.get(where).content.decode()
        secret = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)[1]
        done = client.post(where, {"code": code_of(secret)})
        assert done["Location"] == "/cuenta/seguridad/recovery-codes/"
        shown = client.get("/cuenta/seguridad/recovery-codes/").content.decode()
        spare = re.findall(r"\b\d{8}\b", shown)
        assert len(spare) == 10
        other = Client()
        enter(other)
        assert other.post("/cuenta/seguridad/authenticate/", {"code": spare[0]})["Location"] == "/"
        again = Client()
        enter(again)
        again.post("/cuenta/seguridad/authenticate/", {"code": spare[0]})
        assert not is_in(again)

    def test_a_role_that_asks_for_it_opens_nothing_until_it_is_set(self, client, ana):
        write.ask_second_step(roles=["manager"])
        enter(client)
        assert client.get("/cartera/")["Location"] == "/cuenta/seguridad/"
        page = client.get("/cuenta/seguridad/").content.decode()
        assert "quien administra pide un segundo paso" in page
        with_totp(ana)
        assert client.get("/cartera/").status_code == 200

    def test_other_roles_are_not_asked(self, client, person, norte):
        write.ask_second_step(roles=["manager"])
        client.force_login(person("gloria", "agent", norte))
        assert client.get("/cartera/").status_code == 200


class TestSessions:
    def test_the_others_are_closed_and_this_one_stays(self, client, ana):
        phone = Client(HTTP_USER_AGENT="Teléfono")
        enter(client)
        enter(phone)
        page = client.get("/cuenta/sesiones/").content.decode()
        assert "Teléfono" in page and UserSession.objects.count() == 2
        client.post("/cuenta/sesiones/")
        assert (is_in(client), is_in(phone)) == (True, False)


class Provider(BaseHTTPRequestHandler):
    """A tiny OpenID Connect provider on this machine: knows one person, `told`."""

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    told: dict = {}
    asked: dict = {}

    def log_message(self, *args):
        pass

    def _json(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        base = f"http://127.0.0.1:{self.server.server_port}"
        if self.path == "/.well-known/openid-configuration":
            self._json({"issuer": base, "authorization_endpoint": f"{base}/auth", "token_endpoint": f"{base}/token",
                        "userinfo_endpoint": f"{base}/me", "jwks_uri": f"{base}/jwks"})  # fmt: skip
        elif self.path == "/jwks":
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            self._json({"keys": [{**jwk, "kid": "1", "use": "sig", "alg": "RS256"}]})
        else:
            self._json(self.told)

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        type(self).asked = form
        base = f"http://127.0.0.1:{self.server.server_port}"
        claims = {**self.told, "iss": base, "aud": "puntual", "iat": int(time.time()), "exp": int(time.time()) + 60}
        token = jwt.encode(claims, self.key, "RS256", headers={"kid": "1"})
        self._json({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})


@pytest.fixture
def provider(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app = {"provider_id": "empresa", "name": "Norte", "client_id": "puntual", "secret": "s",
           "settings": {"server_url": f"http://127.0.0.1:{server.server_port}", "oauth_pkce_enabled": True},
           }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "EMAIL_AUTHENTICATION": True}}
    yield Provider
    server.shutdown()
    server.server_close()


def by_provider(client):
    """What a browser does: press the button, come back with the provider's code."""
    leaves = client.post("/cuenta/oidc/empresa/login/?process=login")
    asked = parse_qs(urlsplit(leaves["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    return client.get("/cuenta/oidc/empresa/login/callback/", {"code": "c", "state": asked["state"][0]})


class TestByTheCompanysProvider:
    def test_the_door_offers_it(self, client, ana, provider):
        assert "Entrar con Norte" in client.get("/entrar/").content.decode()

    def test_who_was_invited_enters_by_their_address(self, client, ana, provider):
        provider.told = {"sub": "7", "email": "ana@norte.example", "email_verified": True, "name": "Ana"}
        assert by_provider(client)["Location"] == "/"
        assert is_in(client) and client.get("/cartera/").status_code == 200
        assert provider.asked["code_verifier"]

    def test_an_address_that_the_provider_did_not_verify_is_nobodys(self, client, ana, provider):
        provider.told = {"sub": "8", "email": "ana@norte.example", "email_verified": False, "name": "Otra"}
        by_provider(client)
        assert not is_in(client)

    def test_who_was_not_invited_is_told_whom_to_ask(self, client, ana, provider, django_user_model):
        provider.told = {"sub": "9", "email": "otra@norte.example", "email_verified": True, "name": "Otra"}
        page = by_provider(client)
        assert "Falta su invitación" in page.content.decode()
        assert not is_in(client) and django_user_model.objects.count() == 1

    def test_a_newcomer_is_let_in_where_that_was_chosen_and_sees_nothing_yet(self, client, ana, provider, settings):
        settings.OIDC_NEWCOMERS = True
        provider.told = {"sub": "9", "email": "otra@norte.example", "email_verified": False, "name": "Otra"}
        assert by_provider(client)["Location"] == "/"
        assert is_in(client) and client.get("/cartera/").status_code != 200

    def test_a_newcomer_without_an_address_enters_too(self, client, ana, provider, settings):
        settings.OIDC_NEWCOMERS = True
        provider.told = {"sub": "10", "name": "Otra"}
        assert by_provider(client)["Location"] == "/" and is_in(client)

    def test_a_newcomer_with_the_address_of_somebody_is_told_whom_to_ask(
        self, client, ana, provider, settings, django_user_model
    ):
        settings.OIDC_NEWCOMERS = True
        provider.told = {"sub": "8", "email": "ana@norte.example", "email_verified": False, "name": "Otra"}
        assert "Falta su invitación" in by_provider(client).content.decode()
        assert not is_in(client) and django_user_model.objects.count() == 1

    def test_there_no_second_step_is_asked_again(self, client, ana, provider):
        write.ask_second_step(roles=["manager"])
        provider.told = {"sub": "7", "email": "ana@norte.example", "email_verified": True, "name": "Ana"}
        by_provider(client)
        assert client.get("/cartera/").status_code == 200
