"""`gate`: may each candidate go out at its instant? One call gates a step of many histories, without a loop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import attrs
import numpy as np
import polars as pl

from puntual.core.compliance import consent, profiles
from puntual.core.compliance.frequency import LimitUse, blocks
from puntual.core.compliance.hours import (
    ALLOWED,
    CLOSED,
    DAY_US,
    DENIED,
    NEVER,
    NEVER_ALLOWED,
    OPTED_OUT,
    REASONS,
    Book,
    Ints,
    Mask,
    Timeline,
    day_of,
    timeline,
)
from puntual.core.compliance.known import HasLaw, KnownContacts
from puntual.core.compliance.profiles import Profile
from puntual.core.compliance.rulebook import Law, Rule
from puntual.core.compliance.verdicts import DEFER, DENY, Ruling, verdict_columns

#: Beyond this no instant is looked for: the contact is denied as never allowed.
HORIZON_DAYS = 30
_ROUND_DAYS = 32


def gate(candidates: pl.DataFrame, known: KnownContacts, rules: HasLaw, as_of: datetime | date) -> pl.DataFrame:
    """The candidates with the columns of frames.GATED, in their order.

    `candidates`: frames.CANDIDATES (an empty creditor or debt matches every contact of the party). `known`: contacts
    and consents, of these or more parties. Each row is judged at its own `at`; `as_of` only tells how old a pack is.
    Rows do not count for one another: whoever sends reserves one and asks again.
    """
    flagged = _with_flags(candidates, known)
    ready = flagged.with_columns(pl.col("at").to_physical().alias("t"))
    if ready.is_empty():
        return verdict_columns(candidates, Ruling.none(), [], [])
    groups = profiles.group(ready)
    compiled = _compile(rules.law, groups, as_of.date() if isinstance(as_of, datetime) else as_of)
    profile = _profile_of(groups, ready.height)
    opted, granted = consent.state(ready, known.consents)
    ruling, every_rule = _judge(ready, compiled, profile, (opted, granted), known.contacts)
    return verdict_columns(candidates, ruling, compiled, every_rule)


def _with_flags(candidates: pl.DataFrame, known: KnownContacts) -> pl.DataFrame:
    """The candidates with the sorted flags of their party, if any flag is known."""
    flags: pl.DataFrame | None = getattr(known, "contact_flags", None)
    if flags is None or flags.is_empty():
        return candidates
    sets = flags.group_by("party").agg(pl.col("flag").unique().sort().alias("flags"))
    return candidates.join(sets, on="party", how="left", maintain_order="left")


def _compile(law: Law, groups: pl.DataFrame, as_of: date) -> list[Profile]:
    return [profiles.compile_profile(law, row, as_of) for row in groups.drop("rows").iter_rows(named=True)]


def _profile_of(groups: pl.DataFrame, count: int) -> Ints:
    """The profile's number for each candidate."""
    profile = np.zeros(count, dtype=np.int64)
    rows = groups["rows"].explode().to_numpy()
    profile[rows] = np.repeat(np.arange(groups.height, dtype=np.int64), groups["rows"].list.len().to_numpy())
    return profile


@attrs.frozen(eq=False)
class _Calendars:
    """The timelines of the profiles, with and without the person's authorisation."""

    book: Book
    which: Ints  # (profiles, 2): without, with authorisation
    rules: list[Rule]


