"""How somebody of the desk stands: free, with a person, wrapping up, or away; and how long of a day went to each.

A state is told, not watched: it is for dealing work and for helping in time, never a target or a reward.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

AVAILABLE, HANDLING, WRAP_UP, NOBODY = "available", "handling", "wrap_up", "unknown"
#: What somebody says of themselves while no work may reach them.
AWAY = ("break", "lunch", "training", "meeting", "off")
#: What somebody may say.
TOLD = (AVAILABLE, *AWAY)
#: In the order in which they are shown.
STATES = (HANDLING, WRAP_UP, *TOLD)
#: Whoever said so longer ago has gone home without saying it.
SHIFT_MAX = timedelta(hours=14)


@attrs.frozen
class Period:
    """A state told from an instant until another; `ended_at` None: still."""

    state: str
    began_at: datetime
    ended_at: datetime | None = None


@attrs.frozen
class Handled:
    """A person held from an instant; the conversation's end, when it was marked; and when it was finished."""

    taken_at: datetime
    ended_at: datetime | None = None
    closed_at: datetime | None = None


def stands(told: Period | None, held: Handled | None, now: datetime) -> tuple[str, datetime | None]:
    """(state, since): what is being done goes before what was said."""
    if held is not None:
        return (WRAP_UP, held.ended_at) if held.ended_at is not None else (HANDLING, held.taken_at)
    if told is None or told.ended_at is not None or now - told.began_at > SHIFT_MAX:
        return NOBODY, None
    return told.state, told.began_at


def may_be_given(told: Period | None, now: datetime) -> bool:
    """Whether work may reach somebody: not while they said that they are away. Who said nothing may."""
    return stands(told, None, now)[0] not in AWAY


def spent(periods: Iterable[Period], handled: Sequence[Handled], start: datetime, now: datetime) -> dict[str, int]:
    """state -> whole seconds of [start, now). Free time is what was told free less what was spent with people."""
    found = dict.fromkeys(STATES, 0)
    for one in handled:
        closed = one.closed_at or now
        talked = min(one.ended_at or closed, closed)
        found[HANDLING] += _within(one.taken_at, talked, start, now)
        found[WRAP_UP] += _within(talked, closed, start, now)
    for period in periods:
        ends = period.ended_at or min(now, period.began_at + SHIFT_MAX)
        lasted = _within(period.began_at, ends, start, now)
        if period.state == AVAILABLE:
            since, until = max(period.began_at, start), min(ends, now)
            lasted -= sum(_within(one.taken_at, one.closed_at or now, since, until) for one in handled)
        found[period.state] += max(0, lasted)
    return {state: seconds for state, seconds in found.items() if seconds}


def _within(since: datetime, until: datetime, start: datetime, end: datetime) -> int:
    return max(0, round((min(until, end) - max(since, start)).total_seconds()))
