# ruff: noqa: F811 (fixtures shared by import)
"""Promises and agreements by the API: the same rules as the screens, each POST once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from test_api import CUSTOMER, INVOICE, call, creditor  # noqa: F401

from puntual.apps.negotiation.models import Deal, Promise
from puntual.core.time import local_date

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(call):
    call("POST", "/accounts", CUSTOMER, once="a")
    call("POST", "/invoices", INVOICE, once="b")


def on(days):
    return (local_date(timezone.now(), "America/Mexico_City") + timedelta(days=days)).isoformat()


def test_a_promise_is_noted_once_and_listed(call, sold):
    body = {"promised_on": on(5), "amount_minor": 20000}
    first = call("POST", "/accounts/C-1/promises", body, once="p")
    assert first.status_code == 201 and first.json()["amount"] == {"minor": 20000, "currency": "MXN"}
    assert call("POST", "/accounts/C-1/promises", body, once="p").json() == first.json()
    assert Promise.objects.count() == 1
    assert [p["state"] for p in call("GET", "/promises?state=open").json()["items"]] == ["open"]


def test_beyond_the_rules_it_is_refused_with_its_sentence(call, sold):
    answer = call("POST", "/accounts/C-1/promises", {"promised_on": on(90)}, once="p")
    assert answer.status_code == 403 and "más lejana" in answer.json()["detail"]
    assert Promise.objects.count() == 0


def test_a_plan_is_quoted_to_the_cent_and_offered_within_authority(call, sold):
    plan = {"instalments": 3, "first_on": on(0)}
    quoted = call("POST", "/accounts/C-1/agreements/quote", plan).json()
    assert [p["minor"] for p in quoted["instalments"]] == [16667, 16667, 16666]
    assert Deal.objects.count() == 0
    made = call("POST", "/accounts/C-1/agreements", plan, once="d")
    assert (made.status_code, made.json()["state"]) == (201, "offered")


def test_what_passes_it_waits_for_a_person(call, sold):
    made = call("POST", "/accounts/C-1/agreements", {"instalments": 10, "first_on": on(0)}, once="d").json()
    assert (made["state"], made["needs"]) == ("to_approve", "supervisor")
