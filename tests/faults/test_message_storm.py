"""A storm over the whole way out: real processes that send by HTTP to a stand-in of Meta that times out, asks to go
slower, breaks and loses answers, are killed with SIGKILL, and whose notices come twice and out of order.

`PUNTUAL_STORM_MESSAGES` and `PUNTUAL_STORM_KILLS` set the size; `make soak` runs it with 10,000 and 40.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from puntual.apps.inbox import write, write_process
from puntual.apps.outreach import read_troubles
from puntual.apps.outreach.models import Contact, Dispatcher, Fact, Message, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice
from puntual.pipeline.daily_run import run_day
from puntual.ports.fakes import FixedClassifier
from puntual.ports.inbound import Received
from puntual.project import inbox
from puntual.simulators.loopback import Request
from puntual.simulators.whatsapp import Person, PhoneNumber, Template, WhatsAppSimulator

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

MESSAGES = int(os.environ.get("PUNTUAL_STORM_MESSAGES", "120"))
KILLS = int(os.environ.get("PUNTUAL_STORM_KILLS", "2"))
DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
#: The storm's hours pass this much faster, the same for every process, so that waits and back-offs are lived through.
SPEED = float(os.environ.get("PUNTUAL_STORM_SPEED", "120"))
SECRETS = {"access_token": "llave-de-prueba", "app_secret": "secreto-de-la-app", "verify_token": "hola"}

_SENDER = """
import os, sys, time
os.environ["DATABASE_URL"], os.environ["PUNTUAL_DATA"] = sys.argv[1], sys.argv[2]
os.environ["DJANGO_SETTINGS_MODULE"] = "puntual.project.settings"
import django; django.setup()
from datetime import datetime, timedelta
from puntual.adapters import message_http
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.project import bindings, messengers
message_http.TIMEOUT_S = 0.4
start, speed, began = datetime.fromisoformat(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])
now = lambda: start + timedelta(seconds=(time.time() - began) * speed)
links = lambda points: {a: f"https://x.example/p/t{a}/" for a in points}
outside = Outside(channel=bindings.channel_for(now), links=links, now=now, channels=("whatsapp",),
                  only=messengers.creditors_by_channel, wait=lambda seconds: time.sleep(seconds / speed))
from puntual.apps.outreach.models import Line, Outbox
print("listo", flush=True)
while True:
    print(dispatch(outside), flush=True)
    waiting = Outbox.objects.filter(state="planned").order_by("scheduled_at").first()
    if waiting is None:
        break
    rest = Line.objects.get().retry_at or waiting.scheduled_at
    time.sleep(max((max(waiting.scheduled_at, rest) - now()).total_seconds() / speed, 0.02))
"""


class StormyMeta(WhatsAppSimulator):
    """Meta on a bad day. `met` counts what happened."""

    def __init__(self, number, now, seed):
        super().__init__(number, now)
        self.dice, self.met = random.Random(seed), Counter()

    def answer(self, request: Request):
        with self.lock:
            kinds = ["fine", "lost", "slow", "drop", "busy", "429", "500", "504"]
            kind = self.dice.choices(kinds, [86, 2, 0.5, 2, 3, 3, 2, 1.5])[0]
            self.met[kind] += 1
        if kind == "slow":
            time.sleep(0.7)  # longer than anybody waits for it
        if kind == "drop":
            raise ConnectionAbortedError
        if kind == "busy":
            return 503, {"error": {"code": 131016, "message": "(#131016) Service unavailable"}}
        if kind == "429":
            return 429, {"error": {"code": 130429, "message": "(#130429) Rate limit hit"}}
        if kind in ("500", "504"):
            return int(kind), "algo se rompió en medio"
        status, body = super().answer(request)
        if kind == "lost":
            raise ConnectionAbortedError
        return status, body

    def _limits(self, person):
        """Its pace is tried apart; here the clock runs too fast for it."""


@pytest.fixture
def meta():
    began = time.monotonic()
    one = StormyMeta(PhoneNumber(), lambda: TEN + timedelta(seconds=time.monotonic() - began), seed=11)
    one.add(Template("r", "es_MX", "Hola, {{1}}."))
    one.add(*(Person(f"521555{i:07d}", f"MX.{i}") for i in range(MESSAGES)))
    with one:
        yield one


@pytest.fixture
def house(meta):
    """Many people who owe, each with WhatsApp, and a morning's plan for all of them."""
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
        approve_first=0, test_mode=False,
    )  # fmt: skip
    version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=DAWN - timedelta(days=9))
    rows = [
        NewAccount(f"C-{i}", f"Cliente {i}", debtor="consumer", country="MX", zone="America/Mexico_City",
                   points=(NewPoint("phone", f"+52555{i:07d}"),))
        for i in range(MESSAGES)
    ]  # fmt: skip
    accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
    due = date(2026, 11, 20)
    receivables.post_invoices(
        creditor_id=creditor.pk, source="test",
        invoices=[NewInvoice(a, f"A-{a}", f"A-{a}", date(2026, 10, 20), "MXN", 500_00, ((due, 500_00),))
                  for a in accounts.values()],
    )  # fmt: skip
    carrier = write.save_account(
        creditor_id=creditor.pk, adapter="whatsapp", address="106540352242922",
        credentials=SECRETS | {"base_url": meta.url}, at=DAWN,
    )  # fmt: skip
    for name in ("recordatorio_previo", "vence_hoy", "recordatorio", "propuesta_de_plan", "aviso_formal"):
        write.save_template(
            account=carrier, template=name, name="r", language="es_MX", state="APPROVED", body="Hola, {{1}}.",
            parameters=["{{ persona.nombre }}"],
        )  # fmt: skip
    assert run_day(creditor=creditor, as_of=DAWN).planned == {"whatsapp": MESSAGES}
    Outbox.objects.update(approved=True)
    return carrier


