"""Judging a creditor's promises and deals: run after cash application, as often as one likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction

from puntual.apps.negotiation import judging, judging_incentives
from puntual.apps.negotiation.judging import JudgeRules
from puntual.apps.negotiation.models import Deal, GivenIncentive, Promise
from puntual.apps.policies import read_rules as policies

__all__ = ["JudgeRules", "judge_accounts", "judge_all"]


def judge_all(
    *, creditor_id: int, as_of: date, at: datetime, bank_through: date | None, rules: JudgeRules | None = None
) -> dict[str, int]:
    """Apply what the books of `as_of` say. Gives event -> how many. A second run of the same day changes nothing.

    `bank_through`: the last day whose bank movements are all in; None when no bank is read at all. `rules`: for all;
    without them each account is judged by its own policy.
    """
    done = _judge_rows(judging.to_judge(creditor_id, as_of), creditor_id, as_of, at, bank_through, rules)
    _expire(creditor_id, as_of, at, done)
    return dict(done)


def judge_accounts(
    *, creditor_id: int, accounts: Sequence[int], as_of: date, at: datetime, bank_through: date | None
) -> dict[str, int]:
    """The same for some accounts only, as soon as their money was applied: nobody waits for the night to be thanked."""
    rows = judging.to_judge(creditor_id, as_of, accounts) if accounts else []
    return dict(_judge_rows(rows, creditor_id, as_of, at, bank_through, None))


def _judge_rows(
    rows: Sequence[judging.Judged],
    creditor_id: int,
    as_of: date,
    at: datetime,
    bank_through: date | None,
    rules: JudgeRules | None,
) -> Counter[str]:
    done: Counter[str] = Counter()
    of = _rules_of(creditor_id, at, rules)
    for piece in judging.chunks(rows):
        # A short transaction per piece: readers and senders are never kept waiting by a whole portfolio.
        with transaction.atomic():
            books = judging.read_books(piece, bank_through)
            for row in piece:
                done[_judge(row, books, of(row), as_of, at) or ""] += 1
    del done[""]
    return done


def _rules_of(creditor_id: int, at: datetime, rules: JudgeRules | None) -> Callable[[judging.Judged], JudgeRules]:
    if rules is not None:
        return lambda row: rules
    by_policy = policies.negotiation_rules_by_policy(creditor_id, at)
    made: dict[int | None, JudgeRules] = {}

    def of(row: judging.Judged) -> JudgeRules:
        policy = row.account.policy_id
        if policy not in made:
            made[policy] = JudgeRules.of(policies.rule_of(by_policy, policy))
        return made[policy]

    return of


def _judge(
    row: Promise | Deal | GivenIncentive, books: judging.Books, rules: JudgeRules, as_of: date, at: datetime
) -> str | None:
    cash = books.cash(row)
    if isinstance(row, Promise):
        return judging.judge_promise(row, cash, rules, as_of, at)
    if isinstance(row, GivenIncentive):
        return judging_incentives.judge(row, cash, as_of, at)
    return judging.judge_deal(row, cash, rules, as_of, at)


def _expire(creditor_id: int, as_of: date, at: datetime, done: Counter[str]) -> None:
    waiting = Deal.objects.filter(creditor_id=creditor_id, state__in=("offered", "to_approve"), expires_on__lt=as_of)
    for row in waiting:
        judging.records.advance(row, "expire", at=at, on=as_of)
        done["expire"] += 1
