"""The circuit breaker of an account at a provider, as a table of transitions.

closed: messages go. open: the provider is in trouble, messages wait until `retry_at`. half_open: one goes to see.
Waiting costs a message nothing: no attempt is used up and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import attrs


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Event(StrEnum):
    """What an answer says of the provider, not of the message: a wrong number is a healthy provider's answer."""

    WELL = "well"
    TROUBLE = "trouble"
    #: It asks to go slower: it works, so nothing opens, but the account rests for as long as it said.
    SLOWER = "slower"
    #: A person mended it and wants to see.
    MENDED = "mended"


@attrs.frozen
class BreakerRules:
    """`threshold` troubles in a row open it for `first_pause`; each time that the trial fails the pause doubles."""

    threshold: int = 5
    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(minutes=30)
    rest: timedelta = timedelta(seconds=1)


@attrs.frozen
class Breaker:
    """`troubles` in a row; `openings` since it last worked; nothing goes before `retry_at`."""

    state: State = State.CLOSED
    troubles: int = 0
    openings: int = 0
    retry_at: datetime | None = None


Step = Callable[[Breaker, BreakerRules, datetime, "timedelta | None"], Breaker]


def _well(breaker: Breaker, _rules: BreakerRules, _now: datetime, _asked: timedelta | None) -> Breaker:
    return Breaker()


def _counts(breaker: Breaker, rules: BreakerRules, now: datetime, asked: timedelta | None) -> Breaker:
    troubles = breaker.troubles + 1
    if troubles < rules.threshold:
        return attrs.evolve(breaker, troubles=troubles)
    return _opens(attrs.evolve(breaker, troubles=troubles), rules, now, asked)


def _opens(breaker: Breaker, rules: BreakerRules, now: datetime, asked: timedelta | None) -> Breaker:
    pause = min(rules.first_pause * 2 ** min(breaker.openings, 20), rules.longest_pause)
    until = now + max(pause, asked or timedelta(0))
    return Breaker(State.OPEN, breaker.troubles, breaker.openings + 1, until)


def _rests(breaker: Breaker, rules: BreakerRules, now: datetime, asked: timedelta | None) -> Breaker:
    until = now + max(asked or timedelta(0), rules.rest)
    return attrs.evolve(breaker, retry_at=max(until, breaker.retry_at or until))


def _stays(breaker: Breaker, _rules: BreakerRules, _now: datetime, _asked: timedelta | None) -> Breaker:
    return breaker


def _tries(breaker: Breaker, _rules: BreakerRules, _now: datetime, _asked: timedelta | None) -> Breaker:
    return attrs.evolve(breaker, state=State.HALF_OPEN, retry_at=None)


TRANSITIONS: Mapping[tuple[State, Event], Step] = {
    (State.CLOSED, Event.WELL): _well,
    (State.CLOSED, Event.TROUBLE): _counts,
    (State.CLOSED, Event.SLOWER): _rests,
    (State.CLOSED, Event.MENDED): _well,
    # What had left before it opened may still answer.
    (State.OPEN, Event.WELL): _stays,
    (State.OPEN, Event.TROUBLE): _stays,
    (State.OPEN, Event.SLOWER): _stays,
    (State.OPEN, Event.MENDED): _tries,
    (State.HALF_OPEN, Event.WELL): _well,
    (State.HALF_OPEN, Event.TROUBLE): _opens,
    (State.HALF_OPEN, Event.SLOWER): _rests,
    (State.HALF_OPEN, Event.MENDED): _stays,
}


def after(
    breaker: Breaker, event: Event, now: datetime, rules: BreakerRules = BreakerRules(), asked: timedelta | None = None
) -> Breaker:
    """The breaker once that happened. `asked`: Retry-After, which is never cut short."""
    return TRANSITIONS[breaker.state, event](breaker, rules, now, asked)


def may_send(breaker: Breaker, now: datetime) -> tuple[Breaker, int | None]:
    """(the breaker at that instant, how many may go: None for any number). An open one whose pause is over lets one
    through to see; a resting one lets nothing through until then."""
    waiting = breaker.retry_at is not None and now < breaker.retry_at
    if waiting:
        return breaker, 0
    if breaker.state == State.OPEN:
        return attrs.evolve(breaker, state=State.HALF_OPEN, retry_at=None), 1
    if breaker.state == State.HALF_OPEN:
        return attrs.evolve(breaker, retry_at=None), 1
    return attrs.evolve(breaker, retry_at=None), None