class Clock:
    """The storm's own time, shared by every process."""

    def __init__(self):
        self.began = time.time()

    def __call__(self):
        return TEN + timedelta(seconds=(time.time() - self.began) * SPEED)


def sender(clock):
    from django.conf import settings
    from django.db import connection

    s = connection.settings_dict
    there = f"postgresql://{s['USER']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"
    url = there if connection.vendor == "postgresql" else f"sqlite:///{s['NAME']}"
    told = [url, str(settings.DATA), TEN.isoformat(), str(SPEED), str(clock.began)]
    return subprocess.Popen(
        [sys.executable, "-c", _SENDER, *told],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path.cwd(),
    )


def killed_now_and_then(rng):
    """Senders one after another, each killed at some moment; then one until nothing waits."""
    clock = Clock()
    for _ in range(KILLS):
        process = sender(clock)
        assert process.stdout.readline() == "listo\n", process.stderr.read()
        time.sleep(rng.uniform(0.05, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = sender(clock)
    out, err = process.communicate(timeout=2000)
    assert process.returncode == 0, err
    assert clock() < TEN + timedelta(hours=9), Counter(Outbox.objects.values_list("state", "reason"))
    return clock()


def told_by_meta(carrier, meta, rng, at):
    """Every notice of what arrived, twice and shuffled; some turn out not to be deliverable."""
    doomed = {one.wamid for one in rng.sample(meta.delivered, len(meta.delivered) // 20)}
    notices = []
    for one in meta.delivered:
        if one.wamid in doomed:
            notices.append(meta.status(one, "failed", code=131026))
        else:
            notices += [meta.status(one, kind) for kind in ("sent", "delivered", "read")]
    notices += notices
    rng.shuffle(notices)
    for sent in notices:
        write.store_raw(account=carrier, received=Received(sent.headers, {}, sent.body), at=at)
    while write_process.process_raw(
        adapters=inbox.adapters(), classifier=FixedClassifier(), at=at, limit=1000
    ).processed:
        pass
    return doomed


def test_nothing_is_lost_nothing_goes_twice_and_every_doubt_is_shown(house, meta):
    rng, began = random.Random(5), time.monotonic()
    at = killed_now_and_then(rng)
    took = time.monotonic() - began
    arrived = Counter(one.to for one in meta.delivered)
    assert max(arrived.values()) == 1
    before = Counter(Outbox.objects.values_list("state", flat=True))
    assert set(before) <= {"sent", "unknown", "failed"}
    assert sum(before.values()) == MESSAGES
    ours = set(Message.objects.values_list("message_id", flat=True))
    assert {one.tracker for one in meta.delivered} <= ours
    doomed = told_by_meta(house, meta, rng, at)
    after = Counter(Outbox.objects.values_list("state", flat=True))
    silent = meta.met["drop"] + meta.met["500"] + meta.met["504"]
    assert after["sent"] == len(meta.delivered) - len(doomed)
    assert silent <= after["unknown"] <= silent + KILLS
    assert after["sent"] + after["unknown"] + after["failed"] == MESSAGES
    shown = read_troubles.rows(house.creditor_id)
    assert shown.filter(state="unknown").count() == after["unknown"]
    assert shown.count() == after["unknown"] + after["failed"]
    assert Contact.objects.filter(counts=True).count() == after["sent"] + after["unknown"]
    assert Fact.objects.filter(kind="opened").count() == after["sent"]
    assert Dispatcher.objects.count() == 0
    print(f"\n{MESSAGES} messages, {KILLS} kills, {took:.0f} s: {dict(before)} -> {dict(after)}; met {dict(meta.met)}")
