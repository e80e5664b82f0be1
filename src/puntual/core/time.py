"""Dates and instants: aware datetimes only, half-open periods, zones by name. Nothing here reads a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from puntual.core.errors import UnusableInput


def check_aware(instant: datetime) -> datetime:
    """The instant itself, if it has an offset; ValueError if it is naive."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return instant


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; UnusableInput if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnusableInput(f"«{name}» no es una zona horaria: use un nombre como America/Mexico_City.") from None


def parse_instant(text: str) -> datetime:
    """RFC 3339 with offset to an aware datetime in UTC. UnusableInput if it has no offset or is no instant."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"«{text}» no es un instante: escriba, por ejemplo, 2026-11-21T09:30:00-06:00.") from None
    if instant.tzinfo is None:
        raise UnusableInput(f"«{text}» no dice su huso: añada el desplazamiento, por ejemplo {text}-06:00.")
    return instant.astimezone(UTC)


def parse_date(text: str) -> date:
    """ISO 8601 date; UnusableInput if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"«{text}» no es una fecha: escriba año-mes-día, por ejemplo 2026-11-21.") from None


def local_instant(day: date, at: time, zone_name: str) -> datetime:
    """The instant when a wall clock of that zone first shows `at` on `day`, in UTC (a skipped hour moves forward)."""
    wall = datetime.combine(day, at, tzinfo=zone(zone_name))
    return wall.astimezone(UTC)


def local_date(instant: datetime, zone_name: str) -> date:
    """The date that the wall clock of the zone shows at that instant."""
    return check_aware(instant).astimezone(zone(zone_name)).date()


@attrs.frozen
class Period:
    """[start, end): the end, when there is one, is not in it."""

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def days(self) -> int:
        """How many days it holds; ValueError if it has no end."""
        if self.end is None:
            raise ValueError("an open period has no length")
        return (self.end - self.start).days


def each_day(start: date, end: date) -> list[date]:
    """The days of [start, end)."""
    return [start + timedelta(days=i) for i in range((end - start).days)]
