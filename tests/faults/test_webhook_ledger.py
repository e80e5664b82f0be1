"""The unkind lives of payments again, over the real books: after crashes and the poller they equal the gateway's."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest
from gateway_world import MercadoPagoWorld, later, received, unkind

from puntual.apps.parties import write as parties
from puntual.apps.payments import booking, read, read_findings, write
from puntual.apps.payments.models import GatewayPayment
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import read_applied
from puntual.apps.receivables import write as books
from puntual.core.ledger import invariants, references
from puntual.ports.payments import Forged

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
LIVES = 25


class Crash(Exception):
    """The process died: what its transaction had not committed is gone."""


def dying(rng, rate):
    """`booking.book` that dies in the middle, with the transaction around it."""
    real = booking._write

    def write_or_die(payment, one):
        real(payment, one)
        if rng.random() < rate:
            raise Crash

    return write_or_die


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    dues = tuple((date(2026, 1, day), 300_000_00) for day in range(1, 11))
    invoice = books.NewInvoice(account, "FA-10001", "FA-10001", date(2025, 12, 1), "MXN", 3_000_000_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return account


@pytest.fixture
def gateway(creditor):
    secrets = {"access_token": "mp-token", "webhook_secret": "mp-secret"}
    return write.add_gateway(
        gateway=write.NewGateway(creditor.pk, "mercadopago", secrets), at=datetime(2026, 3, 2, tzinfo=UTC)
    )


def live(world, gateway, rng, prefix):
    bound = {"mercadopago": world.gateway}
    for _ in range(rng.randint(1, 3)):
        for _ in range(rng.randint(1, 4)):
            world.act()
        for sent in [*unkind(rng, world.sim.outbox), world.forgery()]:
            try:
                notice = world.gateway.read_notice(received(sent), read.credentials(gateway), later(world))
            except Forged:
                continue
            write.receive(gateway_id=gateway.pk, notice=notice, body=sent.body, at=later(world))
        try:
            write.work(gateways=bound, at=later(world))
        except Crash:
            continue
    return bound


def test_after_crashes_and_losses_the_books_equal_the_gateways(creditor, account, gateway, monkeypatch):
    crashed = payments = 0
    for seed in range(LIVES):
        rng = random.Random(seed)
        world = MercadoPagoWorld(rng)
        # Each life is another seller's day: its numbers must not repeat those of the lives before.
        world.sim.number = 1_000_000 * (seed + 1)
        for preference in world.sim.preferences.values():
            preference["external_reference"] = references.make(references.ACCOUNT, account)
        with monkeypatch.context() as patched:
            patched.setattr(booking, "_write", dying(rng, 0.3))
            bound = live(world, gateway, rng, seed)
        waiting = {p.pk for p in GatewayPayment.objects.all()}
        write.work(gateways=bound, at=later(world))
        write.poll(gateway_id=gateway.pk, gateways=bound, at=later(world), since=datetime(2026, 3, 1, tzinfo=UTC))

        truth = world.truth()
        rows = {p.external_id: p for p in GatewayPayment.objects.filter(external_id__in=list(truth))}
        cash = {pid: sum(read_applied.cash_by_key(read_findings.booked_keys(p)).values()) for pid, p in rows.items()}
        assert cash == truth, seed
        crashed += len(waiting) < GatewayPayment.objects.count()
        payments += len(truth)
    assert payments > LIVES / 2 and crashed > 0
    assert [f.name for f in read_findings.findings() if not f.holds] == []
    assert [f.name for f in invariants.judge(books_read.books()) if not f.holds] == []
    net = sum(GatewayPayment.objects.values_list("net_minor", flat=True))
    owed = sum(b.open_minor for b in books_read.open_items(account))
    favour = books_read.open_balance([account])[(account, "MXN")].unapplied_minor
    assert owed - favour == 3_000_000_00 - net
