"""Thanks for payments that are in the books, files that providers keep, and what is written on the page."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import httpx
import pytest
from messaging_house import LUCIA, NOON, House, Told

from puntual.adapters.whatsapp_cloud.media import WhatsAppMedia
from puntual.adapters.whatsapp_cloud.transport import WhatsAppAccount
from puntual.apps.compliance import read as compliance
from puntual.apps.inbox import read, write_portal, write_threads
from puntual.apps.inbox.doing import bytes_of
from puntual.apps.inbox.models import Conversation, MessageFile, ThreadMessage
from puntual.apps.outreach import write_events
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties.models import Account
from puntual.apps.portal.models import PaymentClaim, TalkRequest
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import Event
from puntual.pipeline import thanks
from puntual.pipeline.fetch_media import fetch_media
from puntual.ports.media import MediaError

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 comprobante"


@pytest.fixture
def house():
    made = House()
    made.remind()
    made.now = NOON
    return made


def pays(house, minor, key, *, on=date(2026, 11, 24), provisional=False):
    paid = books.NewPayment(house.account, minor, "MXN", on, key, "bank", provisional=provisional)
    books.post_payments(creditor_id=house.creditor.pk, payments=[paid])


def hears(house, client, text):
    sent = house.meta.writes(LUCIA, text)
    client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
    house.listen()


class TestThanks:
    @pytest.fixture(autouse=True)
    def _begun(self, house):
        assert thanks.thank(at=NOON - timedelta(hours=1)) == 0

    def test_once_for_a_payment_with_what_is_left(self, house, client):
        hears(house, client, "hola")
        pays(house, 200_00, "b1")
        assert thanks.thank(at=NOON) == 1
        assert thanks.thank(at=NOON) == 0
        assert thanks.thank(at=NOON + timedelta(hours=2)) == 0
        house.now = NOON + timedelta(minutes=1)
        assert house.dispatch().sent == 1
        told = house.meta.delivered[-1].text
        assert "recibimos su pago de $200.00 MXN. ¡Gracias!" in told
        assert "Queda abierto: $300.00 MXN." in told

    def test_whoever_paid_all_is_thanked_though_nothing_is_owed(self, house, client):
        hears(house, client, "hola")
        pays(house, 500_00, "b1")
        thanks.thank(at=NOON)
        house.now = NOON + timedelta(minutes=1)
        assert house.dispatch().sent == 1
        assert "Queda abierto" not in house.meta.delivered[-1].text

    def test_with_its_receipt_where_the_company_wants_it(self, house, client):
        hears(house, client, "hola")
        write_events.save_rules(creditor_id=house.creditor.pk, told={"receipt": True})
        pays(house, 200_00, "b1")
        assert thanks.thank(at=NOON) == 1
        house.now = NOON + timedelta(minutes=1)
        assert house.dispatch().sent == 1
        paid = Event.objects.get(kind="payment")
        assert (
            f"aquí está el recibo de su pago de $200.00 MXN: https://x.example/p/t{house.account}/recibo/{paid.pk}/"
            in (house.meta.delivered[-1].text)
        )

    def test_the_banks_word_on_what_was_told_is_no_second_payment(self, house, client):
        hears(house, client, "hola")
        pays(house, 200_00, "told", provisional=True)
        assert thanks.thank(at=NOON) == 1
        books.reverse_payment(key="told", on=date(2026, 11, 25), source="bank")
        pays(house, 200_00, "bank", on=date(2026, 11, 25))
        assert thanks.thank(at=NOON + timedelta(days=1)) == 0

    def test_nobody_is_surprised_and_history_is_no_news(self, house, client):
        hears(house, client, "hola")
        pays(house, 100_00, "old", on=date(2026, 9, 1))
        assert thanks.thank(at=NOON) == 0
        pays(house, 100_00, "new")
        assert thanks.thank(at=NOON + timedelta(days=90)) == 0
        assert not Outbox.objects.filter(step="gracias").exists()

    def test_after_a_stop_not_even_thanks(self, house, client):
        hears(house, client, "ya no me escriban")
        house.now = NOON + timedelta(minutes=1)
        house.dispatch()
        before = len(house.meta.delivered)
        pays(house, 100_00, "b1")
        thanks.thank(at=house.now)
        house.now += timedelta(minutes=1)
        house.dispatch()
        assert len(house.meta.delivered) == before

    def test_the_first_ones_wait_where_somebody_sees_them(self, house, client):
        hears(house, client, "hola")
        house.creditor.approve_first = 3
        house.creditor.save()
        Conversation.objects.update(waiting_since=None, answer_by=None)
        pays(house, 100_00, "b1")
        assert thanks.thank(at=NOON) == 1
        assert Outbox.objects.get(step="gracias").approved is False
        assert Conversation.objects.get().waiting_since == NOON

    def test_a_company_may_leave_it(self, house, client):
        hears(house, client, "hola")
        write_threads.save_rules(creditor_id=house.creditor.pk, told={"thank": False})
        pays(house, 100_00, "b1")
        assert thanks.thank(at=NOON) == 0


class Meta:
    """Graph's two steps for a file."""

    def __init__(self, data=PDF, url="https://lookaside.fbsbx.com/f/1", fail=()):
        self.data, self.url, self.fail, self.asked = data, url, list(fail), []

    def transport(self):
        def handle(request):
            self.asked.append(str(request.url))
            assert request.headers["authorization"] == "Bearer llave"
            if self.fail:
                return httpx.Response(self.fail.pop(0))
            if "lookaside" in str(request.url):
                return httpx.Response(200, content=self.data)
            return httpx.Response(200, json={"url": self.url, "mime_type": "image/jpeg"})

        return httpx.MockTransport(handle)

    def source(self, _account=None):
        return WhatsAppMedia(WhatsAppAccount("1", "llave"), self.transport())


