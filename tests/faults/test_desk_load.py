"""Many agents at once on loopback: they take, note and go on; nobody is attended twice, and pages stay quick.

CI runs a few. By hand, what the product owes, with each agent through a person a minute (no centre is that quick):

    DESK_AGENTS=30 DESK_PAUSE_S=20 DESK_TURNS=2 pytest -s tests/faults/test_desk_load.py
    DESK_AGENTS=300 DESK_PAUSE_S=20 DESK_TURNS=2 DESK_WORKERS=2 DATABASE_URL=postgresql://... pytest -s (the same)

Prints the median and the slowest twentieth of each kind of request, and the server's own CPU for each request: the
agents share the machine with it.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from desk_house import company, people, queued
from puntual.apps.access import write as access
from puntual.apps.receivables import write as books
from puntual.apps.workbench.models import Handling, QueueRow

AGENTS = int(os.environ.get("DESK_AGENTS", "6"))
TURNS = int(os.environ.get("DESK_TURNS", "4"))
#: Seconds between what an agent does: a person thinks and speaks; a machine in a tight loop is no agent.
PAUSE_S = float(os.environ.get("DESK_PAUSE_S", "0.3"))
#: What an agent asks for: the next person, the screen, what has happened, the result noted, the queue again.
KINDS = ("take", "page", "history", "note", "queue")


class Agent:
    """One agent with a browser: takes the next one, looks, notes what it came to, again."""

    def __init__(self, port, cookie):
        self.http = HTTPConnection("127.0.0.1", port, timeout=60)
        self.csrf = token_hex(16)
        self.cookie = f"sessionid={cookie}; csrftoken={self.csrf}"
        self.times, self.took = {kind: [] for kind in KINDS}, []

    def ask(self, method, path, kind, data=None):
        headers = {"Cookie": self.cookie, "Referer": "http://127.0.0.1/", "X-CSRFToken": self.csrf}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        # A server closes what nobody used for a while, and a browser connects again.
        self.http.close()
        began = time.perf_counter()
        self.http.request(method, path, urlencode(data) if data is not None else None, headers)
        answer = self.http.getresponse()
        answer.read()
        self.times[kind].append((time.perf_counter() - began) * 1000)
        assert answer.status in (200, 302), (path, answer.status)
        return answer.getheader("Location") or ""

    def work(self, turns):
        for _ in range(turns):
            where = self.ask("POST", "/gestion/tomar/", "take", {})
            if where == "/gestion/":
                return
            self.took.append(int(where.strip("/").split("/")[-1]))
            self.ask("GET", where, "page")
            time.sleep(PAUSE_S)
            self.ask("GET", f"{where}historia/", "history")
            time.sleep(PAUSE_S)
            self.ask("POST", f"{where}resultado/", "note", {"result": "informed", "token": token_hex(16)})
            self.ask("GET", "/gestion/", "queue")
            time.sleep(PAUSE_S)


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu_s(self):
        """Seconds of processor of the server and its workers so far; None where the system does not tell."""
        proc = Path("/proc")
        if not (proc / str(self.pid) / "stat").exists():
            return None
        ticks = 0
        for stat in proc.glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat.parent.name) == self.pid or int(fields[1]) == self.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def server():
    """The product serving this test's database, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name = connection.settings_dict
    url = (
        f"postgresql://{name['USER']}@{name['HOST']}:{name['PORT']}/{name['NAME']}"
        if connection.vendor == "postgresql"
        else f"sqlite:///{name['NAME']}"
    )
    workers = os.environ.get("DESK_WORKERS", "1")
    command = [sys.executable, "-m", "uvicorn", "puntual.project.asgi:application", "--port", str(port), "--workers",
               workers, "--log-level", "warning"]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url, "POLARS_MAX_THREADS": "1"})
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            one = HTTPConnection("127.0.0.1", port, timeout=5)
            one.request("GET", "/healthz")
            if one.getresponse().status == 200:
                break
        except (OSError, HTTPException):
            time.sleep(0.2)
    yield Server(port, process.pid)
    process.terminate()
    process.wait(20)


@pytest.mark.django_db(transaction=True)
def test_agents_at_once_never_attend_the_same_person(server):

    house = company()
    accounts = people(house, AGENTS * TURNS)
    day = timezone.now().date()
    rows = [books.NewInvoice(a.pk, f"A-{a.pk}", f"A-{a.pk}", day, "MXN", 500_00, ((day, 500_00),)) for a in accounts]
    books.post_invoices(creditor_id=house.pk, invoices=rows, source="test")
    queued(house, accounts, built_at=timezone.now())
    agents = [Agent(server.port, _signed_in(house, n)) for n in range(AGENTS)]
    faults, gate = [], threading.Barrier(AGENTS)

    # The law is read and templates are compiled before anybody waits for them, as in any morning.
    warm = Agent(server.port, _signed_in(house, AGENTS))
    for _ in range(3 * int(os.environ.get("DESK_WORKERS", "1"))):
        warm.http.close()  # a new connection: every worker has its turn
        warm.ask("GET", "/gestion/", "page")
        warm.ask("GET", f"/gestion/{accounts[0].pk}/", "page")
    before = server.cpu_s()

    def work(one):
        try:
            gate.wait(60)
            # People do not press at the same instant.
            time.sleep(3 * PAUSE_S * agents.index(one) / AGENTS)
            one.work(TURNS)
        except Exception as error:  # a thread's failure must fail the test, not vanish
            faults.append(repr(error))

    threads = [threading.Thread(target=work, args=(one,)) for one in agents]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    took = [pk for one in agents for pk in one.took]
    _report(agents, server.cpu_s(), before)
    assert faults == []
    assert len(took) == len(set(took)) == AGENTS * TURNS, "each person once, nobody left out"
    assert Handling.objects.filter(outcome="informed").count() == AGENTS * TURNS
    assert not QueueRow.objects.filter(state="waiting").exists()


def _signed_in(house, n):
    user = get_user_model().objects.create_user(f"agente{n}")
    access.grant(user_id=user.pk, role="agent", creditor_id=house.pk)
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def _report(agents, after, before):
    """Median and slowest twentieth of each kind of request, and the server's CPU for each, in milliseconds."""
    count = sum(len(times) for one in agents for times in one.times.values())
    found = {"requests": count}
    if before is not None:
        found["server_cpu_ms"] = round((after - before) * 1000 / count, 1)
    for kind in KINDS:
        every = sorted(ms for one in agents for ms in one.times[kind])
        if every:
            found[kind] = {"median_ms": round(statistics.median(every)), "p95_ms": round(every[int(len(every) * 0.95)])}
    print(json.dumps({"agents": len(agents), "engine": connection.vendor, **found}))
