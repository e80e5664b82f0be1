"""The books in columns: each entry of the receivable is read once from the database and kept in files.

Entries are only ever added, so columns up to one event stay true for ever. Three things are looked at every time: an
event that was written late with an older id, another database behind the same folder (a restore), and due dates that a
person corrected; then everything is read again. What came after the kept columns is read with each report, so a figure
never waits for them. No name, address or text of a person is in these files: ids, dates, kinds and amounts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import polars as pl
from django.conf import settings
from django.db import connection

from puntual.apps import bulk
from puntual.apps.reports.sql import date_of
from puntual.core.frames import ID, MINOR, Column, Schema

MOVES: Schema = {
    "due_item": Column(ID, "documento o cuota"),
    "account": Column(ID, "cuenta"),
    "currency": Column(pl.String, "moneda"),
    "sold_on": Column(pl.Date, "venta; vacío: no lo dice", null=True),
    "issued_on": Column(pl.Date, "emisión"),
    "due_on": Column(pl.Date, "vencimiento"),
    "product": Column(pl.String, "producto"),
    "department": Column(pl.String, "área"),
    "seller": Column(pl.String, "vendedor"),
    "plant": Column(pl.String, "planta o sucursal"),
    "original_minor": Column(MINOR, "importe original del documento"),
    "effective_on": Column(pl.Date, "fecha del hecho"),
    "recorded_on": Column(pl.Date, "día en que entró en los libros, en UTC"),
    "kind": Column(pl.String, "hecho; una reversión lleva el del hecho que deshace"),
    "component": Column(pl.Int8, "1 capital, 2 interés, 3 gasto"),
    "amount_minor": Column(MINOR, "cambio del saldo por cobrar"),
}
MONEY: Schema = {
    "account": Column(ID, "cuenta"),
    "currency": Column(pl.String, "moneda"),
    "on": Column(pl.Date, "fecha del pago"),
    "amount_minor": Column(MINOR, "dinero recibido menos devuelto"),
}
ACCOUNTS: Schema = {
    "account": Column(ID, "cuenta"),
    "party": Column(ID, "persona"),
    "segment": Column(pl.String, "segmento; vacío: ninguno"),
}
_MOVES = """
SELECT e.due_item_id AS due_item, d.account_id AS account, d.currency, i.sold_on, i.issued_on, d.due_on, i.product,
       i.department, i.seller, i.plant, d.original_minor, v.effective_on, {recorded_on} AS recorded_on,
       e.component, e.amount_minor,
       CASE WHEN v.kind = 'reversal'
            THEN COALESCE((SELECT r.kind FROM receivables_event r WHERE r.id = v.reverses_id), v.kind)
            ELSE v.kind END AS kind
FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1
JOIN receivables_dueitem d ON d.id = e.due_item_id JOIN receivables_invoice i ON i.id = d.invoice_id
WHERE v.creditor_id = {creditor} AND v.id > {after} AND v.id <= {until}
"""
_MONEY = """
SELECT v.account_id AS account, v.currency, v.effective_on AS "on", e.amount_minor
FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 3
WHERE v.creditor_id = {creditor} AND v.kind IN ('payment', 'reversal', 'chargeback', 'refund', 'recovery')
  AND v.id > {after} AND v.id <= {until}