class TestFiles:
    @pytest.fixture
    def photo(self, house, client):
        value = {
            "contacts": [{"profile": {"name": "L"}, "user_id": LUCIA.user_id, "wa_id": LUCIA.wa_id}],
            "messages": [{"id": "wamid.f1", "from": LUCIA.wa_id, "timestamp": str(int(NOON.timestamp())),
                          "type": "image", "image": {"id": "900", "mime_type": "image/jpeg", "sha256": "x",
                                                     "caption": "mi pago"}}],
        }  # fmt: skip
        sent = house.meta.notice(value)
        client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                    headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
        house.listen()
        return MessageFile.objects.get()

    def test_it_is_brought_by_a_worker_and_kept_as_what_it_is(self, house, photo):
        assert (photo.state, photo.reference) == ("pending", "900")
        assert fetch_media(open_source=Meta().source, at=NOON).brought == 1
        photo.refresh_from_db()
        assert (photo.state, photo.mime_type, photo.sha256) == (
            "stored", "application/pdf", hashlib.sha256(PDF).hexdigest(),
        )  # fmt: skip
        assert bytes_of(photo) == PDF
        assert fetch_media(open_source=Meta().source, at=NOON).brought == 0

    def test_later_again_when_it_fails_and_never_when_it_is_gone(self, house, photo):
        meta = Meta(fail=[500])
        assert fetch_media(open_source=meta.source, at=NOON).failed == 1
        photo.refresh_from_db()
        assert (photo.state, photo.next_try_at) == ("pending", NOON + timedelta(minutes=1))
        assert fetch_media(open_source=Meta(fail=[404]).source, at=NOON + timedelta(minutes=2)).failed == 1
        photo.refresh_from_db()
        assert photo.state == "failed"

    def test_our_token_is_shown_to_meta_alone(self):
        meta = Meta(url="https://ladron.example/f")
        with pytest.raises(MediaError, match="no es suya"):
            meta.source().fetch("900", 100)
        assert len(meta.asked) == 1
        with pytest.raises(MediaError, match="no es de WhatsApp"):
            meta.source().fetch("../900?x", 100)

    def test_programs_and_giants_are_refused(self, house, photo, monkeypatch):
        fetch_media(open_source=Meta(data=b"MZ programa").source, at=NOON)
        photo.refresh_from_db()
        assert (photo.state, photo.reason, photo.sealed) == ("refused", "file_type", None)


class TestPage:
    def test_what_is_written_on_the_page_joins_the_thread_and_waits_for_a_person(self, house, client):
        hears(house, client, "hola")
        account = Account.objects.get()
        key = read.parties.key_of(account.party_id)
        words = read.vault.seal(key, "¿Me llaman, por favor?")
        TalkRequest.objects.create(account=account, key="k", at=NOON, sealed_text=words)
        assert write_portal.hear_portal(classifier=Told(), at=NOON + timedelta(minutes=1)) == 1
        assert write_portal.hear_portal(classifier=Told(), at=NOON + timedelta(minutes=2)) == 0
        first, second = ThreadMessage.objects.order_by("received_at")
        assert (first.conversation_id, second.channel) == (second.conversation_id, "portal")
        assert read.text_of(second) == "¿Me llaman, por favor?"
        assert {p.act for p in read.waiting().filter(message=second)} == {"hand_over"}

    def test_a_stop_written_there_is_honoured(self, house):
        account = Account.objects.get()
        words = read.vault.seal(read.parties.key_of(account.party_id), "ya no me escriban")
        TalkRequest.objects.create(account=account, key="k", at=NOON, sealed_text=words)
        write_portal.hear_portal(classifier=Told(), at=NOON + timedelta(minutes=1))
        assert [c.status for c in compliance.consents_of(account.party_id)] == ["withdrawn"]


def test_the_photo_that_follows_is_the_slip_that_was_asked_for(house, client):
    house.listen()
    claim = PaymentClaim.objects.create(
        account_id=house.account, key="c", at=NOON, amount_minor=500_00, currency="MXN", paid_on=date(2026, 11, 23),
        method="transfer", hold_until=date(2026, 12, 4),
    )  # fmt: skip
    value = {
        "contacts": [{"profile": {"name": "L"}, "user_id": LUCIA.user_id, "wa_id": LUCIA.wa_id}],
        "messages": [{"id": "wamid.f2", "from": LUCIA.wa_id, "timestamp": str(int(NOON.timestamp())), "type": "image",
                      "image": {"id": "901", "mime_type": "image/jpeg"}}],
    }  # fmt: skip
    sent = house.meta.notice(value)
    client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
    house.listen()
    assert read.waiting().count() == 1
    fetch_media(open_source=Meta().source, at=NOON)
    claim.refresh_from_db()
    assert (claim.slip_type, claim.slip_sha256) == ("application/pdf", hashlib.sha256(PDF).hexdigest())
    assert read.waiting().count() == 0
    assert Outbox.objects.get(step="respuesta").state == "planned"
