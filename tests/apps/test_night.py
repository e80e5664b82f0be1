"""The night beside the dispatcher: each company's charges once a day, what must be forgotten, scores before dawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from puntual.apps.parties import write as parties
from puntual.project import night as nights

pytestmark = pytest.mark.django_db


class Done:
    """A piece of work that has ended already."""

    def poll(self):
        return 0


@pytest.fixture
def night(monkeypatch):
    one = nights.Night()
    one.began, one.now = [], datetime(2026, 11, 24, 8, 30, tzinfo=UTC)  # half past two in Mexico, three in Bogotá
    monkeypatch.setattr(nights, "_start", lambda words: one.began.append(list(words)) or Done())
    monkeypatch.setattr(nights.bindings, "now", lambda: one.now)
    for code, country, zone in (("norte", "MX", "America/Mexico_City"), ("sur", "CO", "America/Bogota")):
        parties.create_creditor(code=code, name=code, country=country, zone=zone, currency="MXN")
    return one


def turns(night, count=12):
    """What the law side of the night began: reports by mail have tests of their own."""
    night.began.clear()
    for _ in range(count):
        night.turn()
    return sorted(words for words in night.began if words[0] != "report")


def test_each_company_is_charged_once_and_the_law_forgets_once(night):
    assert turns(night) == [["accrue", "--creditor", "norte"], ["accrue", "--creditor", "sur"], ["predict", "--keep"],
                            ["retention"]]  # fmt: skip
    assert turns(night) == []


def test_the_next_day_again_and_by_day_only_what_cannot_wait(night):
    turns(night)
    night.now += timedelta(days=1, hours=6)
    assert turns(night) == [["accrue", "--creditor", "norte"], ["accrue", "--creditor", "sur"], ["retention"]]


def test_before_one_in_the_morning_the_day_has_not_begun(night):
    night.now = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)  # half past midnight in Bogotá
    assert turns(night) == [["accrue", "--creditor", "norte"], ["retention"]]


def test_one_piece_at_a_time(night):
    class Working:
        def poll(self):
            return None

    night.turn()
    night.child = Working()
    assert turns(night) == []
