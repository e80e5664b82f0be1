"""SMS by Kannel and by Twilio: what leaves, what a failure means, and what comes back."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
import pytest

from puntual.adapters.sms_kannel import Kannel, KannelChannel
from puntual.adapters.sms_kannel.transport import KannelAccount
from puntual.adapters.sms_twilio import Twilio, TwilioChannel
from puntual.adapters.sms_twilio.transport import TwilioAccount
from puntual.adapters.sms_twilio.webhook import signature
from puntual.ports.channels import ChannelError, Outgoing
from puntual.ports.inbound import DeliveryReport, Forged, InboundMessage, Received

AT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def message(text="Su pago venció: $100"):
    return Outgoing(
        message_id="pun-7-0@norte.example", recipient="+525550000001", recipient_name="Lucía", sender="",
        sender_name="", subject="", text=text, html="", unsubscribe_url="", expires_in_s=3600,
    )  # fmt: skip


class Desk:
    """A provider that answers as told and keeps what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def __call__(self, request):
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def kannel(answer, **more):
    desk = Desk(answer)
    account = KannelAccount(
        "http://kannel.invalid:13013", "puntual", "secreto", "Norte", "https://x.example/webhooks/kannel/n1/", "t0k",
        **more,
    )  # fmt: skip
    return desk, KannelChannel(account, httpx.MockTransport(desk))


def twilio(answer):
    desk = Desk(answer)
    account = TwilioAccount("AC1", "clave", "+15005550006", "https://x.example/webhooks/twilio/n1/")
    return desk, TwilioChannel(account, httpx.MockTransport(desk))


class TestKannelSends:
    def test_without_accents_it_leaves_in_gsm7(self):
        desk, channel = kannel(httpx.Response(202, text="0: Accepted for delivery"))
        assert channel.send(message()).provider_id == "pun-7-0@norte.example"
        sent = desk.asked[0].url.params
        assert (sent["text"], sent["coding"], sent["to"]) == ("Su pago vencio: $100", "0", "+525550000001")
        assert (sent["validity"], sent["dlr-mask"]) == ("60", "27")
        assert sent["dlr-url"] == (
            "https://x.example/webhooks/kannel/n1/?kind=dlr&token=t0k&id=pun-7-0@norte.example&type=%d&ts=%T&reply=%A"
        )

    def test_with_accents_it_says_ucs2_or_kannel_would_write_question_marks(self):
        desk, channel = kannel(httpx.Response(202, text="3: Queued for later delivery"), accents=True)
        channel.send(message())
        assert (desk.asked[0].url.params["text"], desk.asked[0].url.params["coding"]) == ("Su pago venció: $100", "2")
        channel.send(message("Sin letras raras"))
        assert desk.asked[1].url.params["coding"] == "0"

    @pytest.mark.parametrize(
        ("status", "permanent", "slower"),
        [(400, True, False), (403, False, False), (429, False, True), (503, False, False)],
    )
    def test_refusals_for_now_and_for_good(self, status, permanent, slower):
        _, channel = kannel(httpx.Response(status, text="no"))
        with pytest.raises(ChannelError) as caught:
            channel.send(message())
        assert (caught.value.permanent, caught.value.rate_limited) == (permanent, slower)

    def test_what_never_left_is_certain_and_what_may_have_left_is_not(self):
        with pytest.raises(ChannelError) as caught:
            kannel(httpx.ConnectError("no route"))[1].send(message())
        assert caught.value.permanent is False
        for doubt in (httpx.ReadTimeout("silence"), httpx.Response(504)):
            with pytest.raises(OSError, match="no se sabe si lo tomó"):
                kannel(doubt)[1].send(message())


class TestKannelTells:
    def test_only_who_has_the_token_is_heard(self):
        Kannel().check(Received({}, {"token": "t0k"}, b""), "", {"token": "t0k"})
        for query, secrets in (({"token": "x"}, {"token": "t0k"}), ({}, {"token": "t0k"}), ({"token": ""}, {})):
            with pytest.raises(Forged):
                Kannel().check(Received({}, query, b""), "", secrets)

    @pytest.mark.parametrize(("kind", "status"), [("1", "delivered"), ("2", "failed"), ("8", "sent"), ("16", "failed")])
    def test_a_report(self, kind, status):
        query = {"kind": "dlr", "id": "pun-7-0@norte.example", "type": kind, "ts": "1795536000", "reply": "stat:X"}
        (report,) = Kannel().facts(Received({}, query, b""), AT)
        assert isinstance(report, DeliveryReport)
        assert (report.status, report.message_id, report.event_id) == (
            status, "pun-7-0@norte.example", f"dlr:pun-7-0@norte.example:{kind}",
        )  # fmt: skip
        assert report.at == datetime.fromtimestamp(1795536000, UTC)
        assert report.permanent is (status == "failed")

    def test_still_waiting_is_no_news(self):
        assert Kannel().facts(Received({}, {"kind": "dlr", "id": "a", "type": "4", "ts": ""}, b""), AT) == ()

    def test_a_message_of_a_person(self):
        query = {"kind": "mo", "from": "5215550000001", "to": "2020", "text": "Ya pagué", "id": "u-1", "country": "MX"}
        (said,) = Kannel().facts(Received({}, query, b""), AT)
        assert said == InboundMessage("mo:u-1", "sms", "2020", "Ya pagué", AT, phone="+525550000001")


