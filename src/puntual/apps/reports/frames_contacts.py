"""The contacts of a period. Of a large company, the days that nothing changes any more are kept added up in files.

A day is kept a week after it ended, when late bounces have come in; its file carries how many contacts the day had and
the first and last of them, so that one told late, or forgotten by law, makes the day be read again.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import polars as pl
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.apps.reports.columns import WORTH, Books, folder
from puntual.apps.reports.sql import instants
from puntual.core.frames import ID, INSTANT, Column
from puntual.core.reports import inputs
from puntual.core.time import local_date

KEPT_AFTER_DAYS = 7
_ROWS = {
    "account": Column(ID, "cuenta", null=True),
    "channel": Column(pl.String, "canal"),
    "by": Column(ID, "usuario", null=True),
    "direct": Column(pl.Boolean, "contacto directo"),
    "campaign": Column(pl.String, "paso de la política"),
    "at": Column(INSTANT, "instante"),
}
_CONTACTS = """
SELECT c.account_id AS account, c.channel, c.by_id AS "by", c.direct_contact AS direct, c.step AS campaign{at}
FROM outreach_contact c
WHERE c.creditor_id = %s AND c.direction = 'out' AND c.counts = %s AND c.at >= %s AND c.at < %s
"""
_PRINT = "SELECT COUNT(*), MIN(at), MAX(at) FROM outreach_contact WHERE at >= %s AND at < %s"
_GROUP = ("day", "account", "channel", "by", "direct", "campaign")
_KEPT = {"day": pl.Date, "account": pl.Int64, "channel": pl.String, "by": pl.Int64, "direct": pl.Boolean,
         "campaign": pl.String, "times": pl.Int64}  # fmt: skip


def contacts(books: Books, creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """inputs.CONTACTS with their `day`: every outgoing contact of [start, end] that counts, where the creditor is."""
    rows = (_by_days if _many(creditor, start, end) else _live)(creditor, start, end)
    names = dict(get_user_model().objects.filter(pk__in=rows["by"].drop_nulls().unique()).values_list("pk", "username"))
    told = rows.join(books.accounts.select("account", "segment"), on="account", how="left").with_columns(
        pl.col("segment").fill_null(""),
        agent=pl.col("by").replace_strict(names, default="", return_dtype=pl.String).fill_null(""),
    )
    return told.select("day", *(pl.col(n).cast(c.dtype) for n, c in inputs.CONTACTS.items()))


def _many(creditor: Creditor, start: date, end: date) -> bool:
    return _print(creditor, start, end)[0] >= WORTH


def _print(creditor: Creditor, start: date, end: date) -> tuple[int, str]:
    """How many contacts of anybody those days have, and the first and last of them: from the index alone."""
    with connection.cursor() as cursor:
        cursor.execute(_PRINT, instants(creditor, start, end))
        n, first, last = cursor.fetchone()
    return n, f"{n}-{_digits(first)}-{_digits(last)}"


def _digits(at: object) -> str:
    return "".join(c for c in str(at) if c.isdigit())[8:20]


def _live(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    given = (creditor.pk, True, *instants(creditor, start, end))
    rows = bulk.read_frame(_CONTACTS.format(at=", c.at"), _ROWS, given)
    day = pl.col("at").dt.convert_time_zone(creditor.zone).dt.date()
    return rows.with_columns(day=day).group_by(_GROUP).agg(times=pl.len().cast(pl.Int64)).select(list(_KEPT))


def _of_day(creditor: Creditor, day: date) -> pl.DataFrame:
    """The same of one day. Its instants stay in the database: a hundred thousand of them take longer than the rest."""
    schema = {name: column for name, column in _ROWS.items() if name != "at"}
    rows = bulk.read_frame(_CONTACTS.format(at=""), schema, (creditor.pk, True, *instants(creditor, day, day)))
    return rows.with_columns(day=pl.lit(day)).group_by(_GROUP).agg(times=pl.len().cast(pl.Int64)).select(list(_KEPT))


def _by_days(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The kept days from their files, the others from the database; those that may be kept now, are."""
    place = folder(creditor.pk) / f"contactos-{creditor.zone.replace('/', '-')}"
    today, files, found = local_date(timezone.now(), creditor.zone), [], []
    for n in range((end - start).days + 1):
        day = start + timedelta(days=n)
        keep = (today - day).days > KEPT_AFTER_DAYS
        file = place / f"{day}-{_print(creditor, day, day)[1]}.parquet" if keep else None
        if file is not None and file.exists():
            files.append(file)
            continue
        found.append(_of_day(creditor, day))
        if file is not None:
            _keep(found[-1], file, day)
    return pl.concat([*([pl.read_parquet(files)] if files else []), *found])


def _keep(rows: pl.DataFrame, file: Path, day: date) -> None:
    """In place of what was kept of that day before, if anything was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for older in file.parent.glob(f"{day}-*.parquet"):
        older.unlink(missing_ok=True)
    new = file.with_name(f"{uuid4().hex}.tmp")
    rows.write_parquet(new, compression="lz4")
    new.replace(file)
