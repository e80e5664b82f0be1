"""An offer of ours is told by message within hours and caps, once; the reminder says what paying now saves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from messaging_house import DAWN, NOON, TEN, House

from puntual.apps.inbox import write as inbox_write
from puntual.apps.negotiation import write_deals
from puntual.apps.outreach import write_events
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables.models import DueBalance
from puntual.core.negotiation.authority import Limit
from puntual.core.negotiation.quote import Terms
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.time import local_instant
from puntual.pipeline import compose, events, savings
from puntual.pipeline.daily_run import run_day
from puntual.simulators.whatsapp import Template

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house():
    made = House()
    made.now = NOON
    assert events.tell(at=NOON - timedelta(hours=5)) == 0
    template(made)
    return made


def template(house):
    house.meta.add(Template("oferta", "es_MX", "oferta: {{1}} {{2}} {{3}}", url_buttons=1))
    inbox_write.save_template(
        account=house.carrier, template="oferta", name="oferta", language="es_MX", state="APPROVED",
        body="oferta: {{1}} {{2}} {{3}}",
        parameters=["{{ persona.nombre }}", "{{ acreedor.nombre }}", "{{ oferta.importe }} {{ oferta.primera }}"],
        buttons=[(0, "url", '{{ enlace.pagar | split: "/p/" | last }}')],
    )  # fmt: skip


def offer(house, *, key="o1", role="manager") -> write_deals.Offer:
    on = date(2026, 11, 24)
    return write_deals.Offer(
        house.account, on, on + timedelta(days=5), "agent", key, role, NegotiationRules().limits
    )  # fmt: skip


def settles(house, **more):
    rules = NegotiationRules().settlement
    return write_deals.offer_settlement(
        offer=offer(house, **more), pay_minor=400_00, pay_by=date(2026, 11, 27), rules=rules, at=NOON - MINUTE
    )


class TestTold:
    def test_a_settlement_says_what_to_pay_and_what_it_saves_once(self, house):
        deal = settles(house)
        assert events.tell(at=NOON) == 1
        assert events.tell(at=NOON + MINUTE) == 0
        row = Outbox.objects.get()
        assert (row.template, row.step, row.purpose) == ("oferta", "hecho_pide", "reminder_overdue")
        assert row.tells["deal"] == deal.pk and row.tells["oferta"]["ahorra"] == {"minor": 100_00, "currency": "MXN"}
        assert house.dispatch().sent == 1
        assert "400.00" in house.meta.delivered[-1].text and "27 de noviembre" in house.meta.delivered[-1].text

    def test_a_plan_says_its_payments(self, house):
        write_deals.offer_agreement(offer=offer(house), terms=Terms(4, "month", date(2026, 11, 30)), at=NOON - MINUTE)
        assert events.tell(at=NOON) == 1
        told = Outbox.objects.get().tells["oferta"]
        assert (told["quita"], told["cuotas"], told["importe"]["minor"]) == (False, 4, 125_00)

    def test_one_that_another_person_has_to_approve_waits_for_it(self, house, django_user_model):
        people = [django_user_model.objects.create_user(name) for name in ("rosa", "lucia")]
        low = (Limit("portal", 0, 4, 110), Limit("agent", 5, 6, 200), Limit("manager", 60, 24, 740))
        new = write_deals.Offer(
            house.account, date(2026, 11, 24), date(2026, 11, 29), "agent", "o1", "agent", low, by=people[0].pk
        )
        deal = write_deals.offer_settlement(
            offer=new, pay_minor=400_00, pay_by=date(2026, 11, 27), rules=NegotiationRules().settlement, at=NOON
        )
        assert (deal.state, events.tell(at=NOON + MINUTE)) == ("to_approve", 0)
        write_deals.approve(
            deal_id=deal.pk, by=people[1].pk, role="manager", limits=low, at=NOON + 5 * MINUTE, on=date(2026, 11, 24)
        )
        assert events.tell(at=NOON + 6 * MINUTE) == 1

    def test_answered_before_it_leaves_it_does_not_leave(self, house):
        deal = settles(house)
        assert events.tell(at=NOON) == 1
        write_deals.close(deal_id=deal.pk, event="decline", at=NOON, on=date(2026, 11, 24))
        assert events.tell(at=NOON + MINUTE) == 0
        assert Outbox.objects.get().state == "withdrawn"
        assert house.dispatch().sent == 0 and house.meta.delivered == []

    def test_answered_once_it_is_in_line_the_last_look_stops_it(self, house):
        deal = settles(house)
        assert events.tell(at=NOON) == 1
        write_deals.close(deal_id=deal.pk, event="decline", at=NOON, on=date(2026, 11, 24))
        tally = house.dispatch()  # nobody looked again in between
        assert (tally.sent, tally.withdrawn, tally.denied, house.meta.delivered) == (0, 1, 0, [])
        assert (Outbox.objects.get().state, Outbox.objects.get().reason) == ("withdrawn", "deal_withdrawn")

    def test_accepted_on_the_telephone_at_once_nothing_is_offered_again(self, house):
        deal = settles(house)
        write_deals.accept(deal_id=deal.pk, on=date(2026, 11, 24), at=NOON, evidence={"how": "call"})
        events.tell(at=NOON + MINUTE)
        assert not Outbox.objects.filter(template="oferta").exists()

    def test_a_company_may_choose_not_to(self, house):
        write_events.save_rules(creditor_id=house.creditor.pk, told={"offer": False})
        settles(house)
        assert events.tell(at=NOON) == 0

    def test_it_takes_the_place_of_the_days_reminder(self, house):
        run_day(creditor=house.creditor, as_of=DAWN)
        planned = Outbox.objects.get()
        settles(house)
        events.tell(at=TEN - MINUTE)
        events.tell(at=NOON)
        rows = Outbox.objects.exclude(state="withdrawn")
        assert [r.template for r in rows] == ["oferta"] and planned.pk in {r.pk for r in rows}

    def test_at_night_it_waits_for_the_morning(self, house):
        settles(house)
        night = local_instant(date(2026, 11, 24), datetime(2026, 1, 1, 23, 30).time(), "America/Mexico_City")
        events.tell(at=night)
        row = Outbox.objects.get()
        assert row.scheduled_at.hour * 60 + row.scheduled_at.minute != night.hour * 60 + night.minute
        assert row.scheduled_at > night + timedelta(hours=6)


class TestSaving:
    def with_discount(self, house):
        text = presets.text_for("MX") + "\nincentivos: [{tipo: pronto_pago, pct: 10, dias: 5}]\n"
        version = policies.save_version(creditor_id=house.creditor.pk, text=text)
        policies.activate(version=version, at=DAWN - timedelta(days=1))
        parties.register_accounts(
            creditor=house.creditor,
            rows=[NewAccount("C-1", "Lucía Ocampo", points=(NewPoint("email", "l@ejemplo.mx"),))],
        )
        run_day(creditor=house.creditor, as_of=DAWN)
        return Outbox.objects.get(plan__isnull=False)

    def test_the_reminder_says_what_paying_now_saves(self, house):
        row = self.with_discount(house)
        items = {house.account: list(DueBalance.objects.select_related("due_item__invoice"))}
        told = savings.for_rows([row], items, DAWN)[row.pk]["ahorro"]
        assert (told["paga"]["minor"], told["ahorra"]["minor"]) == (450_00, 50_00)
        row.channel = "email"
        made = compose.messages([row], lambda asked: {pk: "https://x.mx/p/t/" for pk in asked}, DAWN)
        text = str(made[row.pk])
        assert "450.00" in text and "ahorra" in text and "queda al día" in text

    def test_without_incentives_nothing_is_said(self, house):
        run_day(creditor=house.creditor, as_of=DAWN)
        row = Outbox.objects.get(plan__isnull=False)
        assert savings.for_rows([row], {}, DAWN) == {}
