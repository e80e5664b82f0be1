"""Answers to people, and thanks: rows of the same outbox, that leave by the same way as every other message.

What they say is kept by whoever answers (`apps.inbox`). They ask for no money, so the last look judges them by the law
and the person's word alone, not by the balance.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
from django.db import transaction

from puntual.apps.outreach.addressed import Addressed
from puntual.apps.outreach.choices import OPEN_STATES, SendState
from puntual.apps.outreach.models import Outbox

ANSWER, THANKS, CONFIRMS_STOP = "respuesta", "gracias", "confirma_baja"
#: Steps of the outbox that no policy has: what leaves because somebody wrote or paid.
ANSWER_STEPS = frozenset({ANSWER, THANKS, CONFIRMS_STOP})
#: An answer that could not leave within this time says nothing useful any more.
TIME_TO_LIVE = timedelta(hours=48)


@attrs.frozen
class NewAnswer(Addressed):
    """What answers or thanks one person. `approved` false: until a person lets the creditor's first sends go."""

    at: datetime
    approved: bool
    step: str = ANSWER
    purpose: str = "confirmation"
    template: str = ANSWER
    amount_minor: int = 0


@transaction.atomic
def enqueue_answer(*, answer: NewAnswer) -> tuple[Outbox, bool]:
    """A row that leaves at its instant, and whether it is new."""
    if answer.step not in ANSWER_STEPS:
        raise ValueError(f"{answer.step} is no answer")
    # The part after the colon is what «one message a day» reads as the day: an answer is a day of its own.
    return Outbox.objects.get_or_create(
        once=f"{answer.step}:{answer.key.replace(':', '-')}"[:80],
        defaults={
            **answer.columns(), "purpose": answer.purpose, "stage": "administrative", "step": answer.step,
            "template": answer.template, "amount_minor": answer.amount_minor, "scheduled_at": answer.at,
            "expires_at": answer.at + TIME_TO_LIVE, "approved": answer.approved,
        },
    )  # fmt: skip


@transaction.atomic
def take_back(*, outbox_id: int) -> bool:
    """It will not leave. False when it already left, or is leaving: nobody can take that back."""
    rows = Outbox.objects.filter(pk=outbox_id, step__in=ANSWER_STEPS)
    if rows.filter(state=SendState.WITHDRAWN).exists():
        return True
    gone = rows.filter(state__in=OPEN_STATES)
    return gone.update(state=SendState.WITHDRAWN, reason="vetoed", reserved_by="") == 1


@transaction.atomic
def let_go(*, outbox_id: int) -> bool:
    """A person approved one of the creditor's first answers."""
    waiting = Outbox.objects.filter(pk=outbox_id, step__in=ANSWER_STEPS, state=SendState.PLANNED, approved=False)
    return waiting.update(approved=True) == 1
