"""The order of a day's stops: nearest first, then mended by turning stretches around (2-opt).

Straight lines over the earth, not streets: no map leaves the installation. What has no known place goes last, in the
order given, so that nobody is left out for lack of a coordinate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

_EARTH_M = 6_371_000
#: More stops than a person makes in a day; beyond it the mending stops early.
_ROUNDS_MAX = 60


@attrs.frozen
class Stop:
    """A place to go. `lat`, `lon` in degrees; None if nobody has been there yet."""

    key: int
    lat: float | None = None
    lon: float | None = None

    @property
    def known(self) -> bool:
        return self.lat is not None and self.lon is not None


def metres(a: Stop, b: Stop) -> int:
    """The straight distance between two known places (haversine)."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return 0
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return round(2 * _EARTH_M * math.asin(math.sqrt(half)))


def length(stops: Sequence[Stop], start: Stop | None = None) -> int:
    """Metres of a route, from `start` if there is one."""
    path = [*([start] if start and start.known else []), *(s for s in stops if s.known)]
    return sum(metres(a, b) for a, b in zip(path, path[1:]))


def in_order(stops: Sequence[Stop], start: Stop | None = None) -> list[Stop]:
    """The stops in a good order. The same stops always give the same order."""
    known = [s for s in stops if s.known]
    route = _mended(_nearest_first(known, start), start)
    return [*route, *(s for s in stops if not s.known)]


def _nearest_first(stops: Sequence[Stop], start: Stop | None) -> list[Stop]:
    left: list[Stop] = list(stops)
    route: list[Stop] = []
    here = start if start and start.known else None
    while left:
        here = min(left, key=lambda s, at=here: (metres(at, s) if at else 0, s.key))  # type: ignore[misc]
        left.remove(here)
        route.append(here)
    return route


def _mended(route: list[Stop], start: Stop | None) -> list[Stop]:
    """Turn around every stretch that shortens the whole, until none does."""
    best = length(route, start)
    for _ in range(_ROUNDS_MAX):
        found = next(
            (
                (shorter, turned)
                for i in range(len(route) - 1)
                for j in range(i + 1, len(route))
                for turned in [[*route[:i], *reversed(route[i : j + 1]), *route[j + 1 :]]]
                for shorter in [length(turned, start)]
                if shorter < best
            ),
            None,
        )
        if found is None:
            break
        best, route = found
    return route
