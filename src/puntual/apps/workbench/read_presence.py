"""How the people of the desk stand now, and how long of the day went to each state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import attrs
from django.db.models import Q

from puntual.apps.workbench.choices import STANDS
from puntual.apps.workbench.models import DeskLock, Handling, Presence
from puntual.core.workbench import availability as core


@attrs.frozen
class Stand:
    """One state: its code, how people read it, since when (None: nobody said), and the seconds it has lasted."""

    state: str
    name: str
    since: datetime | None = None
    for_s: int | None = None

    @property
    def minutes(self) -> int:
        return (self.for_s or 0) // 60

    @property
    def away(self) -> bool:
        return self.state in core.AWAY


def told(agent_ids: Iterable[int]) -> dict[int, core.Period]:
    """agent -> what they say of themselves, for those who say anything."""
    rows = Presence.objects.filter(agent_id__in=list(agent_ids), ended_at=None)
    return {row.agent_id: core.Period(row.state, row.began_at) for row in rows}


def away(now: datetime) -> dict[int, str]:
    """agent -> the state in which no work may reach them."""
    rows = Presence.objects.filter(ended_at=None, state__in=core.AWAY, began_at__gt=now - core.SHIFT_MAX)
    return dict(rows.values_list("agent_id", "state"))


def stand(period: core.Period | None, held: DeskLock | None, now: datetime) -> Stand:
    """How somebody stands, from what they said and whom they hold."""
    one = held.handling if held else None
    state, since = core.stands(period, core.Handled(one.taken_at, one.ended_at) if one else None, now)
    for_s = max(0, round((now - since).total_seconds())) if since else None
    return Stand(state, str(STANDS[state]), since, for_s)


def stand_of(agent_id: int, held: DeskLock | None, now: datetime) -> Stand:
    """How one person stands now."""
    return stand(told([agent_id]).get(agent_id), held, now)


def spent(agent_ids: Collection[int], start: datetime, now: datetime) -> dict[int, dict[str, int]]:
    """agent -> state -> seconds of [start, now), whatever company it was for."""
    rows = Presence.objects.filter(agent_id__in=agent_ids, began_at__lt=now)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=start))
    periods: dict[int, list[core.Period]] = {pk: [] for pk in agent_ids}
    for row in rows:
        periods[row.agent_id].append(core.Period(row.state, row.began_at, row.ended_at))
    handled: dict[int, list[core.Handled]] = {pk: [] for pk in agent_ids}
    worked = Handling.objects.filter(agent_id__in=agent_ids, taken_at__gte=start - core.SHIFT_MAX, taken_at__lt=now)
    open_now = set(
        DeskLock.objects.filter(agent_id__in=agent_ids, expires_at__gt=now).values_list("handling", flat=True)
    )
    for one in worked.filter(Q(closed_at__gt=start) | Q(pk__in=open_now)):
        handled[one.agent_id].append(core.Handled(one.taken_at, one.ended_at, one.closed_at))
    return {pk: core.spent(periods[pk], handled[pk], start, now) for pk in agent_ids}


def named(seconds: dict[str, int]) -> list[tuple[str, int]]:
    """(state as people read it, minutes), in the order of the states; under a minute is left out."""
    return [(str(STANDS[state]), seconds[state] // 60) for state in core.STATES if seconds.get(state, 0) >= 60]