"""
_ACCOUNTS = "SELECT id AS account, party_id AS party, segment FROM parties_account WHERE creditor_id = {creditor}"
STREAMS = {"moves": (MOVES, _MOVES), "money": (MONEY, _MONEY)}
#: Another name when the columns change: what was kept before is read again.
INDEX = "index-4.json"
#: After every event that there is.
LAST = 2**62
#: So many newer events are worth keeping in columns; of a smaller company nothing is kept, and nothing is needed.
WORTH = 20_000
#: Transactions end before this: younger events are left for the next time.
SETTLED_AFTER = timedelta(minutes=10)
#: Events read at a time, and the pieces after which they become one file again.
_PIECE, _PIECES = 500_000, 24
#: So many ids are handed out at most while one transaction lasts.
_LATE_WITHIN = 200_000
_SWEPT_AFTER_S = 3600


@attrs.frozen
class Index:
    """What the files of a creditor hold: up to which event, its key, how many of the last events, and their names."""

    mark: int = 0
    key: str = ""
    events: int = 0
    assumed: str = ""
    pieces: tuple[str, ...] = ()


@attrs.frozen(eq=False)
class Books:
    """The columns of one creditor, kept and new alike: MOVES and MONEY to be scanned, ACCOUNTS whole."""

    moves: pl.LazyFrame
    money: pl.LazyFrame
    accounts: pl.DataFrame


def books(creditor_id: int) -> Books:
    """Everything up to this moment."""
    index = valid_index(creditor_id)
    found = {}
    for name in STREAMS:
        newer = _read(name, creditor_id, index.mark, LAST).lazy()
        files = [folder(creditor_id) / f"{name}-{piece}.parquet" for piece in index.pieces]
        found[name] = pl.concat([pl.scan_parquet(files), newer]) if files else newer
    return Books(found["moves"], found["money"], _accounts(creditor_id, kept=bool(index.pieces)))


def valid_index(creditor_id: int) -> Index:
    """The index of the kept columns; an empty one where there are none or they are no longer true."""
    try:
        told = json.loads((folder(creditor_id) / INDEX).read_text())
        index = Index(**{**told, "pieces": tuple(told["pieces"])})
    except (OSError, ValueError, TypeError, KeyError):
        return Index()
    same = _one("SELECT key FROM receivables_event WHERE id = %s AND creditor_id = %s", (index.mark, creditor_id))
    if same != index.key or _assumed(creditor_id, index.assumed) != index.assumed:
        return Index()
    # SQLite has one writer at a time: ids come in the order of commits, none appears late.
    late = bulk.is_postgres() and _events(creditor_id, index.mark) != index.events
    return Index() if late else index


def refresh(*, creditor_id: int, now: datetime, worth: int = WORTH) -> bool:
    """Keep the settled events that are not kept yet, if they are at least `worth`. Says whether it did."""
    index = valid_index(creditor_id)
    if _newer(creditor_id, index.mark, worth) < worth:
        return False
    last = _last_settled(creditor_id, now)
    if last <= index.mark or _newer(creditor_id, index.mark, worth, last) < worth:
        return False
    pieces = list(index.pieces)
    for after, until in _ranges(index.mark, last):
        pieces.append(_keep({name: _read(name, creditor_id, after, until) for name in STREAMS}, creditor_id))
    if len(pieces) > _PIECES:
        files = {n: [folder(creditor_id) / f"{n}-{piece}.parquet" for piece in pieces] for n in STREAMS}
        pieces = [_keep({name: pl.scan_parquet(files[name]).collect() for name in STREAMS}, creditor_id)]
    key = str(_one("SELECT key FROM receivables_event WHERE id = %s", (last,)))
    new = Index(last, key, _events(creditor_id, last), _assumed(creditor_id, None), tuple(pieces))
    _write_index(creditor_id, new)
    return True


def worth_it(creditor_id: int) -> bool:
    """Whether there are events enough to keep."""
    return _newer(creditor_id, valid_index(creditor_id).mark, WORTH) >= WORTH


def forget(creditor_id: int) -> None:
    """Drop what is kept: the next report reads the books again."""
    (folder(creditor_id) / INDEX).unlink(missing_ok=True)


def last_event(creditor_id: int) -> int:
    """The newest event of a creditor; 0 when there is none."""
    return _one("SELECT MAX(id) FROM receivables_event WHERE creditor_id = %s", (creditor_id,)) or 0


def _read(name: str, creditor_id: int, after: int, until: int) -> pl.DataFrame:
    schema, sql = STREAMS[name]
    given = {"creditor": int(creditor_id), "after": int(after), "until": int(until)}
    return bulk.read_frame(sql.format(**given, recorded_on=date_of("v.recorded_at")), schema)


def _ranges(after: int, last: int) -> Iterator[tuple[int, int]]:
    while after < last:
        until = min(after + _PIECE, last)
        yield after, until
        after = until


def _keep(frames: dict[str, pl.DataFrame], creditor_id: int) -> str:
    place, piece = folder(creditor_id), uuid4().hex
    place.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.write_parquet(place / f"{name}-{piece}.parquet", compression="lz4")
    return piece


def _write_index(creditor_id: int, index: Index) -> None:
    """Whole or not at all; then the files that no index names, and that nobody can be reading, go."""
    place = folder(creditor_id)
    new = place / f"index-{uuid4().hex}.tmp"
    new.write_text(json.dumps(attrs.asdict(index)))
    new.replace(place / INDEX)
    named = {f"{name}-{piece}.parquet" for name in STREAMS for piece in index.pieces}
    for file in place.glob("m*-*.parquet"):
        if file.name not in named and time.time() - file.stat().st_mtime > _SWEPT_AFTER_S:
            file.unlink(missing_ok=True)


def _accounts(creditor_id: int, *, kept: bool) -> pl.DataFrame:
    """Every account with its segment: of a large company from a file, as long as nobody changed one."""
    sql = _ACCOUNTS.format(creditor=int(creditor_id))
    if not kept:
        return bulk.read_frame(sql, ACCOUNTS)
    print_, file = _segments(creditor_id), folder(creditor_id) / "accounts.parquet"
    try:
        if pl.read_parquet_metadata(file).get("print") == print_:
            return pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError):
        pass
    found = bulk.read_frame(sql, ACCOUNTS)
    new = file.with_name(f"accounts-{uuid4().hex}.tmp")
    found.write_parquet(new, compression="lz4", metadata={"print": print_})
    new.replace(file)
    return found


def folder(creditor_id: int) -> Path:
    """Where what is kept of a creditor lies."""
    return Path(settings.DATA) / "reportes" / str(creditor_id)


def _segments(creditor_id: int) -> str:
    sql = "SELECT segment, COUNT(*), SUM(id) FROM parties_account WHERE creditor_id = %s GROUP BY segment ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute(sql, (creditor_id,))
        return ";".join(f"{segment}:{n}:{ids}" for segment, n, ids in cursor.fetchall())


def _assumed(creditor_id: int, known: str | None) -> str:
    """ "count:last invoice" of the documents whose due date is only supposed: a correction makes them fewer.

    `known`: what was kept; where nothing was supposed then, nothing can have been corrected since.
    """
    if known is not None and known.startswith("0:"):
        return known
    last = int(known.split(":")[1]) if known else LAST
    sql = "SELECT COUNT(*) FROM receivables_invoice WHERE creditor_id = %s AND id <= %s AND assumed_terms"
    newest = last if known else _one("SELECT MAX(id) FROM receivables_invoice", ()) or 0
    return f"{_one(sql, (creditor_id, last))}:{newest}"


def _events(creditor_id: int, until: int) -> int:
    """How many of the last ids up to one are there: an older one that is committed late is not far below it."""
    sql = "SELECT COUNT(*) FROM receivables_event WHERE creditor_id = %s AND id > %s AND id <= %s"
    return _one(sql, (creditor_id, until - _LATE_WITHIN, until)) or 0


def _newer(creditor_id: int, after: int, most: int, until: int = LAST) -> int:
    """How many events came after one, counted up to `most`. The plus keeps the search on the primary key."""
    where = "+creditor_id = %s AND id > %s AND id <= %s"
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM receivables_event WHERE {where} LIMIT %s) x"
    return _one(sql, (creditor_id, after, until, most)) or 0


def _last_settled(creditor_id: int, now: datetime) -> int:
    before = now - SETTLED_AFTER
    given = before if bulk.is_postgres() else f"{before:%Y-%m-%d %H:%M:%S}"
    where = "creditor_id = %s AND recorded_at < %s"
    sql = f"SELECT id FROM receivables_event WHERE {where} ORDER BY id DESC LIMIT 1"
    return _one(sql, (creditor_id, given)) or 0


def _one(sql: str, params: tuple[object, ...]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row[0] if row else None
