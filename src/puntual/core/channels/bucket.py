"""A token bucket: how many messages an account at a provider may be handed now."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs


@attrs.frozen
class Pace:
    """What a provider takes: so many a second for ever, and so many at once after a silence (at least one)."""

    per_second: float
    burst: float

    def __attrs_post_init__(self) -> None:
        if self.per_second <= 0 or self.burst < 1:
            raise ValueError("a pace is more than nothing a second, and at least one at once")


@attrs.frozen
class Bucket:
    """What is left at an instant. Without an instant it is full: nothing was sent yet."""

    tokens: float = 0.0
    at: datetime | None = None


def take(bucket: Bucket, pace: Pace, wanted: int, now: datetime) -> tuple[Bucket, int, timedelta]:
    """(the bucket afterwards, how many of `wanted` may go now, how long until one more may).

    A clock that goes back adds nothing. Never more than `burst` at once, and over any span of t seconds never more
    than burst + per_second * t.
    """
    full = bucket.at is None
    gone = 0.0 if bucket.at is None else max((now - bucket.at).total_seconds(), 0.0)
    have = pace.burst if full else min(bucket.tokens + gone * pace.per_second, pace.burst)
    granted = max(min(wanted, int(have + 1e-9)), 0)
    left = max(have - granted, 0.0)
    wait = max(1.0 - left, 0.0) / pace.per_second
    at = now if bucket.at is None else max(now, bucket.at)
    return Bucket(left, at), granted, timedelta(seconds=wait)
