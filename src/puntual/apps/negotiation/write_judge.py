"""Judging a creditor's promises and deals: run after cash application, as often as one likes."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db import transaction

from puntual.apps.negotiation import judging, judging_incentives
from puntual.apps.negotiation.judging import JudgeRules
from puntual.apps.negotiation.models import Deal, GivenIncentive, Promise

__all__ = ["JudgeRules", "judge_all"]


def judge_all(
    *, creditor_id: int, as_of: date, at: datetime, bank_through: date | None, rules: JudgeRules | None = None
) -> dict[str, int]:
    """Apply what the books of `as_of` say. Gives event -> how many. A second run of the same day changes nothing.

    `bank_through`: the last day whose bank movements are all in; None when no bank is read at all.
    """
    rules = rules or JudgeRules()
    done: Counter[str] = Counter()
    for piece in judging.chunks(judging.to_judge(creditor_id, as_of)):
        # A short transaction per piece: readers and senders are never kept waiting by a whole portfolio.
        with transaction.atomic():
            books = judging.read_books(piece, bank_through)
            for row in piece:
                done[_judge(row, books, rules, as_of, at) or ""] += 1
    del done[""]
    _expire(creditor_id, as_of, at, done)
    return dict(done)


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
    for row in Deal.objects.filter(creditor_id=creditor_id, state="offered", expires_on__lt=as_of):
        judging.records.advance(row, "expire", at=at, on=as_of)
        done["expire"] += 1
