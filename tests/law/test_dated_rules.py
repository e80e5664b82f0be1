"""Rules that begin on a day: Chile's Ley 21.719 rules from 1 December 2026 (law.md, section 5)."""

from __future__ import annotations

from datetime import date

import pytest

from puntual.law.loader import load_law
from puntual.law.retention_loader import retention

LAST_OLD, FIRST_NEW = date(2026, 11, 30), date(2026, 12, 1)


def test_the_rights_of_the_new_law_bind_from_its_first_day():
    rule = load_law(["CL"]).rule("CL-DATA-RIGHTS")
    assert (rule.applies.on(LAST_OLD), rule.applies.on(FIRST_NEW)) == (False, True)
    assert (rule.data["days"], rule.cite) == (30, "Ley 21.719")


@pytest.mark.parametrize(
    ("on", "days", "working", "law"), [(LAST_OLD, 2, True, "Ley 19.628"), (FIRST_NEW, 30, False, "Ley 21.719")]
)
def test_a_request_is_answered_by_the_law_of_its_day(on, days, working, law):
    found = retention("CL", on)
    assert (found.answer_days, found.working) == (days, working)
    assert law in found.cite
    assert found.keep_contacts_days == 730


def test_other_countries_and_no_day_give_what_rules_now():
    assert retention("MX", LAST_OLD) == retention("MX")
    assert retention("CL").answer_days == 30
