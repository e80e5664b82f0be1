"""SMS through a real Kannel with its fake SMSC: out in both alphabets, reports back, and an answer of a person."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from puntual.adapters.sms_kannel import Kannel, KannelChannel
from puntual.adapters.sms_kannel.transport import KannelAccount
from puntual.ports.channels import ChannelError, Outgoing
from puntual.ports.inbound import DeliveryReport, InboundMessage, Received
from puntual.simulators.loopback import Loopback

FAKE = Path("/usr/lib/kannel/test/fakesmsc")
_MISSING = [name for name in ("bearerbox", "smsbox") if not shutil.which(name, path="/usr/sbin:/usr/bin:/sbin")]

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(bool(_MISSING) or not FAKE.exists(), reason="Kannel o su SMSC de prueba no están instalados"),
]

_CONF = """
group = core
admin-port = {admin}
admin-password = x
smsbox-port = {box}
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
global-sender = 2020

group = sendsms-user
username = puntual
password = secreto

group = sms-service
keyword = default
get-url = "{back}/?kind=mo&token=t0k&from=%p&to=%P&text=%a&id=%I&ts=%T"
omit-empty = true
max-messages = 0
"""


class Door(Loopback):
    """Where Kannel calls us; keeps the queries."""

    routes = (("GET", r"/.*", "take"),)

    def take(self, request):
        return {}


def wait_for(found, seconds=15.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return
        time.sleep(0.1)
    raise AssertionError("no llegó a tiempo")


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def ports():
    sockets = [socket.socket() for _ in range(4)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = dict(zip(("admin", "box", "smsc", "send"), (s.getsockname()[1] for s in sockets)))
    for one in sockets:
        one.close()
    return found


@pytest.fixture
def kannel(tmp_path, ports):
    """Kannel running with a fake SMSC; an answer of a person comes in every time one is asked for."""
    started = []

    def start(*command):
        log = (tmp_path / f"{len(started)}.log").open("w")
        started.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=tmp_path))

    door = Door()
    door.start()
    conf = tmp_path / "kannel.conf"
    conf.write_text(_CONF.format(**ports, back=door.url))
    try:
        start("/usr/sbin/bearerbox", str(conf))
        wait_for(lambda: listening(ports["box"]))
        start("/usr/sbin/smsbox", str(conf))
        wait_for(lambda: listening(ports["send"]))
        start(
            str(FAKE),
            "-H",
            "127.0.0.1",
            "-r",
            str(ports["smsc"]),
            "-m",
            "1",
            "+525550000001 2020 text ya pagué la mañana del 5",
        )
        yield door, ports
    finally:
        for process in reversed(started):
            process.terminate()
        for process in reversed(started):
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
        door.stop()


def facts(door):
    reader, now = Kannel(), datetime.now(UTC)
    return [fact for seen in list(door.seen) for fact in reader.facts(Received({}, seen.query, b""), now)]


def message(number, text):
    return Outgoing(f"pun-{number}-0@norte.example", "+525550000001", "", "", "", "", text, "", "", 3600)


def test_both_alphabets_leave_reports_come_back_and_an_answer_arrives(kannel, tmp_path):
    door, ports = kannel
    base = f"http://127.0.0.1:{ports['send']}"
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
    seen = (tmp_path / "2.log").read_text(errors="replace")
    assert "<2020 +525550000001 text Su pago vencio el año pasado>" in seen
    assert "ucs-2 %00S%00u%00+%00p%00a%00g%00o%00+%00v%00e%00n%00c%00i%00%F3>" in seen


def test_a_wrong_password_waits_for_somebody_to_mend_it(kannel):
    _, ports = kannel
    channel = KannelChannel(KannelAccount(f"http://127.0.0.1:{ports['send']}", "puntual", "otra", "2020"))
    with pytest.raises(ChannelError) as caught:
        channel.send(message(1, "Hola"))
    assert (caught.value.permanent, caught.value.code) == (False, "403")
