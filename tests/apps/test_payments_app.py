"""Gateways and the bank over the real books: asked, paid, told twice, taken back, understood, undone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import httpx
import pytest
from django.test import Client

from puntual.adapters.mercadopago import MercadoPago
from puntual.adapters.names import similar
from puntual.apps.imports.models import BankLine
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.payments import read, write, write_bank
from puntual.apps.payments.models import Alias, GatewayAccount, GatewayFact, GatewayPayment, LineMatch, RawWebhook
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import invariants, references
from puntual.core.ledger.statement import MatchRules
from puntual.ports.payments import Received
from puntual.project import gateways as doors
from puntual.simulators.loopback import Request
from puntual.simulators.mercadopago import MercadoPagoSimulator

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


class Wire(httpx.BaseTransport):
    """The simulator without sockets."""

    def __init__(self, sim):
        self.sim = sim

    def handle_request(self, request):
        headers = {k.lower(): v for k, v in request.headers.items()}
        asked = Request(request.method, request.url.path, dict(request.url.params), headers, request.read())
        status, body = self.sim.answer(asked)
        return httpx.Response(status, json=body)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    rows = [
        parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1"),
        parties.NewAccount(code="C-2", name="Ana Lucía Torres Medina", tax_id="TOMA800101AB1"),
    ]
    return parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]


@pytest.fixture
def items(creditor, account):
    """FA-10001 of 600.00 and FA-10002 of 400.00, both due."""
    for number, minor in (("FA-10001", 600_00), ("FA-10002", 400_00)):
        dues = ((date(2026, 2, 1), minor),)
        invoice = books.NewInvoice(account, number, number, date(2026, 1, 1), "MXN", minor, dues)
        books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return [b.due_item_id for b in books_read.open_items(account)]


@pytest.fixture
def sim():
    simulator = MercadoPagoSimulator()
    simulator.base = "https://simulado"
    return simulator


@pytest.fixture
def bound(sim):
    return {"mercadopago": MercadoPago("https://simulado", Wire(sim))}


@pytest.fixture
def gateway(creditor):
    secrets = {"access_token": "mp-token", "webhook_secret": "mp-secret"}
    return write.add_gateway(gateway=write.NewGateway(creditor.pk, "mercadopago", secrets, country="MX"), at=NOW)


@pytest.fixture
def checkout(account, items, gateway, bound):
    request = write.request_payment(
        account_id=account, items=[(items[0], 600_00), (items[1], 100_00)], key="r1", at=NOW
    )
    urls = write.Urls("https://x/gracias", "https://x/volver")
    return write.start_checkout(request_id=request.pk, gateway_id=gateway.pk, gateways=bound, urls=urls, at=NOW)


def deliver(sim, gateway, bound, sents=None):
    """Each notice through the door and then through the worker."""
    for sent in sents if sents is not None else sim.outbox:
        received = Received({k.lower(): v for k, v in sent.headers.items()}, sent.query, sent.body)
        notice = bound["mercadopago"].read_notice(received, read.credentials(gateway), NOW)
        write.receive(gateway_id=gateway.pk, notice=notice, body=sent.body, at=NOW)
    return write.work(gateways=bound, at=NOW)


def open_of(account):
    return {b.due_item.invoice.number: b.open_minor for b in books_read.open_items(account)}


def favour(account):
    return books_read.open_balance([account])[(account, "MXN")].unapplied_minor


def books_hold():
    assert [f.name for f in invariants.judge(books_read.books()) if not f.holds] == []


class TestGateways:
    def test_what_was_asked_is_what_is_paid(self, sim, gateway, bound, account, checkout):
        sim.pay(checkout.checkout_id)
        worked = deliver(sim, gateway, bound)
        assert (worked.processed, worked.booked) == (1, 1)
        assert open_of(account) == {"FA-10002": 300_00}
        payment = GatewayPayment.objects.get()
        assert (payment.status, payment.net_minor, payment.account_id) == ("paid", 700_00, account)
        books_hold()

    def test_the_fee_is_booked_and_the_customer_owes_no_more_for_it(self, sim, gateway, bound, account, checkout):
        sim.pay(checkout.checkout_id)
        deliver(sim, gateway, bound)
        [fee] = [e for e in books_read.events_of(account) if e.kind == "gateway_fee"]
        assert sorted(leg.amount_minor for leg in fee.entries.all()) == [-24_50, 24_50]

    def test_told_three_times_it_is_booked_once(self, sim, gateway, bound, account, checkout):
        sim.pay(checkout.checkout_id)
        deliver(sim, gateway, bound, sim.outbox * 3)
        deliver(sim, gateway, bound)
        assert RawWebhook.objects.count() == 1
        assert [e.kind for e in books_read.events_of(account)].count("payment") == 1

    def test_the_same_link_however_often_it_is_asked(self, checkout, gateway, bound, sim):
        urls = write.Urls("https://x/gracias", "https://x/volver")
        again = write.start_checkout(
            request_id=checkout.request_id, gateway_id=gateway.pk, gateways=bound, urls=urls, at=NOW
        )
        assert again.pk == checkout.pk and len(sim.preferences) == 1

    def test_more_than_is_owed_cannot_be_asked(self, account, items):
        with pytest.raises(UnusableInput):
            write.request_payment(account_id=account, items=[(items[0], 600_01)], key="r2", at=NOW)

    def test_a_partial_refund_opens_the_last_document_again(self, sim, gateway, bound, account, checkout):
        payment = sim.pay(checkout.checkout_id)
        sim.refund(payment, 150)
        deliver(sim, gateway, bound)
        assert open_of(account) == {"FA-10001": 50_00, "FA-10002": 400_00}
        books_hold()

    def test_a_chargeback_reopens_all_and_winning_it_pays_again(self, sim, gateway, bound, account, checkout):
        payment = sim.pay(checkout.checkout_id)
        sim.charge_back(payment)
        deliver(sim, gateway, bound)
        assert open_of(account) == {"FA-10001": 600_00, "FA-10002": 400_00}
        sim.win(payment)
        deliver(sim, gateway, bound)
        assert sum(open_of(account).values()) == 300_00
        books_hold()

    def test_news_in_the_wrong_order_end_the_same(self, sim, gateway, bound, account, checkout):
        payment = sim.pay(checkout.checkout_id)
        sim.refund(payment)
        deliver(sim, gateway, bound, list(reversed(sim.outbox)))
        assert sum(open_of(account).values()) == 1000_00
        assert GatewayPayment.objects.get().status == "refunded"

    def test_the_poller_finds_a_lost_notice(self, sim, gateway, bound, account, checkout):
        sim.pay(checkout.checkout_id)
        sim.outbox.clear()
        assert write.poll(gateway_id=gateway.pk, gateways=bound, at=NOW, since=sim.clock.replace(hour=0)).booked == 1
        assert write.poll(gateway_id=gateway.pk, gateways=bound, at=NOW, since=sim.clock.replace(hour=0)).booked == 0
        assert open_of(account) == {"FA-10002": 300_00}

    def test_the_gateways_fact_replaces_what_a_person_had_told(self, sim, gateway, bound, creditor, account, checkout):
        told = books.NewPayment(account, 700_00, "MXN", DAY, "hand-1", "hand", provisional=True)
        books.post_payments(creditor_id=creditor.pk, payments=[told])
        sim.pay(checkout.checkout_id)
        deliver(sim, gateway, bound)
        assert sum(open_of(account).values()) == 300_00
        books_hold()

    def test_money_of_nobody_waits_until_a_person_says_whose(self, sim, gateway, bound, account, checkout):
        sim.preferences[checkout.checkout_id]["external_reference"] = "otra cosa"
        sim.pay(checkout.checkout_id)
        deliver(sim, gateway, bound)
        [payment] = read.unidentified(gateway.creditor_id)
        assert sum(open_of(account).values()) == 1000_00
        assert write.assign(payment_id=payment.pk, account_id=account, at=NOW) == 1
        assert sum(open_of(account).values()) == 300_00
        with pytest.raises(UnusableInput):
            write.assign(payment_id=payment.pk, account_id=account, at=NOW)

    def test_another_creditors_reference_books_nothing(self, sim, gateway, bound, account, checkout):
        other = parties.create_creditor(
            code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN"
        )
        foreign = parties.register_accounts(creditor=other, rows=[parties.NewAccount(code="X", name="Equis")]).accounts[
            "X"
        ]
        sim.preferences[checkout.checkout_id]["external_reference"] = references.make("1", foreign)
        sim.pay(checkout.checkout_id)
        deliver(sim, gateway, bound)
        assert GatewayPayment.objects.get().account_id is None

    def test_a_gateway_that_fails_is_asked_again_later(self, sim, gateway, bound, account, checkout):
        sim.pay(checkout.checkout_id)
        sim.fail_next(503)
        assert deliver(sim, gateway, bound).failed == 1
        [raw] = read.stuck_notices(gateway.creditor_id)
        assert raw.tries == 1 and raw.next_try_at > NOW
        assert write.work(gateways=bound, at=NOW).processed == 0
        assert write.work(gateways=bound, at=raw.next_try_at).booked == 1

    def test_secrets_are_sealed(self, gateway):
        assert b"mp-token" not in bytes(gateway.sealed)
        with pytest.raises(UnusableInput, match="Clave secreta"):
            write.add_gateway(gateway=write.NewGateway(gateway.creditor_id, "stripe", {"webhook_secret": "x"}), at=NOW)

    def test_own_figures_of_each_method(self, sim, gateway, bound, checkout):
        sim.decline(checkout.checkout_id)
        sim.pay(checkout.checkout_id, method="oxxo")
        deliver(sim, gateway, bound)
        rows = {r["method"]: r for r in read.methods(gateway.creditor_id).to_dicts()}
        assert (rows["oxxo"]["fee_bp"], rows["oxxo"]["n_paid"], rows["visa"]["n_paid"]) == (350, 1, 0)
        assert read.alerts(gateway.creditor_id, NOW).is_empty()
        # What is offered for an amount follows the figures of the creditor's own country.
        order = read.methods_for(gateway.creditor_id, "MXN", 700_00)
        assert set(order["method"]) == {"oxxo", "visa"} and set(order["country"]) == {"MX"}
        GatewayAccount.objects.update(country="AR")
        assert read.methods_for(gateway.creditor_id, "MXN", 700_00).is_empty()


class TestTheDoor:
    def post(self, sim, sent, path="/webhooks/mercadopago/"):
        headers = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in sent.headers.items()}
        query = "&".join(f"{k}={v}" for k, v in sent.query.items())
        return Client(enforce_csrf_checks=True).post(
            f"{path}?{query}", sent.body, content_type="application/json", **headers
        )

    @pytest.fixture(autouse=True)
    def clock(self, sim, monkeypatch, bound):
        sim.clock = datetime.now(UTC)
        monkeypatch.setattr(doors, "gateways", lambda: bound)

    def test_a_signed_notice_is_stored_sealed_and_answered(self, sim, gateway):
        sent = sim.signed("77")
        assert self.post(sim, sent).status_code == 200
        raw = RawWebhook.objects.get()
        assert (raw.resource_id, raw.trusted, raw.processed_at) == ("77", True, None)
        assert vault.unseal_file(raw.sealed_body) == sent.body
        assert self.post(sim, sent).status_code == 200 and RawWebhook.objects.count() == 1

    def test_a_forged_one_is_refused_and_leaves_nothing(self, sim, gateway):
        assert self.post(sim, sim.signed("77", secret="otro")).status_code == 401
        assert not RawWebhook.objects.exists()

    def test_an_unsigned_one_is_taken_only_at_the_accounts_own_address(self, sim, gateway):
        sent = sim.qr_notice("77")
        assert self.post(sim, sent).status_code == 401
        assert self.post(sim, sent, f"/webhooks/mercadopago/{gateway.ref}/").status_code == 200
        assert RawWebhook.objects.get().trusted is False

    def test_a_gateway_we_do_not_know_is_not_there(self, sim, gateway):
        assert self.post(sim, sim.signed("77"), "/webhooks/otra/").status_code == 404

    def test_it_cannot_be_read(self, gateway):
        assert Client().get("/webhooks/mercadopago/").status_code == 405


def bank(creditor, n, amount, text="", payer="", account="", on=DAY):
    told = {"text": text, "counterparty_name": payer, "counterparty_account": account}
    sealed = vault.seal_file(json.dumps({k: v for k, v in told.items() if v}).encode())
    return BankLine.objects.create(
        creditor=creditor, bank_id=f"L{n}", booked_on=on, amount_minor=amount, currency="MXN", sealed=sealed,
        received_at=NOW,
    )  # fmt: skip


def match(creditor):
    rules = MatchRules(short_minor=200)
    return write_bank.match_lines(creditor_id=creditor.pk, similar=similar, at=NOW, rules=rules)


class TestTheBank:
    def test_what_stands_out_is_applied_and_the_rest_is_asked(self, creditor, account, items):
        bank(creditor, 1, 600_00, f"SPEI {references.make('1', account)}")
        bank(creditor, 2, 399_00, "PAGO FA-10002")
        bank(creditor, 3, 123_00, "DEPOSITO")
        bank(creditor, 4, -50_00, "COMISION")
        assert match(creditor) == write_bank.Matched(4, 2, 2)
        assert open_of(account) == {}
        assert read.tally(creditor.pk) == read.Tally(1, 2, 1, 0, 2)
        assert match(creditor).applied == 0
        books_hold()

    def test_one_key_confirms_a_suggestion_and_it_learns(self, creditor, account, items):
        line = bank(creditor, 1, 250_00, "PAGO", "GRUPO OCAMPO HERMANOS", "012180000000000011")
        match(creditor)
        with pytest.raises(UnusableInput):
            write_bank.confirm(line_id=line.pk, by=None, at=NOW)
        decision = write_bank.Decision(account, ((items[1], 250_00),))
        write_bank.confirm(line_id=line.pk, by=None, at=NOW, decision=decision)
        assert open_of(account) == {"FA-10001": 600_00, "FA-10002": 150_00}
        assert write_bank.learnt(account) == {"name": 1, "bank": 1}
        assert b"OCAMPO" not in bytes(Alias.objects.first().sealed)
        bank(creditor, 2, 150_00, "PAGO", "", "012180000000000011")
        assert match(creditor).applied == 1

    def test_undone_it_is_owed_again_and_waits_for_a_person(self, creditor, account, items):
        line = bank(creditor, 1, 399_00, "PAGO FA-10002")
        match(creditor)
        write_bank.undo(line_id=line.pk, by=None, at=NOW, on=DAY)
        assert open_of(account) == {"FA-10001": 600_00, "FA-10002": 400_00}
        assert match(creditor).applied == 0
        write_bank.confirm(line_id=line.pk, by=None, at=NOW, decision=write_bank.Decision(account))
        assert open_of(account) == {"FA-10001": 201_00, "FA-10002": 400_00}
        write_bank.undo(line_id=line.pk, by=None, at=NOW, on=DAY)
        assert sum(open_of(account).values()) == 1000_00
        books_hold()

    def test_decided_twice_is_refused(self, creditor, account, items):
        line = bank(creditor, 1, 600_00, "PAGO FA-10001")
        match(creditor)
        with pytest.raises(Refused):
            write_bank.confirm(line_id=line.pk, by=None, at=NOW)
        with pytest.raises(Refused):
            write_bank.ignore(line_id=line.pk, by=None, at=NOW)
        assert LineMatch.objects.get().state == "applied"

    def test_too_much_stays_in_favour_and_visible(self, creditor, account, items):
        bank(creditor, 1, 1200_00, f"REF {references.make('1', account)}")
        match(creditor)
        assert (open_of(account), favour(account)) == ({}, 200_00)

    def test_the_bank_replaces_what_a_person_had_told(self, creditor, account, items):
        told = books.NewPayment(account, 600_00, "MXN", DAY, "hand-1", "hand", provisional=True)
        books.post_payments(creditor_id=creditor.pk, payments=[told])
        bank(creditor, 1, 600_00, f"REF {references.make('1', account)}")
        match(creditor)
        assert sum(open_of(account).values()) == 400_00
        books_hold()

    def test_a_gateways_deposit_is_no_customers_payment(self, creditor, account, items, gateway):
        GatewayFact.objects.create(
            gateway=gateway, provider="mercadopago", external_id="po1", kind="payout", event_id="e",
            amount_minor=675_50, currency="MXN", at=NOW,
        )  # fmt: skip
        bank(creditor, 1, 675_50, "MERCADO PAGO LIQUIDACION")
        match(creditor)
        assert LineMatch.objects.get().state == "payout" and sum(open_of(account).values()) == 1000_00

    def test_with_an_old_bank_nobody_is_reminded_and_the_reason_is_told(self, creditor, account):
        bank(creditor, 1, 1_00, on=date(2026, 3, 1))
        held = [read.stale_holds_frame(date(2026, 3, day)).height for day in (6, 7, 31)]
        assert held == [0, 2, 2]
        assert set(read.stale_holds_frame(date(2026, 3, 7))["reason"]) == {"stale_bank"}
        assert read.stale_holds_frame(date(2026, 4, 1)).is_empty()

    def test_the_bank_is_as_fresh_as_its_last_movement(self, creditor, account):
        assert read.bank_through(creditor.pk) is None
        bank(creditor, 1, 1_00, on=date(2026, 3, 1))
        assert read.bank_through(creditor.pk) == date(2026, 3, 1)
