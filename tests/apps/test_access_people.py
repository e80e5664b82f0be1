"""«Personas y permisos» and keys: who gives what to whom, what the log keeps, and what nobody can do alone."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.test import Client

from puntual.apps.access import read
from puntual.apps.access.models import ApiKey, Membership
from puntual.apps.audit.models import AuditRecord
from puntual.apps.parties import write as parties

pytestmark = pytest.mark.django_db
NEW = {"first_name": "Beto", "username": "beto", "email": "beto@norte.example", "role": "agent"}
PEOPLE = "/configuracion/personas/"


def creditor_named(code):
    return parties.create_creditor(code=code, name=code, country="MX", zone="America/Mexico_City", currency="MXN")


@pytest.fixture
def norte():
    return creditor_named("norte")


@pytest.fixture
def sur():
    return creditor_named("sur")


@pytest.fixture
def boss(client, person, norte, sur):
    """Administers both companies."""
    client.force_login(person("jefa", "admin"))
    return client


@pytest.fixture
def boss_of_norte(person, norte, sur):
    web = Client()
    web.force_login(person("norteña", "admin", norte))
    return web


def roles_of(user):
    return sorted(Membership.objects.filter(user=user).values_list("role", "creditor__code"))


def acts():
    return list(AuditRecord.objects.exclude(act__in=["entered", "left"]).values_list("act", flat=True))


class TestInviting:
    def test_the_invited_choose_their_password_once_and_enter_where_they_may(self, boss, norte):
        shown = boss.post(f"{PEOPLE}nueva/", {**NEW, "place": norte.pk}, follow=True)
        link = re.search(r'value="(http[^"]+/invitacion/[^"]+)"', shown.content.decode())[1]
        path = "/" + link.split("/", 3)[3]
        beto = get_user_model().objects.get(username="beto")
        assert (roles_of(beto), beto.has_usable_password()) == ([("agent", "norte")], False)
        guest = Client()
        assert guest.post(path, {"password": "corta"}).status_code == 200
        assert guest.post(path, {"password": "un elefante en bici"})["Location"] == "/entrar/"
        assert guest.post(path, {"password": "otra vez un elefante"}).status_code == 410
        guest.post("/entrar/", {"username": "beto", "password": "un elefante en bici"})
        assert guest.get("/cartera/").status_code == 200
        assert acts() == ["person_invited", "password_chosen"]

    def test_the_link_is_shown_once(self, boss, norte):
        boss.post(f"{PEOPLE}nueva/", {**NEW, "place": norte.pk}, follow=True)
        beto = get_user_model().objects.get(username="beto")
        assert "/invitacion/" not in boss.get(f"{PEOPLE}{beto.pk}/").content.decode()

    def test_a_name_that_is_taken_is_refused_and_nobody_is_made(self, boss, norte):
        page = boss.post(f"{PEOPLE}nueva/", {**NEW, "username": "JEFA", "place": norte.pk})
        assert "Ya hay alguien con el usuario" in page.content.decode()
        assert get_user_model().objects.count() == 1

    def test_who_administers_one_company_gives_roles_there_only(self, boss_of_norte, norte, sur):
        for place in (sur.pk, "todas"):
            page = boss_of_norte.post(f"{PEOPLE}nueva/", {**NEW, "place": place})
            assert page.status_code == 200 and page.context["form"].errors["place"]
        assert get_user_model().objects.count() == 1
        boss_of_norte.post(f"{PEOPLE}nueva/", {**NEW, "place": norte.pk})
        assert roles_of(get_user_model().objects.get(username="beto")) == [("agent", "norte")]


class TestRoles:
    def test_given_and_taken_away(self, boss, person, norte, sur):
        ana = person("ana", "agent", norte)
        boss.post(f"{PEOPLE}{ana.pk}/cambiar/", {"accion": "dar", "role": "supervisor", "place": sur.pk})
        boss.post(f"{PEOPLE}{ana.pk}/cambiar/", {"accion": "quitar", "role": "agent", "place": norte.pk})
        assert roles_of(ana) == [("supervisor", "sur")]
        assert acts() == ["role_given", "role_taken"]

    def test_the_last_who_administers_everything_keeps_it(self, boss):
        jefa = get_user_model().objects.get(username="jefa")
        said = boss.post(
            f"{PEOPLE}{jefa.pk}/cambiar/", {"accion": "quitar", "role": "admin", "place": "todas"}, follow=True
        )
        assert "Alguien tiene que administrar" in said.content.decode()
        assert roles_of(jefa) == [("admin", None)] and acts() == []

    def test_people_of_another_company_are_not_there(self, boss_of_norte, person, norte, sur):
        sure, mine = person("sureña", "agent", sur), person("ana", "agent", norte)
        page = boss_of_norte.get(PEOPLE).content.decode()
        assert "ana" in page and "sureña" not in page
        assert boss_of_norte.get(f"{PEOPLE}{sure.pk}/").status_code == 404
        assert boss_of_norte.get(f"{PEOPLE}{mine.pk}/").status_code == 200

    def test_who_works_for_both_is_not_switched_off_by_one(self, boss_of_norte, person, norte, sur):
        from puntual.apps.access import write

        both = person("ambas", "agent", norte)
        write.grant(user_id=both.pk, role="agent", creditor_id=sur.pk)
        for what in ("apagar", "sesiones", "segundo-paso", "enlace"):
            said = boss_of_norte.post(f"{PEOPLE}{both.pk}/cambiar/", {"accion": what}, follow=True)
            assert "donde usted no administra" in said.content.decode()
        both.refresh_from_db()
        assert both.is_active and both.check_password("una-clave-larga") and acts() == []

    def test_an_auditor_sees_people_and_changes_nobody(self, client, person, norte):
        ana = person("ana", "agent", norte)
        client.force_login(person("auditora", "auditor", norte))
        assert "Invitar" not in client.get(PEOPLE).content.decode()
        assert client.post(f"{PEOPLE}{ana.pk}/cambiar/", {"accion": "apagar"}).status_code == 403
        ana.refresh_from_db()
        assert ana.is_active


class TestLeaving:
    def test_switched_off_their_open_session_ends_at_once(self, boss, person, norte):
        ana, web = person("ana", "agent", norte), Client()
        web.post("/entrar/", {"username": "ana", "password": "una-clave-larga"})
        assert web.get("/cartera/").status_code == 200
        boss.post(f"{PEOPLE}{ana.pk}/cambiar/", {"accion": "apagar"})
        assert web.get("/cartera/").status_code == 302
        boss.post(f"{PEOPLE}{ana.pk}/cambiar/", {"accion": "encender"})
        assert web.get("/cartera/").status_code == 302
        assert acts() == ["person_switched_off", "person_switched_on"]

    def test_nobody_switches_themselves_off(self, boss):
        jefa = get_user_model().objects.get(username="jefa")
        boss.post(f"{PEOPLE}{jefa.pk}/cambiar/", {"accion": "apagar"})
        jefa.refresh_from_db()
        assert jefa.is_active and acts() == []

    def test_closing_sessions_and_forgetting_a_lost_phone(self, boss, person, norte):
        ana, web = person("ana", "agent", norte), Client()
        web.post("/entrar/", {"username": "ana", "password": "una-clave-larga"})
        Authenticator.objects.create(user=ana, type="totp", data={"secret": "x"})
        boss.post(f"{PEOPLE}{ana.pk}/cambiar/", {"accion": "segundo-paso"})
        assert not Authenticator.objects.exists() and web.get("/cartera/").status_code == 302
        assert acts() == ["second_step_forgotten"]


class TestSecondStep:
    def test_the_roles_are_told_by_who_administers_everything(self, boss, boss_of_norte):
        boss_of_norte.post(f"{PEOPLE}segundo-paso/", {"role": ["agent"]})
        assert read.second_step_roles() == frozenset()
        boss.post(f"{PEOPLE}segundo-paso/", {"role": ["manager", "agent"]})
        assert read.second_step_roles() == {"manager", "agent"}
        boss.post(f"{PEOPLE}segundo-paso/", {"role": ["agent"]})
        assert read.second_step_roles() == {"agent"}


class TestKeys:
    def test_shown_once_and_revoked(self, boss, norte):
        made = boss.post("/configuracion/llaves/", {"name": "ERP", "scopes": ["read"], "place": norte.pk})
        text = re.search(r'value="(pun_[^"]+)"', made.content.decode())[1]
        assert text not in boss.get("/configuracion/llaves/").content.decode()
        call = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
        assert [c["code"] for c in Client().get("/api/v1/creditors", **call).json()] == ["norte"]
        boss.post(f"/configuracion/llaves/{ApiKey.objects.get().pk}/revocar/")
        assert Client().get("/api/v1/creditors", **call).status_code == 401
        assert acts() == ["api_key_made", "api_key_revoked"]

    def test_of_ones_own_companies_only(self, boss, boss_of_norte, norte, sur):
        boss.post("/configuracion/llaves/", {"name": "Todas", "scopes": ["read"], "place": "todas"})
        whole = ApiKey.objects.get()
        assert "Todas" not in re.findall(
            r'class="lead">([^<]+)<', boss_of_norte.get("/configuracion/llaves/").content.decode()
        )
        assert boss_of_norte.post(f"/configuracion/llaves/{whole.pk}/revocar/").status_code == 404
        boss_of_norte.post("/configuracion/llaves/", {"name": "Sur", "scopes": ["read"], "place": sur.pk})
        assert ApiKey.objects.count() == 1 and ApiKey.objects.get().revoked_at is None
