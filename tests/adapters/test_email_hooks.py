"""Mail by a provider's call: who may call, and the same mail whatever form it comes in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from mail_server import bounce_of, mail
from puntual.adapters.email_hooks import Mailgun, Postmark
from puntual.ports.inbound import DeliveryReport, Forged, Received

CAME = datetime(2026, 11, 24, 18, 5, tzinfo=UTC)
KEY = "llave-del-dominio"
RAW = mail("Pagué mañana, señor", Message_ID="<m1@ejemplo.mx>").as_bytes()


def signed(raw, *, key=KEY, to="cobranza+p7.ab@norte.example"):
    mac = hmac.new(key.encode(), b"1700000000tok", hashlib.sha256).hexdigest()
    return {"timestamp": "1700000000", "token": "tok", "signature": mac, "recipient": to, "body-mime": raw}


def by_form(raw, **how):
    body = urlencode(signed(raw, **how)).encode()
    return Received({"content-type": "application/x-www-form-urlencoded"}, {}, body)


def by_parts(raw):
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % name.encode()
        + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"
        for name, value in signed(raw).items()
    )  # fmt: skip
    return Received({"content-type": 'multipart/form-data; boundary="x"'}, {}, parts + b"--x--\r\n")


@pytest.mark.parametrize("how", [by_form, by_parts])
def test_mailgun_is_believed_by_its_signature_and_read_whole(how):
    received = how(RAW)
    Mailgun().check(received, "", {"signing_key": KEY})
    (said,) = Mailgun().facts(received, CAME)
    assert (said.text, said.event_id, said.email) == ("Pagué mañana, señor", "m1@ejemplo.mx", "lucia@ejemplo.mx")
    assert said.to == "cobranza@norte.example"


@pytest.mark.parametrize("secrets", [{}, {"signing_key": "otra"}])
def test_another_key_is_forged(secrets):
    with pytest.raises(Forged):
        Mailgun().check(by_form(RAW), "", secrets)
    with pytest.raises(Forged):
        Mailgun().check(Received({}, {}, b"token=&signature="), "", {"signing_key": KEY})


@pytest.mark.parametrize("raw", [RAW.decode("latin-1"), base64.b64encode(RAW).decode()])
def test_postmark_is_believed_by_its_token(raw):
    body = json.dumps({"RawEmail": raw, "OriginalRecipient": "cobranza@norte.example"}).encode()
    received = Received({"content-type": "application/json"}, {"token": "t0k"}, body)
    Postmark().check(received, "", {"token": "t0k"})
    with pytest.raises(Forged):
        Postmark().check(received, "", {"token": "otro"})
    assert Postmark().facts(received, CAME)[0].event_id == "m1@ejemplo.mx"


def test_a_bounce_comes_in_by_the_same_door():
    (report,) = Mailgun().facts(by_form(bounce_of("pun-7-0@norte.example")), CAME)
    assert isinstance(report, DeliveryReport)
    assert report.message_id == "pun-7-0@norte.example"


def test_what_brings_no_mail_cannot_be_read():
    with pytest.raises(KeyError):
        Mailgun().facts(Received({}, {}, b"a=b"), CAME)
    with pytest.raises(KeyError):
        Postmark().facts(Received({}, {}, b"{}"), CAME)
