"""Configuración: the company, its mail server and the test, Modo de prueba and what follows, its words, backups."""

from __future__ import annotations

import re
import socket

import pytest
from aiosmtpd.controller import Controller
from django.urls import reverse

from puntual.apps.outreach import chosen_words, read, read_templates
from puntual.apps.outreach.chosen_words import Asked
from puntual.apps.outreach.models import MailServer, Template
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN", credit_days=30
    )


@pytest.fixture
def boss(client, creditor, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia"))
    return client


def server(**changes: object) -> dict[str, object]:
    told = {"host": "smtp.gmail.com", "port": 587, "security": "starttls", "username": "cobranza@norte.example"}
    return told | {"sender": "cobranza@norte.example", "sender_name": "Norte", "password": "secreta"} | changes


def company(**changes: object) -> dict[str, object]:
    told = {"name": "Norte", "country": "MX", "zone": "America/Mexico_City", "currency": "MXN", "credit_days": 30}
    return told | {"address_form": "usted", "people_word": "asesores"} | changes


def test_the_company_changes_and_goes_back(boss, creditor) -> None:
    boss.post("/configuracion/empresa/", company(name="Norte Norte", people_word="gestores", credit_days=15))
    creditor.refresh_from_db()
    assert (creditor.name, creditor.people_word, creditor.credit_days) == ("Norte Norte", "gestores", 15)
    boss.post("/configuracion/empresa/deshacer/")
    creditor.refresh_from_db()
    assert (creditor.name, creditor.people_word, creditor.credit_days) == ("Norte", "asesores", 30)


def test_a_zone_of_another_country_is_an_error_beside_it(boss, creditor) -> None:
    page = boss.post("/configuracion/empresa/", company(zone="America/Bogota"))
    assert page.context["form"].errors == {"zone": ["Esa zona no es de México: elija una suya o déjela vacía."]}
    creditor.refresh_from_db()
    assert creditor.zone == "America/Mexico_City"


def test_the_password_is_kept_sealed_and_an_empty_one_keeps_it(boss, creditor) -> None:
    boss.post("/configuracion/correo/", server())
    boss.post("/configuracion/correo/", server(password="", sender_name="Otro"))
    kept = read.mail_server(creditor.pk)
    assert (kept.sender_name, vault.unseal_file(kept.sealed_password).decode()) == ("Otro", "secreta")
    assert b"secreta" not in bytes(kept.sealed_password)


def test_without_encryption_only_this_machine(boss, creditor) -> None:
    page = boss.post("/configuracion/correo/", server(security="none"))
    assert list(page.context["form"].errors) == ["security"]
    assert MailServer.objects.count() == 0


def test_a_provider_fills_the_server_in_and_says_what_to_do_first(boss) -> None:
    page = boss.get("/configuracion/correo/?proveedor=microsoft")
    assert page.context["form"]["host"].value() == "smtp.office365.com"
    assert "SMTP autenticado" in page.content.decode()


def test_a_server_that_cannot_be_reached_is_explained_and_not_taken_as_tested(boss, creditor) -> None:
    boss.post("/configuracion/correo/", server(host="127.0.0.1", port=1, security="none", username=""))
    page = boss.post("/configuracion/correo/prueba/", {"to": "yo@norte.example"}, follow=True)
    assert "Revise el nombre del servidor y el puerto" in page.content.decode()
    assert read.mail_server(creditor.pk).tested_at is None


def test_a_test_message_reaches_only_its_address_and_marks_the_server(boss, creditor) -> None:
    sink = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        boss.post("/configuracion/correo/", server(host="127.0.0.1", port=port, security="none", username=""))
        boss.post("/configuracion/correo/prueba/", {"to": "yo@norte.example"})
    finally:
        controller.stop()
    assert sink.recipients == [["yo@norte.example"]]
    assert read.mail_server(creditor.pk).tested_at is not None


def test_real_sending_asks_for_a_tested_server_and_for_understanding(boss, creditor) -> None:
    boss.post("/configuracion/modo-de-prueba/", {"prueba": "no", "entiendo": "si"})
    creditor.refresh_from_db()
    assert creditor.test_mode is True
    boss.post("/configuracion/correo/", server())
    MailServer.objects.update(tested_at="2026-11-20T10:00Z")
    boss.post("/configuracion/modo-de-prueba/", {"prueba": "no"})
    creditor.refresh_from_db()
    assert creditor.test_mode is True
    boss.post("/configuracion/modo-de-prueba/", {"prueba": "no", "entiendo": "si"})
    creditor.refresh_from_db()
    assert creditor.test_mode is False
    boss.post("/configuracion/modo-de-prueba/", {"prueba": "si"})
    creditor.refresh_from_db()
    assert creditor.test_mode is True


def test_how_many_first_sends_are_approved_one_by_one(boss, creditor) -> None:
    boss.post("/configuracion/primeros-envios/", {"count": 5})
    creditor.refresh_from_db()
    assert creditor.approve_first == 5


class Sink:
    """A mail server that takes everything and remembers for whom it was."""

    def __init__(self) -> None:
        self.recipients: list[list[str]] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  (the library's name)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


WHERE = ("recordatorio", "email")


def test_own_words_are_kept_and_left_and_brought_back(boss, creditor) -> None:
    words = read_templates.words(creditor.pk, *WHERE)
    address = reverse("settings:template", args=WHERE)
    mine = {"subject": words.subject, "text": words.text.replace("\n", "\r\n") + "Gracias.\r\n", "accion": "guardar"}
    boss.post(address, mine)
    assert Template.objects.get().text == words.text + "Gracias.\n"
    boss.post(f"{address}original/")
    assert read_templates.words(creditor.pk, *WHERE).own is False
    boss.post(f"{address}deshacer/")
    assert Template.objects.get().text == words.text + "Gracias.\n"


def test_words_for_the_people_of_one_country_are_theirs_alone_and_judged_by_its_law(boss, creditor) -> None:
    words = read_templates.words(creditor.pk, *WHERE)
    address = f"{reverse('settings:template', args=WHERE)}?pais=CO"
    asks = {"subject": words.subject, "text": words.text + "¿Por qué no ha pagado?\n", "accion": "guardar"}
    found = boss.post(address, asks).context["findings"]
    assert found and Template.objects.count() == 0
    boss.post(address, {**asks, "text": words.text + "Gracias.\n"})
    assert Template.objects.get().country == "CO"
    own = chosen_words.own_of([creditor.pk])
    said = {c: chosen_words.choose(Asked(creditor.pk, *WHERE, "es", country=c), own).text for c in ("CO", "MX")}
    assert said["CO"].endswith("Gracias.\n") and said["MX"] == words.text
    assert "Colombia" in boss.get(reverse("settings:template", args=WHERE)).content.decode()


def test_a_threat_is_not_kept_and_its_law_is_told(boss, creditor) -> None:
    words = read_templates.words(creditor.pk, *WHERE)
    told = {"subject": "Último aviso", "text": "Si no paga hoy, irá a la cárcel.\n" + words.text, "accion": "guardar"}
    page = boss.post(reverse("settings:template", args=WHERE), told)
    assert Template.objects.count() == 0
    threat = next(f for f in page.context["findings"] if f["line"] == 1)
    assert "cárcel" in page.context["form"]["text"].value() and threat["cite"]
    assert page.context["form"].errors["text"]


def test_a_broken_template_is_an_error_beside_the_text(boss, creditor) -> None:
    words = read_templates.words(creditor.pk, *WHERE)
    told = {"subject": "Hola", "text": words.text + "{% if %}", "accion": "guardar"}
    page = boss.post(reverse("settings:template", args=WHERE), told)
    assert "La plantilla tiene un error" in page.context["form"].errors["text"][0]
    assert Template.objects.count() == 0


def test_only_who_administers_backs_up(client, creditor, person) -> None:
    client.force_login(person("gerente", "manager"))
    assert client.get("/configuracion/respaldo/").status_code == 403
    assert client.post("/configuracion/respaldo/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_backup_and_its_keyring_are_downloaded_apart(boss) -> None:
    boss.post("/configuracion/respaldo/")
    page = boss.get("/configuracion/respaldo/").content.decode()
    files = re.findall(r'href="(/configuracion/respaldo/puntual-[^"]+)"', page)
    assert [f.endswith(".llavero") for f in files] == [False, True]
    for file in files:
        assert b"".join(boss.get(file).streaming_content)[:2] == b"\x1f\x8b"
    assert boss.get("/configuracion/respaldo/otra.puntual").status_code == 404