class TestTwilioSends:
    def test_it_leaves_as_a_form_with_where_to_report(self):
        desk, channel = twilio(httpx.Response(201, json={"sid": "SM1", "status": "queued"}))
        assert channel.send(message()).provider_id == "SM1"
        form = parse_qs(desk.asked[0].content.decode())
        assert desk.asked[0].url.path == "/2010-04-01/Accounts/AC1/Messages.json"
        assert desk.asked[0].headers["authorization"] == "Basic QUMxOmNsYXZl"
        assert form == {
            "To": ["+525550000001"], "From": ["+15005550006"], "Body": ["Su pago vencio: $100"],
            "ValidityPeriod": ["3600"],
            "StatusCallback": ["https://x.example/webhooks/twilio/n1/?id=pun-7-0@norte.example"],
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("status", "code", "permanent", "slower"),
        [(400, 21211, True, False), (400, 21610, True, False), (400, 21408, False, False), (401, 20003, False, False),
         (429, 20429, False, True), (500, 20500, False, False)],
    )  # fmt: skip
    def test_its_codes_tell_for_now_from_for_good(self, status, code, permanent, slower):
        _, channel = twilio(httpx.Response(status, json={"code": code, "message": "x", "status": status}))
        with pytest.raises(ChannelError) as caught:
            channel.send(message())
        assert (caught.value.permanent, caught.value.rate_limited, caught.value.code) == (permanent, slower, str(code))
        assert caught.value.bad_recipient is (code == 21211)

    def test_a_failure_in_nobodys_words_tells_nothing(self):
        with pytest.raises(OSError, match="no se sabe si lo tomó"):
            twilio(httpx.Response(500, text="<html>"))[1].send(message())


class TestTwilioTells:
    URL = "https://x.example/webhooks/twilio/n1/?id=pun-7-0%40norte.example"

    def test_the_signature_of_its_own_documentation(self):
        # Example of Twilio's «Webhooks security» page.
        form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
                "To": "+18005551212"}  # fmt: skip
        assert signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="

    def test_a_changed_field_another_address_or_no_signature_is_forged(self):
        body = b"MessageSid=SM1&MessageStatus=delivered"
        good = signature("clave", self.URL, {"MessageSid": "SM1", "MessageStatus": "delivered"})
        Twilio().check(Received({"x-twilio-signature": good}, {}, body), self.URL, {"auth_token": "clave"})
        bad = [
            (Received({"x-twilio-signature": good}, {}, body + b"x"), self.URL, "clave"),
            (Received({"x-twilio-signature": good}, {}, body), self.URL + "x", "clave"),
            (Received({}, {}, body), self.URL, "clave"),
            (Received({"x-twilio-signature": good}, {}, body), self.URL, ""),
        ]
        for received, url, token in bad:
            with pytest.raises(Forged):
                Twilio().check(received, url, {"auth_token": token})

    def test_reports_and_messages(self):
        read = Twilio().facts
        query = {"id": "pun-7-0@norte.example"}
        (report,) = read(Received({}, query, b"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30006"), AT)
        assert (report.status, report.permanent, report.code, report.message_id) == (
            "failed", True, "30006", "pun-7-0@norte.example",
        )  # fmt: skip
        (later,) = read(Received({}, query, b"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003"), AT)
        assert later.permanent is False
        assert read(Received({}, query, b"MessageSid=SM1&MessageStatus=queued"), AT) == ()
        body = b"MessageSid=SM2&From=%2B525550000001&To=%2B15005550006&Body=pago+el+viernes+500&NumMedia=0"
        (said,) = read(Received({}, {}, body), AT)
        assert said == InboundMessage(
            "message:SM2", "sms", "+15005550006", "pago el viernes 500", AT, phone="+525550000001"
        )
