"""A payment that the books learn of late leaves them as if it had been known on its day; whose order the law gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from puntual.apps.negotiation import write_disputes as disputes
from puntual.apps.parties import write as parties
from puntual.apps.policies import write as policies
from puntual.apps.receivables import read, write
from puntual.apps.receivables.models import AccountBalance, Event
from puntual.core.ledger import invariants
from puntual.core.ledger.books import Component
from puntual.pipeline.accrue import accrue_day

pytestmark = pytest.mark.django_db

DUE = date(2026, 10, 1)
CURRENCIES = {
    "MX": "MXN", "CO": "COP", "PE": "PEN", "CL": "CLP", "AR": "ARS", "EC": "USD", "BR": "BRL", "ES": "EUR", "US": "USD",
    "GB": "GBP", "CR": "CRC", "PA": "USD",
}  # fmt: skip


class House:
    """A creditor that charges 36 % a year (one per mille of 36,500 a day is 36.00), with one customer."""

    def __init__(self, code, debtor, country="MX"):
        zone, self.currency = "America/Mexico_City", CURRENCIES[country]
        self.one = parties.create_creditor(code=code, name=code, country=country, zone=zone, currency=self.currency)
        steps = "pasos:\n  - {dia: 1, plantilla: recordatorio}\n"
        text = f"politica: P\npais: {country}\ninteres_moratorio_pct: 36\n{steps}"
        version = policies.save_version(creditor_id=self.one.pk, text=text)
        policies.activate(version=version, at=datetime(2025, 1, 1, tzinfo=UTC))
        policies.make_default(policy=version.policy)
        row = parties.NewAccount(f"{code}-1", f"Cliente {code}", debtor=debtor)
        self.account = parties.register_accounts(creditor=self.one, rows=[row]).accounts[f"{code}-1"]
        self.items = [self._owes(n, minor) for n, minor in enumerate((36_500_00, 18_250_00))]

    def _owes(self, n, minor):
        number = f"{self.one.code}-{n}"
        row = write.NewInvoice(
            self.account, number, number, DUE - timedelta(days=30), self.currency, minor, ((DUE, minor),)
        )
        write.post_invoices(creditor_id=self.one.pk, invoices=[row], source="test")
        return read.items_of_invoice(write.Invoice.objects.get(number=number).pk)[0].pk

    def night(self, n):
        day = DUE + timedelta(days=n)
        return accrue_day(creditor=self.one, as_of=datetime(day.year, day.month, day.day, 14, tzinfo=UTC))

    def pays(self, n, minor, wanted=(), key="p"):
        payment = write.NewPayment(
            self.account, minor, self.currency, DUE + timedelta(days=n), f"{self.one.code}-{key}", "test",
            tuple((self.items[i], part) for i, part in wanted),
        )  # fmt: skip
        write.post_payments(creditor_id=self.one.pk, payments=[payment])

    def balances(self):
        rows = {b.due_item_id: (b.principal_minor, b.interest_minor) for b in read.all_items(self.account)}
        spare = AccountBalance.objects.get(account_id=self.account).unapplied_minor
        return [rows[i] for i in self.items], spare


PAYMENTS = [
    ("more than one document", 40_000_00, ()),
    ("part of a document", 10_000_01, ()),
    ("the whole of a document by name", 18_250_00, ((1, 18_250_00),)),
    ("more than everything", 60_000_00, ()),
]


class TestAPaymentToldLate:
    @pytest.mark.parametrize("debtor", ["business", "consumer"])
    @pytest.mark.parametrize(("minor", "wanted"), [p[1:] for p in PAYMENTS], ids=[p[0] for p in PAYMENTS])
    def test_the_end_is_the_same(self, debtor, minor, wanted):
        told, late = House("a-tiempo", debtor), House("tarde", debtor)
        for n in range(1, 13):
            told.night(n)
            late.night(n)
            if n == 5:
                told.pays(5, minor, wanted)
        late.pays(5, minor, wanted)
        for house in (told, late):
            house.night(13)
        assert late.balances() == told.balances()
        assert [f.name for f in invariants.judge(read.books()) if not f.holds] == []

    def test_two_payments_and_a_missed_night(self):
        told, late = House("a-tiempo", "consumer"), House("tarde", "consumer")
        for n in (1, 2, 4, 5, 9, 10):
            told.night(n)
            late.night(n)
            for day, minor in ((5, 20_000_00), (10, 20_000_00)):
                if n == day:
                    told.pays(day, minor, key=str(day))
        late.pays(10, 20_000_00, key="10")
        late.pays(5, 20_000_00, key="5")
        for house in (told, late):
            house.night(11)
        earned = [[interest for _, interest in house.balances()[0]] for house in (told, late)]
        assert earned[0] == earned[1]
        assert late.balances() == told.balances()

    def test_again_changes_nothing_and_the_wrong_entries_stand_reversed(self):
        house = House("tarde", "consumer")
        for n in range(1, 9):
            house.night(n)
        house.pays(5, 36_500_00, ((0, 36_500_00),))
        assert house.night(9).corrected == 1
        wrong = Event.objects.filter(
            kind="interest", reversed_by__isnull=False, effective_on__gt=DUE + timedelta(days=5)
        )
        assert wrong.count() == 3
        before, events = house.balances(), Event.objects.count()
        assert house.night(9).corrected == 0
        assert (house.balances(), Event.objects.count()) == (before, events)
        assert before[0][0] == (0, 180_00)

    def test_undoing_the_payment_undoes_what_was_corrected_with_it(self):
        house = House("tarde", "business")
        for n in range(1, 9):
            house.night(n)
        house.pays(5, 36_700_00)
        house.night(9)
        write.reverse_payment(key="tarde-p", on=DUE + timedelta(days=9), source="test")
        (first, _second), spare = house.balances()
        assert (first[0], spare) == (36_500_00, 0)

    def test_days_in_dispute_stay_free(self):
        house = House("tarde", "consumer")
        asked = disputes.NewDispute(house.account, house.items[0], "not_received", DUE, "portal", "d1", 18_250_00)
        disputes.open_dispute(dispute=asked, at=datetime(2026, 10, 1, 15, tzinfo=UTC))
        for n in range(1, 9):
            house.night(n)
        house.pays(5, 9_125_00, ((0, 9_125_00),))
        house.night(8)
        # 18,250 in dispute bears nothing; the other 18,250 five days at 18.00, then 9,125 three days at 9.00
        assert house.balances()[0][0] == (27_375_00, 5 * 18_00 + 3 * 9_00)


class TestTheOrderOfTheLaw:
    @pytest.mark.parametrize("country", sorted(CURRENCIES))
    def test_a_company_pays_charges_before_capital(self, country):
        house = House("orden", "business", country)
        fee = write.Reduction(
            house.account, "fee", house.currency, DUE + timedelta(days=2), "g1", "test",
            ((house.items[0], Component.FEE, 50_00),),
        )  # fmt: skip
        late = write.Reduction(
            house.account, "interest", house.currency, DUE + timedelta(days=2), "i1", "test",
            ((house.items[0], Component.INTEREST, 70_00),),
        )  # fmt: skip
        write.post_reductions(creditor_id=house.one.pk, rows=[fee, late])
        house.pays(2, 100_00)
        b = next(b for b in read.open_items(house.account) if b.due_item_id == house.items[0])
        assert (b.fee_minor, b.interest_minor, b.principal_minor) == (0, 20_00, 36_500_00)

    def test_a_person_pays_capital_first(self):
        house = House("orden", "consumer")
        late = write.Reduction(
            house.account, "interest", "MXN", DUE + timedelta(days=2), "i1", "test",
            ((house.items[0], Component.INTEREST, 70_00),),
        )  # fmt: skip
        write.post_reductions(creditor_id=house.one.pk, rows=[late])
        house.pays(2, 100_00)
        b = next(b for b in read.open_items(house.account) if b.due_item_id == house.items[0])
        assert (b.interest_minor, b.principal_minor) == (70_00, 36_400_00)
