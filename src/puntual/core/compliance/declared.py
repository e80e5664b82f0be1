"""Hours that a person declared: those that do not suit, which the norm then closes, and those asked for in writing,
which it opens.

They travel as circumstances of the party: `inconvenient:mon-fri=12:00-14:00` and `requested:sat=15:00-18:00`. A pack
says what they may do: a rule of kind `declared_hours` closes the first, and a window with `override: requested_hours`
is widened by the second. Holidays that a window forbids stay forbidden.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import attrs

from puntual.core.compliance.packs import minutes, weekdays
from puntual.core.compliance.rulebook import WEEKDAYS, Minutes, Rule, Window
from puntual.core.errors import UnusableInput

INCONVENIENT, REQUESTED = "inconvenient", "requested"
KIND = "declared_hours"
_WHOLE: Minutes = (0, 1440)


def flag(word: str, days: str, span: str) -> str:
    """The circumstance of some hours. UnusableInput for days or hours that do not exist."""
    parse(f"{word}:{days}={span}")
    return f"{word}:{days}={span}"


def is_declared(text: str) -> bool:
    """Whether a circumstance is about hours."""
    return text.partition(":")[0] in (INCONVENIENT, REQUESTED)


def parse(text: str) -> tuple[str, list[int], Minutes]:
    """(word, weekdays from Monday = 0, half-open minutes of the day)."""
    word, _, rest = text.partition(":")
    days, _, span = rest.partition("=")
    first, _, last = days.partition("-")
    good = word in (INCONVENIENT, REQUESTED) and first in WEEKDAYS and (last or first) in WEEKDAYS
    try:
        found = weekdays(days) if good else []
        hours = minutes(span, "de la persona") if found else _WHOLE
    except (ValueError, UnusableInput):
        found = []
    if not found:
        raise UnusableInput(f"«{text}» no son horas: escriba, por ejemplo, inconvenient:mon-fri=12:00-14:00.")
    return word, found, hours


def spans(flags: Iterable[str], word: str) -> tuple[tuple[Minutes, ...], ...]:
    """The hours of each weekday that some circumstances name, in order."""
    week: list[set[Minutes]] = [set() for _ in WEEKDAYS]
    for text in flags:
        if text.startswith(f"{word}:"):
            _, days, span = parse(text)
            for day in days:
                week[day].add(span)
    return tuple(_joined(sorted(day)) for day in week)


def _joined(day: Sequence[Minutes]) -> tuple[Minutes, ...]:
    found: list[Minutes] = []
    for start, end in day:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _outside(day: Sequence[Minutes]) -> tuple[Minutes, ...]:
    """What is left of a day without those hours."""
    edges = [0, *(edge for span in day for edge in span), 1440]
    return tuple((a, b) for a, b in zip(edges[::2], edges[1::2]) if a < b)


def with_hours(rules: Sequence[Rule], flags: frozenset[str]) -> list[Rule]:
    """The rules as they are for a person with those circumstances."""
    told = frozenset(f for f in flags if is_declared(f))
    return [_for_person(rule, told) for rule in rules]


@functools.lru_cache(maxsize=4096)
def _for_person(rule: Rule, told: frozenset[str]) -> Rule:
    """Built once for each rule and declaration, so that calendars are shared."""
    if rule.kind == KIND:
        closed = spans(told, INCONVENIENT)
        return attrs.evolve(rule, window=Window(tuple(map(_outside, closed)), None)) if any(closed) else rule
    if rule.window and rule.data.get("override") == "requested_hours":
        asked = spans(told, REQUESTED)
        if any(asked):
            week = tuple(_joined(sorted((*own, *more))) for own, more in zip(rule.window.by_weekday, asked))
            return attrs.evolve(rule, window=attrs.evolve(rule.window, by_weekday=week))
    return rule
