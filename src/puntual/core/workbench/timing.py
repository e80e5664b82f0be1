"""How an agent's time went: waiting for work, handling a person, wrapping up. Facts for supervision, never a target."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

#: A longer gap between two people is a pause or another shift, not waiting for work.
GAP_MAX = timedelta(minutes=30)


@attrs.frozen
class Times:
    """Whole seconds. `wrap_up_s` is None when nobody marked the end of the conversation; `wait_s` when it was a gap."""

    wait_s: int | None
    handling_s: int
    wrap_up_s: int | None


def times(
    *, taken_at: datetime, closed_at: datetime, before: datetime | None = None, ended_at: datetime | None = None
) -> Times:
    """From when the person was taken to when it was finished; `before`: when the agent finished the one before."""
    wait = None
    if before is not None and timedelta(0) <= taken_at - before <= GAP_MAX:
        wait = _seconds(taken_at - before)
    wrap = None if ended_at is None else _seconds(closed_at - ended_at)
    return Times(wait, _seconds(closed_at - taken_at), wrap)


def _seconds(gap: timedelta) -> int:
    return max(0, round(gap.total_seconds()))
