"""A round of money before the day: the notice, the bank's line, the promise, and who is not reminded."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from puntual.adapters.names import similar
from puntual.apps.imports.models import BankLine
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write as promises
from puntual.apps.parties import vault
from puntual.apps.parties import write as parties
from puntual.apps.payments import write as payments
from puntual.apps.payments.read_attention import risky
from puntual.apps.policies import write as policies
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.ledger import references
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.money_in import MoneyOutside, MoneyRound, money_round
from puntual.ports.payments import GatewayError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 12, 15, 0, tzinfo=UTC)


class Down:
    """A gateway that does not answer today."""

    provider = "mercadopago"

    def list_events(self, credentials, since):
        raise GatewayError("Mercado Pago no está disponible (503).", permanent=False)


@pytest.fixture
def creditor():
    return parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )


@pytest.fixture
def account(creditor):
    rows = [parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1")]
    account = parties.register_accounts(creditor=creditor, rows=rows).accounts["C-1"]
    dues = ((date(2026, 10, 1), 600_00),)
    invoice = books.NewInvoice(account, "FA-10001", "FA-10001", date(2026, 9, 1), "MXN", 600_00, dues)
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
    return account


def round_of(creditor, gateways=None, said=None):
    outside = MoneyOutside(gateways or {}, similar, (said if said is not None else []).append)
    return money_round(creditor=creditor, as_of=NOW, outside=outside)


def bank(creditor, amount, text, on):
    sealed = vault.seal_file(json.dumps({"text": text}).encode())
    BankLine.objects.create(
        creditor=creditor, bank_id=f"{on}{amount}", booked_on=on, amount_minor=amount, currency="MXN", sealed=sealed,
        received_at=NOW,
    )  # fmt: skip


def test_the_bank_pays_the_promise_is_kept_and_a_second_round_changes_nothing(creditor, account):
    made = date(2026, 11, 2)
    promise = promises.NewPromise(account, made, date(2026, 11, 10), "portal", "f1")
    promises.make_promise(promise=promise, at=NOW)
    bank(creditor, 600_00, f"SPEI {references.make('1', account)}", date(2026, 11, 10))

    assert round_of(creditor) == MoneyRound(0, 0, 1, 1, 0, {"paid": 1})
    assert books_read.open_items(account) == []
    assert negotiation.promises_of(account)[0].state == "kept"
    assert round_of(creditor) == MoneyRound(0, 0, 0, 0, 0, {})


def test_an_old_bank_statement_breaks_no_promise(creditor, account):
    promise = promises.NewPromise(account, date(2026, 11, 2), date(2026, 11, 9), "portal", "f1")
    promises.make_promise(promise=promise, at=NOW)
    bank(creditor, -10_00, "COMISION", date(2026, 11, 5))

    assert round_of(creditor).judged == {}
    assert negotiation.promises_of(account)[0].reason == "stale_bank"


def test_a_gateway_that_does_not_answer_stops_nothing_else(creditor, account):
    secrets = {"access_token": "t", "webhook_secret": "s"}
    payments.add_gateway(gateway=payments.NewGateway(creditor.pk, "mercadopago", secrets), at=NOW)
    bank(creditor, 600_00, "PAGO FA-10001", date(2026, 11, 11))
    said = []

    assert round_of(creditor, {"mercadopago": Down()}, said).applied == 1
    assert said == ["Mercado Pago no está disponible (503)."]


def test_with_an_old_bank_nobody_is_reminded_and_each_skip_says_why(creditor, account):
    """He may have paid since: the guard holds every reminder until the bank is loaded again."""
    text = "politica: P\npais: MX\npasos: [{id: uno, dia: 5, plantilla: recordatorio}]\n"
    policies.activate(version=policies.save_version(creditor_id=creditor.pk, text=text), at=NOW - timedelta(days=90))
    points = (parties.NewPoint("email", "pagos@ocampo.example"),)
    again = parties.NewAccount(code="C-1", name="Comercial Ocampo", tax_id="COC010101AB1", points=points)
    parties.register_accounts(creditor=creditor, rows=[again])
    bank(creditor, -10_00, "COMISION", date(2026, 11, 6))
    day = run_day(creditor=creditor, as_of=NOW)
    assert (day.planned, day.skipped) == ({}, {"stale_bank": 1})
    bank(creditor, -11_00, "COMISION", date(2026, 11, 11))
    assert run_day(creditor=creditor, as_of=NOW).planned == {"email": 1}


def test_settings_that_invite_fraud_are_named_once_money_is_real(creditor, settings):
    secrets = {"access_token": "t", "webhook_secret": "s"}
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    payments.add_gateway(gateway=payments.NewGateway(creditor.pk, "mercadopago", secrets), at=NOW)
    assert risky(creditor.pk, NOW) == ()
    payments.add_gateway(gateway=payments.NewGateway(creditor.pk, "mercadopago", secrets, live=True), at=NOW)
    assert risky(creditor.pk, NOW) == ("Se cobra de verdad sin https: los enlaces se pueden leer en el camino.",)
    text = "politica: P\npais: MX\nno_contactar: true\nnegociacion: {devolucion_sin_otro: {MXN: 500}}\n"
    policies.activate(version=policies.save_version(creditor_id=creditor.pk, text=text), at=NOW - timedelta(days=1))
    assert "Quien pide una devolución puede aprobarla: sepárelo." in risky(creditor.pk, NOW)
