"""The only writer of practices."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from puntual.apps.training import read
from puntual.apps.training.models import Practice, Turn
from puntual.core.errors import Refused, UnusableInput
from puntual.core.training import answer, hear

LONGEST = 600


@transaction.atomic
def begin(*, agent_id: int, creditor_id: int, case: str, now: datetime) -> Practice:
    """Pick up the phone."""
    if case not in read.cases():
        raise UnusableInput("Ese caso de práctica no existe: elija uno de la lista.")
    return Practice.objects.create(agent_id=agent_id, creditor_id=creditor_id, case=case, started_at=now)


@transaction.atomic
def say(*, practice_id: int, agent_id: int, number: int, text: str, now: datetime) -> read.Conversation:
    """The agent speaks and the person answers. `number`: the turn that the screen shows as next, so that the same form
    sent twice is one turn. Refused once the conversation is over."""
    row = Practice.objects.select_for_update().filter(pk=practice_id, agent_id=agent_id).first()
    if row is None:
        raise UnusableInput("Esa práctica no existe.")
    talk = read.replay(row)
    words = " ".join(text.split())[:LONGEST]
    if number <= len(talk.turns):
        return talk
    if talk.mood.over or row.ended_at:
        raise Refused("Esa conversación ya terminó: empiece otra.")
    if not words:
        raise UnusableInput("Escriba qué le diría.")
    _mood, reply = answer(talk.case, talk.mood, hear(words))
    Turn.objects.create(
        practice=row, number=len(talk.turns) + 1, said=words, answered=reply.text,
        findings=_findings(row.creditor.country, talk.case.stage, words),
    )  # fmt: skip
    talk = read.replay(row)
    if talk.mood.over:
        _finish(row, talk, now)
    return talk


@transaction.atomic
def finish(*, practice_id: int, agent_id: int, now: datetime) -> None:
    """Hang up: the score is of what was said. Again changes nothing."""
    row = Practice.objects.select_for_update().filter(pk=practice_id, agent_id=agent_id, ended_at=None).first()
    if row is not None:
        _finish(row, read.replay(row), now)


def _finish(row: Practice, talk: read.Conversation, now: datetime) -> None:
    done = read.score_of(row, talk)
    row.ended_at, row.total, row.by_dimension, row.passed = now, done.total, done.by_dimension, done.passed
    row.save(update_fields=["ended_at", "total", "by_dimension", "passed"])


def _findings(country: str, stage: str, words: str) -> list[str]:
    """What the norm holds against the words that were said. What a whole message must also say is not asked of one
    sentence of a conversation."""
    found = import_string(settings.WORKBENCH_FINDINGS)(country, [stage], words)
    return [one["suggestion"] for one in found if one["text"].casefold() in words.casefold()]
