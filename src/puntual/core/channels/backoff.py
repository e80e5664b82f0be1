"""When a message that did not leave is tried again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

#: Minutes after the first, second... failure; the last one repeats.
STEPS_MIN: Sequence[int] = (2, 10, 30, 120)
#: How much of a wait is spread, so that what failed together does not come back together.
SPREAD = 0.2


def next_try(
    *, attempts: int, now: datetime, asked: timedelta | None = None, key: str = "", steps: Sequence[int] = STEPS_MIN
) -> datetime:
    """The instant of the next try after `attempts` failures (0 when none counted).

    `asked`: what the provider said in Retry-After; it is never cut short. `key` spreads the waits of different
    messages, always in the same way, up to SPREAD later and never earlier.
    """
    wait = timedelta(minutes=steps[max(min(attempts, len(steps)) - 1, 0)])
    later = wait + wait * (SPREAD * _share(key))
    return now + max(later, asked or timedelta(0))


def _share(key: str) -> float:
    """A number in [0, 1) from a key: the same on every machine; 0 without one."""
    if not key:
        return 0.0
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "big") / 2.0**48
