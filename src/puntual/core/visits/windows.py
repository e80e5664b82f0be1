"""Within which hours a visit may be made: the half hours of a day that the gate allowed, and when to plan each stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

STEP = timedelta(minutes=30)
#: How long a stop and the way to the next one take, as planned; the day teaches otherwise.
PER_STOP = timedelta(minutes=40)


@attrs.frozen
class Window:
    """A half-open stretch: from `opens`, before `closes`."""

    opens: datetime
    closes: datetime

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


def lawful(allowed: Sequence[datetime]) -> tuple[Window, ...]:
    """The stretches that half hours allowed one by one make together."""
    found: list[Window] = []
    for at in sorted(set(allowed)):
        if found and found[-1].closes == at:
            found[-1] = attrs.evolve(found[-1], closes=at + STEP)
        else:
            found.append(Window(at, at + STEP))
    return tuple(found)


def planned_at(windows: Sequence[Window], wanted: datetime) -> tuple[datetime, Window] | None:
    """The first lawful moment from the one wanted, and its stretch; None if the day has no more."""
    for window in windows:
        if wanted < window.closes:
            return max(wanted, window.opens), window
    return None
