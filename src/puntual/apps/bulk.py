"""Columns in and out of the database, shared by every app's `read` and `write`.

Out: ADBC when nothing is pending in a transaction (columns straight to Arrow), Django's own connection inside one, so
that a
reader always sees what its own transaction wrote. In: COPY on PostgreSQL, executemany on SQLite, always inside the
caller's transaction. Names of tables and columns come from our models only, never from users.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import polars as pl
from django.db import connection, models

from puntual.core.frames import Schema

_PARAMS_MAX = 900
_one_thread = False


def one_thread() -> None:
    """Promise that this process reads with one thread only, so that SQLite may be read in columns.

    ADBC brings a SQLite library of its own. Two of them must never have the same file open in one process: closing
    one drops
    the other's locks (POSIX), and the WAL disappears under it. So Django's connection is closed before ADBC opens the
    file,
    which is safe only while no other thread can open one. The commands that read a whole portfolio promise it; the
    web never.
    """
    global _one_thread
    _one_thread = True


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def read_frame(sql: str, schema: Schema, params: Sequence[Any] = ()) -> pl.DataFrame:
    """The rows of a query as a frame of that schema. The query names its columns as the schema does, in any order."""
    if connection.in_atomic_block or params or not (is_postgres() or _one_thread):
        raw = _read_by_cursor(sql, params, schema)
    else:
        raw = _read_by_adbc(sql)
    return raw.select(_typed(raw.schema, name, spec.dtype).alias(name) for name, spec in schema.items())


def _read_by_cursor(sql: str, params: Sequence[Any], schema: Schema) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("%", "%%") if params == () else sql, params or None)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    columns = {}
    for position, name in enumerate(names):
        kind = _cursor_kind(schema[name].dtype) if name in schema else None
        values = [row[position] for row in rows]
        columns[name] = pl.Series(name, [_as_text(v) for v in values] if kind == pl.String else values, dtype=kind)
    return pl.DataFrame(columns)


def _as_text(value: Any) -> str | None:
    """SQLite gives a date or instant as text or as an object, depending on how the query names its column."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return None if value is None else str(value)


def _cursor_kind(dtype: Any) -> Any:
    """Dates and instants arrive as text from SQLite and as objects from PostgreSQL; the rest as what it is."""
    if not is_postgres() and (dtype == pl.Date or isinstance(dtype, pl.Datetime)):
        return pl.String
    if not is_postgres() and dtype == pl.Boolean:
        return pl.Int64
    return dtype if not isinstance(dtype, pl.List) else pl.String


def _read_by_adbc(sql: str) -> pl.DataFrame:
    with _adbc() as conn, conn.cursor() as cursor:
        cursor.execute(sql)
        table = cursor.fetch_arrow_table()
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _adbc() -> Any:
    settings = connection.settings_dict
    if is_postgres():
        import adbc_driver_postgresql.dbapi as driver

        host = quote(str(settings["HOST"] or "localhost"), safe="")
        user = quote(str(settings["USER"]), safe="")
        password = f":{quote(str(settings['PASSWORD']), safe='')}" if settings["PASSWORD"] else ""
        port = f":{settings['PORT']}" if settings["PORT"] else ""
        if host.startswith("%2F"):
            extra = f"&port={settings['PORT']}" if settings["PORT"] else ""
            return driver.connect(f"postgresql:///{settings['NAME']}?host={host}&user={user}{extra}")
        return driver.connect(f"postgresql://{user}{password}@{host}{port}/{settings['NAME']}")
    import adbc_driver_sqlite.dbapi as sqlite

    connection.close()
    return sqlite.connect(f"file:{quote(str(settings['NAME']))}?mode=ro")


def _typed(have: pl.Schema, name: str, dtype: Any) -> pl.Expr:
    column, now = pl.col(name), have[name]
    if now == dtype:
        return column
    if dtype == pl.Date and now == pl.String:
        return column.str.to_date("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime) and now == pl.String:
        # SQLite keeps UTC text, with or without a fraction.
        return (
            column.str.slice(0, 26).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us").dt.replace_time_zone("UTC")
        )
    if isinstance(dtype, pl.Datetime) and isinstance(now, pl.Datetime) and now.time_zone is None:
        return column.dt.replace_time_zone("UTC").cast(dtype)
    if dtype == pl.List(pl.String) and now == pl.String:
        return pl.when(column == "").then(pl.lit([], dtype=dtype)).otherwise(column.str.split(","))
    return column.cast(dtype)


def next_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Fresh primary keys for rows that will be inserted in the same transaction."""
    if count == 0:
        return range(0)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    start = (row[0] if row else 0) + 1
    return range(start, start + count)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert whole rows. Columns are database names; values are what the driver takes (dates, ints, bytes, text)."""
    table = model._meta.db_table
    names = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        if is_postgres():
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["?"] * len(columns))
        _sqlite_cursor(cursor).executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)


def insert_frame(model: type[models.Model], frame: pl.DataFrame) -> None:
    """Insert a frame whose columns are the table's column names."""
    insert_rows(model, frame.columns, _driver_rows(frame))


def _driver_rows(frame: pl.DataFrame) -> Iterable[Sequence[Any]]:
    if is_postgres():
        return frame.iter_rows()
    text = [
        pl.col(n).dt.strftime("%Y-%m-%d").alias(n)
        if t == pl.Date
        else pl.col(n).dt.strftime("%Y-%m-%d %H:%M:%S%.6f").alias(n)
        if isinstance(t, pl.Datetime)
        else pl.col(n)
        for n, t in frame.schema.items()
    ]
    return frame.select(text).iter_rows()


def _sqlite_cursor(cursor: Any) -> Any:
    """The driver's own cursor: Django's would copy every statement for its debug log and rewrite the placeholders."""
    return connection.connection


def upsert_frame(model: type[models.Model], keys: Sequence[str], frame: pl.DataFrame, where: str = "") -> None:
    """Insert a frame whose columns are the table's column names, or replace the rest where the keys exist already."""
    columns = [c for c in frame.columns if c not in keys]
    upsert_rows(model, keys, columns, _driver_rows(frame.select(*keys, *columns)), where)


def upsert_rows(
    model: type[models.Model], keys: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[Any]],
    where: str = "",
) -> None:  # fmt: skip
    """Insert rows, or replace `columns` where the keys exist already. Each row has keys, then columns. `where`: what
    an existing row must fulfil to be replaced, in the words of the database (the new row is `excluded`)."""
    table = model._meta.db_table
    names = ", ".join(f'"{c}"' for c in [*keys, *columns])
    sets = ", ".join(f'"{c}" = excluded."{c}"' for c in columns)
    conflict = ", ".join(f'"{k}"' for k in keys)
    if where:
        sets = f"{sets} WHERE {where}"
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(
                f'CREATE TEMP TABLE "up_{table}" ON COMMIT DROP AS SELECT {names} FROM "{table}" WITH NO DATA'
            )
            with cursor.copy(f'COPY "up_{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "up_{table}" '
                f"ON CONFLICT ({conflict}) DO UPDATE SET {sets}"
            )
            cursor.execute(f'DROP TABLE "up_{table}"')
            return
        marks = ", ".join(["?"] * (len(keys) + len(columns)))
        _sqlite_cursor(cursor).executemany(
            f'INSERT INTO "{table}" ({names}) VALUES ({marks}) ON CONFLICT ({conflict}) DO UPDATE SET {sets}', rows
        )


def chunks(values: Sequence[Any], size: int = _PARAMS_MAX) -> Iterable[Sequence[Any]]:
    """Pieces small enough for the parameters of one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
