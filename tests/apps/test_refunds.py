# ruff: noqa: F811 (fixtures shared by import)
"""Giving money back: asked by one person, approved by another above the limit, made by the gateway, open again in the
books. And a payment of nobody that was given to the wrong customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_payments_app import (  # noqa: F401
    DAY,
    NOW,
    account,
    bound,
    checkout,
    creditor,
    deliver,
    gateway,
    items,
    open_of,
    sim,
)

from puntual.apps.access import write as access
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write as promises
from puntual.apps.parties import write as parties
from puntual.apps.payments import read_findings, write, write_refunds
from puntual.apps.payments.models import GatewayPayment, RefundOrder
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.core.errors import Refused, UnusableInput

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(django_user_model):
    make = django_user_model.objects.create_user
    return make("sofia"), make("sergio")


@pytest.fixture
def paid(sim, gateway, bound, checkout):
    sim.pay(checkout.checkout_id)
    deliver(sim, gateway, bound)
    return GatewayPayment.objects.get()


@pytest.fixture
def a_hundred_alone(creditor):
    """The policy leaves 100.00 to one person."""
    text = presets.text_for("MX") + "\nnegociacion: {devolucion_sin_otro: {MXN: 100}}\n"
    version = policies.save_version(creditor_id=creditor.pk, text=text)
    policies.activate(version=version, at=NOW - timedelta(days=1))


def order(paid, by, minor, key="k"):
    return write_refunds.ask(payment_id=paid.pk, amount_minor=minor, reason="Pagó dos veces", key=key, by=by.pk, at=NOW)


def test_above_the_limit_another_person_says_yes_and_what_it_paid_is_owed_again(
    paid, two, bound, account, a_hundred_alone
):
    before = sum(open_of(account).values())
    sofia, sergio = two
    row = order(paid, sofia, 200_00)
    assert row.state == "to_approve"
    with pytest.raises(Refused, match="otra persona"):
        write_refunds.decide(order_id=row.pk, yes=True, by=sofia.pk, at=NOW)
    write_refunds.decide(order_id=row.pk, yes=True, by=sergio.pk, at=NOW)
    assert write_refunds.send(order_id=row.pk, gateways=bound, at=NOW).state == "done"
    paid.refresh_from_db()
    assert sum(open_of(account).values()) - before == 200_00
    assert paid.net_minor == paid.facts.get(kind="paid").amount_minor - 200_00
    assert all(not f.counterexamples for f in read_findings.findings())


def test_within_the_limit_it_leaves_alone_and_twice_is_once(paid, two, bound, account, a_hundred_alone):
    sofia, _ = two
    row = order(paid, sofia, 50_00)
    assert order(paid, sofia, 50_00).pk == row.pk
    for _ in range(2):
        assert write_refunds.send(order_id=row.pk, gateways=bound, at=NOW).state == "done"
    assert paid.facts.filter(kind="refunded").count() == 1


def test_never_more_than_what_is_left_and_never_without_a_reason(paid, two):
    sofia, _ = two
    left = write_refunds.may_refund_minor(paid)
    order(paid, sofia, left - 10_00)
    with pytest.raises(UnusableInput, match="lo que queda"):
        order(paid, sofia, 10_01, key="k2")
    with pytest.raises(UnusableInput, match="por qué"):
        write_refunds.ask(payment_id=paid.pk, amount_minor=1_00, reason=" ", key="k3", by=sofia.pk, at=NOW)
    assert RefundOrder.objects.count() == 1


def test_a_gateway_that_does_not_answer_leaves_it_to_be_sent_again(paid, two, bound, sim, creditor, a_hundred_alone):
    sofia, _ = two
    row = order(paid, sofia, 50_00)
    sim.fail_next(503)
    assert write_refunds.send(order_id=row.pk, gateways=bound, at=NOW).state == "approved"
    assert paid.facts.filter(kind="refunded").count() == 0
    assert write_refunds.send_waiting(creditor_id=creditor.pk, gateways=bound, at=NOW) == 1
    assert RefundOrder.objects.get().state == "done"


def test_a_promise_is_kept_the_moment_the_money_is_booked(sim, gateway, bound, checkout, account, creditor):
    due = sum(open_of(account).values())
    new = promises.NewPromise(account, DAY, DAY, "agent", "p", amount_minor=100_00)
    promises.make_promise(promise=new, at=NOW)
    sim.pay(checkout.checkout_id)
    deliver(sim, gateway, bound)
    assert sum(open_of(account).values()) < due
    assert negotiation.promises_of(account)[0].state == "kept"


class TestOfNobody:
    @pytest.fixture
    def nobody(self, sim, gateway, bound, checkout):
        """A payment made in the gateway's own page, without our reference."""
        sim.preferences[checkout.checkout_id]["external_reference"] = "caja-7"
        sim.pay(checkout.checkout_id)
        deliver(sim, gateway, bound)
        return GatewayPayment.objects.get()

    def test_given_to_the_wrong_customer_it_is_taken_back_and_given_to_the_right_one(self, nobody, account, creditor):
        other = parties.NewAccount(code="C-9", name="Otra Persona")
        wrong = parties.register_accounts(creditor=creditor, rows=[other]).accounts["C-9"]
        write.assign(payment_id=nobody.pk, account_id=wrong, at=NOW)
        assert all(not f.counterexamples for f in read_findings.findings())
        write.unassign(payment_id=nobody.pk, at=NOW, on=DAY)
        nobody.refresh_from_db()
        assert (nobody.account_id, nobody.undone) == (None, 1)
        before = sum(open_of(account).values())
        write.assign(payment_id=nobody.pk, account_id=account, at=NOW)
        assert before - sum(open_of(account).values()) == nobody.facts.get(kind="paid").amount_minor
        assert all(not f.counterexamples for f in read_findings.findings())

    def test_one_that_came_by_our_own_link_is_not_moved(self, paid):
        with pytest.raises(Refused, match="su propia referencia"):
            write.unassign(payment_id=paid.pk, at=NOW, on=DAY)


class TestScreens:
    @pytest.fixture
    def people(self, creditor, two):
        from django.test import Client

        clients = []
        for user in two:
            access.grant(user_id=user.pk, role="supervisor", creditor_id=creditor.pk)
            client = Client()
            client.force_login(user)
            clients.append(client)
        return clients

    def test_asked_by_one_and_made_by_another(self, people, paid, bound, settings, monkeypatch):
        from puntual.project import gateways

        monkeypatch.setattr(gateways, "gateways", lambda: bound)
        sofia, sergio = people
        assert sofia.get("/pagos/en-linea/").status_code == 200
        form = {"amount": "120.50", "reason": "Se le cobró de más", "token": "t" * 20}
        said = sofia.post(f"/pagos/en-linea/{paid.pk}/devolver/", form, follow=True).content.decode()
        assert "otra persona la aprueba" in said and "Aprobar y devolver" not in said
        row = RefundOrder.objects.get()
        assert "Se le cobró de más" in sergio.get("/pagos/en-linea/").content.decode()
        done = sergio.post(f"/pagos/devoluciones/{row.pk}/", {"respuesta": "si"}, follow=True).content.decode()
        assert "vuelve a deberse" in done
        row.refresh_from_db()
        assert (row.state, row.amount_minor, row.decided_by.username) == ("done", 120_50, "sergio")
