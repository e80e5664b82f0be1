"""A bad day of WhatsApp: answers lost after the message arrived, refusals, broken gateways, notices twice and shuffled,
and a process that dies half-way. Nobody is written to twice and nobody is forgotten."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from puntual.apps.compliance import read as compliance
from puntual.apps.inbox import write, write_process
from puntual.apps.inbox.models import DeliveryUpdate, Proposal, RawInbound, ThreadMessage
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice
from puntual.core.customers.understanding import BAJA, Understanding
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.ports.fakes import FixedClassifier
from puntual.ports.inbound import Received
from puntual.project import inbox, messengers
from puntual.simulators.whatsapp import Person, PhoneNumber, Template, WhatsAppSimulator

pytestmark = [pytest.mark.fault, pytest.mark.django_db]

DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
PEOPLE = 40
SECRETS = {"access_token": "llave-de-prueba", "app_secret": "secreto-de-la-app", "verify_token": "hola"}


#: Reads every answer as a stop.
STOP = FixedClassifier(otherwise=Understanding((BAJA,), 0.97))


class Killed(BaseException):
    """What kill -9 looks like from inside: nothing after it runs."""


class Dies:
    def classify(self, text, country, at):
        raise Killed


class Storm:
    """Between us and Meta: what may go wrong on the way there and on the way back."""

    def __init__(self, meta, seed):
        self.inner, self.dice, self.met = meta.transport(), random.Random(seed), Counter()

    def __call__(self, request):
        kind = self.dice.choices(["fine", "lost", "unreachable", "busy", 429, 500, 504], [6, 1, 1, 1, 1, 1, 1])[0]
        self.met[kind] += 1
        if kind == "unreachable":
            raise httpx.ConnectError("no route")
        if kind == "busy":
            return httpx.Response(503, json={"error": {"code": 131016, "message": "(#131016) Service unavailable"}})
        if isinstance(kind, int):
            return httpx.Response(kind, text="")
        answer = self.inner.handle_request(request)
        if kind == "lost":
            raise httpx.ReadTimeout("the message arrived, the answer did not")
        return answer


@pytest.fixture
def house():
    """Forty people who owe, each with WhatsApp."""
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
        approve_first=0, test_mode=False,
    )  # fmt: skip
    version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for("MX"))
    policies.activate(version=version, at=DAWN - timedelta(days=9))
    rows = [
        NewAccount(f"C-{i}", f"Cliente {i}", debtor="consumer", country="MX", zone="America/Mexico_City",
                   points=(NewPoint("phone", f"+52555000{i:04d}"),))
        for i in range(PEOPLE)
    ]  # fmt: skip
    accounts = parties.register_accounts(creditor=creditor, rows=rows).accounts
    due = date(2026, 11, 20)
    invoices = [
        NewInvoice(a, f"A-{a}", f"A-{a}", date(2026, 10, 20), "MXN", 500_00, ((due, 500_00),))
        for a in accounts.values()
    ]
    receivables.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="test")
    carrier = write.save_account(
        creditor_id=creditor.pk, adapter="whatsapp", address="106540352242922", credentials=SECRETS, at=DAWN
    )
    for name in ("recordatorio_previo", "vence_hoy", "recordatorio", "propuesta_de_plan", "aviso_formal"):
        write.save_template(
            account=carrier, template=name, name="r", language="es_MX", state="APPROVED", body="Hola, {{1}}.",
            parameters=["{{ persona.nombre }}"],
        )  # fmt: skip
    assert run_day(creditor=creditor, as_of=DAWN).planned == {"whatsapp": PEOPLE}
    return carrier


def meta_at(clock):
    meta = WhatsAppSimulator(PhoneNumber(), clock)
    meta.add(Template("r", "es_MX", "Hola, {{1}}."))
    meta.add(*(Person(f"521555000{i:04d}", f"MX.{i}") for i in range(PEOPLE)))
    return meta


def keep(carrier, *notices, at):
    for sent in notices:
        received = Received(sent.headers, {}, sent.body)
        inbox.adapters()["whatsapp"].check(received, "", SECRETS)
        write.store_raw(account=carrier, received=received, at=at)


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_twice_nobody_forgotten_every_doubt_shown(house, seed):
    clock = {"now": TEN}
    meta = meta_at(lambda: clock["now"])
    storm = Storm(meta, seed)
    channel = messengers.channel_of(house, httpx.MockTransport(storm))
    outside = Outside(
        channel=lambda *_: channel, links=lambda points: {a: f"https://x.example/p/t{a}/" for a in points},
        now=lambda: clock["now"], channels=("whatsapp",), only=messengers.creditors_by_channel,
    )  # fmt: skip
    while Outbox.objects.filter(state="planned").exists():
        dispatch(outside)
        clock["now"] += timedelta(minutes=4)
    assert clock["now"] < TEN + timedelta(hours=10)
    assert all(storm.met[kind] for kind in ("lost", "unreachable", "busy", 429, 500, 504))
    arrived = Counter(one.to for one in meta.delivered)
    assert max(arrived.values()) == 1
    states = Counter(Outbox.objects.values_list("state", flat=True))
    assert set(states) <= {"sent", "unknown", "failed"}
    assert states["sent"] + states["unknown"] + states["failed"] == PEOPLE
    assert states["unknown"] == storm.met["lost"] + storm.met[500] + storm.met[504]
    # What arrived and nobody knew of is told by Meta's statuses, twice and shuffled: exactly those are settled.
    notices = [meta.status(one, kind) for one in meta.delivered for kind in ("sent", "delivered", "read")]
    notices += notices
    random.Random(seed).shuffle(notices)
    keep(house, *notices, at=clock["now"])
    write_process.process_raw(adapters=inbox.adapters(), classifier=STOP, at=clock["now"], limit=1000)
    after = Counter(Outbox.objects.values_list("state", flat=True))
    assert after["sent"] == len(meta.delivered)
    assert after["unknown"] == storm.met[500] + storm.met[504]
    assert DeliveryUpdate.objects.count() == 3 * len(meta.delivered)
    facts = Counter(Fact.objects.values_list("kind", flat=True))
    assert facts == {kind: len(meta.delivered) for kind in ("sent", "delivered", "opened")}
    assert Contact.objects.count() == after["sent"] + after["unknown"]


def test_a_process_that_dies_half_way_leaves_nothing_half_done(house):
    meta = meta_at(lambda: TEN)
    keep(house, meta.writes(meta.people["5215550000007"], "basta"), at=TEN)
    with pytest.raises(Killed):
        write_process.process_raw(adapters=inbox.adapters(), classifier=Dies(), at=TEN)
    assert (ThreadMessage.objects.count(), Contact.objects.count(), Proposal.objects.count()) == (0, 0, 0)
    assert RawInbound.objects.get().processed_at is None
    write_process.process_raw(adapters=inbox.adapters(), classifier=STOP, at=TEN)
    party = Account.objects.get(code="C-7").party_id
    assert [c.status for c in compliance.consents_of(party)] == ["withdrawn"]
    assert (ThreadMessage.objects.count(), Contact.objects.count()) == (1, 1)
