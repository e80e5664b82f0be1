"""Invented debtors who live forward under a policy, with the effect of each contact known: to teach, to try a policy
before there is a past, and to prove that experiments measure what is true. `docs/reference/simulador.md` says it all.

Every draw belongs to a debtor and a step, so two policies over the same seed meet the same people on the same days:
what differs between them is what the policies did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import attrs
import numpy as np
import numpy.typing as npt

from puntual.core.policy import Policy
from puntual.core.policy.document import Step
from puntual.simulators.portfolio.behaviour import HABITS, Habit

Ints = npt.NDArray[np.int64]
#: A debt is followed for so many days after its due date; never paid counts as later than that.
HORIZON_DAYS = 120
NEVER = 10_000
#: After a contact that works, the payment comes within so many days.
SOON_DAYS = (1, 3)


@attrs.frozen
class Response:
    """Of a hundred contacts, the share that reaches the person; of those, the share that pays because of it."""

    reached: float
    moved: float


#: What a contact does, by habit. Assumed, not measured: whoever would pay anyway is hardly moved, who forgot is.
RESPONSES: Mapping[str, Response] = {
    "puntual": Response(0.70, 0.05),
    "viernes": Response(0.70, 0.05),
    "olvidadizo": Response(0.65, 0.40),
    "apretado": Response(0.60, 0.10),
    "en_aclaracion": Response(0.50, 0.02),
    "perdido": Response(0.10, 0.05),
}


@attrs.frozen(eq=False)
class Lived:
    """One debt per debtor. Days count from the due date: when each would pay with no contact at all, when it paid, and
    the contacts made (debtors x steps)."""

    habits: tuple[str, ...]
    amount_minor: Ints
    alone: Ints
    paid: Ints
    contacted: npt.NDArray[np.bool_]
    channels: tuple[str, ...]

    def contacts(self) -> dict[str, int]:
        """channel -> contacts."""
        counted: dict[str, int] = {}
        for channel, n in zip(self.channels, self.contacted.sum(0).tolist(), strict=True):
            counted[channel] = counted.get(channel, 0) + n
        return {channel: n for channel, n in sorted(counted.items()) if n}

    def recovered_minor(self, days: int) -> int:
        """What was paid within so many days of the due date."""
        return int(self.amount_minor[self.paid <= days].sum())

    def because_minor(self, days: int) -> int:
        """Of that, what would not have come by then without any contact: the true effect."""
        return int(self.amount_minor[(self.paid <= days) & (self.alone > days)].sum())


def live(policy: Policy | None, debtors: int, seed: int = 7) -> Lived:
    """So many debtors under a policy; None: nobody is contacted. A step of the policy contacts whoever still owes on
    its day, by its first channel, if its gap between contacts has passed; what a person must decide contacts nobody.
    The law is not asked here."""
    rng = Random(seed)
    habits = [rng.choices(HABITS, [h.share for h in HABITS])[0] for _ in range(debtors)]
    amount = np.array([100_00 + int(rng.lognormvariate(8.0, 1.0) * 100) for _ in habits], dtype=np.int64)
    alone = np.array([_alone(rng, habit) for habit in habits], dtype=np.int64)
    steps = _steps(policy)
    paid, last = alone.copy(), np.full(debtors, -NEVER, dtype=np.int64)
    contacted = np.zeros((debtors, len(steps)), dtype=np.bool_)
    reached, moved, late = (np.array([value(h) for h in habits]) for value in (_reached, _moved, late_share))
    for j, step in enumerate(steps):
        draws = np.random.default_rng([seed, step.day + HORIZON_DAYS])
        answers, soon = draws.random((2, debtors)), draws.integers(*SOON_DAYS, debtors, endpoint=True)
        asked = late >= (step.condition.min_late or 0.0)
        gap = policy.min_gap_days if policy is not None else 0
        contacted[:, j] = (paid > step.day) & asked & (step.day - last >= gap)
        last[contacted[:, j]] = step.day
        works = contacted[:, j] & (answers[0] < reached) & (answers[1] < moved)
        paid = np.where(works, np.minimum(paid, step.day + soon), paid)
    channels = tuple(step.channels[0] for step in steps)
    return Lived(tuple(h.name for h in habits), amount, alone, paid, contacted, channels)


def late_share(habit: Habit) -> float:
    """How often a payer of that habit is late, by its own description."""
    low, high = habit.delay
    return habit.never + (1 - habit.never) * (high - max(low, 1) + 1) / (high - low + 1)


def _steps(policy: Policy | None) -> Sequence[Step]:
    if policy is None or policy.do_nothing:
        return ()
    return sorted((s for s in policy.steps if s.day <= HORIZON_DAYS and not s.is_task), key=lambda s: s.day)


def _alone(rng: Random, habit: Habit) -> int:
    """The day on which it would pay by itself; the draw is the same number of random values for everybody."""
    never, day = rng.random() < habit.never, rng.randint(*habit.delay)
    return NEVER if never else day


def _reached(habit: Habit) -> float:
    return RESPONSES[habit.name].reached


def _moved(habit: Habit) -> float:
    return RESPONSES[habit.name].moved
