"""The unkind lives of payments again, over the real books, at each gateway: after crashes and the poller they equal the
gateway's, and everything that `puntual check` looks at holds."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest
from gateway_world import MercadoPagoWorld, PayPalWorld, StripeWorld, later, received

from puntual.apps.parties import write as parties
from puntual.apps.payments import booking, read, read_findings, write
from puntual.apps.payments.models import GatewayPayment
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import read_applied
from puntual.apps.receivables import write as books
from puntual.core.ledger import references
from puntual.ports.payments import Forged
from puntual.project.cli import check

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
LIVES = 10


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


def live(world, gateway, rng, bound):
    for _ in range(rng.randint(1, 3)):
        for _ in range(rng.randint(1, 4)):
            world.act()
        for sent in [*world.arriving(), world.forgery()]:
            try:
                notice = world.gateway.read_notice(received(sent), read.credentials(gateway), later(world))
            except Forged:
                continue
            write.receive(gateway_id=gateway.pk, notice=notice, body=sent.body, at=later(world))
        try:
            write.work(gateways=bound, at=later(world))
        except Crash:
            continue


@pytest.mark.parametrize("kind", [MercadoPagoWorld, StripeWorld, PayPalWorld])
def test_after_crashes_and_losses_the_books_equal_the_gateways(kind, creditor, account, monkeypatch):
    told = kind.credentials
    new = write.NewGateway(creditor.pk, told.provider, told.secrets)
    gateway = write.add_gateway(gateway=new, at=datetime(2026, 3, 2, tzinfo=UTC))
    reference, crashed, payments = references.make(references.ACCOUNT, account), 0, 0
    for seed in range(LIVES):
        rng = random.Random(seed)
        # Each life is another seller's day: its numbers must not repeat those of the lives before.
        world = kind(rng, reference, 1_000_000 * (seed + 1))
        bound = {told.provider: world.gateway}
        with monkeypatch.context() as patched:
            patched.setattr(booking, "_write", dying(rng, 0.3))
            live(world, gateway, rng, bound)
        waiting = {p.pk for p in GatewayPayment.objects.all()}
        write.work(gateways=bound, at=later(world))
        # Twice: what the poller itself captures at PayPal makes news of its own.
        for _ in range(2):
            write.poll(gateway_id=gateway.pk, gateways=bound, at=later(world), since=datetime(2026, 3, 1, tzinfo=UTC))

        truth = world.truth()
        rows = {p.external_id: p for p in GatewayPayment.objects.filter(external_id__in=list(truth))}
        cash = {pid: sum(read_applied.cash_by_key(read_findings.booked_keys(p)).values()) for pid, p in rows.items()}
        assert cash == truth, seed
        crashed += len(waiting) < GatewayPayment.objects.count()
        payments += len(truth)
    assert payments > LIVES / 2 and crashed > 0
    assert [f.name for f in check.findings() if not f.holds] == []
    net = sum(GatewayPayment.objects.values_list("net_minor", flat=True))
    owed = sum(b.open_minor for b in books_read.open_items(account))
    favour = books_read.open_balance([account])[(account, "MXN")].unapplied_minor
    assert owed - favour == 3_000_000_00 - net
