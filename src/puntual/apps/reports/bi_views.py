"""The views of `bi` in the database, and their rows as Parquet files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from puntual.apps import bulk
from puntual.apps.reports.bi import VIEWS, statements
from puntual.core.errors import UnusableInput

_PIECE = 1_000_000


def raise_views() -> None:
    """Make every view, or make it again. After every migration, like the guard of the books."""
    with connection.cursor() as cursor:
        for sql in statements(connection.vendor):
            cursor.execute(sql)


def lower_views() -> None:
    """Drop them where a migration waits: no table could be made again under a view."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    with connection.cursor() as cursor:
        for name in VIEWS:
            cursor.execute(f"DROP VIEW IF EXISTS {name}")


def rows(name: str, creditor_id: int | None, after: int = 0, until: int = 2**62) -> pl.DataFrame:
    """The rows of a view with ids in (after, until], of one creditor or of all."""
    mine = "id" if name == "bi_empresas" else "empresa"
    where = f" AND {mine} = {int(creditor_id)}" if creditor_id is not None else ""
    sql = f"SELECT {', '.join(VIEWS[name].columns)} FROM {name} WHERE id > {int(after)} AND id <= {int(until)}{where}"
    return bulk.read_frame(sql, VIEWS[name].columns)


def export(folder: Path, creditor_id: int | None) -> dict[str, int]:
    """A Parquet file per view; view -> rows. Read by pieces, so that millions of rows fit in memory."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableInput(f"No se pudo usar la carpeta {folder}: {error.strerror}. Elija otra.") from None
    return {name: _export(name, folder / f"{name}.parquet", creditor_id) for name in VIEWS}


def _export(name: str, file: Path, creditor_id: int | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX(id) FROM {name}")
        last = cursor.fetchone()[0] or 0
    pieces = [rows(name, creditor_id, after, after + _PIECE).lazy() for after in range(0, max(last, 1), _PIECE)]
    whole = pl.concat(pieces)
    whole.sink_parquet(file, compression="zstd")
    return int(whole.select(pl.len()).collect().item())
