"""The bank-file truth set: 10,000 noisy lines over 5,000 accounts, at least 95 % applied alone and not one wrongly."""

from __future__ import annotations

import time
from decimal import Decimal

import attrs
import pytest

from puntual.adapters.names import similar
from puntual.core.ledger.matching import match_statement
from puntual.core.ledger.statement import MatchRules, Withholding
from puntual.simulators.bank import year

RULES = MatchRules(short_minor=200, withholdings=(Withholding("isr", Decimal("1.25")),))


@attrs.frozen
class Score:
    automatic: int
    wrong: tuple[int, ...]
    payments: int
    lines: int
    cpu_s: float

    @property
    def precision(self) -> float:
        return 1 - len(self.wrong) / max(self.automatic, 1)

    @property
    def recall(self) -> float:
        return (self.automatic - len(self.wrong)) / self.payments


def score(n_lines: int, n_accounts: int, seed: int) -> tuple[Score, year.World, list]:
    world = year.build(n_lines, n_accounts, seed)
    before = time.process_time()
    proposals = match_statement(world.lines, world.customers, world.issued, rules=RULES, similar=similar)
    cpu = time.process_time() - before
    automatic = [p for p in proposals if p.automatic]
    wrong = tuple(p.line for p in automatic if wrong_in(p, world.truth[p.line]))
    payments = sum(t.account is not None for t in world.truth.values())
    return Score(len(automatic), wrong, payments, len(proposals), cpu), world, proposals


def wrong_in(proposal, truth) -> bool:
    return year.is_wrong(proposal.account, (item for item, _ in proposal.parts), truth)


@pytest.mark.parametrize("seed", [20261121])
def test_ten_thousand_lines_apply_themselves_and_none_wrongly(seed, record_property):
    result, world, proposals = score(10_000, 5_000, seed)
    record_property("precision", result.precision)
    record_property("recall", result.recall)
    record_property("cpu_s", result.cpu_s)

    assert result.wrong == ()
    assert result.automatic >= 0.95 * result.lines
    assert result.cpu_s < 60
    amounts = {line.line: line.amount_minor for line in world.lines}
    for p in proposals:
        assert sum(part for _, part in p.parts) + p.unapplied_minor == amounts[p.line]


@pytest.mark.parametrize("seed", range(1, 6))
def test_other_worlds_have_no_wrong_application_either(seed):
    result, _, _ = score(1_000, 500, seed)
    assert result.wrong == ()
    assert result.automatic >= 0.93 * result.lines


def test_no_document_gets_more_than_it_asked():
    _, world, proposals = score(2_000, 300, 7)
    asked = {o.due_item: o.open_minor for o in world.issued}
    got = dict.fromkeys(asked, 0)
    for p in (p for p in proposals if p.automatic):
        for item, amount in (*p.parts, *((d.due_item, d.amount_minor) for d in p.deductions)):
            got[item] += amount
    assert all(got[item] <= asked[item] for item in asked)
