"""Days and instants as parameters of the SQL of reports, the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.core.time import local_instant


def moment(at: datetime) -> object:
    """An instant as a parameter of raw SQL: text in UTC for SQLite, itself for PostgreSQL."""
    return at if bulk.is_postgres() else f"{at:%Y-%m-%d %H:%M:%S}"


def instants(creditor: Creditor, start: date, end: date) -> tuple[object, object]:
    """[first instant, last instant) of the days start..end where the creditor lives."""
    first = local_instant(start, time(0), creditor.zone)
    return moment(first), moment(local_instant(end + timedelta(days=1), time(0), creditor.zone))


def literal(value: object) -> str:
    """A day, an instant or a number of ours inside a query without parameters, so that it may be read in columns."""
    if isinstance(value, bool):
        return str(value).upper() if bulk.is_postgres() else str(int(value))
    return str(value) if isinstance(value, int) else f"'{value}'"


def day(value: date) -> str:
    """A date as a parameter of raw SQL, for both databases."""
    return value.isoformat()


def date_of(expression: str) -> str:
    """The UTC date of an instant, on both databases."""
    return f"CAST({expression} AS DATE)" if bulk.is_postgres() else f"SUBSTR({expression}, 1, 10)"


def day_in_key(column: str) -> str:
    """The second part of a key of three (creditor:day:account), on both databases."""
    found = f"SPLIT_PART({column}, ':', 2)"
    return found if bulk.is_postgres() else f"SUBSTR({column}, INSTR({column}, ':') + 1, 10)"


@contextmanager
def wide_sums() -> Iterator[None]:
    """Room on PostgreSQL for sums over a million messages; what it gives by itself sends them to the disk."""
    if not bulk.is_postgres():
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")
        yield
