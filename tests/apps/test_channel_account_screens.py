"""Canales on screen: the account of SMS and WhatsApp, its sender and its accents; what is told by itself; what did not
leave, on Hoy and with one click; the letters of a printer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from messaging_house import DAWN, TEN, House

from puntual.apps.access import write as access
from puntual.apps.inbox import read as inbox
from puntual.apps.outreach import lines, write_events
from puntual.apps.outreach.models import LetterBatch, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.core.channels import Event
from puntual.pipeline.daily_run import run_day

pytestmark = pytest.mark.django_db
KANNEL = {"address": "70707", "base_url": "http://kannel:13013", "username": "u", "password": "secreta"}


@pytest.fixture
def house():
    return House()


@pytest.fixture
def owner(client, person, house):
    client.force_login(person("duena"))
    return client


class TestAccount:
    URL = "/configuracion/canales/sms/cuenta/"

    def test_a_company_gives_its_account_its_sender_and_no_accents(self, owner, house):
        assert "Todavía nadie lleva este canal" in owner.get(self.URL).content.decode()
        answer = owner.post(f"{self.URL}?proveedor=kannel", KANNEL)
        assert answer.status_code == 302
        account = inbox.channel_account(house.creditor.pk, "sms")
        assert (account.adapter, account.address, account.accents) == ("kannel", "70707", False)
        shown = owner.get(self.URL).content.decode()
        assert f"/webhooks/kannel/{account.ref}/" in shown
        assert "secreta" not in shown

    def test_the_sender_and_the_accents_change_and_the_keys_and_the_address_of_notices_stay(self, owner, house):
        owner.post(f"{self.URL}?proveedor=kannel", KANNEL)
        before = inbox.channel_account(house.creditor.pk, "sms")
        told = {**KANNEL, "address": "FERRETERA", "password": "", "accents": "on"}
        assert owner.post(f"{self.URL}?proveedor=kannel", told).status_code == 302
        after = inbox.channel_account(house.creditor.pk, "sms")
        assert (after.pk, after.ref, after.address, after.accents) == (before.pk, before.ref, "FERRETERA", True)
        assert inbox.secrets_of(after)["password"] == "secreta"
        assert "con acentos" in owner.get("/configuracion/canales/").content.decode()

    def test_what_is_missing_is_said_and_nothing_is_kept(self, owner, house):
        answer = owner.post(f"{self.URL}?proveedor=kannel", {**KANNEL, "password": ""})
        assert answer.status_code == 200
        assert "Falta password en la cuenta de Kannel" in answer.content.decode()
        assert inbox.channel_account(house.creditor.pk, "sms") is None

    def test_another_provider_is_another_account(self, owner, house):
        owner.post(f"{self.URL}?proveedor=kannel", KANNEL)
        told = {"address": "+15005550006", "sid": "AC1", "auth_token": "t"}
        assert owner.post(f"{self.URL}?proveedor=twilio", told).status_code == 302
        assert inbox.channel_account(house.creditor.pk, "sms").adapter == "twilio"

    def test_there_is_no_account_of_what_has_no_provider(self, owner):
        assert owner.get("/configuracion/canales/letter/cuenta/").status_code == 404
        assert owner.get(f"{self.URL}?proveedor=whatsapp").status_code == 404


def test_what_is_told_by_itself_is_chosen_on_screen(owner, house):
    assert (
        "dar la bienvenida a cada cliente nuevo"
        in owner.get("/configuracion/mensajes-por-hechos/").content.decode().lower()
    )
    owner.post("/configuracion/mensajes-por-hechos/", {"welcome": "on", "plan": "on"})
    rules = write_events.rules_of(house.creditor.pk)
    assert (rules.welcome, rules.plan, rules.promise_made, rules.promise_broken) == (True, True, False, False)


class TestApi:
    def ask(self, client, scope, method, path, body=None, once="a"):
        _row, text = access.create_key(name=f"{scope}{once}", scopes=[scope])
        return client.generic(
            method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json",
            headers={"Authorization": f"Bearer {text}", "Idempotency-Key": once},
        )  # fmt: skip

    def test_the_sender_and_the_accents_are_read_and_changed(self, owner, client, house):
        owner.post(f"{TestAccount.URL}?proveedor=kannel", KANNEL)
        told = {"sender": "FERRETERA", "accents": True}
        answer = self.ask(client, "settings", "POST", "/channels/sms/sender", told)
        expected = {"channel": "sms", "provider": "kannel", "sender": "FERRETERA", "accents": True, "resting": False}
        assert (answer.status_code, answer.json()) == (200, expected)
        listed = self.ask(client, "read", "GET", "/channels").json()
        assert expected in listed["items"]
        assert (listed["failed"], listed["unknown"], listed["expired"]) == (0, 0, 0)
        assert inbox.secrets_of(inbox.channel_account(house.creditor.pk, "sms"))["password"] == "secreta"

    def test_a_key_that_only_reads_changes_nothing(self, owner, client, house):
        owner.post(f"{TestAccount.URL}?proveedor=kannel", KANNEL)
        answer = self.ask(client, "read", "POST", "/channels/sms/sender", {"sender": "X"})
        assert answer.status_code == 403
        assert inbox.channel_account(house.creditor.pk, "sms").address == "70707"

    def test_without_an_account_it_says_where_to_give_it(self, client, house):
        answer = self.ask(client, "settings", "POST", "/channels/sms/sender", {"sender": "X"})
        assert answer.status_code == 404
        assert "dela de alta en Configuración" in answer.json()["detail"]

    def test_what_did_not_leave_goes_again_once(self, client, house):
        run_day(creditor=house.creditor, as_of=DAWN)
        row = Outbox.objects.get()
        Outbox.objects.filter(pk=row.pk).update(state="failed", reason="permanent_failure")
        assert self.ask(client, "run", "POST", f"/sends/{row.pk}/retry").json() == {"retried": 1}
        assert self.ask(client, "run", "POST", f"/sends/{row.pk}/retry", once="b").json() == {"retried": 0}
        assert Outbox.objects.get().state == "planned"


class TestTroubles:
    def failed(self, house):
        run_day(creditor=house.creditor, as_of=DAWN)
        row = Outbox.objects.get()
        Outbox.objects.filter(pk=row.pk).update(
            state="failed", reason="permanent_failure", detail="131026", scheduled_at=datetime.now(UTC)
        )
        return row

    def test_hoy_tells_it_and_leads_to_where_it_is_mended(self, owner, house):
        self.failed(house)
        for _n in range(5):
            lines.heard(key=(house.creditor.pk, "whatsapp"), event=Event.TROUBLE, now=datetime.now(UTC), words="503")
        shown = owner.get("/").content.decode()
        assert "1 mensaje no pudo salir" in shown
        assert 'href="/envios/no-salieron/?que=failed"' in shown
        assert "El proveedor de WhatsApp tiene problemas: sus mensajes esperan" in shown

    def test_one_click_sends_that_one_again_whatever_is_ticked(self, owner, house):
        row = self.failed(house)
        assert owner.post("/envios/no-salieron/reintentar/", {"uno": row.pk, "sel": []}).status_code == 302
        row.refresh_from_db()
        assert (row.state, row.reason, row.approved) == ("planned", "", True)
        assert row.expires_at - row.scheduled_at == timedelta(hours=10)

    def test_a_line_at_rest_is_tried_at_once_by_a_person(self, owner, house):
        key = (house.creditor.pk, "whatsapp")
        for _n in range(5):
            lines.heard(key=key, event=Event.TROUBLE, now=datetime.now(UTC), words="503 de Meta")
        shown = owner.get("/envios/no-salieron/").content.decode()
        assert "503 de Meta" in shown
        assert lines.grant(wanted={key: 3}, now=datetime.now(UTC))[key].n == 0
        owner.post("/envios/no-salieron/whatsapp/probar/")
        assert lines.grant(wanted={key: 3}, now=datetime.now(UTC))[key].n == 1

    def test_the_pace_of_an_account_is_set_on_screen_and_kept(self, owner, house):
        owner.post("/configuracion/canales/whatsapp/ritmo/", {"ritmo": "2"})
        key = (house.creditor.pk, "whatsapp")
        assert lines.grant(wanted={key: 9}, now=TEN)[key].n == 2
        assert lines.grant(wanted={key: 9}, now=TEN + timedelta(seconds=1))[key].n == 2

    def test_what_was_not_in_time_is_shown_and_goes_again_with_a_new_time(self, owner, house):
        row = self.failed(house)
        Outbox.objects.filter(pk=row.pk).update(state="withdrawn", reason="expired")
        assert "1 mensaje no salió a tiempo" in owner.get("/").content.decode()
        owner.post("/envios/no-salieron/reintentar/", {"uno": row.pk})
        row.refresh_from_db()
        assert row.state == "planned"


class TestEvents:
    def test_the_first_ones_wait_on_screen_and_are_approved_there(self, owner, house):
        account = parties.register_accounts(
            creditor=house.creditor, rows=[NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("email", "l@x.mx"),))]
        ).accounts["C-1"]
        now = datetime.now(UTC)
        point = ContactPoint.objects.get(kind="email")
        new = write_events.NewEvent(
            "1",
            "promesa_confirmada",
            account,
            house.party,
            house.creditor.pk,
            "email",
            point.pk,
            "MXN",
            now,
            False,
            tells={"promesa": {"importe": {"minor": 500_00, "currency": "MXN"}, "fecha": {"day": "2026-11-27"}}},
        )
        assert write_events.enqueue(rows=[new]) == 1
        assert write_events.enqueue(rows=[new]) == 0
        shown = owner.get("/envios/").content.decode()
        assert "Promesa anotada" in shown
        assert "1 mensaje por un hecho espera su aprobación" in owner.get("/").content.decode()
        row = Outbox.objects.get()
        said = owner.get(f"/envios/{row.pk}/").content.decode()
        assert "Anotamos su pago de $500.00 MXN para el 27 de noviembre" in said
        assert "Pasó algo que conviene contarle a la persona, una sola vez." in said
        assert "Correo: Es el primero del orden que eligió la empresa." in said
        owner.post("/envios/acciones/", {"accion": "approve", "sel": [row.pk]})
        row.refresh_from_db()
        assert row.approved is True


class TestLetters:
    def test_the_pdf_is_written_and_its_page_tells_it(self, owner, house, settings, tmp_path):
        settings.DATA = tmp_path
        settings.LETTER_PRINTER = "test_channel_account_screens.prints"
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="letter", state="sent", finished_at=TEN)
        answer = owner.post("/envios/cartas/imprimir/")
        batch = LetterBatch.objects.get()
        assert answer.headers["location"] == f"/envios/cartas/lote/{batch.pk}/"
        shown = owner.get(answer.headers["location"]).content.decode()
        assert (batch.state, batch.letters) == ("ready", 1)
        assert f"/envios/cartas/lote/{batch.pk}/cartas.pdf" in shown
        pdf = owner.get(f"/envios/cartas/lote/{batch.pk}/cartas.pdf")
        assert b"".join(pdf.streaming_content) == b"%PDF-1"

    def test_while_it_is_written_its_page_tells_how_far(self, owner, house):
        now = datetime.now(UTC)
        batch = LetterBatch.objects.create(
            creditor=house.creditor, state="making", letters=400, done=37, made_at=now, beat_at=now
        )
        shown = owner.get(f"/envios/cartas/lote/{batch.pk}/").content.decode()
        assert "37 / 400" in shown
        assert 'hx-trigger="every 1s"' in shown
        assert owner.get(f"/envios/cartas/lote/{batch.pk}/cartas.pdf").status_code == 404


def prints(_creditor, ids, done):
    from django.conf import settings

    done(len(ids))
    (settings.DATA / "c.pdf").write_bytes(b"%PDF-1")
    return "c.pdf"
