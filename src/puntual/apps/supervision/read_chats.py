"""Chats to review: what an agent wrote in a conversation in a week, drawn so that nobody chooses, as with calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

import attrs
from django.contrib.auth import get_user_model

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox.models import Conversation
from puntual.apps.inbox.read_screens import Moment, thread
from puntual.apps.supervision.models import Review
from puntual.core import quality
from puntual.core.time import local_date, local_instant

PER_AGENT = 3


@attrs.frozen
class Chat:
    """What one agent wrote in one conversation since a Monday."""

    conversation: int
    agent: int
    since: date
    name: str


def week_of(now: datetime, zone: str) -> date:
    """The Monday of the week that is being reviewed: this one."""
    day = local_date(now, zone)
    return day - timedelta(days=day.weekday())


def to_review(creditor_id: int, zone: str, now: datetime, reviewer_id: int) -> list[Chat]:
    """This week's sample of chats that this reviewer has not looked at; what is disputed is to be answered instead."""
    since = week_of(now, zone)
    start = local_instant(since, time.min, zone)
    pairs = [(c, a) for c, a in inbox.written_by_people(creditor_id, start, now) if a != reviewer_id]
    seed = f"chat:{creditor_id}:{since}"
    drawn = []
    for agent in sorted({a for _c, a in pairs}):
        mine = [(c, a) for c, a in pairs if a == agent]
        drawn += [(c, agent) for c in quality.sample(mine, per_agent=PER_AGENT, seed=seed)]
    seen = _seen(since, reviewer_id, [c for c, _a in drawn])
    names = names_of(a for _c, a in drawn)
    return [Chat(c, a, since, names[a]) for c, a in drawn if (c, a) not in seen]


def _seen(since: date, reviewer_id: int, chats: Collection[int]) -> set[tuple[int, int]]:
    rows = Review.objects.filter(chat_id__in=chats, since=since)
    said = rows.filter(reviewer_id=reviewer_id) | rows.filter(disputed_at__isnull=False)
    return {(chat or 0, agent) for chat, agent in said.values_list("chat_id", "agent_id")}


def chat(conversation_id: int, agent_id: int, since: date, creditor_id: int, zone: str) -> Conversation | None:
    """A conversation of this creditor in which the agent wrote in the week that begins that day."""
    start = local_instant(since, time.min, zone)
    end = local_instant(since + timedelta(days=7), time.min, zone)
    if (conversation_id, agent_id) not in inbox.written_by_people(creditor_id, start, end):
        return None
    return Conversation.objects.filter(pk=conversation_id, creditor_id=creditor_id).first()


def words(row: Conversation, since: date, zone: str) -> list[Moment]:
    """What was said by both in that week and the day before, without what colleagues noted."""
    start = local_instant(since - timedelta(days=1), time.min, zone)
    end = local_instant(since + timedelta(days=7), time.min, zone)
    return [m for m in thread(row) if m.kind != "note" and start <= m.at < end]


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """user -> how they are called."""
    return {u.pk: u.first_name or u.get_username() for u in get_user_model().objects.filter(pk__in=set(ids))}
