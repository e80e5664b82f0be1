"""What a corrective action did: the same days before and after it began, beside the rest of the company.

Each side is judged as it was known at the end of its own days, so an old debt has not had more time to be paid. What
moved everywhere (a holiday, a crisis) moves the rest too: the effect is the change of the value less that of the rest.
Before-and-after is no experiment; it says so.
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import polars as pl

from puntual.core.reports.causes import disputed_by, late_by
from puntual.core.reports.roll_rates import share_bp

#: Fewer documents (or none disputed before) prove nothing.
ENOUGH = 10


@attrs.frozen
class Side:
    """The documents of one side: how many fell due, how many were late and by how much, or how many were disputed."""

    items: int = 0
    late_items: int = 0
    late_bp: int | None = None
    days: int = 0
    minor: int = 0


@attrs.frozen
class Effect:
    """`change_bp`: points of the share that was late (hundredths); None while it cannot be told."""

    before: Side
    after: Side
    rest_before: Side
    rest_after: Side
    change_bp: int | None
    complete: bool


def spans(begun_on: date, window_days: int, today: date) -> tuple[tuple[date, date], tuple[date, date], bool]:
    """The days before, the days after that have passed, and whether all of them have."""
    one = timedelta(days=1)
    last = begun_on + timedelta(days=window_days) - one
    seen = min(last, today - one)
    length = max((seen - begun_on).days + 1, 0)
    return (begun_on - timedelta(days=max(length, 1)), begun_on - one), (begun_on, seen), seen == last


def delay_effect(
    before: tuple[pl.DataFrame, date], after: tuple[pl.DataFrame, date], dimension: str, value: str, *, complete: bool
) -> Effect:
    """Of two frames of causes.DELAYS (of one currency), each with the last day of its side."""
    sides = [_late(frame, end, dimension, value) for frame, end in (before, after)]
    (mine_before, rest_before), (mine_after, rest_after) = sides
    known = min(mine_before.items, mine_after.items) >= ENOUGH
    moved = _points(mine_before, mine_after) if known else None
    rest = _points(rest_before, rest_after) or 0
    change = moved - rest if moved is not None else None
    return Effect(mine_before, mine_after, rest_before, rest_after, change, complete)


def dispute_effect(before: pl.DataFrame, after: pl.DataFrame, cause: str, end: date, *, complete: bool) -> Effect:
    """Of two frames of causes.DISPUTES (of one currency): how many of that cause, and of all the others."""
    (mine_before, rest_before), (mine_after, rest_after) = (_disputed(f, cause, end) for f in (before, after))
    change = None
    if mine_before.items and rest_before.items and rest_after.items:
        grown = share_bp(mine_after.items, mine_before.items) or 0
        change = grown - (share_bp(rest_after.items, rest_before.items) or 0)
    return Effect(mine_before, mine_after, rest_before, rest_after, change, complete)


def _points(before: Side, after: Side) -> int | None:
    return None if before.late_bp is None or after.late_bp is None else after.late_bp - before.late_bp


def _late(frame: pl.DataFrame, end: date, dimension: str, value: str) -> tuple[Side, Side]:
    is_mine = pl.col(dimension) == value
    found = []
    for part in (frame.filter(is_mine), frame.filter(~is_mine)):
        rows = late_by(part.with_columns(pl.lit("*").alias(dimension)), dimension, end)
        if not rows.height:
            found.append(Side())
            continue
        r = rows.row(0, named=True)
        found.append(Side(r["items"], r["late_items"], r["late_bp"], r["days"] or 0, r["late_minor"]))
    return found[0], found[1]


def _disputed(frame: pl.DataFrame, cause: str, end: date) -> tuple[Side, Side]:
    is_mine = pl.col("cause") == cause
    found = []
    for part in (frame.filter(is_mine), frame.filter(~is_mine)):
        rows = disputed_by(part.with_columns(cause=pl.lit("*")), "cause", end)
        if not rows.height:
            found.append(Side())
            continue
        r = rows.row(0, named=True)
        found.append(Side(items=r["disputes"], late_items=r["late"], days=r["days"], minor=r["disputed_minor"]))
    return found[0], found[1]
