# ruff: noqa: F811 (fixtures shared by import)
"""Refunds by other programs and from the command line: the same limits, the same two people, the gateway told once."""

from __future__ import annotations

import json

import pytest
from test_payments_app import (  # noqa: F401
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
from puntual.apps.payments.models import GatewayPayment, RefundOrder
from puntual.project import gateways as doors
from puntual.project.cli import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(sim, gateway, bound, checkout, monkeypatch):
    sim.pay(checkout.checkout_id)
    deliver(sim, gateway, bound)
    doors.gateways.cache_clear()
    monkeypatch.setattr(doors, "gateways", lambda: bound)
    return GatewayPayment.objects.get()


@pytest.fixture
def ask_as(person, creditor, client):
    """`ask_as("sofia", path, body, key)`: with a key that this person made, of the scopes to ask and to approve."""
    keys = {}

    def made(name, path, body, key, role="manager"):
        if name not in keys:
            by = person(name, role, creditor)
            scopes = ("read", "write", "approve")
            keys[name] = access.create_key(name=name, scopes=scopes, creditor_id=creditor.pk, user_id=by.pk)[1]
        headers = {"Authorization": f"Bearer {keys[name]}", "Idempotency-Key": key}
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)

    return made


def test_one_asks_another_approves_and_what_it_paid_is_owed_again(paid, ask_as, account, client):
    before, body = sum(open_of(account).values()), {"amount_minor": 200_00, "reason": "Pagó dos veces"}
    asked = [ask_as("sofia", f"/gateway-payments/pago_{paid.pk}/refunds", body, "r1") for _ in range(2)]
    assert [a.status_code for a in asked] == [201, 201] and asked[0].json() == asked[1].json()
    assert asked[0].json()["state"] == "to_approve"
    refund = asked[0].json()["id"]
    own = ask_as("sofia", f"/refunds/{refund}/decision", {"approve": True}, "d1")
    assert own.status_code == 403 and "otra persona" in own.json()["detail"]
    assert sum(open_of(account).values()) == before

    assert ask_as("sergio", f"/refunds/{refund}/decision", {"approve": True}, "d2").status_code == 200
    assert RefundOrder.objects.get().state == "done" and sum(open_of(account).values()) == before + 200_00
    assert paid.facts.filter(kind="refunded").count() == 1


def test_whoever_may_not_asks_for_nothing(paid, ask_as):
    refused = ask_as("ana", f"/gateway-payments/pago_{paid.pk}/refunds", {"reason": "x"}, "r1", role="agent")
    assert refused.status_code == 403 and not RefundOrder.objects.exists()
    assert ask_as("sofia", "/gateway-payments/pago_999/refunds", {"reason": "x"}, "r2").status_code == 404
    much = {"reason": "x", "amount_minor": 10**9}
    assert ask_as("sofia", f"/gateway-payments/pago_{paid.pk}/refunds", much, "r3").status_code == 400
    assert not RefundOrder.objects.exists()


def test_the_same_from_the_command_line(paid, person, creditor, capsys, account):
    person("sofia", "manager", creditor), person("sergio", "manager", creditor), person("ana", "agent", creditor)
    order = ["refund", "ask", f"pago_{paid.pk}", "--reason", "Pagó dos veces", "--amount", "50.00", "--key", "k"]
    assert run([*order, "--by", "ana"]) == 3 and not RefundOrder.objects.exists()
    assert run([*order, "--by", "sofia", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["amount"]) == ("to_approve", {"minor": 50_00, "currency": "MXN"})
    assert run(["refund", "approve", told["id"], "--by", "sofia"]) == 3
    assert run(["refund", "approve", told["id"], "--by", "sergio", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "done"
    assert run(["refund", "list", "--json"]) == 0
    assert [r["state"] for r in json.loads(capsys.readouterr().out)["refunds"]] == ["done"]
    assert run(["refund", "approve", "dev_999", "--by", "sergio"]) == 2
