"""A real Kannel on loopback ports with its fake SMSC: what leaves reaches a network that writes it down, and one answer
of a person comes back."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

from puntual.simulators.loopback import Loopback

FAKE = Path("/usr/lib/kannel/test/fakesmsc")
_LACKS = [name for name in ("bearerbox", "smsbox") if not shutil.which(name, path="/usr/sbin:/usr/bin:/sbin")]
MISSING = bool(_LACKS) or not FAKE.exists()
WHY_NOT = "Kannel o su SMSC de prueba no están instalados (paquetes kannel y kannel-extras)"

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


def _listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_ports():
    sockets = [socket.socket() for _ in range(4)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = dict(zip(("admin", "box", "smsc", "send"), (s.getsockname()[1] for s in sockets)))
    for one in sockets:
        one.close()
    return found


class KannelServer:
    """Running while it is a context. `said`: «from to text words» of the person who answers once."""

    def __init__(self, folder: Path, said: str) -> None:
        self.folder, self.said = folder, said
        self.ports, self.door = _free_ports(), Door()
        self._started: list[subprocess.Popen[bytes]] = []

    def _start(self, *command):
        log = (self.folder / f"{len(self._started)}.log").open("w")
        self._started.append(
            subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)
        )

    def __enter__(self):
        self.door.start()
        conf = self.folder / "kannel.conf"
        conf.write_text(_CONF.format(**self.ports, back=self.door.url))
        self._start("/usr/sbin/bearerbox", str(conf))
        wait_for(lambda: _listening(self.ports["box"]))
        self._start("/usr/sbin/smsbox", str(conf))
        wait_for(lambda: _listening(self.ports["send"]))
        self._start(str(FAKE), "-H", "127.0.0.1", "-r", str(self.ports["smsc"]), "-m", "1", self.said)
        return self

    def __exit__(self, *_):
        for process in reversed(self._started):
            process.terminate()
        for process in reversed(self._started):
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
        self.door.stop()

    @property
    def url(self):
        """Where smsbox takes messages."""
        return f"http://127.0.0.1:{self.ports['send']}"

    @property
    def network(self):
        """What reached the network, as its SMSC wrote it down."""
        return (self.folder / "2.log").read_text(errors="replace")
