"""The only writer of reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from puntual.apps.audit import write as audit
from puntual.apps.inbox.models import Conversation
from puntual.apps.supervision import read
from puntual.apps.supervision.models import Review
from puntual.core import quality
from puntual.core.errors import Refused, UnusableInput


@transaction.atomic
def review(
    *,
    handling_id: int,
    creditor_id: int,
    reviewer: Any,
    scores: Mapping[str, int],
    good: str,
    better: str,
    now: datetime,
) -> Review:
    """Say how a conversation was led. Both what was good and what to try are asked: a number alone teaches nothing.

    Refused for one's own conversation. Again by the same person changes what they had said, until it is disputed.
    """
    row = read.handling(handling_id, creditor_id)
    if row is None:
        raise UnusableInput("Esa conversación no está o no ha terminado.")
    if row.agent_id == reviewer.pk:
        raise Refused("Nadie se revisa a sí mismo: pídaselo a otra persona.")
    return _say({"handling": row}, row.agent_id, creditor_id, reviewer, scores, good, better, now)


@transaction.atomic
def review_chat(
    *,
    chat: Conversation,
    agent_id: int,
    since: date,
    creditor_id: int,
    reviewer: Any,
    scores: Mapping[str, int],
    good: str,
    better: str,
    now: datetime,
) -> Review:
    """The same of what somebody wrote in a conversation in the week that begins a day."""
    if agent_id == reviewer.pk:
        raise Refused("Nadie se revisa a sí mismo: pídaselo a otra persona.")
    of = {"chat": chat, "since": since, "agent_id": agent_id}
    return _say(of, agent_id, creditor_id, reviewer, scores, good, better, now)


def _say(
    of: Mapping[str, Any], agent_id: int, creditor_id: int, reviewer: Any, scores: Mapping[str, int], good: str,
    better: str, now: datetime,
) -> Review:  # fmt: skip
    points = quality.total(scores)
    if not good.strip() or not better.strip():
        raise UnusableInput("Diga qué hizo bien y qué probar la próxima vez: la nota sola no enseña.")
    before = Review.objects.filter(**of, reviewer=reviewer).first()
    if before is not None and before.disputed_at:
        raise Refused("Esa revisión está en desacuerdo: respóndalo en lugar de cambiarla.")
    told = {
        "creditor_id": creditor_id, "agent_id": agent_id, "scores": dict(scores), "total": points,
        "good": good.strip()[:400], "better": better.strip()[:400], "at": now,
    }  # fmt: skip
    done, _ = Review.objects.update_or_create(**of, reviewer=reviewer, defaults=told)
    audit.record(act="review", actor=reviewer, kind=_kind(done), pk=done.handling_id or done.chat_id,
                 detail={"total": points})  # fmt: skip
    return done


def _kind(row: Review) -> str:
    return "handling" if row.handling_id else "conversation"


@transaction.atomic
def dispute(*, review_id: int, agent: Any, text: str, now: datetime) -> Review:
    """The agent does not agree. Once, and in words."""
    row = Review.objects.select_for_update().filter(pk=review_id, agent=agent).first()
    if row is None:
        raise UnusableInput("Esa revisión no es suya o ya no está.")
    if row.disputed_at:
        raise Refused("Ya dijo que no está de acuerdo: espere la respuesta.")
    if not text.strip():
        raise UnusableInput("Diga con qué no está de acuerdo.")
    row.dispute, row.disputed_at = text.strip()[:400], now
    row.save(update_fields=["dispute", "disputed_at"])
    audit.record(act="review_disputed", actor=agent, kind=_kind(row), pk=row.handling_id or row.chat_id)
    return row


@transaction.atomic
def resolve(
    *, review_id: int, creditor_id: int, by: Any, text: str, scores: Mapping[str, int] | None, now: datetime
) -> Review:
    """Answer a dispute, with other scores if the agent was right. Not by the reviewer of it."""
    row = Review.objects.select_for_update().filter(pk=review_id, creditor_id=creditor_id).first()
    if row is None or row.disputed_at is None:
        raise UnusableInput("Esa revisión no está en desacuerdo.")
    if by.pk in (row.reviewer_id, row.agent_id):
        raise Refused("Lo responde otra persona: ni quien revisó ni quien atendió.")
    if not text.strip():
        raise UnusableInput("Diga por qué.")
    if scores is not None:
        row.scores, row.total = dict(scores), quality.total(scores)
    row.resolution, row.resolved_at, row.resolved_by = text.strip()[:400], now, by
    row.save(update_fields=["scores", "total", "resolution", "resolved_at", "resolved_by"])
    audit.record(
        act="review_resolved", actor=by, kind=_kind(row), pk=row.handling_id or row.chat_id, detail={"total": row.total}
    )
    return row
