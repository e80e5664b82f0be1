"""When a contact is allowed, as a timeline in UTC: the meeting of every window, in every zone where the person may be.

A timeline is cut into segments `[start, next start)`. Each is open, closed for now (outside a window, a holiday) or
denied (a rule in force forbids it), names the rule that decides and knows when the next open segment begins.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from puntual.core.compliance.rulebook import Rule

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

OPEN, CLOSED, DENIED = 0, 1, 2
#: Every reason that the gate gives, by its place: numbers travel, words are put on at the end.
REASONS = (
    "allowed", "outside_window", "holiday", "frequency_cap", "spacing", "channel_exclusivity", "no_consent",
    "forbidden_channel", "forbidden_recipient", "opted_out", "no_pack", "unknown_country", "never_allowed",
)  # fmt: skip
ALLOWED, OUTSIDE, HOLIDAY, OPTED_OUT, NEVER_ALLOWED = (
    REASONS.index(code) for code in ("allowed", "outside_window", "holiday", "opted_out", "never_allowed")
)
NEVER = np.iinfo(np.int64).max
DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@attrs.frozen(eq=False)
class Timeline:
    """Segments by their start (us UTC). `rule` indexes `rules` (-1: none), `reason` indexes REASONS.

    `opens`: the start of the next open segment, NEVER without one.
    """

    start: Ints
    state: Ints
    reason: Ints
    rule: Ints
    rules: tuple[Rule, ...]
    opens: Ints


@functools.lru_cache(maxsize=1 << 17)
def utc_us(day: int, minute: int, zone_name: str) -> int:
    """The instant (us UTC) when clocks of the zone first show that minute of the day; a skipped hour moves forward."""
    on = date.fromordinal(day) + timedelta(days=minute // 1440)
    wall = datetime.combine(on, time(minute % 1440 // 60, minute % 60), tzinfo=ZoneInfo(zone_name))
    return (wall.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def day_of(instant_us: int) -> int:
    """The ordinal of the UTC date of an instant."""
    return instant_us // DAY_US + _EPOCH_DAY


@functools.lru_cache(maxsize=4096)
def midnights(zone_name: str, first: int, last: int) -> Ints:
    """The starts (us UTC) of the local days [first, last] of a zone."""
    return np.array([utc_us(day, 0, zone_name) for day in range(first, last + 1)], dtype=np.int64)


def in_force(rule: Rule, zones: Sequence[str]) -> tuple[int, int]:
    """[from, to) in us UTC over which the rule is in force for someone who may be in any of the zones."""
    applies = rule.applies
    start = min(utc_us(applies.valid_from.toordinal(), 0, zone) for zone in zones)
    if applies.valid_to is None:
        return start, int(NEVER)
    return start, max(utc_us(applies.valid_to.toordinal(), 0, zone) for zone in zones)


@functools.lru_cache(maxsize=4096)
def timeline(
    windows: tuple[Rule, ...],
    denials: tuple[tuple[str, Rule], ...],
    zones: tuple[str, ...],
    region: str | None,
    first: int,
    last: int,
) -> Timeline:
    """The timeline of the local days [first, last]. `denials` are (reason, rule) in rising order of weight."""
    closed = [_Closing(rule, zones, region, first, last) for rule in windows]
    periods = [in_force(rule, zones) for _, rule in denials]
    start = _cuts(closed, periods, utc_us(first, 0, "UTC") - DAY_US, utc_us(last, 0, "UTC"))
    state = np.zeros(len(start), dtype=np.int64)
    rule = np.full(len(start), -1, dtype=np.int64)
    reason = np.zeros(len(start), dtype=np.int64)
    order = sorted(range(len(windows)), key=lambda i: (windows[i].hard, -i))
    for i in order:  # the heaviest is written last and stays
        shut, holiday = closed[i].at(start)
        state[shut], rule[shut], reason[shut] = CLOSED, i, OUTSIDE
        reason[shut & holiday] = HOLIDAY
    for i, ((code, _), (begin, end)) in enumerate(zip(denials, periods)):
        within = (start >= begin) & (start < end)
        state[within], rule[within], reason[within] = DENIED, len(windows) + i, REASONS.index(code)
    rules = (*windows, *(denying for _, denying in denials))
    return Timeline(start, state, reason, rule, rules, _next_open(start, state))


def _cuts(closed: Sequence[_Closing], periods: Sequence[tuple[int, int]], first: int, last: int) -> Ints:
    edges = [np.array([first], dtype=np.int64)]
    edges += [edge for closing in closed for edge in closing.edges]
    edges += [np.array(period, dtype=np.int64) for period in periods]
    every = np.unique(np.concatenate(edges))
    return every[(every >= first) & (every <= last)]


def _next_open(start: Ints, state: Ints) -> Ints:
    open_starts = start[state == OPEN]
    at = np.searchsorted(open_starts, start, side="left")
    return np.append(open_starts, NEVER)[at]


class _Closing:
    """Where one window rule closes: outside its hours in any zone."""

    def __init__(self, rule: Rule, zones: Sequence[str], region: str | None, first: int, last: int) -> None:
        self._zones = [_open_spans(rule, zone, region, first, last) for zone in zones]
        self.edges = [edges for spans in self._zones for edges in spans]

    def at(self, instants: Ints) -> tuple[Mask, Mask]:
        """For each instant: is it closed in some zone, and is it a holiday in some zone."""
        shut = np.zeros(len(instants), dtype=bool)
        holiday = np.zeros(len(instants), dtype=bool)
        for starts, ends, holiday_starts, holiday_ends in self._zones:
            shut |= ~_inside(instants, starts, ends)
            holiday |= _inside(instants, holiday_starts, holiday_ends)
        return shut, holiday


def _inside(instants: Ints, starts: Ints, ends: Ints) -> Mask:
    if not len(starts):
        return np.zeros(len(instants), dtype=bool)
    at = np.searchsorted(starts, instants, side="right") - 1
    inside: Mask = (at >= 0) & (instants < ends[np.maximum(at, 0)])
    return inside


def _open_spans(rule: Rule, zone: str, region: str | None, first: int, last: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Starts and ends of what the rule leaves open in a zone, and of its holidays there. Unknown years stay closed."""
    window = rule.window
    assert window is not None
    calendar = window.calendar
    holidays = calendar.of(region) if calendar else frozenset()
    spans: list[tuple[int, int]] = []
    off: list[tuple[int, int]] = []
    for day in range(first, last + 1):
        on = date.fromordinal(day)
        if not rule.applies.on(on):
            spans.append((utc_us(day, 0, zone), utc_us(day, 1440, zone)))
        elif day in holidays:
            off.append((utc_us(day, 0, zone), utc_us(day, 1440, zone)))
        elif calendar is None or calendar.covers(on):
            spans += [(utc_us(day, a, zone), utc_us(day, b, zone)) for a, b in window.by_weekday[on.weekday()]]
    return *_columns(spans), *_columns(off)


