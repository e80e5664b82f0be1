"""The week that the law leaves for a kind of contact: what a policy preset or a screen may offer as hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from puntual.core.compliance.rulebook import WEEKDAYS, Law, Minutes, Rule

_WHOLE: tuple[Minutes, ...] = ((0, 1440),)


def safe_hours(
    law: Law,
    country: str,
    debtor: str = "unknown",
    channel: str = "call",
    *,
    purpose: str = "reminder_overdue",
    subdivision: str | None = None,
) -> Mapping[str, tuple[tuple[time, time | None], ...]]:
    """The half-open local hours of each weekday (`mon`...`sun`) in which every window rule agrees.

    An end of None is the end of the day; a weekday without hours is forbidden. Holidays and validity dates are the
    gate's: this is the week at its barest. A country without a pack has no hours at all.
    """
    pack = law.pack(country)
    if pack is None:
        return {day: () for day in WEEKDAYS}
    rules = [rule for rule in pack.of(subdivision) if _speaks(rule, debtor, purpose, channel)]
    return {day: tuple(map(_clock, _meet(rules, number))) for number, day in enumerate(WEEKDAYS)}


def _speaks(rule: Rule, debtor: str, purpose: str, channel: str) -> bool:
    none: frozenset[str] = frozenset()
    return rule.window is not None and rule.applies.to(debtor=debtor, purpose=purpose, channel=channel, flags=none)


def _meet(rules: list[Rule], weekday: int) -> tuple[Minutes, ...]:
    spans = _WHOLE
    for rule in rules:
        own = rule.window.by_weekday[weekday] if rule.window else _WHOLE
        both = ((max(a, c), min(b, d)) for a, b in spans for c, d in own)
        spans = tuple((start, end) for start, end in both if start < end)
    return spans


def _clock(span: Minutes) -> tuple[time, time | None]:
    start, end = span
    return time(start // 60, start % 60), None if end == 1440 else time(end // 60, end % 60)
