"""The messages that left, what became of each, and every contact, kept in columns like the books are: see `columns`.

What became of a message is only ever added, so its columns stay true. A message is kept once it, and every one before
it, is a week old, and a contact once it is: late bounces have come in by then. What came after is read with each
report, so a figure never waits for these files and is the same without them. A contact forgotten by law makes all be
read again.
They hold ids, dates, kinds and amounts: nothing of a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import polars as pl
from django.db import connection

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.apps.reports.columns import SETTLED_AFTER, WORTH, folder
from puntual.apps.reports.sql import day_in_key, literal, moment
from puntual.core.frames import ID, INSTANT, MINOR, Column, Schema
from puntual.core.reports import friction
from puntual.core.time import local_instant

MESSAGES: Schema = {
    "id": Column(ID, "mensaje"),
    "account": Column(ID, "cuenta"),
    "channel": Column(pl.String, "canal"),
    "stage": Column(pl.String, "etapa"),
    "campaign": Column(pl.String, "paso de la política"),
    "currency": Column(pl.String, "moneda"),
    "amount_minor": Column(MINOR, "lo que se pedía"),
    "day": Column(pl.String, "día por el que salió, de su llave"),
    "at": Column(INSTANT, "cuándo salió"),
}
MARKS: Schema = {
    "id": Column(ID, "hecho"),
    "message": Column(ID, "mensaje; vacío: ninguno", null=True),
    "account": Column(ID, "cuenta"),
    "level": Column(pl.Int8, "hasta dónde llegó: posición en friction.STEPS"),
    "failed": Column(pl.Boolean, "un pago que falló"),
    "reached": Column(pl.Boolean, "prueba que llegó a la persona"),
    "method": Column(pl.String, "medio"),
    "device": Column(pl.String, "aparato"),
    "at": Column(INSTANT, "cuándo"),
}
TALKS: Schema = {
    "id": Column(ID, "contacto"),
    "account": Column(ID, "cuenta", null=True),
    "channel": Column(pl.String, "canal"),
    "by": Column(ID, "usuario", null=True),
    "direct": Column(pl.Boolean, "contacto directo"),
    "campaign": Column(pl.String, "paso de la política"),
    "at": Column(INSTANT, "cuándo"),
}
#: A failed payment or a reply also prove that the message was seen.
_LEVELS = {**friction.LEVELS, "pay_failed": friction.LEVELS["method_chosen"], "replied": friction.LEVELS["opened"]}
_LEVEL = " ".join(f"WHEN '{code}' THEN {level}" for code, level in _LEVELS.items())
_MESSAGES = """
SELECT o.id, o.account_id AS account, o.channel, o.stage, o.step AS campaign, o.currency, o.amount_minor, {day} AS day,
       o.finished_at AS at
FROM outreach_outbox o
WHERE o.creditor_id = {creditor} AND o.id > {after} AND o.id <= {until} AND o.state IN ('sent', 'opened', 'unknown')
  AND o.channel <> 'task' AND o.finished_at IS NOT NULL{more}
"""
_MARKS = f"""
SELECT f.id, f.outbox_id AS message, f.account_id AS account, CASE f.kind {_LEVEL} ELSE 0 END AS level,
       f.kind = 'pay_failed' AS failed, f.kind IN ('delivered', 'opened', 'clicked', 'replied') AS reached, f.method,
       f.device, f.at
FROM outreach_fact f JOIN parties_account a ON a.id = f.account_id AND a.creditor_id = {{creditor}}
WHERE f.id > {{after}} AND f.id <= {{until}}{{more}}
"""
_TALKS = """
SELECT c.id, c.account_id AS account, c.channel, c.by_id AS "by", c.direct_contact AS direct, c.step AS campaign, c.at
FROM outreach_contact c
WHERE c.creditor_id = {creditor} AND c.id > {after} AND c.id <= {until} AND c.direction = 'out'
  AND c.counts = {yes}{more}
"""
#: The first message that may still change: messages leave in the order of their ids.
_UNSETTLED = """
SELECT MIN(id) FROM outreach_outbox WHERE creditor_id = %s AND channel <> 'task'
  AND (state IN ('planned', 'reserved', 'handing_over') OR finished_at >= %s)
