"""The accounts at providers as every sender of the installation shares them: how many may go now, and how they fare.

Each function is one short transaction over the rows of the lines involved; what it decides is `core.channels`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import attrs
from django.db import transaction

from puntual.apps.outreach.models import Line
from puntual.core.channels import Breaker, Bucket, Event, Pace, after, may_send, take
from puntual.core.channels.breaker import State

Key = tuple[int, str]
#: What each channel's providers are known to take when nobody set another pace: messages a second. Meta gives 80 to a
#: new number; an own mail server is happy with thirty (the usual providers with fewer), a
#: voice line with one call a second.
KNOWN: Mapping[str, float] = {"whatsapp": 80.0, "sms": 20.0, "email": 30.0, "voice": 1.0}

#: While one message goes to see, the others look again this soon.
LOOK_AGAIN = timedelta(seconds=1)


@attrs.frozen
class Grant:
    """How many may go now; with fewer than asked, when to come back, and the breaker as it stands."""

    n: int
    until: datetime | None
    breaker: Breaker


@transaction.atomic
def grant(*, wanted: Mapping[Key, int], now: datetime, unlimited: Collection[Key] = ()) -> dict[Key, Grant]:
    """Take tokens for what each line wants to send. `unlimited`: those without a provider behind (Modo de prueba)."""
    rows = _rows(wanted)
    given = {}
    for key, n in wanted.items():
        if key in unlimited:
            given[key] = Grant(n, None, Breaker())
            continue
        row = rows[key]
        breaker, most = may_send(breaker_of(row), now)
        asked = n if most is None else min(n, most)
        bucket, got, wait = take(Bucket(row.tokens, row.tokens_at), pace_of(row), asked, now)
        _keep(row, bucket, breaker)
        given[key] = Grant(got, _until(row, breaker, now, n, got, wait), breaker)
    return given


def _until(row: Line, breaker: Breaker, now: datetime, wanted: int, got: int, wait: timedelta) -> datetime | None:
    """When the rest may go: after the pause, or when the bucket holds them (never more than it can)."""
    if got >= wanted:
        return None
    if breaker.retry_at is not None:
        return breaker.retry_at
    if breaker.state == State.HALF_OPEN:
        return now + LOOK_AGAIN
    pace = pace_of(row)
    return now + max(wait, timedelta(seconds=(min(wanted - got, pace.burst)) / pace.per_second))


def pace_of(row: Line) -> Pace:
    """The pace a person set, else what is known of the channel; a second's worth may go at once."""
    rate = float(row.per_second) if row.per_second else KNOWN.get(row.channel, 10.0)
    return Pace(rate, max(rate, 1.0))


def breaker_of(row: Line) -> Breaker:
    return Breaker(State(row.state), row.troubles, row.openings, row.retry_at)


@transaction.atomic
def heard(*, key: Key, event: Event, now: datetime, asked: timedelta | None = None, words: str = "") -> Breaker:
    """What an answer said of the provider. `words`: its own, for people, when it is in trouble."""
    row = _rows([key])[key]
    before = breaker_of(row)
    breaker = after(before, event, now, asked=asked)
    if breaker != before:
        if breaker.state != before.state:
            row.changed_at = now
        if event in (Event.TROUBLE, Event.SLOWER):
            row.last_error = words[:300]
        _keep(row, None, breaker)
    return breaker


@transaction.atomic
def mended(*, creditor_id: int, channel: str, now: datetime) -> Breaker:
    """A person mended it: one message goes at once to see. Without a pause changes nothing."""
    key = (creditor_id, channel)
    row = _rows([key])[key]
    breaker = after(breaker_of(row), Event.MENDED, now)
    _keep(row, None, attrs.evolve(breaker, retry_at=None))
    return breaker


@transaction.atomic
def set_pace(*, creditor_id: int, channel: str, per_second: float | None) -> None:
    """How many messages a second that account may be handed; None: what is known of the channel."""
    key = (creditor_id, channel)
    row = _rows([key])[key]
    row.per_second = per_second  # type: ignore[assignment]
    row.save(update_fields=["per_second"])


@transaction.atomic
def number_told(*, key: Key, quality: str, people_a_day: int, at: datetime) -> bool:
    """What the provider says of the number itself. What is older than what is known changes nothing."""
    row = _rows([key])[key]
    if row.told_at is not None and at < row.told_at:
        return False
    row.quality, row.told_at = quality or row.quality, at
    row.people_a_day = people_a_day or row.people_a_day
    row.save(update_fields=["quality", "told_at", "people_a_day"])
    return True


def lines(creditor_id: int | None = None) -> list[Line]:
    """The lines there are."""
    rows = Line.objects.all() if creditor_id is None else Line.objects.filter(creditor_id=creditor_id)
    return list(rows.order_by("creditor_id", "channel"))


def paused(now: datetime, creditor_id: int | None = None) -> list[Line]:
    """The lines whose provider is in trouble: their messages wait, none is lost."""
    return [row for row in lines(creditor_id) if row.state != State.CLOSED]


def resting(now: datetime) -> dict[Key, datetime]:
    """(creditor, channel) -> until when nothing may be handed over by it."""
    rows = Line.objects.filter(retry_at__gt=now)
    return {(row.creditor_id, row.channel): row.retry_at for row in rows if row.retry_at}


def _rows(keys: Collection[Key]) -> dict[Key, Line]:
    found = {
        (row.creditor_id, row.channel): row
        for row in Line.objects.select_for_update().filter(creditor_id__in={c for c, _ in keys}).order_by("pk")
    }
    for creditor, channel in sorted(set(keys) - set(found)):
        row, _new = Line.objects.select_for_update().get_or_create(creditor_id=creditor, channel=channel)
        found[creditor, channel] = row
    return {key: found[key] for key in keys}


def _keep(row: Line, bucket: Bucket | None, breaker: Breaker) -> None:
    if bucket is not None:
        row.tokens, row.tokens_at = bucket.tokens, bucket.at
    row.state, row.troubles = breaker.state.value, breaker.troubles
    row.openings, row.retry_at = breaker.openings, breaker.retry_at
    row.save()
