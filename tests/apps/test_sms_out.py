"""An SMS from the plan to the provider, its report back, and «Modo de prueba»."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from messaging_house import DAWN, House

from puntual.apps.inbox import write
from puntual.apps.outreach.models import Fact, Outbox
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