"""
_STREAMS: Mapping[str, tuple[Schema, str, str, str]] = {
    "messages": (MESSAGES, _MESSAGES, "o.finished_at", "outreach_outbox"),
    "marks": (MARKS, _MARKS, "f.at", "outreach_fact"),
    "talks": (TALKS, _TALKS, "c.at", "outreach_contact"),
}
INDEX = "messages-1.json"
KEPT_AFTER = timedelta(days=7)
#: Ids read at a time, and the pieces after which they become one file again.
_LAST, _PIECE, _PIECES = 2**62, 500_000, 24


@attrs.frozen
class Mark:
    """What the files of a stream hold: up to which id, its print, and their names. `seen`: the newest id at a time."""

    until: int = 0
    key: str = ""
    pieces: tuple[str, ...] = ()
    rows: int = 0
    seen: int = 0
    seen_at: str = ""
    #: Of contacts, those up to `until` are kept that were before this instant; the others are still read.
    before: str = ""


def messages(creditor: Creditor, start: date, end: date) -> pl.LazyFrame:
    """MESSAGES that left on the days [start, end] of the creditor."""
    return _stream("messages", creditor, start, end)


def marks(creditor: Creditor, start: date, end: date) -> pl.LazyFrame:
    """MARKS of the days [start, end] of the creditor."""
    return _stream("marks", creditor, start, end)


def talks(creditor: Creditor, start: date, end: date) -> pl.LazyFrame:
    """TALKS: the outgoing contacts that count of the days [start, end] of the creditor."""
    return _stream("talks", creditor, start, end)


def _stream(name: str, creditor: Creditor, start: date, end: date) -> pl.LazyFrame:
    schema, _, column, _ = _STREAMS[name]
    first, last = _bounds(creditor, start, end)
    mark = _valid(name, creditor.pk)
    inside = f" AND {column} >= {literal(moment(first))} AND {column} < {literal(moment(last))}"
    newer = _read(name, creditor.pk, mark.until, _LAST, inside).lazy()
    if mark.before and moment(last) > _instant(mark.before):
        since = literal(max(moment(first), _instant(mark.before)))
        young = f" AND {column} >= {since} AND {column} < {literal(moment(last))}"
        newer = pl.concat([newer, _read(name, creditor.pk, 0, mark.until, young, by_time=True).lazy()])
    files = [_file(creditor.pk, name, piece) for piece in mark.pieces]
    if not files:
        return newer
    kept = pl.scan_parquet(files).filter(pl.col("at") >= first, pl.col("at") < last)
    return pl.concat([kept.select(schema.keys()), newer])


def _file(creditor_id: int, name: str, piece: str) -> Path:
    """A name of its own: `columns` sweeps away the files of the books that no index names."""
    return folder(creditor_id) / f"kept-{name}-{piece}.parquet"


def _instant(told: str) -> Any:
    return moment(datetime.fromisoformat(told))


def _bounds(creditor: Creditor, start: date, end: date) -> tuple[datetime, datetime]:
    first = local_instant(start, datetime.min.time(), creditor.zone)
    return first, local_instant(end + timedelta(days=1), datetime.min.time(), creditor.zone)


def refresh(*, creditor_id: int, now: datetime, worth: int = WORTH) -> bool:
    """Keep what will not change any more and is not kept yet, if it is at least `worth`. Says whether it did."""
    found = {name: _longer(name, creditor_id, now, worth) for name in _STREAMS}
    before = _marks(creditor_id)
    if found == before:
        return False
    place = folder(creditor_id)
    place.mkdir(parents=True, exist_ok=True)
    new = place / f"messages-{uuid4().hex}.tmp"
    new.write_text(json.dumps({name: attrs.asdict(mark) for name, mark in found.items()}))
    new.replace(place / INDEX)
    for name, mark in found.items():
        for piece in set(before[name].pieces) - set(mark.pieces):
            _file(creditor_id, name, piece).unlink(missing_ok=True)
    return any(found[name].until > before[name].until for name in _STREAMS)


def _longer(name: str, creditor_id: int, now: datetime, worth: int) -> Mark:
    mark = _valid(name, creditor_id)
    until, seen, seen_at = _frontier(name, creditor_id, mark, now)
    if until - mark.until < worth:
        return attrs.evolve(mark, seen=seen, seen_at=seen_at)
    before = (now - KEPT_AFTER).isoformat() if name == "talks" else ""
    old = f" AND c.at < {literal(_instant(before))}" if before else ""
    pieces = [*mark.pieces, *(_write(name, creditor_id, rows) for rows in _stable(name, creditor_id, mark, until, old))]
    if len(pieces) > _PIECES:
        files = [_file(creditor_id, name, piece) for piece in pieces]
        pieces = [_write(name, creditor_id, pl.read_parquet(files))]
    return Mark(until, _print(name, until), tuple(pieces), _there(name, until), seen, seen_at, before)


def _write(name: str, creditor_id: int, rows: pl.DataFrame) -> str:
    """A piece, in the order of time so that a month of it is read alone."""
    piece = uuid4().hex
    folder(creditor_id).mkdir(parents=True, exist_ok=True)
    rows.sort("at").write_parquet(_file(creditor_id, name, piece), compression="lz4", row_group_size=100_000)
    return piece


def _stable(name: str, creditor_id: int, mark: Mark, until: int, old: str) -> Iterator[pl.DataFrame]:
    """What may be kept now and was not: contacts that were too young, then everything newer, by pieces."""
    if mark.before:
        young = f" AND c.at >= {literal(_instant(mark.before))}{old}"
        yield _read(name, creditor_id, 0, mark.until, young, by_time=True)
    after = mark.until
    while after < until:
        upto = min(after + _PIECE, until)
        yield _read(name, creditor_id, after, upto, old)
        after = upto


def _frontier(name: str, creditor_id: int, mark: Mark, now: datetime) -> tuple[int, int, str]:
    """Up to which id nothing changes any more; the newest id there is; and when that was seen."""
    newest = _one(f"SELECT MAX(id) FROM {_STREAMS[name][3]}", ()) or 0
    if name == "messages":
        first = _one(_UNSETTLED, (creditor_id, moment(now - KEPT_AFTER)))
        return (first - 1 if first else newest), newest, now.isoformat()
    # On PostgreSQL an older id may be committed late: what was the newest a while ago is not newer than any to come.
    old = bool(mark.seen_at) and now - datetime.fromisoformat(mark.seen_at) >= SETTLED_AFTER
    if not bulk.is_postgres():
        return newest, newest, now.isoformat()
    return (
        (mark.seen, newest, now.isoformat())
        if old
        else (mark.until, mark.seen or newest, mark.seen_at or now.isoformat())
    )


def _valid(name: str, creditor_id: int) -> Mark:
    """What is kept of a stream; nothing where it is of another database or its last row is no longer there."""
    mark = _marks(creditor_id)[name]
    same = mark.until == 0 or (_print(name, mark.until) == mark.key and _there(name, mark.until) == mark.rows)
    return mark if same else Mark()


def _there(name: str, until: int) -> int:
    """How many contacts there are up to an id; of what is never forgotten by itself, nothing is counted."""
    if name != "talks":
        return 0
    # A count of the whole table is quick, and few are newer.
    newer = _one("SELECT COUNT(*) FROM outreach_contact WHERE id > %s", (until,))
    return int(_one("SELECT COUNT(*) FROM outreach_contact", ()) - newer)


def _marks(creditor_id: int) -> dict[str, Mark]:
    try:
        told = json.loads((folder(creditor_id) / INDEX).read_text())
        return {name: Mark(**{**told[name], "pieces": tuple(told[name]["pieces"])}) for name in _STREAMS}
    except (OSError, ValueError, TypeError, KeyError):
        return {name: Mark() for name in _STREAMS}


def _print(name: str, until: int) -> str:
    """What tells the last row at or before an id from that of any other database."""
    table, when = _STREAMS[name][3], _STREAMS[name][2].partition(".")[2]
    sql = f"SELECT id, account_id, {when} FROM {table} WHERE id <= %s ORDER BY id DESC LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, (until,))
        row = cursor.fetchone()
    return "" if row is None else f"{row[0]}:{row[1]}:{''.join(c for c in str(row[2]) if c.isdigit())[:14]}"


def _read(name: str, creditor_id: int, after: int, until: int, more: str, *, by_time: bool = False) -> pl.DataFrame:
    """The rows of a stream with ids in (after, until]; `by_time`: looked up by their instant, as few are asked."""
    schema, sql, _, _ = _STREAMS[name]
    given = {"creditor": int(creditor_id), "after": int(after), "until": int(until), "more": more}
    asked = sql.replace("c.id >", "+c.id >").replace("c.id <=", "+c.id <=") if by_time else sql
    return bulk.read_frame(asked.format(**given, day=day_in_key("o.once"), yes=literal(True)), schema)


def _one(sql: str, params: tuple[Any, ...]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row[0] if row else None
