"""Charts as plain geometry: `charts_svg` draws them. Each says what it finds and carries its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs

#: Units of the drawing; the page stretches it.
WIDTH, HEIGHT = 1000, 240


@attrs.frozen
class Mark:
    """A rectangle with what it says on hover."""

    x: int
    y: int
    width: int
    height: int
    look: str
    tip: str


@attrs.frozen
class Columns:
    """Pairs of columns over time: what was expected and what came. `names` are the legend."""

    title: str
    names: tuple[str, str]
    marks: tuple[Mark, ...]
    first: date
    last: date
    #: start, end, one, other, and where the rows of each of the two are (or nothing)
    table: tuple[tuple[Any, ...], ...]
    currency: str


@attrs.frozen
class Band:
    """A line with its interval, both as points of an SVG."""

    title: str
    line: str
    area: str
    first: date
    last: date
    table: tuple[tuple[Any, ...], ...]
    currency: str


def pairs(
    title: str,
    names: tuple[str, str],
    rows: Sequence[tuple[date, date, int, int]],
    currency: str,
    opens: Sequence[tuple[str, str]] = (),
) -> Columns | None:
    """Columns of (start, end, one, other), with where the rows of each are; None when every value is zero."""
    top = max((max(one, other) for _, _, one, other in rows), default=0)
    if top <= 0:
        return None
    step = WIDTH / len(rows)
    marks = []
    for i, (start, end, *values) in enumerate(rows):
        for j, value in enumerate(values):
            height = round(HEIGHT * max(value, 0) / top)
            x, width = round(step * i + step * (0.08 + 0.44 * j)), round(step * 0.4)
            marks.append(Mark(x, HEIGHT - height, width, height, ("due", "came")[j], f"{names[j]}, {start} a {end}"))
    table = tuple((*row, *links) for row, links in zip(rows, opens or [("", "")] * len(rows), strict=True))
    return Columns(title, names, tuple(marks), rows[0][0], rows[-1][1], table, currency)


def band(title: str, rows: Sequence[tuple[date, int, int, int, int]], currency: str) -> Band | None:
    """The cumulative forecast (day, expected, cumulative, low, high) with its interval."""
    top = max((row[4] for row in rows), default=0)
    if top <= 0 or len(rows) < 2:
        return None
    xs = [round(WIDTH * i / (len(rows) - 1)) for i in range(len(rows))]

    def y(value: int) -> int:
        return HEIGHT - round(HEIGHT * max(value, 0) / top)

    line = " ".join(f"{x},{y(row[2])}" for x, row in zip(xs, rows))
    low = [f"{x},{y(row[3])}" for x, row in zip(xs, rows)]
    high = [f"{x},{y(row[4])}" for x, row in zip(xs, rows)]
    return Band(title, line, " ".join([*high, *reversed(low)]), rows[0][0], rows[-1][0], tuple(rows), currency)


@attrs.frozen
class Curve:
    """One line of several: its name, its points, how it looks, where its name stands."""

    name: str
    points: str
    look: str


@attrs.frozen
class Curves:
    """Lines over the same steps, from 0 % at the foot to `top` at the head."""

    title: str
    lines: tuple[Curve, ...]
    top: str
    steps: tuple[str, ...]


@attrs.frozen
class Row:
    """A horizontal bar with its own words."""

    name: str
    text: str
    width: int
    look: str
    #: Where its rows are, if a page says it.
    link: str = ""


@attrs.frozen
class Bars:
    """Horizontal bars, the longest as wide as the drawing."""

    title: str
    rows: tuple[Row, ...]


def curves(title: str, lines: Sequence[tuple[str, Sequence[int | None]]], steps: Sequence[str]) -> Curves | None:
    """Lines of hundredths of a percent over `steps`; where a value is missing nothing is drawn. None without a line."""
    known = [(name, [(i, v) for i, v in enumerate(values) if v is not None]) for name, values in lines]
    drawn = [(name, values) for name, values in known if len(values) > 1]
    top = max((v for _, values in drawn for _, v in values), default=0)
    if top <= 0 or len(steps) < 2:
        return None
    last = max(values[-1][0] for _, values in drawn)

    def points(values: Sequence[tuple[int, int]]) -> str:
        return " ".join(f"{round(WIDTH * i / last)},{HEIGHT - round(HEIGHT * max(v, 0) / top)}" for i, v in values)

    # The newest is drawn strong; those before it, softer and softer.
    looks = {len(drawn) - 1: "line-0", len(drawn) - 2: "line-1"}
    made = tuple(Curve(name, points(values), looks.get(i, "line-2")) for i, (name, values) in enumerate(drawn))
    return Curves(title, made, f"{top / 100:.0f} %", tuple(steps[: last + 1]))


def bars(
    title: str, rows: Sequence[tuple[str, str, int]], looks: Sequence[str] = (), links: Sequence[str] = ()
) -> Bars | None:
    """Bars of (name, text, value), with where the rows of each are; None when every value is zero."""
    top = max((value for _, _, value in rows), default=0)
    if top <= 0:
        return None
    made = [
        Row(name, text, round(WIDTH * max(value, 0) / top), looks[i] if i < len(looks) else "step", *links[i : i + 1])
        for i, (name, text, value) in enumerate(rows)
    ]
    return Bars(title, tuple(made))


def heat(bp: int | None) -> int:
    """From 0 (nothing) to 5 (all): how strong a share is shown in a table."""
    return 0 if not bp or bp <= 0 else min(5, 1 + bp // 2_000)