def _columns(spans: Sequence[tuple[int, int]]) -> tuple[Ints, Ints]:
    table = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


class Book:
    """Many timelines searched at once: one sorted array of (timeline, instant) keys."""

    def __init__(self, timelines: Sequence[Timeline], rule_index: dict[int, int]) -> None:
        lengths = [len(line.start) for line in timelines]
        which = np.repeat(np.arange(len(timelines), dtype=np.int64), lengths)
        starts = np.concatenate([line.start for line in timelines])
        self._origin, self._stride = int(starts.min()), int(starts.max() - starts.min()) + 400 * DAY_US
        self._keys = which * self._stride + (starts - self._origin)
        self.state = np.concatenate([line.state for line in timelines])
        self.opens = np.concatenate([line.opens for line in timelines])
        self.reason = np.concatenate([line.reason for line in timelines])
        tables = [np.array([*(rule_index[id(r)] for r in line.rules), -1], dtype=np.int64) for line in timelines]
        self.rule = np.concatenate([table[line.rule] for table, line in zip(tables, timelines)])

    def segment(self, which: Ints, instants: Ints) -> Ints:
        """The segment of each timeline that holds each instant."""
        keys = which * self._stride + (instants - self._origin)
        return np.searchsorted(self._keys, keys, side="right") - 1

    def opening(self, which: Ints, instants: Ints) -> Ints:
        """The first open instant at or after each instant (NEVER if the timeline ends before)."""
        at = self.segment(which, instants)
        opens: Ints = np.where(self.state[at] == OPEN, instants, self.opens[at])
        return opens
