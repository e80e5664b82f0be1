"""WhatsApp against a stand-in that is as strict as the real one: templates, window, limits, errors, signatures."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import attrs
import httpx
import pytest

from puntual.adapters.whatsapp_cloud import WhatsApp, WhatsAppChannel
from puntual.adapters.whatsapp_cloud.transport import WhatsAppAccount
from puntual.adapters.whatsapp_cloud.webhook import phone_of
from puntual.ports.channels import ChannelError, Outgoing, TemplateUse
from puntual.ports.inbound import DeliveryReport, Forged, InboundMessage, Received
from puntual.simulators.whatsapp import Person, PhoneNumber, Template, WhatsAppSimulator

TEN = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
LUCIA = Person("5215550000001", "MX.1234567890", "Lucía")
REMINDER = Template("recordatorio_v1", "es_MX", "Hola, {{1}}: {{2}} le recuerda {{3}}.", url_buttons=1)
USE = TemplateUse("recordatorio_v1", "es_MX", ("Lucía", "Norte", "$500.00 MXN"), ((0, "url", "abc/"),))
MESSAGE = Outgoing(
    message_id="pun-7-0@norte.example", recipient="+525550000001", recipient_name="Lucía", sender="", sender_name="",
    subject="", text="Gracias por escribir.", html="", unsubscribe_url="", expires_in_s=3600, template=USE,
)  # fmt: skip
FREE = attrs.evolve(MESSAGE, template=None, window_open=True)


class Clock:
    at = TEN

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def meta(clock):
    simulator = WhatsAppSimulator(PhoneNumber(), clock)
    simulator.add(LUCIA, REMINDER)
    return simulator


def channel(meta, token="llave-de-prueba"):
    return WhatsAppChannel(
        WhatsAppAccount(meta.number.phone_number_id, token, "https://meta.invalid"), meta.transport()
    )


def refusal(meta, message, token="llave-de-prueba"):
    with pytest.raises(ChannelError) as caught:
        channel(meta, token).send(message)
    assert meta.delivered == []
    return caught.value.code, caught.value.permanent, caught.value.rate_limited


def test_an_approved_template_arrives_with_its_values_and_our_id(meta):
    done = channel(meta).send(MESSAGE)
    (seen,) = meta.delivered
    assert (seen.text, seen.tracker, seen.wamid) == (
        "Hola, Lucía: Norte le recuerda $500.00 MXN.", "pun-7-0@norte.example", done.provider_id,
    )  # fmt: skip


def test_whoever_hides_the_phone_is_written_to_by_the_other_id(meta):
    channel(meta).send(attrs.evolve(MESSAGE, recipient="", recipient_id="MX.1234567890"))
    assert meta.delivered[0].to == "5215550000001"
    assert "to" not in meta.seen[0].json()


class TestTemplates:
    @pytest.mark.parametrize(
        ("status", "code"),
        [("PENDING", "132001"), ("REJECTED", "132001"), ("PAUSED", "132015"), ("DISABLED", "132016")],
    )
    def test_only_an_approved_one_leaves(self, meta, status, code):
        meta.add(attrs.evolve(REMINDER, status=status))
        assert refusal(meta, MESSAGE) == (code, True, False)

    def test_another_language_or_another_number_of_values_is_refused_for_good(self, meta):
        other = attrs.evolve(MESSAGE, template=attrs.evolve(USE, language="pt_BR"))
        assert refusal(meta, other) == ("132001", True, False)
        short = attrs.evolve(MESSAGE, template=attrs.evolve(USE, parameters=("Lucía",)))
        assert refusal(meta, short) == ("132000", True, False)
        bare = attrs.evolve(MESSAGE, template=attrs.evolve(USE, buttons=()))
        assert refusal(meta, bare) == ("131008", True, False)

    def test_values_of_several_lines_are_made_one_line(self, meta):
        channel(meta).send(attrs.evolve(MESSAGE, template=attrs.evolve(USE, parameters=("Lucía", "Norte\nSA", "a\tb"))))
        assert meta.delivered[0].text == "Hola, Lucía: Norte SA le recuerda a b."


class TestWindow:
    def test_free_words_need_an_answer_of_the_last_24_hours(self, meta, clock):
        assert refusal(meta, FREE) == ("131047", True, False)
        meta.writes(LUCIA, "hola")
        clock.at = TEN + timedelta(hours=23, minutes=59)
        channel(meta).send(FREE)
        assert meta.delivered[0].text == "Gracias por escribir."
        clock.at = TEN + timedelta(hours=24)
        with pytest.raises(ChannelError, match="24 horas"):
            channel(meta).send(FREE)
        assert len(meta.delivered) == 1

    def test_with_neither_window_nor_template_meta_is_not_even_asked(self, meta):
        assert refusal(meta, attrs.evolve(MESSAGE, template=None)) == ("131047", True, False)
        assert meta.seen == []

    def test_a_document_goes_by_its_address(self, meta):
        meta.writes(LUCIA, "mándeme la factura")
        channel(meta).send(attrs.evolve(FREE, media_url="https://x.example/f.pdf"))
        assert meta.delivered[0].text == "Gracias por escribir. [https://x.example/f.pdf]"


class TestFailures:
    def test_an_expired_token_waits_for_somebody_to_renew_it(self, meta):
        assert refusal(meta, MESSAGE, token="vieja") == ("190", False, False)

    def test_who_has_no_whatsapp_is_for_good(self, meta):
        assert refusal(meta, attrs.evolve(MESSAGE, recipient="+525550000002")) == ("131026", True, False)

    def test_too_fast_is_for_later(self, meta, clock):
        channel(meta).send(MESSAGE)
        with pytest.raises(ChannelError) as caught:
            channel(meta).send(MESSAGE)
        assert (caught.value.code, caught.value.permanent, caught.value.rate_limited) == ("131056", False, True)
        clock.at = TEN + timedelta(seconds=6)
        channel(meta).send(MESSAGE)
        assert len(meta.delivered) == 2

    def test_their_own_trouble_is_for_later_and_a_gateway_between_us_tells_nothing(self, meta):
        busy = httpx.Response(503, json={"error": {"code": 131016, "message": "(#131016) Service unavailable"}})
        with pytest.raises(ChannelError) as caught:
            WhatsAppChannel(WhatsAppAccount("1", "x"), httpx.MockTransport(lambda _: busy)).send(MESSAGE)
        assert (caught.value.code, caught.value.permanent) == ("131016", False)
        for status in (500, 502, 504):
            meta.fail_next(status)
            with pytest.raises(OSError, match="no se sabe"):
                channel(meta).send(MESSAGE)

    def test_silence_after_the_bytes_left_tells_nothing(self):
        def silent(request):
            raise httpx.ReadTimeout("silence")

        with pytest.raises(OSError, match="no se sabe"):
            WhatsAppChannel(WhatsAppAccount("1", "x"), httpx.MockTransport(silent)).send(MESSAGE)


class TestWebhook:
    SECRETS = {"app_secret": "secreto-de-la-app", "verify_token": "hola"}

    def test_only_metas_signature_of_these_bytes_is_heard(self, meta):
        sent = meta.writes(LUCIA, "hola")
        WhatsApp().check(Received(sent.headers, {}, sent.body), "", self.SECRETS)
        for headers, body, secrets in (
            (sent.headers, sent.body + b" ", self.SECRETS),
            ({}, sent.body, self.SECRETS),
            (sent.headers, sent.body, {"app_secret": ""}),
        ):
            with pytest.raises(Forged):
                WhatsApp().check(Received(headers, {}, body), "", secrets)

    def test_the_first_question_is_answered_only_with_our_token(self):
        query = {"hub.mode": "subscribe", "hub.verify_token": "hola", "hub.challenge": "1158201444"}
        assert WhatsApp().challenge(query, self.SECRETS) == "1158201444"
        for wrong in (query | {"hub.verify_token": "x"}, {}):
            with pytest.raises(Forged):
                WhatsApp().challenge(wrong, self.SECRETS)
        with pytest.raises(Forged):
            WhatsApp().challenge(query | {"hub.verify_token": ""}, {})

    def test_a_message_with_its_phone_mended(self, meta):
        (said,) = WhatsApp().facts(Received({}, {}, meta.writes(LUCIA, "ya pagué", reply_to="wamid.X").body), TEN)
        assert said == InboundMessage(
            "wamid.HBgN00000001", "whatsapp", "106540352242922", "ya pagué", TEN, "MX.1234567890", "+525550000001",
            "Lucía", "wamid.X",
        )  # fmt: skip

    def test_a_message_without_a_phone_is_not_lost(self, meta):
        hidden = attrs.evolve(LUCIA, hidden=True)
        (said,) = WhatsApp().facts(Received({}, {}, meta.writes(hidden, "hola").body), TEN)
        assert (said.user_id, said.phone, said.text) == ("MX.1234567890", "", "hola")

    def test_a_message_of_before_the_new_ids_is_not_lost_either(self, meta):
        body = json.loads(meta.writes(LUCIA, "hola").body)
        value = body["entry"][0]["changes"][0]["value"]
        del value["contacts"], value["messages"][0]["from_user_id"]
        (said,) = WhatsApp().facts(Received({}, {}, json.dumps(body).encode()), TEN)
        assert (said.user_id, said.phone) == ("", "+525550000001")

    def test_statuses(self, meta):
        channel(meta).send(MESSAGE)
        (seen,) = meta.delivered
        (read,) = WhatsApp().facts(Received({}, {}, meta.status(seen, "read").body), TEN)
        assert read == DeliveryReport(
            f"{seen.wamid}:read", "whatsapp", "read", TEN, "pun-7-0@norte.example", seen.wamid
        )
        (failed,) = WhatsApp().facts(Received({}, {}, meta.status(seen, "failed", code=131026).body), TEN)
        assert (failed.status, failed.code, failed.permanent) == ("failed", "131026", True)
        assert failed.sentence.startswith("WhatsApp no puede entregarle")

    @pytest.mark.parametrize(
        ("wa_id", "phone"),
        [("5215512345678", "+525512345678"), ("5491123456789", "+5491123456789"), ("573001234567", "+573001234567")],
    )
    def test_numbers_of_mexico_and_argentina(self, wa_id, phone):
        assert phone_of(wa_id) == phone
