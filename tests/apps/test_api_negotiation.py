# ruff: noqa: F811 (fixtures shared by import)
"""Promises and agreements by the API: the same rules as the screens, each POST once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from test_api import CUSTOMER, INVOICE, call, creditor  # noqa: F401

from puntual.apps.negotiation.models import Deal, GivenIncentive, Promise
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


def test_an_incentive_within_an_agents_authority_is_given_once_and_beyond_it_nothing_is(call, sold):
    body = {"kind": "early_discount", "pct": "2", "through": on(7)}
    beyond = call("POST", "/accounts/C-1/incentives", {**body, "pct": "60"}, once="i1")
    assert beyond.status_code == 403 and not GivenIncentive.objects.exists()
    strange = call("POST", "/accounts/C-1/incentives", {**body, "kind": "gift"}, once="i2")
    assert strange.status_code == 400 and not GivenIncentive.objects.exists()
    made = call("POST", "/accounts/C-1/incentives", body, once="i3")
    assert (made.status_code, made.json()["state"]) == (201, "offered")
    assert made.json()["saves"] == {"minor": 1000, "currency": "MXN"}
    assert call("POST", "/accounts/C-1/incentives", body, once="i3").json() == made.json()
    assert GivenIncentive.objects.count() == 1


class TestWhatFollowsAnOffer:
    def plan(self, call, once="d", **more):
        return call("POST", "/accounts/C-1/agreements", {"instalments": 3, "first_on": on(0), **more}, once=once).json()

    def test_a_yes_by_telephone_is_kept_with_how_it_was_said(self, call, sold):
        made = self.plan(call)
        wrong = call("POST", f"/agreements/{made['id']}/accept", {"how": "telepathy"}, once="a1")
        assert wrong.status_code == 400 and Deal.objects.get().state == "offered"
        body = {"how": "call", "note": "Habló con Rosa"}
        first = call("POST", f"/agreements/{made['id']}/accept", body, once="a2")
        assert (first.status_code, first.json()["state"]) == (200, "current")
        assert call("POST", f"/agreements/{made['id']}/accept", body, once="a2").json() == first.json()
        assert (Deal.objects.get().evidence["how"], Deal.objects.get().evidence["note"]) == ("call", "Habló con Rosa")

    def test_another_plan_takes_its_place_once_accepted(self, call, sold):
        made = self.plan(call)
        call("POST", f"/agreements/{made['id']}/accept", {"how": "call"}, once="yes1")
        other = call("POST", f"/agreements/{made['id']}/replan", {"instalments": 5, "first_on": on(1)}, once="r").json()
        assert [d["state"] for d in call("GET", "/agreements?account=C-1").json()["items"]] == ["offered", "current"]
        call("POST", f"/agreements/{other['id']}/accept", {"how": "call"}, once="yes2")
        items = call("GET", "/agreements?account=C-1").json()["items"]
        assert [d["state"] for d in items] == ["current", "replanned"]
        assert sum(p["minor"] for p in items[0]["instalments"]) == 50000

    def test_a_settlement_has_a_floor_and_beyond_the_authority_waits_for_a_person(self, call, sold):
        low = call("POST", "/accounts/C-1/settlements", {"pay_minor": 20000, "pay_by": on(5)}, once="s1")
        assert low.status_code == 403 and Deal.objects.count() == 0
        late = call("POST", "/accounts/C-1/settlements", {"pay_minor": 49000, "pay_by": on(60)}, once="s2")
        assert late.status_code == 400 and Deal.objects.count() == 0
        made = call("POST", "/accounts/C-1/settlements", {"pay_minor": 40000, "pay_by": on(5)}, once="s3").json()
        assert (made["kind"], made["state"], made["needs"]) == ("settlement", "to_approve", "supervisor")

    def test_a_no_closes_it_and_an_unknown_one_is_said(self, call, sold):
        made = self.plan(call)
        assert (
            call("POST", f"/agreements/{made['id']}/close", {"event": "decline"}, once="c").json()["state"] == "refused"
        )
        assert call("POST", "/agreements/conv_999/close", {"event": "decline"}, once="e").status_code == 404

    def test_a_promise_is_taken_back(self, call, sold):
        made = call("POST", "/accounts/C-1/promises", {"promised_on": on(5)}, once="p").json()
        gone = call("POST", f"/promises/{made['id']}/withdraw", {}, once="w")
        assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
