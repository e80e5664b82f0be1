"""Deposits reconcile with their parts and the bank; unusual payments wait for a person, once; methods count days to
the bank, and transfers are among them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from puntual.adapters.names import similar
from puntual.adapters.stripe import Stripe
from puntual.apps.imports.models import BankLine
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.payments import read, read_attention, read_payouts, write, write_alerts, write_bank, write_payouts
from puntual.apps.payments.models import GatewayFact, GatewayPayment, LineMatch, PaymentAlert
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import references
from puntual.simulators.stripe import StripeSimulator

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def sim():
    with StripeSimulator() as simulator:
        simulator.clock = NOW
        yield simulator


@pytest.fixture
def bound(sim):
    return {"stripe": Stripe(sim.url)}


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def gateway(creditor):
    secrets = {"secret_key": "sk_test", "webhook_secret": "whsec_test"}
    return write.add_gateway(gateway=write.NewGateway(creditor.pk, "stripe", secrets), at=NOW)


@pytest.fixture
def account(creditor):
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    dues = ((date(2026, 2, 1), 5000_00),)
    invoice = books.NewInvoice(account, "A-1", "A-1", date(2026, 1, 1), "MXN", 5000_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return account


@pytest.fixture
def item(account):
    return receivables.open_items(account)[0].due_item_id


def pay(account, gateway, bound, sim, item, minor, key):
    request = write.request_payment(account_id=account, items=[(item, minor)], key=key, at=NOW)
    urls = write.Urls("https://x/si", "https://x/no")
    checkout = write.start_checkout(request_id=request.pk, gateway_id=gateway.pk, gateways=bound, urls=urls, at=NOW)
    return sim.pay(checkout.checkout_id)


def poll(gateway, bound, at=NOW):
    return write.poll(gateway_id=gateway.pk, gateways=bound, at=at, since=NOW - timedelta(days=1))


def bank(creditor, minor, text, on):
    sealed = vault.seal_file(json.dumps({"text": text}).encode())
    return BankLine.objects.create(
        creditor=creditor, bank_id=f"{on}{minor}{text}"[:160], booked_on=on, amount_minor=minor, currency="MXN",
        sealed=sealed, received_at=NOW,
    )  # fmt: skip


@pytest.fixture
def paid_out(creditor, account, item, gateway, bound, sim):
    """Two payments, one refunded in part, deposited together: 1000 - 36 + 500 - 18 - 200 = 1246."""
    one = pay(account, gateway, bound, sim, item, 1000_00, "a")
    pay(account, gateway, bound, sim, item, 500_00, "b")
    sim.refund(one, 200_00)
    payout = sim.pay_out_all()
    poll(gateway, bound)
    assert write_payouts.keep_parts(creditor_id=creditor.pk, gateways=bound, at=NOW) == 1
    return payout


def the_deposit(creditor):
    [row] = read_payouts.deposits(creditor.pk)
    return row


def test_a_deposit_closes_with_its_parts_and_waits_for_the_bank(creditor, paid_out, bound):
    row = the_deposit(creditor)
    assert (row.fact.amount_minor, row.state) == (1246_00, "waits")
    assert row.check.sums["payment"] == 1500_00 and row.check.fees_minor == 54_00 and row.check.closes
    assert write_payouts.keep_parts(creditor_id=creditor.pk, gateways=bound, at=NOW) == 0


def test_the_bank_brings_it_and_it_is_no_customers_money(creditor, account, paid_out):
    line = bank(creditor, 1246_00, "STRIPE MX", date(2026, 3, 5))
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    assert LineMatch.objects.get(pk=line.pk).state == "payout"
    row = the_deposit(creditor)
    assert (row.state, row.bank_minor, row.on) == ("closes", 1246_00, date(2026, 3, 5))


def test_less_in_the_bank_than_the_gateway_says_does_not_close(creditor, paid_out):
    bank(creditor, 1200_00, f"STRIPE {paid_out}", date(2026, 3, 5))
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    assert (the_deposit(creditor).state, the_deposit(creditor).bank_minor) == ("differs", 1200_00)


def test_the_part_that_is_not_what_we_know_is_named(creditor, paid_out):
    GatewayFact.objects.filter(kind="refunded").update(amount_minor=150_00)
    row = the_deposit(creditor)
    [wrong] = row.check.wrong
    assert (row.state, wrong.reason, wrong.known_minor, wrong.part.gross_minor) == (
        "differs", "payout_refund_differs", 150_00, -200_00
    )  # fmt: skip


def test_undone_the_deposit_waits_for_its_movement_again(creditor, paid_out):
    line = bank(creditor, 1246_00, "STRIPE MX", date(2026, 3, 5))
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    write_bank.undo(line_id=line.pk, by=None, at=NOW, on=DAY)
    assert the_deposit(creditor).state == "waits"


def test_days_run_until_the_money_is_in_the_bank_and_transfers_are_compared(creditor, account, paid_out):
    bank(creditor, 1246_00, "STRIPE MX", date(2026, 3, 5))
    bank(creditor, 700_00, f"SPEI {references.make('1', account)}", date(2026, 3, 4))
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    rows = {r["method"]: r for r in read.methods(creditor.pk).to_dicts()}
    assert rows["card"]["days"] == 3.0 and rows["card"]["n_paid"] == 2
    assert (rows["transfer"]["provider"], rows["transfer"]["fee_bp"], rows["transfer"]["n_paid"]) == ("bank", 0, 1)
    # Nobody knows when that transfer was wanted: it has the days of the others, not none.
    assert rows["transfer"]["days"] == 3.0


@pytest.fixture
def twice(account, gateway):
    """The same payment twice within ten minutes."""
    for n, minutes in ((1, 20), (2, 10)):
        at = NOW - timedelta(minutes=minutes)
        row = GatewayPayment.objects.create(
            gateway=gateway, external_id=f"p{n}", provider="stripe", account_id=account, status="paid",
            net_minor=250_00, currency="MXN", first_at=at,
        )  # fmt: skip
        GatewayFact.objects.create(
            gateway=gateway, payment=row, provider="stripe", external_id=f"p{n}", kind="paid", event_id=f"e{n}",
            amount_minor=250_00, currency="MXN", at=at,
        )  # fmt: skip


def keep(creditor, at=NOW):
    return write_alerts.keep(creditor_id=creditor.pk, at=at)


def test_what_is_unusual_is_kept_until_a_person_says_what_it_was(creditor, twice, person):
    lucia = person("lucia")
    assert (keep(creditor), keep(creditor)) == (1, 0)
    # The window is over and nobody looked: it still waits.
    assert keep(creditor, NOW + timedelta(days=3)) == 0
    [alert] = read_attention.told(read_attention.open_alerts(creditor.pk))
    assert (alert["reason"], alert["minor"], alert["name"]) == ("payment_duplicate", 250_00, "Comercial Ocampo")
    with pytest.raises(UnusableInput):
        write_alerts.attend(alert_id=alert["pk"], decision="refund", note=" ", by=lucia.pk, at=NOW)
    write_alerts.attend(alert_id=alert["pk"], decision="refund", note="Se devolvió el segundo", by=lucia.pk, at=NOW)
    with pytest.raises(Refused):
        write_alerts.attend(alert_id=alert["pk"], decision="fine", note="", by=lucia.pk, at=NOW)
    row = PaymentAlert.objects.get()
    assert (row.decision, row.note, row.by, row.attended_at) == ("refund", "Se devolvió el segundo", lucia, NOW)
    assert keep(creditor) == 0 and not read_attention.open_alerts(creditor.pk).exists()


def test_the_screens_show_the_alert_and_the_deposit(client, creditor, paid_out, twice, person):
    client.force_login(person("lucia"))
    keep(creditor)
    page = client.get("/pagos/inusuales/")
    assert [a["reason"] for a in page.context["alerts"]] == ["payment_duplicate"]
    pk = page.context["alerts"][0]["pk"]
    client.post(f"/pagos/inusuales/{pk}/", {"decision": "fine"})
    page = client.get("/pagos/inusuales/")
    assert page.context["alerts"] == [] and [a["pk"] for a in page.context["attended"]] == [pk]
    [row] = client.get("/pagos/depositos/").context["rows"]
    assert "De qué es" in client.get(f"/pagos/depositos/{row.fact.pk}/").content.decode()


def test_mercado_pago_tells_its_deposits_by_its_report_and_twice_is_once(client, creditor, person):
    secrets = {"access_token": "TEST-1", "webhook_secret": "x"}
    gateway = write.add_gateway(gateway=write.NewGateway(creditor.pk, "mercadopago", secrets), at=NOW)
    data = (
        "DATE,SOURCE_ID,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,NET_DEBIT_AMOUNT,GROSS_AMOUNT\n"
        "2026-03-02T11:00:00.000-06:00,11,release,payment,965.00,0.00,1000.00\n"
        "2026-03-03T10:00:00.000-06:00,901,release,payout,0.00,965.00,-965.00\n"
    )
    client.force_login(person("lucia"))
    for _ in range(2):
        file = SimpleUploadedFile("r.csv", data.encode())
        client.post("/pagos/depositos/reporte/", {"gateway": gateway.pk, "file": file})
    row = the_deposit(creditor)
    assert (row.fact.amount_minor, row.check.parts_minor) == (965_00, 965_00)
    assert [(w.reason, w.part.payment_id) for w in row.check.wrong] == [("payout_unknown_payment", "11")]


def test_a_reference_that_was_written_down_still_pays_all_its_documents_after_another_was_asked(
    creditor, account, item
):
    dues = ((date(2026, 2, 5), 300_00),)
    invoice = books.NewInvoice(account, "A-2", "A-2", date(2026, 1, 1), "MXN", 300_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    [other] = [b.due_item_id for b in receivables.open_items(account) if b.due_item_id != item]
    first = write.request_payment(account_id=account, items=[(item, 200_00), (other, 300_00)], key="r1", at=NOW)
    write.request_payment(account_id=account, items=[(other, 300_00)], key="r2", at=NOW)
    bank(creditor, 500_00, f"SPEI {references.make('2', first.pk)}", date(2026, 3, 4))
    write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW)
    row = LineMatch.objects.get()
    assert (row.state, {i: m for i, m in row.parts}) == ("applied", {item: 200_00, other: 300_00})
