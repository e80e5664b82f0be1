"""SMS through a real Kannel with its fake SMSC: out in both alphabets, reports back, and an answer of a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import kannel_server
from kannel_server import KannelServer, wait_for
from puntual.adapters.sms_kannel import Kannel, KannelChannel
from puntual.adapters.sms_kannel.transport import KannelAccount
from puntual.ports.channels import ChannelError, Outgoing
from puntual.ports.inbound import DeliveryReport, InboundMessage, Received

pytestmark = [pytest.mark.fault, pytest.mark.skipif(kannel_server.MISSING, reason=kannel_server.WHY_NOT)]


@pytest.fixture
def kannel(tmp_path):
    """Kannel running with a fake SMSC; an answer of a person comes in every time one is asked for."""
    with KannelServer(tmp_path, "+525550000001 2020 text ya pagué la mañana del 5") as running:
        yield running


def facts(door):
    reader, now = Kannel(), datetime.now(UTC)
    return [fact for seen in list(door.seen) for fact in reader.facts(Received({}, seen.query, b""), now)]


def message(number, text):
    return Outgoing(f"pun-{number}-0@norte.example", "+525550000001", "", "", "", "", text, "", "", 3600)


def test_both_alphabets_leave_reports_come_back_and_an_answer_arrives(kannel):
    door, base = kannel.door, kannel.url
    wait_for(lambda: any(isinstance(f, InboundMessage) for f in facts(door)))
    plain = KannelChannel(KannelAccount(base, "puntual", "secreto", "2020", door.url + "/", "t0k"))
    accented = KannelChannel(KannelAccount(base, "puntual", "secreto", "2020", door.url + "/", "t0k", accents=True))
    plain.send(message(1, "Su pago venció el año pasado"))
    accented.send(message(2, "Su pago venció"))
    wait_for(lambda: len({f.message_id for f in facts(door) if isinstance(f, DeliveryReport)}) == 2)
    told = {(f.message_id, f.status) for f in facts(door) if isinstance(f, DeliveryReport)}
    assert {("pun-1-0@norte.example", "sent"), ("pun-2-0@norte.example", "sent")} <= told
    answers = [f for f in facts(door) if isinstance(f, InboundMessage)]
    assert (answers[0].phone, answers[0].to, answers[0].text) == ("+525550000001", "2020", "ya pagué la mañana del 5")
    # What reached the network: one in its telephone alphabet, the other in UCS-2, neither with question marks.
    seen = kannel.network
    assert "<2020 +525550000001 text Su pago vencio el año pasado>" in seen
    assert "ucs-2 %00S%00u%00+%00p%00a%00g%00o%00+%00v%00e%00n%00c%00i%00%F3>" in seen


def test_a_wrong_password_waits_for_somebody_to_mend_it(kannel):
    channel = KannelChannel(KannelAccount(kannel.url, "puntual", "otra", "2020"))
    with pytest.raises(ChannelError) as caught:
        channel.send(message(1, "Hola"))
    assert (caught.value.permanent, caught.value.code) == (False, "403")