def _calendars(compiled: Sequence[Profile], t: Ints) -> _Calendars:
    first = (day_of(int(t.min())) - 2) // _ROUND_DAYS * _ROUND_DAYS
    last = ((day_of(int(t.max())) + HORIZON_DAYS + 3) // _ROUND_DAYS + 1) * _ROUND_DAYS
    lines: list[Timeline] = []
    place: dict[int, int] = {}
    which = np.zeros((len(compiled), 2), dtype=np.int64)
    for number, profile in enumerate(compiled):
        for granted in (False, True):
            denials = profile.denials_if(granted)
            line = timeline(profile.windows, denials, profile.zones, _region(profile), first, last)
            if id(line) not in place:
                place[id(line)] = len(lines)
                lines.append(line)
            which[number, int(granted)] = place[id(line)]
    rules = list({id(r): r for p in compiled for r in (*p.windows, *(d for _, d in p.denials), *p.limits)}.values())
    return _Calendars(Book(lines, {id(rule): i for i, rule in enumerate(rules)}), which, rules)


def _region(profile: Profile) -> str | None:
    """The region, only where it changes the holidays: timelines are shared otherwise."""
    calendars = [rule.window.calendar for rule in profile.windows if rule.window and rule.window.calendar]
    return profile.region if any((profile.region or "") in c.by_subdivision for c in calendars) else None


def _judge(
    ready: pl.DataFrame, compiled: Sequence[Profile], profile: Ints, consents: tuple[Mask, Mask], contacts: pl.DataFrame
) -> tuple[Ruling, list[Rule]]:
    opted, granted = consents
    t = ready["t"].to_numpy()
    calendars = _calendars(compiled, t)
    book, which = calendars.book, calendars.which[profile, granted.astype(np.int64)]
    segment = book.segment(which, t)
    state, opens = book.state[segment], book.opening(which, t)
    refusal = np.array([REASONS.index(p.refusal or "allowed") for p in compiled])[profile]
    task = np.array([p.channel == "task" for p in compiled])[profile]
    refused = refusal != ALLOWED
    ruling = Ruling.all_allowed(profile)
    closed = (state == CLOSED) & ~refused
    ruling.mark(closed, DEFER, book.reason[segment], book.rule[segment])
    ruling.mark(state == DENIED, DENY, book.reason[segment], book.rule[segment])
    ruling.mark(refused, DENY, refusal, np.full(len(t), -1))
    ruling.mark(opted & ~task, DENY, np.full(len(t), OPTED_OUT), np.full(len(t), -1))
    undecided = ruling.verdict != DENY
    spans = _spans(ready, compiled, profile, undecided, contacts, calendars.rules)
    _defer_for_limits(ruling, spans, t, opens, calendars.rules)
    _when(ruling, spans, t, which, book)
    return ruling, calendars.rules


def _spans(
    ready: pl.DataFrame, compiled: Sequence[Profile], profile: Ints, undecided: Mask, contacts: pl.DataFrame,
    rules: list[Rule],
) -> pl.DataFrame:  # fmt: skip
    """What closes the future of the candidates that nothing denies."""
    index = {id(rule): i for i, rule in enumerate(rules)}
    under: dict[int, list[int]] = {}
    for number, one in enumerate(compiled):
        for rule in one.limits:
            under.setdefault(index[id(rule)], []).append(number)
    uses = [
        LimitUse(i, rules[i], tuple(numbers), tuple(compiled[n].zones for n in numbers)) for i, numbers in under.items()
    ]
    asked = ready.select("party", "creditor", "debt", "channel", "t").with_columns(
        pl.Series("profile", profile), pl.int_range(ready.height, dtype=pl.UInt32).alias("row")
    )
    return blocks(asked.filter(pl.Series(undecided)), contacts, uses)


def _defer_for_limits(ruling: Ruling, spans: pl.DataFrame, t: Ints, opens: Ints, rules: list[Rule]) -> None:
    """Among what closes now, a hard rule is named before a soft one, then the one that opens last."""
    if spans.is_empty():
        return
    row, end, rule = spans["row"].to_numpy(), spans["end"].to_numpy(), spans["rule"].to_numpy()
    now = spans["start"].to_numpy() <= t[row]
    row, end, rule = row[now], end[now], rule[now]
    hard = np.array([r.hard for r in rules], dtype=bool)
    order = np.lexsort((end, hard[rule], row))
    row, end, rule = row[order], end[order], rule[order]
    top = np.append(row[1:] != row[:-1], True) if len(row) else np.zeros(0, dtype=bool)
    row, end, rule = row[top], end[top], rule[top]
    by_hours = ruling.verdict[row] == DEFER
    hours_hard = hard[np.maximum(ruling.rule[row], 0)] & by_hours
    loses = by_hours & ((hours_hard & ~hard[rule]) | ((hours_hard == hard[rule]) & (opens[row] >= end)))
    wins = np.zeros(len(t), dtype=bool)
    wins[row[~loses]] = True
    reasons = np.zeros(len(t), dtype=np.int64)
    chosen = np.full(len(t), -1, dtype=np.int64)
    named = np.array([REASONS.index(r.limit.reason if r.limit else "allowed") for r in rules])
    reasons[row], chosen[row] = named[rule], rule
    ruling.mark(wins, DEFER, reasons, chosen)


def _when(ruling: Ruling, spans: pl.DataFrame, t: Ints, which: Ints, book: Book) -> None:
    """The first instant at which nothing closes, for whoever has to wait; without one in the horizon, never."""
    wait = np.flatnonzero(ruling.verdict == DEFER)
    if not len(wait):
        return
    place = np.full(len(t), -1, dtype=np.int64)
    place[wait] = np.arange(len(wait))
    row, start, end = (spans[c].to_numpy() for c in ("row", "start", "end"))
    mine = place[row.astype(np.int64)] if len(row) else np.zeros(0, dtype=np.int64)
    keep = mine >= 0
    mine, start, end = mine[keep], start[keep], end[keep]
    limit = t[wait] + HORIZON_DAYS * DAY_US
    moment = t[wait].copy()
    while True:
        later = moment.copy()
        inside = (start <= moment[mine]) & (moment[mine] < end)
        np.maximum.at(later, mine[inside], end[inside])
        later = np.minimum(later, limit + 1)
        later = book.opening(which[wait], later)
        later = np.where(later > limit, NEVER, later)
        if np.array_equal(later, moment):
            break
        moment = later
    ruling.next_us[wait] = moment
    never = np.zeros(len(t), dtype=bool)
    never[wait[moment == NEVER]] = True
    ruling.verdict[never] = DENY
    ruling.reason[never] = NEVER_ALLOWED
