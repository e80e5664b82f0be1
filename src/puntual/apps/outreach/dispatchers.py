"""The marks of the processes that send."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import attrs

from puntual.apps.outreach.models import Dispatcher


@attrs.frozen
class Mark:
    """A sender: where it runs, and its last sign of life."""

    worker: str
    host: str
    seen_at: datetime


def begins(*, worker: str, host: str, at: datetime) -> None:
    Dispatcher.objects.create(worker=worker, host=host[:120], started_at=at, seen_at=at)


def lives(*, worker: str, at: datetime) -> None:
    Dispatcher.objects.filter(worker=worker).update(seen_at=at)


def ends(*, workers: Collection[str]) -> None:
    if workers:
        Dispatcher.objects.filter(worker__in=list(workers)).delete()


def everybody() -> list[str]:
    """Every sender that left a mark."""
    return list(Dispatcher.objects.values_list("worker", flat=True))


def of(workers: Collection[str]) -> dict[str, Mark]:
    """The marks of those of these workers that left one."""
    rows = Dispatcher.objects.filter(worker__in=list(workers))
    return {row.worker: Mark(row.worker, row.host, row.seen_at) for row in rows}
