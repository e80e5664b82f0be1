"""Agents, lines and people: who answers, after how long, how long they talk. No foresight is given to the pacer."""

from __future__ import annotations

import heapq
import math
from random import Random

import attrs

from puntual.core.dialer.pacing import Observation, PacingRules, pace


@attrs.frozen
class World:
    """What calls do on this floor. Figures of published call logs; talk is lognormal, patience exact."""

    answer: float = 0.24
    machine: float = 0.28
    busy: float = 0.05
    invalid: float = 0.08
    talk_s: tuple[tuple[float, float], ...] = ((0.55, 210.0), (0.45, 45.0))
    wrap_s: float = 25.0
    ring_timeout_s: float = 25.0


@attrs.define
class Result:
    """What a day came to."""

    connected: int = 0
    abandoned: int = 0
    placed: int = 0
    busy_s: float = 0.0
    logged_s: float = 0.0

    @property
    def abandon_rate(self) -> float:
        answered = self.connected + self.abandoned
        return self.abandoned / answered if answered else 0.0

    @property
    def occupancy(self) -> float:
        return self.busy_s / self.logged_s if self.logged_s else 0.0


class Floor:
    """One team for some hours, driven by the pacer after every event."""

    def __init__(self, agents: int, rules: PacingRules, seed: int, world: World = World()) -> None:  # noqa: B008
        self.rng, self.world, self.rules, self.agents = Random(seed), world, rules, agents
        self.now, self.order = 0.0, 0
        self.events: list[tuple[float, int, str, float]] = []
        self.idle = agents
        self.talking: list[float] = []
        self.wrapping: list[float] = []
        self.ringing: list[float] = []
        self.waiting: list[float] = []
        self.finished: list[tuple[float, str, float]] = []
        self.talks: list[float] = []
        self.wraps: list[float] = []
        self.result = Result()

    def run(self, hours: float) -> Result:
        """Run for that long; calls still in the air at the end are not counted."""
        end = hours * 3600
        self._push(0.0, "tick", 0.0)
        while self.events and self.events[0][0] <= end:
            self.now, _, kind, since = heapq.heappop(self.events)
            getattr(self, f"_on_{kind}")(since)
            self._place()
        self.result.logged_s = end * self.agents
        return self.result

    def _push(self, at: float, kind: str, since: float) -> None:
        self.order += 1
        heapq.heappush(self.events, (at, self.order, kind, since))

    def _place(self) -> None:
        seen = Observation(
            now_s=self.now, idle=self.idle, talking_s=[self.now - s for s in self.talking],
            wrapping_s=[self.now - s for s in self.wrapping], ringing_s=[self.now - s for s in self.ringing],
            waiting=len(self.waiting), finished=self.finished, talk_samples_s=self.talks, wrap_samples_s=self.wraps,
        )  # fmt: skip
        for _ in range(pace(seen, self.rules)):
            self._dial()

    def _dial(self) -> None:
        self.result.placed += 1
        self.ringing.append(self.now)
        luck, w = self.rng.random(), self.world
        progress = self.rng.uniform(1, 3)
        if luck < w.answer:
            ring = self.rng.gauss(8, 1.5) if self.rng.random() < 0.7 else self.rng.gauss(20, 1.5)
            self._push(self.now + progress + max(ring, 1), "human", self.now)
        elif luck < w.answer + w.machine:
            self._push(self.now + progress + self.rng.uniform(14, 26), "machine", self.now)
        elif luck < w.answer + w.machine + w.busy + w.invalid:
            self._push(self.now + progress, "busy", self.now)
        else:
            self._push(self.now + progress + w.ring_timeout_s, "no_answer", self.now)

    def _ended(self, outcome: str, since: float) -> None:
        self.ringing.remove(since)
        self.finished.append((self.now, outcome, self.now - since))

    def _on_tick(self, since: float) -> None:
        self._push(self.now + 1.0, "tick", 0.0)

    def _on_machine(self, since: float) -> None:
        self._ended("machine", since)

    def _on_busy(self, since: float) -> None:
        self._ended("busy", since)

    def _on_no_answer(self, since: float) -> None:
        self._ended("no_answer", since)

    def _on_human(self, since: float) -> None:
        self.ringing.remove(since)
        if self.idle:
            self._connect(self.now - since)
        else:
            self.waiting.append(since)
            self._push(self.now + self.rules.patience_s, "gives_up", since)

    def _on_gives_up(self, since: float) -> None:
        if since in self.waiting:
            self.waiting.remove(since)
            self.finished.append((self.now, "abandoned", self.now - since))
            self.result.abandoned += 1

    def _connect(self, ring: float) -> None:
        self.idle -= 1
        self.result.connected += 1
        self.finished.append((self.now, "human", ring))
        share, mean = self.world.talk_s[0] if self.rng.random() < self.world.talk_s[0][0] else self.world.talk_s[1]
        talk = self._lognormal(mean, 0.9)
        self.talking.append(self.now)
        self._push(self.now + talk, "hangs_up", self.now)

    def _lognormal(self, mean: float, cv: float) -> float:
        sigma = math.sqrt(math.log(1 + cv * cv))
        return self.rng.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)

    def _on_hangs_up(self, since: float) -> None:
        self.talking.remove(since)
        self.talks.append(self.now - since)
        self.result.busy_s += self.now - since
        self.wrapping.append(self.now)
        self._push(self.now + self._lognormal(self.world.wrap_s, 0.6), "wrapped", self.now)

    def _on_wrapped(self, since: float) -> None:
        self.wrapping.remove(since)
        self.wraps.append(self.now - since)
        self.result.busy_s += self.now - since
        self.idle += 1
        if self.waiting:
            self._connect(self.now - self.waiting.pop(0))
