# ruff: noqa: F811 (fixtures shared by import)
"""The acts of the customer's page that reach further: paying through a gateway, an offer, another plan, instalments
that pay themselves, a discount, a code by another channel; each on a phone without scripts and on a desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from test_portal_journey import LARGEST, ZONE, House, both, house, said, visit, weight  # noqa: F401

from puntual.adapters.mercadopago import MercadoPago
from puntual.adapters.stripe import Stripe
from puntual.apps.negotiation import write_deals
from puntual.apps.negotiation.models import Deal
from puntual.apps.parties import write as parties
from puntual.apps.payments import write as payments
from puntual.apps.payments.models import GatewayPayment, Mandate
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.portal import read
from puntual.apps.portal.models import Preference
from puntual.core.negotiation.quote import Terms
from puntual.core.negotiation.rules import NegotiationRules
from puntual.core.time import local_date
from puntual.simulators.mercadopago import MercadoPagoSimulator
from puntual.simulators.stripe import StripeSimulator

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
BOUND, SENT = {}, []


def gateways():
    return BOUND


def take(creditor, channel, address, subject, text):
    SENT.append(text)


@pytest.fixture(autouse=True)
def world(settings, live_server):
    """The gateways of this machine, and messages that only this test reads."""
    settings.PORTAL_GATEWAYS = "test_portal_acts_journey.gateways"
    settings.PORTAL_SENDER = "test_portal_acts_journey.take"
    settings.PUBLIC_URL = live_server.url
    BOUND.clear()
    SENT.clear()


def today():
    return local_date(datetime.now(UTC), ZONE)


def offered(house: House, kind: str = "agreement"):
    offer = write_deals.Offer(
        house.account, today(), today() + timedelta(days=5), "agent", "o1", "manager", NegotiationRules().limits
    )
    now = datetime.now(UTC)
    if kind == "agreement":
        return write_deals.offer_agreement(offer=offer, terms=Terms(3, "month", today()), at=now)
    rules = NegotiationRules().settlement
    by = today() + timedelta(days=6)
    return write_deals.offer_settlement(offer=offer, pay_minor=1500_00, pay_by=by, rules=rules, at=now)


@both
def test_paying_in_line_from_the_button_to_the_books(visit, house, window) -> None:
    with MercadoPagoSimulator() as sim:
        BOUND["mercadopago"] = MercadoPago(sim.url)
        secrets = {"access_token": sim.bearer, "webhook_secret": sim.secret}
        new = payments.NewGateway(house.creditor.pk, "mercadopago", secrets, country="MX")
        row = payments.add_gateway(gateway=new, at=datetime.now(UTC))
        page = visit("pagar/", **window)
        page.click("button:has-text('Mercado Pago')")
        page.click("text=Ir a Mercado Pago")
        page.click("text=Pagar con tarjeta")
        assert "/pagar/vuelta/" in page.url and "Estamos esperando la confirmación" in said(page)
        payments.poll(gateway_id=row.pk, gateways=BOUND, at=datetime.now(UTC), since=sim.clock - timedelta(days=9))
        assert GatewayPayment.objects.get().net_minor == 1801_00
        page.reload()
        assert "Gracias, su pago llegó" in said(page)
        assert read.bill(house.account, today()).clear


@both
def test_an_offer_of_the_company_is_read_and_accepted(visit, house, window) -> None:
    offered(house)
    page = visit(**window)
    page.click("text=Verla")
    assert "En total $1,801.00" in said(page)
    page.click("button:has-text('Acepto')")
    assert "Su plan de pagos está en marcha" in said(page) and Deal.objects.get().state == "current"


@both
def test_a_settlement_says_what_is_forgiven_and_may_be_refused(visit, house, window) -> None:
    offered(house, "settlement")
    page = visit("oferta/", **window)
    assert "se le perdonan $301.00" in said(page)
    page.click("button:has-text('No, gracias')")
    assert "Esa propuesta ya no está" in said(page) and Deal.objects.get().state == "refused"


@both
def test_a_plan_is_followed_paid_and_changed(visit, house, window) -> None:
    page = visit("cuotas/", **window)
    page.select_option("[name=n]", "3")
    page.click("text=Ver cómo queda")
    page.click("text=Acepto este plan")
    page.goto(page.url.split("listo/")[0] + "cuotas/")
    page.click("text=Pagar la cuota 1")
    assert "Va a pagar $600.34" in said(page)
    page.goto(page.url.split("pagar/")[0] + "cuotas/mi-plan/")
    page.click("a:has-text('Cambiar mi plan')")
    page.select_option("[name=n]", "4")
    page.click("text=Ver cómo queda")
    assert "toma el lugar del plan que tiene hoy" in said(page)
    page.click("text=Acepto este plan")
    assert [d.state for d in Deal.objects.order_by("pk")] == ["replanned", "current"]


@both
def test_instalments_that_pay_themselves_and_stop_with_one_tap(visit, house, window) -> None:
    with StripeSimulator() as sim:
        BOUND["stripe"] = Stripe(sim.url)
        secrets = {"secret_key": sim.bearer, "webhook_secret": sim.secret}
        new = payments.NewGateway(house.creditor.pk, "stripe", secrets, country="MX")
        payments.add_gateway(gateway=new, at=datetime.now(UTC))
        deal = offered(house)
        write_deals.accept(deal_id=deal.pk, on=today(), at=datetime.now(UTC), evidence={"how": "call"})
        page = visit("cuotas/mi-plan/", **window)
        page.click("text=Ver cómo funciona")
        page.click("button:has-text('Autorizar mi tarjeta')")
        assert Mandate.objects.get().state == "asked"
        sim.grant(Mandate.objects.get().checkout_id)
        page.goto(page.url.split("cuotas/")[0] + "cuotas/solas/")
        page.click("button:has-text('Ya lo autoricé')")
        assert "cada cuota se pagará sola" in said(page) and Mandate.objects.get().state == "active"
        page.goto(page.url.split("listo/")[0] + "cuotas/solas/")
        page.click("button:has-text('Quitar la autorización')")
        assert "ya no se cobra nada solo" in said(page) and Mandate.objects.get().state == "revoked"


@both
def test_a_discount_of_the_policy_is_taken_and_paid(visit, house, window) -> None:
    text = presets.text_for("mx") + "\nincentivos: [{tipo: pronto_pago, pct: 10, dias: 5}]\n"
    version = policies.save_version(creditor_id=house.creditor.pk, text=text)
    policies.activate(version=version, at=datetime.now(UTC) - timedelta(minutes=1))
    page = visit(**window)
    assert "Ahorre $180.10" in said(page)
    page.click("text=Quiero este descuento")
    assert "Va a pagar $1,620.90" in said(page)


@both
def test_a_code_by_another_channel_opens_the_papers(visit, house, window) -> None:
    points = (parties.NewPoint("email", "ana@correo.example"), parties.NewPoint("phone", "+525512344321"))
    again = parties.NewAccount("C-1", "Ana Ruiz Gómez", "RUGA800101AB1", debtor="consumer", points=points)
    parties.register_accounts(creditor=house.creditor, rows=[again])
    page = visit("paso/", **window)
    page.click("text=Enviarlo a •••• 4321")
    page.fill("[name=answer]", re.search(r"\b\d{6}\b", SENT[0])[0])
    page.click("text=Seguir")
    assert "Saldo de hoy" in said(page)


@both
def test_how_and_when_to_be_written_and_in_which_language(visit, house, window) -> None:
    page = visit("preferencias/", **window)
    page.select_option("[name=channel]", "whatsapp")
    page.select_option("[name=hours]", "evening")
    page.click("button:has-text('Guardar')")
    assert (Preference.objects.get().channel, Preference.objects.get().hours) == ("whatsapp", "evening")
    page.click("text=English")
    assert page.get_attribute("html", "lang") == "en" and "Noted" in said(page)


def test_the_new_pages_are_accessible_fit_320_px_and_weigh_under_100_kb(visit, house, checked) -> None:
    offered(house)
    page = visit("oferta/", scripts=True)
    deal = Deal.objects.get()
    for path in ("oferta/", "cuotas/mi-plan/", "cuotas/solas/", "cuotas/?cambiar=1", "paso/"):
        if path == "cuotas/mi-plan/":
            write_deals.accept(deal_id=deal.pk, on=today(), at=datetime.now(UTC), evidence={"how": "call"})
        page.goto(re.sub(r"(/p/[^/]+/).*", r"\1", page.url) + path)
        assert weight(page) < LARGEST, path
        checked(page, path)
