"""Several movements of the bank at once: confirmed as they were suggested, and all taken back with one button."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import attrs

from puntual.apps.payments import write_bank
from puntual.apps.payments.choices import LineState
from puntual.apps.payments.models import LineMatch
from puntual.core.errors import Refused, UnusableInput

#: Movements that one press settles: nobody waits long, and a mistake is one button away.
MOST = 200


@attrs.frozen
class Settled:
    """The movements that were settled, and how many could not be (somebody else settled them, or the debt changed)."""

    done: tuple[int, ...]
    left: int


def confirm_many(*, creditor_id: int, lines: Iterable[int], by: int | None, at: datetime) -> Settled:
    """Each in its own transaction: one that cannot be says nothing about the others. Names are not learnt in bulk."""
    wanted = list(dict.fromkeys(lines))[:MOST]
    mine = LineMatch.objects.filter(creditor_id=creditor_id, pk__in=wanted, state=LineState.SUGGESTED)
    rows = {row.pk: row for row in mine.exclude(account=None)}
    done = []
    for pk in (pk for pk in wanted if pk in rows):
        row = rows[pk]
        told = write_bank.Decision(
            row.account_id or 0, tuple((i, m) for i, m in row.parts), tuple((i, k, m) for i, k, m in row.deductions),
            learn=False,
        )  # fmt: skip
        try:
            write_bank.confirm(line_id=pk, by=by, at=at, decision=told)
        except (Refused, UnusableInput):
            continue
        done.append(pk)
    return Settled(tuple(done), len(wanted) - len(done))


def undo_many(*, creditor_id: int, lines: Iterable[int], by: int | None, at: datetime, on: date) -> int:
    """Take back those of them that still stand. Gives how many."""
    mine = LineMatch.objects.filter(creditor_id=creditor_id, pk__in=list(lines)[:MOST], state=LineState.APPLIED)
    undone = 0
    for pk in mine.values_list("pk", flat=True):
        write_bank.undo(line_id=pk, by=by, at=at, on=on)
        undone += 1
    return undone
