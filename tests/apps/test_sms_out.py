"""An SMS from the plan to the provider, its report back, and «Modo de prueba»."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest
from messaging_house import DAWN, House

from puntual.apps.inbox import write
from puntual.apps.outreach import prices, read_templates, write_settings
from puntual.apps.outreach.models import Fact, Outbox, Template
from puntual.core.channels.sms_text import measure
from puntual.pipeline.daily_run import run_day
from puntual.project import bindings, messengers

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return House()


class TestSms:
    def carrier(self, house):
        credentials = {"base_url": "http://k.invalid", "username": "u", "password": "p", "token": "t0k"}
        return write.save_account(
            creditor_id=house.creditor.pk, adapter="kannel", address="2020", credentials=credentials, at=DAWN
        )

    def planned(self, house):
        run_day(creditor=house.creditor, as_of=DAWN)
        Outbox.objects.update(channel="sms")

    def test_it_leaves_in_two_parts_and_its_report_finds_it(self, house, client):
        carrier, asked = self.carrier(house), []
        self.planned(house)

        def kannel(request):
            asked.append(request.url.params)
            return httpx.Response(202, text="0: Accepted for delivery")

        assert house.dispatch(messengers.channel_of(carrier, httpx.MockTransport(kannel))).sent == 1
        (query,) = asked
        assert (query["to"], query["coding"]) == ("+525550000001", "0")
        assert query["text"].startswith("Ferretera del Norte: hola, Lucia Ocampo. ")
        assert "$500.00 MXN" in query["text"]
        assert measure(query["text"]).parts == 2
        told = query["dlr-url"].partition("?")[2].replace("%d", "1").replace("%T", "1795543300").replace("%A", "")
        assert client.get(f"/webhooks/kannel/{carrier.ref}/?{told}").status_code == 200
        house.now = datetime.now(UTC)
        assert house.listen().reports == 1
        assert Fact.objects.get(kind="delivered").outbox_id == Outbox.objects.get().pk

    def test_in_test_mode_it_is_written_to_a_file(self, house, settings):
        self.carrier(house)
        self.planned(house)
        house.creditor.test_mode = True
        house.creditor.save()
        channel = bindings.channel_for(lambda: house.now)(house.creditor.pk, "sms")
        assert house.dispatch(channel).sent == 1
        written = (settings.DATA / Outbox.objects.get().message.file).read_text(encoding="utf-8")
        assert written.startswith("Para: +525550000001\nCanal: sms\nPartes: 2\n\nFerretera del Norte: hola, Lucia")


class TestAccentsOfOneMessage:
    """The account leaves without accents; one message may say otherwise."""

    carrier, planned = TestSms.carrier, TestSms.planned

    def sent_as(self, house, *, accents):
        """What Kannel is asked and what the record keeps, with words that say so of themselves."""
        write_settings.save_template(
            creditor_id=house.creditor.pk, name="recordatorio", channel="sms", subject="", accents=accents,
            text="{{ acreedor.nombre }}: págale hoy aquí o dinos cuándo podrás: {{ enlace.pagar }} Responde BAJA",
        )  # fmt: skip
        prices.save_price(creditor_id=house.creditor.pk, channel="sms", text="0.0349", currency="USD", at=DAWN)
        carrier, asked = self.carrier(house), []
        self.planned(house)
        Outbox.objects.update(template="recordatorio")

        def kannel(request):
            asked.append(request.url.params)
            return httpx.Response(202, text="0: Accepted for delivery")

        assert house.dispatch(messengers.channel_of(carrier, httpx.MockTransport(kannel))).sent == 1
        message = Outbox.objects.get().message
        return asked[0], (message.units, message.cost_milli)

    @pytest.mark.parametrize(
        ("accents", "coding", "starts", "kept"),
        [
            (True, "2", "Ferretera del Norte: págale hoy aquí", (2, 6980)),
            (False, "0", "Ferretera del Norte: pagale hoy aqui", (1, 3490)),
            (None, "0", "Ferretera del Norte: pagale hoy aqui", (1, 3490)),
        ],
    )
    def test_it_rules_over_the_account_and_over_the_cost(self, house, accents, coding, starts, kept):
        query, record = self.sent_as(house, accents=accents)
        assert (query["coding"], query["text"].startswith(starts)) == (coding, True)
        assert record == kept

    def test_it_is_chosen_on_screen_with_both_costs_in_sight(self, house, client, person):
        client.force_login(person("ana", "manager"))
        prices.save_price(creditor_id=house.creditor.pk, channel="sms", text="0.0349", currency="USD", at=DAWN)
        door = "/configuracion/mensajes/recordatorio/sms/"
        text = read_templates.words(house.creditor.pk, "recordatorio", "sms").text
        answer = client.post(door, {"text": text, "accents": "si", "accion": "ver"}).content.decode()
        assert "Sin acentos serían 2 partes, 0.0698 USD" in " ".join(re.sub(r"<[^>]+>", " ", answer).split())
        assert Template.objects.count() == 0
        client.post(door, {"text": text, "accents": "si", "accion": "guardar"})
        assert Template.objects.get().accents is True
        client.post(door, {"text": text, "accents": "", "accion": "guardar"})
        assert Template.objects.get().accents is None
