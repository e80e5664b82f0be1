"""How many calls to place now, so that people who answer find an agent and agents find people.

An order-up-to rule with lead time: among the calls in flight, the expected share that would be answered with nobody
free must
stay within what the abandon budget still allows. Answers in flight are a Poisson-binomial (each ringing call has its
own chance
by how long it has rung), and so are the agents that will be free by then (each by how long it has talked or wrapped
up). Nothing is cancelled once it rings. Sources: reference/dialer.md sections 1.3 and 5; caps: FTC 16 CFR 310.4(b)(4),
Ofcom 2017.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import attrs
import numpy as np

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

#: What is assumed of answers before anything is known, and with the weight of how many calls.
PRIOR_ANSWER, PRIOR_CALLS = 0.25, 25.0
#: Calls this recent tell the answer rate of now; older ones fade.
RECENT_CALLS = 400
#: Until this many people have answered, only as many calls as free agents: a burst at the start takes hours to be
#: forgiven.
WARM_UP_ANSWERS = 12
#: Instants ahead at which answers are weighed against agents, and the rings assumed before any call has finished.
CHECKPOINTS_S = (1.0, 4.0, 8.0, 11.0, 16.0, 23.0)
USUAL_RINGS = (8.0, 9.0, 10.0, 11.0, 21.0)
USUAL_ENDS = (2.0, 3.0, 18.0, 21.0, 24.0, *(27.0,) * 8)
#: Share of the cap aimed at over the day, so that it ends below it.
AIM = 0.93
#: The share allowed at a moment, as a multiple of the cap: steady, and how it leans on the people still unspent or
#: overspent.
STEADY, GAIN, FLOOR, CEILING = 0.8, 0.3, 0.02, 1.5
HUMAN, ABANDONED = "human", "abandoned"


@attrs.frozen
class Observation:
    """The floor at this moment. The `_s` lists hold elapsed seconds of each call or agent in that state; `finished`
    is a
    sequence of (ended_s, outcome, ring_s) with outcome human, abandoned, machine, no_answer, busy or invalid."""

    now_s: float
    idle: int
    talking_s: Sequence[float]
    wrapping_s: Sequence[float]
    ringing_s: Sequence[float]
    waiting: int
    finished: Sequence[tuple[float, str, float]]
    talk_samples_s: Sequence[float]
    wrap_samples_s: Sequence[float]
    answer_probability: float | None = None


@attrs.frozen
class PacingRules:
    """Limits. `abandon_cap`: share of people who answered that may find nobody within `patience_s`. Zero means never
    more
    calls than agents free now."""

    abandon_cap: float = 0.03
    patience_s: float = 2.0
    max_lines: int | None = None


def pace(observation: Observation, rules: PacingRules) -> int:
    """How many calls to place now; zero when the floor is covered. Pure and deterministic."""
    o = observation
    free = o.idle - o.waiting
    room = _room(o, rules)
    if room <= 0:
        return 0
    one_to_one = max(min(free - len(o.ringing_s), room), 0)
    answered = sum(1 for _, outcome, _ in o.finished if outcome in (HUMAN, ABANDONED))
    abandoned = sum(1 for _, outcome, _ in o.finished if outcome == ABANDONED)
    if rules.abandon_cap <= 0 or answered < WARM_UP_ANSWERS:
        return one_to_one
    if abandoned > rules.abandon_cap * answered:
        # Over the cap: nobody else may be lost until enough people have been attended.
        return one_to_one
    budget = AIM * rules.abandon_cap * answered - abandoned
    share = rules.abandon_cap * min(max(STEADY + GAIN * budget, FLOOR), CEILING)
    return max(_order_up_to(o, rules, share, room), one_to_one)


def _room(o: Observation, rules: PacingRules) -> int:
    """Lines that may still be taken."""
    busy = len(o.ringing_s) + len(o.talking_s) + o.waiting
    agents = o.idle + len(o.talking_s) + len(o.wrapping_s)
    ceiling = rules.max_lines if rules.max_lines is not None else 12 * max(agents, 1)
    return ceiling - busy if agents else 0


def _order_up_to(o: Observation, rules: PacingRules, share: float, room: int) -> int:
    """The most new calls for which, at every checkpoint ahead, the people expected to answer with nobody free stay
    within
    that share of the answers expected."""
    curve = _pick_up_curve(o)
    fresh = answer_rate(o)
    free = o.idle - o.waiting
    marks = []
    for ahead in CHECKPOINTS_S:
        answers = [_answered_by(curve, fresh, elapsed, ahead) for elapsed in o.ringing_s]
        releases = _release_chances(o, ahead + rules.patience_s)
        mean = sum(answers) - sum(releases) - free
        spread = sum(p * (1 - p) for p in answers) + sum(q * (1 - q) for q in releases)
        new = _answered_by(curve, fresh, 0.0, ahead)
        marks.append((mean, spread, new, sum(answers)))
    best = 0
    for more in range(1, room + 1):
        for mean, spread, new, expected in marks:
            lost = _excess(mean + more * new, spread + more * new * (1 - new))
            if lost > share * (expected + more * new):
                return best
        best = more
    return best


def _excess(mean: float, variance: float) -> float:
    """E[X+] for X about normal: people who would answer with nobody there."""
    if variance < 1e-9:
        return max(mean, 0.0)
    sigma = math.sqrt(variance)
    z = mean / sigma
    return sigma * math.exp(-z * z / 2) / 2.5066282746 + mean * 0.5 * (1 + math.erf(z / 1.4142135624))


Curve = tuple[Floats, Floats]


def _pick_up_curve(o: Observation) -> Curve:
    """Rings of answered calls and of all calls, sorted, from what finished lately (with a few usual ones to begin
    with)."""
    recent = o.finished[-RECENT_CALLS:]
    answered = [ring for _, outcome, ring in recent if outcome in (HUMAN, ABANDONED)]
    every = [ring for _, _, ring in recent]
    return np.sort(np.array([*answered, *USUAL_RINGS])), np.sort(np.array([*every, *USUAL_RINGS, *USUAL_ENDS]))


def _answered_by(curve: Curve, fresh: float, elapsed: float, ahead: float) -> float:
    """P(answered within `ahead` more seconds | still ringing after `elapsed`)."""
    answered, every = curve
    left = len(every) - int(np.searchsorted(every, elapsed, side="right"))
    if left <= 0:
        return 0.0
    low, high = np.searchsorted(answered, [elapsed, elapsed + ahead], side="right")
    # The shape is that of all finished calls; the level is that of the answer rate now.
    level = fresh / (len(answered) / len(every))
    return float(min(level * (high - low) / left, 1.0))


def answer_rate(o: Observation) -> float:
    """The chance that a new call is answered by a person: told for the next records, else the recent rate, shrunk."""
    if o.answer_probability is not None:
        return min(max(o.answer_probability, 0.0), 1.0)
    recent = o.finished[-RECENT_CALLS:]
    ages = np.arange(len(recent), 0, -1, dtype=float)
    weights = 0.5 ** (ages / 150.0)
    lively = np.array([outcome in (HUMAN, ABANDONED) for _, outcome, _ in recent], dtype=float)
    return (
        float((weights @ lively + PRIOR_ANSWER * PRIOR_CALLS) / (weights.sum() + PRIOR_CALLS))
        if recent
        else PRIOR_ANSWER
    )


def _release_chances(o: Observation, horizon: float) -> list[float]:
    """For each busy agent, the chance of being free within the horizon, given how long it has talked or wrapped up."""
    wraps = tuple(o.wrap_samples_s[-300:]) or (25.0,)
    talks = tuple(o.talk_samples_s[-300:]) or (150.0,)
    whole = _whole_handling(talks, wraps)
    ends = [_ends_within(np.asarray(whole), elapsed, horizon) for elapsed in o.talking_s]
    return ends + [_ends_within(np.asarray(wraps, dtype=float), elapsed, horizon) for elapsed in o.wrapping_s]


@lru_cache(maxsize=8)
def _whole_handling(talks: tuple[float, ...], wraps: tuple[float, ...]) -> tuple[float, ...]:
    """Samples of talk plus wrap-up: each talk with a spread of wraps."""
    some = wraps[:: max(len(wraps) // 7, 1)]
    return tuple(talk + wrap for talk in talks for wrap in some)


def _ends_within(samples: Floats, elapsed: float, horizon: float) -> float:
    """P(duration <= elapsed + horizon | duration > elapsed), by samples; with few left it is half likely per usual
    length."""
    left = samples[samples > elapsed]
    if len(left) < 3:
        return min(0.9, horizon / max(float(samples.mean()) * 0.3, horizon))
    return float((left <= elapsed + horizon).mean())
