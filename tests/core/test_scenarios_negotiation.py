"""The calendars of tests/scenarios: what happened each day, and what the books must say of the promise or deal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
import yaml

from puntual.core.errors import Refused
from puntual.core.money import parse_major
from puntual.core.negotiation import agreement as agreements
from puntual.core.negotiation import direct_debit
from puntual.core.negotiation import incentive as incentives
from puntual.core.negotiation import promise as promises
from puntual.core.negotiation import settlement as settlements
from puntual.core.negotiation.cash import Cash, Received
from puntual.core.negotiation.quote import Debt, Terms, quote

FOLDER = Path(__file__).parent.parent / "scenarios"


def load(name):
    sheet = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return [pytest.param(sheet, case, id=case["título"]) for case in sheet["casos"]]


def minor(text, sheet):
    return parse_major(text, sheet["moneda"]).minor


class Books:
    """What the bank has told by each day of a calendar."""

    def __init__(self, open_minor: int) -> None:
        self.open_at_start = open_minor
        self.payments: list[Received] = []
        self.credited = self.unapplied = 0
        self.open_now = open_minor
        self.bank_through: date | None = None

    def take(self, day: dict, sheet: dict) -> Cash:
        if "pago" in day:
            self.payments.append(Received(day.get("pago_del", day["día"]), minor(day["pago"], sheet)))
        if "devuelto" in day:
            self.payments = [
                attrs.evolve(p, undone_on=day["día"]) if p.on == day["devuelto"] else p for p in self.payments
            ]
        if "nota_de_crédito" in day:
            self.credited += minor(day["nota_de_crédito"], sheet)
        if "sin_aplicar" in day:
            self.unapplied = minor(day["sin_aplicar"], sheet)
        self.bank_through = day.get("banco_al_día", self.bank_through)
        standing = sum(p.amount_minor for p in self.payments if p.undone_on is None)
        left = self.open_at_start - self.credited - standing
        self.open_now = left
        return Cash(tuple(self.payments), left, self.unapplied, self.bank_through)


def walk(case, sheet, books, thing, machine, judge):
    """Judges each day, applies its event through the table, compares with what the calendar asks; yields per day."""
    for day in case["calendario"]:
        cash = books.take(day, sheet)
        for word, event in (("retira", "withdraw"), ("cambia", sheet.get("al_cambiar", "replace"))):
            if word in day:
                thing = attrs.evolve(thing, state=machine.advance(thing.state, event).target)
        verdict = judge(thing, cash, day["día"])
        if verdict.event:
            row = machine.advance(thing.state, verdict.event)
            thing = attrs.evolve(thing, state=row.target)
        if "estado" in day:
            assert thing.state == day["estado"], (day, verdict)
        if "razón" in day:
            assert verdict.reason == day["razón"], (day, verdict)
        yield day, thing, verdict


@pytest.mark.parametrize(("sheet", "case"), load("promesas.yaml"))
def test_promise_calendar(sheet, case):
    rules_of = sheet["reglas"] | case.get("reglas", {})
    rules = promises.PromiseRules(
        tolerance_minor=minor(rules_of.get("tolerancia", "0.00"), sheet),
        tolerance_pct=Decimal(rules_of["tolerancia_pct"]),
        grace_days=rules_of["gracia_días"],
        partial_pct=Decimal(rules_of["parcial_pct"]),
        partial_extra_days=rules_of["parcial_días"],
    )
    given = case["promesa"]
    promise = promises.Promise(1, (11,), minor(given["importe"], sheet), "MXN", given["hecha"], given["para"])
    if "recordatorio" in case:
        assert promises.remind_on(promise) == (case["recordatorio"] or None)
    books = Books(minor(sheet["saldo"], sheet))
    seen = 0
    for day, now, _ in walk(
        case, sheet, books, promise, promises.MACHINE, lambda p, c, d: promises.judge(p, c, rules, d)
    ):
        seen += 1
        if "promete" in day:
            assert refused(day, now, rules, sheet) == (day["rechazo"] or None), day
    assert seen == len(case["calendario"])


def refused(day, standing, rules, sheet):
    """Why another promise of that day is not taken; None when it is."""
    asked = day["promete"]
    items = (asked.get("documento", 11),)
    other = promises.Promise(1, items, minor(asked["importe"], sheet), "MXN", day["día"], asked["para"])
    try:
        promises.check_new(
            other, open_minor=minor(sheet["saldo"], sheet), open_promises=[standing],
            broken_recent=asked.get("incumplidas", 0), rules=rules,
        )  # fmt: skip
    except Refused as error:
        return error.reason
    return None


@pytest.mark.parametrize(("sheet", "case"), load("convenios.yaml"))
def test_agreement_calendar(sheet, case):
    plan, rules_of = sheet["plan"], sheet["reglas"] | case.get("reglas", {})
    debt = debt_of(sheet)
    rules = agreements.AgreementRules(
        tolerance_pct=Decimal(rules_of["tolerancia_pct"]),
        grace_days=rules_of["gracia_días"],
        max_missed=rules_of["máximo_atrasados"],
    )
    offer = quote(debt, Terms(plan["pagos"], plan["cada"], plan["primero"]))
    deal = agreements.Agreement(1, (11, 12), "MXN", offer.instalments, sheet["aceptado"])
    books = Books(debt.open_minor)
    for day, _, verdict in walk(
        case, sheet, books, deal, agreements.MACHINE, lambda a, c, d: agreements.judge(a, c, rules, d)
    ):
        if "pagos" in day:
            assert [row.state for row in verdict.instalments] == day["pagos"], day
        if "recordatorio" in day:
            assert agreements.remind_on(verdict.instalments, day["día"]) == day["recordatorio"]
        if "autopago" in day:
            due = agreements.autopay_due(verdict.instalments, day["día"])
            assert [list(pair) for pair in due] == [[n, minor(m, sheet)] for n, m in day["autopago"]], day
        if "nuevo_plan" in day:
            asked = day["cambia"]
            left = Debt(books.open_now, 0, 0, "MXN")
            made = agreements.replan(left, Terms(asked["pagos"], asked["cada"], asked["primero"]))
            assert [p.amount_minor for p in made.instalments] == [minor(m, sheet) for m in day["nuevo_plan"]]
            assert made.to_pay_minor == books.open_now


@pytest.mark.parametrize(("sheet", "case"), load("quitas.yaml"))
def test_settlement_calendar(sheet, case):
    given, debt = sheet["quita"], debt_of(sheet)
    rules = settlements.SettlementRules(Decimal(sheet["piso_pct"]))
    pay = settlements.check_offer(debt, minor(given["pagar"], sheet), rules)
    deal = settlements.Settlement(1, (11,), debt, pay, given["hasta"], given["aceptada"])
    books = Books(debt.open_minor)
    days = list(walk(case, sheet, books, deal, settlements.MACHINE, lambda s, c, d: settlements.judge(s, c, rules, d)))
    assert len(days) == len(case["calendario"])


def debt_of(sheet):
    given = sheet["deuda"]
    return Debt(minor(given["capital"], sheet), minor(given["interés"], sheet), minor(given["gastos"], sheet), "MXN")


@pytest.mark.parametrize(("sheet", "case"), load("incentivos.yaml"))
def test_incentive_calendar(sheet, case):
    given, debt = sheet["incentivo"], debt_of(sheet)
    kept = incentives.Incentive(given["clase"], Decimal(given["pct"]), given["hasta"])
    made = incentives.offer(kept, debt, given["ofrecido"])
    books, state = Books(debt.open_minor), incentives.OFFERED
    for day in case["calendario"]:
        cash = books.take(day, sheet)
        broken = day.get("promesa_rota", False)
        verdict = incentives.judge(made, state, given["ofrecido"], cash, day["día"], bound_broken=broken)
        if verdict.event:
            state = incentives.MACHINE.advance(state, verdict.event).target
        assert state == day["estado"], (day, verdict)
        assert verdict.reason == day.get("razón", verdict.reason), (day, verdict)


def rows(name, key):
    sheet = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return [pytest.param(sheet, row, id=row["título"]) for row in sheet[key]]


@pytest.mark.parametrize(("sheet", "row"), rows("domiciliaciones.yaml", "casos"))
def test_the_day_of_a_charge(sheet, row):
    terms = direct_debit.Terms(row["aviso"], row["plazo"])
    day = direct_debit.charge_day(
        row["vence"], told_on=row["avisado"], today=row["hoy"], terms=terms, closed=frozenset(sheet["feriados"])
    )
    assert day == row["carga"]


@pytest.mark.parametrize(("sheet", "row"), rows("domiciliaciones.yaml", "negativas"))
def test_what_a_mandate_does_not_allow(sheet, row):
    most = parse_major(row["máximo"], "MXN").minor if "máximo" in row else None
    allowed = direct_debit.Allowed(
        row["estado"], date(2023, 1, 1), most, row.get("hasta"), row.get("usada", date(2026, 1, 1))
    )
    found = direct_debit.objection(allowed, parse_major(row["importe"], "MXN").minor, row["día"])
    assert found == (row["razón"] or None)
