"""Nightly charges: interest and fees as entries, day by day, within what was agreed and what the law allows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from puntual.apps.compliance import write as compliance
from puntual.apps.negotiation import write_disputes as disputes
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.policies import write as policies
from puntual.apps.receivables import read, read_charges, write
from puntual.apps.receivables.models import Event
from puntual.apps.receivables.models_charges import AccrualMark, ChargeRecord
from puntual.pipeline.accrue import accrue_day
from puntual.pipeline.daily_run import run_day
from puntual.project import cli
from puntual.project.cli.schema import document_schema

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 24)
STEPS = "pasos:\n  - {dia: 1, plantilla: recordatorio}\n"


def at(day=DAY):
    """Six in the morning in Mexico City, noon in Greenwich."""
    return datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)


def house(country="MX", zone="America/Mexico_City", currency="MXN", rules="interes_moratorio_pct: 36\n"):
    one = parties.create_creditor(code="norte", name="Norte", country=country, zone=zone, currency=currency)
    version = policies.save_version(creditor_id=one.pk, text=f"politica: Con interés\npais: {country}\n{rules}{STEPS}")
    policies.activate(version=version, at=at() - timedelta(days=900))
    policies.make_default(policy=version.policy)
    return one


def customer(creditor, code="C-1", debtor="business"):
    row = parties.NewAccount(code, f"Cliente {code}", debtor=debtor)
    return parties.register_accounts(creditor=creditor, rows=[row]).accounts[code]


def owes(creditor, account, minor, late, number="A-1", currency="MXN"):
    due = DAY - timedelta(days=late)
    row = write.NewInvoice(account, number, number, due - timedelta(days=30), currency, minor, ((due, minor),))
    write.post_invoices(creditor_id=creditor.pk, invoices=[row], source="test")
    return read.items_of_invoice(write.Invoice.objects.get(number=number).pk)[0].pk


def accrue(creditor, day=DAY, **more):
    return accrue_day(creditor=creditor, as_of=at(day), **more)


def balance(account):
    (b,) = read.open_items(account)
    return b.principal_minor, b.interest_minor, b.fee_minor


class TestInterest:
    def test_ten_days_at_the_agreed_rate(self):
        creditor = house()
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        made = accrue(creditor)
        assert (made.items, made.posted, made.interest) == (1, 1, {"MXN": 360_00})
        assert balance(account) == (36_500_00, 360_00, 0)

    def test_twice_the_same_day_adds_nothing(self):
        creditor = house()
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        accrue(creditor)
        assert accrue(creditor).posted == 0
        assert balance(account) == (36_500_00, 360_00, 0)

    def test_night_after_night_adds_up_to_one_calculation(self):
        creditor = house(rules="interes_moratorio_pct: 24\n")
        account = customer(creditor)
        owes(creditor, account, 1_234_57, late=0)
        for later in range(1, 18):
            accrue(creditor, DAY + timedelta(days=later))
        # 1,234.57 x 24 % x 17 / 365 = 13.80; seventeen roundings of 0.81 would give 13.77
        assert balance(account) == (1_234_57, 13_80, 0)
        assert ChargeRecord.objects.count() == 17

    def test_a_missed_night_is_made_up_once(self):
        creditor = house()
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        accrue(creditor, DAY - timedelta(days=5))
        accrue(creditor)
        assert [(r.first_on, r.last_on, r.charged_minor) for r in ChargeRecord.objects.order_by("pk")] == [
            (date(2026, 11, 15), date(2026, 11, 19), 180_00),
            (date(2026, 11, 20), date(2026, 11, 24), 180_00),
        ]

    def test_paying_the_principal_keeps_the_interest_that_was_earned(self):
        creditor = house()
        account = customer(creditor, debtor="consumer")  # a person pays capital first
        owes(creditor, account, 36_500_00, late=10)
        accrue(creditor)
        payment = write.NewPayment(account, 36_500_00, "MXN", DAY, "p1", "test")
        write.post_payments(creditor_id=creditor.pk, payments=[payment])
        accrue(creditor, DAY + timedelta(days=30))
        assert balance(account) == (0, 360_00, 0)

    def test_no_interest_on_interest_and_less_after_a_part_payment(self):
        creditor = house()
        account = customer(creditor, debtor="consumer")  # a person pays capital first
        owes(creditor, account, 36_500_00, late=10)
        accrue(creditor)
        payment = write.NewPayment(account, 18_250_00, "MXN", DAY, "p1", "test")
        write.post_payments(creditor_id=creditor.pk, payments=[payment])
        accrue(creditor, DAY + timedelta(days=10))
        assert balance(account) == (18_250_00, 540_00, 0)

    def test_days_of_grace_cost_nothing(self):
        creditor = house(rules="interes_moratorio_pct: 36\ndias_de_gracia: 5\n")
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=5)
        accrue(creditor)
        assert balance(account) == (36_500_00, 0, 0)
        accrue(creditor, DAY + timedelta(days=3))
        assert balance(account) == (36_500_00, 108_00, 0)

    def test_what_is_not_due_or_has_no_agreed_rate_bears_nothing(self):
        creditor = house(rules="")
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        assert accrue(creditor).posted == 0
        assert not AccrualMark.objects.exists()
        assert balance(account) == (36_500_00, 0, 0)

    def test_an_account_with_another_policy_has_its_own_rate(self):
        creditor = house()
        special = policies.save_version(
            creditor_id=creditor.pk, text=f"politica: Preferente\npais: MX\ninteres_moratorio_pct: 12\n{STEPS}"
        )
        policies.activate(version=special, at=at() - timedelta(days=900))
        account = customer(creditor)
        Account.objects.filter(pk=account).update(policy=special.policy)
        owes(creditor, account, 36_500_00, late=10)
        assert accrue(creditor).interest == {"MXN": 120_00}


class TestTheLawsCap:
    def rates(self, text):
        folder = Path(settings.DATA) / "tasas"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "prueba.yaml").write_text(text, encoding="utf-8")
        return folder / "prueba.yaml"

    def test_colombia_charges_the_smaller_and_keeps_both(self):
        creditor = house("CO", "America/Bogota", "COP", "interes_moratorio_pct: 60\n")
        account = customer(creditor)
        item = owes(creditor, account, 1_000_000_00, late=10, currency="COP")
        file = self.rates('IBC_CONSUMO:\n  - {from: "2026-11-01", to: "2026-11-30", value: "17.01", source: prueba}\n')
        try:
            accrue(creditor)
        finally:
            file.unlink()
        (proof,) = read_charges.proofs_of([item])
        assert proof.charged_minor == proof.legal_maximum_minor == balance(account)[1]
        # 1.2552^(1/365) - 1 = 0.000622920 a day, ten days, on a million pesos
        assert proof.charged_minor == 6_229_20
        assert "25.52 % efectiva anual" in proof.formula
        assert "1000000 COP" in proof.formula

    def test_without_the_published_rate_nothing_is_charged_and_it_is_said(self):
        creditor = house("CO", "America/Bogota", "COP", "interes_moratorio_pct: 20\n")
        account = customer(creditor)
        owes(creditor, account, 1_000_000_00, late=10, currency="COP")
        made = accrue(creditor)
        assert (made.posted, made.alerts) == (0, {"charge_missing_rate": 1})
        assert not AccrualMark.objects.exists()
        assert balance(account) == (1_000_000_00, 0, 0)


class TestWhatStopsIt:
    def dispute(self, account, item, minor):
        asked = disputes.NewDispute(account, item, "not_received", DAY - timedelta(days=11), "portal", "d1", minor)
        return disputes.open_dispute(dispute=asked, at=at())

    def test_the_disputed_part_bears_nothing_and_the_rest_does(self):
        creditor = house()
        account = customer(creditor)
        item = owes(creditor, account, 36_500_00, late=10)
        self.dispute(account, item, 18_250_00)
        accrue(creditor)
        assert balance(account) == (36_500_00, 180_00, 0)

    def test_days_in_dispute_are_never_charged_afterwards(self):
        creditor = house()
        account = customer(creditor)
        item = owes(creditor, account, 36_500_00, late=10)
        row = self.dispute(account, item, None)
        accrue(creditor)
        assert balance(account) == (36_500_00, 0, 0)
        disputes.step_dispute(dispute_id=row.pk, event="take", at=at())
        disputes.resolve_dispute(dispute_id=row.pk, credited_minor=0, outcome="Se debe", on=DAY, at=at())
        disputes.step_dispute(dispute_id=row.pk, event="tell_customer", at=at())
        accrue(creditor, DAY + timedelta(days=3))
        assert balance(account) == (36_500_00, 108_00, 0)

    def test_a_fee_waits_while_anything_is_in_dispute(self):
        creditor = house(rules="gastos_de_cobranza: 5\n")
        account = customer(creditor)
        item = owes(creditor, account, 1_000_00, late=10)
        self.dispute(account, item, 100_00)
        assert accrue(creditor).posted == 0
        assert balance(account) == (1_000_00, 0, 0)

    def test_under_a_legal_stay_nothing_runs_and_those_days_are_never_charged(self):
        creditor = house()
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        party = Account.objects.get(pk=account).party_id
        compliance.add_situation(party_id=party, reason="moratorium", since=DAY, until=DAY + timedelta(days=1))
        assert accrue(creditor).posted == 0
        assert AccrualMark.objects.get().through == DAY
        accrue(creditor, DAY + timedelta(days=2))
        assert balance(account) == (36_500_00, 72_00, 0)

    def test_a_prescribed_debt_bears_no_new_charge(self):
        creditor = house()
        account = customer(creditor, debtor="consumer")
        owes(creditor, account, 36_500_00, late=800)
        assert accrue(creditor).posted == 0
        assert balance(account) == (36_500_00, 0, 0)

    def test_a_part_payment_starts_that_clock_anew(self):
        creditor = house()
        account = customer(creditor, debtor="consumer")
        owes(creditor, account, 36_600_00, late=800)
        payment = write.NewPayment(account, 100_00, "MXN", DAY - timedelta(days=300), "p1", "test")
        write.post_payments(creditor_id=creditor.pk, payments=[payment])
        assert accrue(creditor).posted == 1


class TestFees:
    def test_an_agreed_fee_is_charged_once(self):
        creditor = house(rules="gastos_de_cobranza: 5\n")
        account = customer(creditor)
        owes(creditor, account, 1_000_00, late=10)
        made = accrue(creditor)
        assert (made.posted, made.fees) == (1, {"MXN": 50_00})
        assert accrue(creditor, DAY + timedelta(days=1)).posted == 0
        assert balance(account) == (1_000_00, 0, 50_00)

    def test_without_agreement_mexico_has_no_fee(self):
        creditor = house(rules="gastos_de_cobranza: norma\n")
        account = customer(creditor)
        owes(creditor, account, 1_000_00, late=10)
        assert accrue(creditor).posted == 0
        assert balance(account) == (1_000_00, 0, 0)

    def test_spain_owes_forty_euros_between_companies(self):
        creditor = house("ES", "Europe/Madrid", "EUR", "gastos_de_cobranza: norma\n")
        account = customer(creditor)
        owes(creditor, account, 1_000_00, late=10, currency="EUR")
        assert accrue(creditor).fees == {"EUR": 40_00}


class TestInTheHouse:
    def test_the_night_charges_before_it_decides(self):
        creditor = house()
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        run_day(creditor=creditor, as_of=at())
        run_day(creditor=creditor, as_of=at())
        assert balance(account) == (36_500_00, 360_00, 0)

    def test_a_dry_run_writes_nothing(self):
        creditor = house()
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        made = accrue(creditor, dry_run=True)
        assert (made.interest, made.posted) == ({"MXN": 360_00}, 0)
        run_day(creditor=creditor, as_of=at(), dry_run=True)
        assert not Event.objects.filter(kind="interest").exists()
        assert not AccrualMark.objects.exists()

    def test_the_proof_cannot_be_changed(self):
        creditor = house()
        owes(creditor, customer(creditor), 36_500_00, late=10)
        accrue(creditor)
        assert Event.objects.get(kind="interest").note.startswith("36500 MXN × 36 % anual / 365 × 10 días · CCom")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE receivables_chargerecord SET charged_minor = 1")

    def test_the_command_tells_what_it_charged(self, capsys):
        creditor = house()
        account = customer(creditor)
        owes(creditor, account, 36_500_00, late=10)
        assert cli.run(["accrue", "--as-of", "2026-11-24T06:00:00-06:00", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        jsonschema.validate(told, document_schema("accrue"))
        assert (told["creditor"], told["as_of"], told["interest"]) == (
            "norte", "2026-11-24", [{"minor": 360_00, "currency": "MXN"}],
        )  # fmt: skip
        assert balance(account) == (36_500_00, 360_00, 0)

    @pytest.mark.parametrize("rate", ["mucho", "-3", "true", "5000"])
    def test_a_rate_that_is_not_one_is_refused_with_its_place(self, rate):
        creditor = parties.create_creditor(code="x", name="X", country="MX", zone="America/Mexico_City", currency="MXN")
        with pytest.raises(Exception, match="interes_moratorio_pct: .* no es un porcentaje"):
            policies.save_version(
                creditor_id=creditor.pk, text=f"politica: Mala\npais: MX\ninteres_moratorio_pct: {rate}\n{STEPS}"
            )
