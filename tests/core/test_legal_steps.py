"""Steps before a judge: when each may be asked, and what a debt is called meanwhile."""

from __future__ import annotations

import attrs
import pytest

from puntual.core.errors import Refused
from puntual.core.escalation import steps
from puntual.core.escalation.steps import Facts, why_not

LATE = Facts(overdue_minor=900_00, days_late=120)


@pytest.mark.parametrize(
    ("kind", "changed", "reason"),
    [
        ("suit", {}, ""),
        ("agency", {}, ""),
        ("letter", {"days_late": 31}, ""),
        ("letter", {"days_late": 30}, "legal_too_early"),
        ("suit", {"days_late": 90}, "legal_too_early"),
        ("suit", {"days_late": 91}, ""),
        ("suit", {"overdue_minor": 0}, "legal_nothing_due"),
        ("suit", {"in_dispute": True}, "legal_in_dispute"),
        ("suit", {"stayed": True}, "legal_stayed"),
        ("suit", {"prescribed": True}, "legal_prescribed"),
        ("suit", {"standing": True}, "legal_already"),
        ("seizure", {}, "legal_needs_suit"),
        ("seizure", {"suit": True}, ""),
    ],
)
def test_a_step_is_asked_only_when_the_debt_allows_it(kind, changed, reason) -> None:
    assert why_not(kind, attrs.evolve(LATE, **changed)) == reason


def test_a_debt_is_sued_only_once_the_suit_is_filed() -> None:
    assert steps.standing({}) == ""
    assert steps.standing({"suit": "authorised"}) == "En evaluación legal"
    assert steps.standing({"suit": "done"}) == "Demandada"
    assert steps.standing({"agency": "done"}) == "Con una agencia"


def test_what_was_dropped_is_not_given_afterwards() -> None:
    dropped = steps.MACHINE.advance("authorised", "drop").target
    with pytest.raises(Refused):
        steps.MACHINE.advance(dropped, "do")
