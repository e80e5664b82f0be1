# ruff: noqa: F811 (fixtures shared by import)
"""Offering an agreement or a settlement from the customer's page, approving it, and the customer's own answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from portal_house import TODAY, _calm, account, creditor, page, text_of, web  # noqa: F401

from puntual.apps.access import write as access
from puntual.apps.negotiation.models import Deal
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.portal import read as portal
from puntual.apps.receivables import read as books

pytestmark = pytest.mark.django_db


def person(django_user_model, name, role, creditor):  # noqa: F811
    user = django_user_model.objects.create_user(name, password="clave")
    access.grant(user_id=user.pk, role=role, creditor_id=creditor.pk)
    return user


@pytest.fixture
def agent(client, django_user_model, creditor):  # noqa: F811
    client.force_login(person(django_user_model, "gloria", "agent", creditor))
    return client


@pytest.fixture
def boss(django_user_model, creditor):  # noqa: F811
    from django.test import Client

    other = Client()
    other.force_login(person(django_user_model, "sergio", "supervisor", creditor))
    return other


def form_of(response):
    post = response.content.decode().split('method="post" class="stack"')[1].split("</form>")[0]
    fields = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', post):
        fields.setdefault(name, []).append(value)
    return fields


def offered(web, account, **terms):  # noqa: F811
    """What the agent sees, offered as it is seen."""
    address = f"/clientes/{account}/convenio/"
    return web.post(address, form_of(web.get(address, terms)), follow=True)


class TestWithinAuthority:
    def test_four_payments_are_offered_and_the_customer_accepts_on_the_own_page(self, agent, account, web, page):
        assert "ya lo ve en su página" in text_of(offered(agent, account, clase="convenio", n="4"))
        row = Deal.objects.get()
        assert (row.state, row.source, [p.debt_minor for p in row.instalments.all()]) == (
            "offered", "agent", [375_13, 375_13, 375_12, 375_12],
        )  # fmt: skip
        assert "Tiene una propuesta de la empresa" in text_of(web.get(page))
        assert "$375.13" in text_of(web.get(page + "oferta/"))
        assert Deal.objects.get().state == "offered", "looking accepts nothing"
        done = web.post(page + "oferta/", {"respuesta": "si"}, follow=True)
        assert "está en marcha" in text_of(done)
        row.refresh_from_db()
        assert row.state == "current" and len(row.evidence["plan_sha256"]) == 64

    def test_the_customer_says_no(self, agent, account, web, page):
        offered(agent, account, clase="convenio", n="4")
        assert "Esa propuesta ya no está" in text_of(web.post(page + "oferta/", {"respuesta": "no"}, follow=True))
        assert Deal.objects.get().state == "refused"
        assert "propuesta de la empresa" not in text_of(web.get(page))

    def test_a_yes_by_telephone_is_written_with_its_proof(self, agent, account):
        offered(agent, account, clase="convenio", n="2")
        deal = Deal.objects.get()
        bare = agent.post(f"/convenios/{deal.pk}/responder/", {"respuesta": "acepta"}, follow=True)
        assert "Diga cómo aceptó el cliente" in text_of(bare) and Deal.objects.get().state == "offered"
        told = {"respuesta": "acepta", "como": "call", "nota": "grabación 118"}
        assert "Aceptado" in text_of(agent.post(f"/convenios/{deal.pk}/responder/", told, follow=True))
        deal.refresh_from_db()
        assert (deal.state, deal.evidence["how"], deal.evidence["note"]) == ("current", "call", "grabación 118")

    def test_charges_that_grew_while_the_offer_waited_are_given_up(self, agent, account, web, page, creditor):
        from puntual.apps.receivables import write as ledger
        from puntual.core.ledger.books import Component

        offered(agent, account, clase="convenio", n="2")
        [item, *_] = [b.due_item_id for b in books.open_items(account)]
        grown = ledger.Reduction(account, "interest", "MXN", TODAY, "i", "test", ((item, Component.INTEREST, 9_00),))
        ledger.post_reductions(creditor_id=creditor.pk, rows=[grown])
        web.post(page + "oferta/", {"respuesta": "si"})
        row = Deal.objects.get()
        assert (row.state, row.interest_minor, row.waived_interest_minor) == ("current", 9_00, 9_00)

    def test_the_same_form_twice_is_one_and_a_second_offer_waits(self, agent, account):
        address = f"/clientes/{account}/convenio/"
        form = form_of(agent.get(address, {"n": "3"}))
        agent.post(address, form)
        agent.post(address, form)
        again = agent.post(address, form_of(agent.get(address, {"n": "4"})))
        assert "espera respuesta" in text_of(again) and Deal.objects.count() == 1


class TestBeyondAuthority:
    def test_ten_payments_wait_for_another_person(self, agent, boss, account):
        assert "espera la aprobación" in text_of(offered(agent, account, clase="convenio", n="10"))
        deal = Deal.objects.get()
        assert (deal.state, deal.needs_role) == ("to_approve", "supervisor")
        assert agent.post(f"/convenios/{deal.pk}/aprobar/", {"respuesta": "si"}).status_code == 403
        assert "el cliente ya lo ve" in text_of(
            boss.post(f"/convenios/{deal.pk}/aprobar/", {"respuesta": "si"}, follow=True)
        )
        deal.refresh_from_db()
        assert (deal.state, deal.approved_by.username) == ("offered", "sergio")

    def test_nobody_approves_the_own_request(self, boss, account):
        offered(boss, account, clase="quita", importe="1000")
        deal = Deal.objects.get()
        assert deal.needs_role == "manager"
        said = boss.post(f"/convenios/{deal.pk}/aprobar/", {"respuesta": "si"}, follow=True)
        assert "debe hacerlo otra persona" in text_of(said) and Deal.objects.get().state == "to_approve"

    def test_below_the_floor_nothing_can_be_asked(self, agent, account):
        said = text_of(agent.get(f"/clientes/{account}/convenio/", {"clase": "quita", "importe": "300"}))
        assert "La quita no puede dejar el pago por debajo de 900.30 MXN" in said

    def test_what_the_customer_proposed_begins_when_it_is_approved(self, boss, account, web, page):
        html = web.get(page + "cuotas/", {"n": "6"}).content.decode()
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
        web.post(page + "cuotas/", form)
        assert "Su propuesta está en revisión" in text_of(web.get(page + "cuotas/", follow=True))
        deal = Deal.objects.get()
        assert "ya está en marcha" in text_of(
            boss.post(f"/convenios/{deal.pk}/aprobar/", {"respuesta": "si"}, follow=True)
        )
        deal.refresh_from_db()
        assert deal.state == "current" and deal.evidence["link"] == portal.links_of(account)[0].pk


class TestPolicy:
    def test_the_policy_says_how_many_payments_a_customer_chooses_alone(self, creditor, account, web, page):
        text = presets.text_for("mx") + "\nnegociacion: {autoridad: {cliente: {cuotas: 2}, gestor: {cuotas: 3}}}\n"
        version = policies.save_version(creditor_id=creditor.pk, text=text)
        from django.utils import timezone

        policies.activate(version=version, at=timezone.now() - timedelta(days=1))
        said = text_of(web.get(page + "cuotas/"))
        assert "Pagos 2 3 (lo revisa una persona)" in said

    def test_a_plan_is_changed_once_by_the_customer_alone(self, account, web, page):
        def choose(path, **more):
            html = web.get(page + path, more).content.decode()
            return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))

        web.post(page + "cuotas/", choose("cuotas/", n="2"))
        web.post(page + "cuotas/?cambiar=1", choose("cuotas/", cambiar="1", n="4"))
        old, new = Deal.objects.order_by("pk")
        assert (old.state, new.state, new.replaces_id, new.instalments.count()) == ("replanned", "current", old.pk, 4)
        assert "Cambiar mi plan" not in text_of(web.get(page + "cuotas/mi-plan/")), "the second time a person helps"
