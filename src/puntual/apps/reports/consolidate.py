"""The movements of past events, kept added up, so that a report over a million documents reads some thousands of rows.

Entries are only ever added, so a sum over the events up to one id stays true for ever, but for two things that are
looked at every time: an event that was written late with an older id (their number would differ), and a customer who
changed segment (the count of each segment would differ). Then everything is added up again. The events after that id
are added when a report is read: a figure never waits for this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl
from django.db import connection, transaction

from puntual.apps import bulk
from puntual.apps.reports.models import Consolidated, MovementTotal

#: After every event that there is.
LAST = 2**62
#: So many newer events are worth adding up for good.
WORTH = 20_000
#: Transactions end before this: younger events are left for the next time.
SETTLED_AFTER = timedelta(minutes=10)
Build = Callable[[int, int], pl.DataFrame]


def mark_of(creditor_id: int) -> int:
    """Up to which event the totals go; 0 when there are none. Totals that are no longer true are dropped first."""
    found = Consolidated.objects.filter(creditor_id=creditor_id).first()
    if found is None:
        return 0
    if found.segments == _segments(creditor_id) and not _came_late(found):
        return found.event_id
    forget(creditor_id=creditor_id)
    return 0


@transaction.atomic
def forget(*, creditor_id: int) -> None:
    """Drop the totals: the next report adds everything up."""
    MovementTotal.objects.filter(creditor_id=creditor_id).delete()
    Consolidated.objects.filter(creditor_id=creditor_id).delete()


def consolidate(*, creditor_id: int, now: datetime, build: Build, worth: int = WORTH) -> bool:
    """Add up the settled events after the mark, if there are at least `worth`. Says whether it did.

    The sums are read outside any transaction; only their few rows are written in one.
    """
    mark = mark_of(creditor_id)
    if _newer(creditor_id, mark, worth) < worth:
        return False
    last = _last_settled(now)
    if last <= mark or _newer(creditor_id, mark, worth, last) < worth:
        return False
    events, segments = _events(creditor_id, last), _segments(creditor_id)
    rows = build(mark, last).with_columns(creditor_id=pl.lit(creditor_id, dtype=pl.Int64))
    with transaction.atomic():
        kept = Consolidated.objects.select_for_update().filter(creditor_id=creditor_id).first()
        if (kept.event_id if kept else 0) != mark:
            return False  # somebody else did it meanwhile
        bulk.insert_frame(MovementTotal, rows)
        Consolidated.objects.update_or_create(
            creditor_id=creditor_id, defaults={"event_id": last, "events": events, "segments": segments}
        )
    return True


def _came_late(found: Consolidated) -> bool:
    """Whether events appeared under the mark. SQLite has one writer at a time: ids come in the order of commits."""
    return bulk.is_postgres() and _events(found.creditor_id, found.event_id) != found.events


def _events(creditor_id: int, until: int) -> int:
    return _one("SELECT COUNT(*) FROM receivables_event WHERE creditor_id = %s AND id <= %s", (creditor_id, until)) or 0


def _newer(creditor_id: int, after: int, most: int, until: int = LAST) -> int:
    """How many events came after one, counted up to `most`. The plus keeps the search on the primary key."""
    where = "+creditor_id = %s AND id > %s AND id <= %s"
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM receivables_event WHERE {where} LIMIT %s) x"
    return _one(sql, (creditor_id, after, until, most)) or 0


def last_event(creditor_id: int) -> int:
    """The newest event of a creditor; 0 when there is none."""
    return _one("SELECT MAX(id) FROM receivables_event WHERE creditor_id = %s", (creditor_id,)) or 0


def _last_settled(now: datetime) -> int:
    before = now - SETTLED_AFTER
    given = before if bulk.is_postgres() else f"{before:%Y-%m-%d %H:%M:%S}"
    return _one("SELECT id FROM receivables_event WHERE recorded_at < %s ORDER BY id DESC LIMIT 1", (given,)) or 0


def _segments(creditor_id: int) -> str:
    sql = "SELECT segment, COUNT(*), SUM(id) FROM parties_account WHERE creditor_id = %s GROUP BY segment ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, (creditor_id,))
        return ";".join(f"{segment}:{n}:{ids}" for segment, n, ids in cursor.fetchall())


def _one(sql: str, params: tuple[object, ...]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row[0] if row else None
