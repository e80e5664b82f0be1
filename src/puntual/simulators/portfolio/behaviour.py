"""How invented customers buy and pay over a year: punctual, on Fridays, forgetful, short of cash, disputing, gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import attrs


@attrs.frozen
class Habit:
    """A way of paying. Shares are of the customers; delays are days after the due date; `part` is how often in
    parts."""

    name: str
    share: float
    delay: tuple[int, int]
    part: float = 0.0
    never: float = 0.0
    friday: bool = False


HABITS = (
    Habit("puntual", 0.38, (-6, 1)),
    Habit("viernes", 0.14, (0, 6), friday=True),
    Habit("olvidadizo", 0.22, (3, 18), never=0.04),
    Habit("apretado", 0.14, (10, 55), part=0.6, never=0.12),
    Habit("en_aclaracion", 0.07, (15, 70), never=0.25),
    Habit("perdido", 0.05, (30, 90), never=0.75),
)


@attrs.frozen
class Sale:
    """One invoice with what was paid of it, as (day, minor units)."""

    number: str
    issued_on: date
    due_on: date
    total_minor: int
    payments: tuple[tuple[date, int], ...]


def habit_of(rng: Random) -> Habit:
    return rng.choices(HABITS, [h.share for h in HABITS])[0]


def sales(
    rng: Random, habit: Habit, *, code: str, credit_days: int, scale: int, round_to: int, today: date
) -> Iterator[Sale]:
    """A year of purchases of one customer, up to today, with the payments that had arrived by then."""
    day = today - timedelta(days=365 - rng.randint(0, 40))
    every, usual, number = rng.randint(14, 45), scale * rng.randint(2, 40), 0
    while day <= today:
        number += 1
        total = round(usual * rng.uniform(0.5, 1.8)) // round_to * round_to
        due = day + timedelta(days=credit_days)
        paid = tuple(
            (d, minor) for d, minor in _payments(rng, habit, due, max(total, round_to), round_to) if d <= today
        )
        yield Sale(f"{code}-{number:03d}", day, due, max(total, round_to), paid)
        day += timedelta(days=max(5, round(rng.gauss(every, every / 4))))


def _payments(rng: Random, habit: Habit, due: date, total: int, round_to: int) -> list[tuple[date, int]]:
    if rng.random() < habit.never:
        return []
    day = due + timedelta(days=rng.randint(*habit.delay))
    if habit.friday:
        day += timedelta(days=(4 - day.weekday()) % 7)
    if rng.random() >= habit.part:
        return [(day, total)]
    first = max(total * rng.randint(20, 60) // 100 // round_to, 1) * round_to
    if first >= total:
        return [(day, total)]
    return [(day, first), (day + timedelta(days=rng.randint(7, 40)), total - first)]
