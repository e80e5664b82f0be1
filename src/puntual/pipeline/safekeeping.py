"""Backup and restore: one file with the data, consistent while the system runs, and the keyring in another, kept
apart."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from puntual import __version__
from puntual.apps.audit import write as audit
from puntual.core.errors import Refused, UnusableInput

_DATABASE = "base.sqlite3"
_DUMP = "base.pgdump"
_NOTE = "respaldo.json"
#: What of the data folder is not data: keys (apart), the live database, caches, earlier backups, files not loaded.
_LEFT_OUT = {"llavero", "static", "log", "respaldos", "cargas"}


def backup(file: Path, actor: Any = None) -> dict[str, object]:
    """Write the data to `file` and the keyring to `file` + `.llavero`. Give where they are and their sizes. Whoever
    took it is in the log."""
    file = file.resolve()
    if not file.parent.is_dir():
        raise UnusableInput(f"No existe la carpeta {file.parent}: créela o elija otra.")
    part = file.with_name(file.name + ".parte")
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch, tarfile.open(part, "w:gz") as tar:
        copy = _copy_database(Path(scratch))
        tar.add(copy, arcname=copy.name)
        for child in sorted(settings.DATA.iterdir()):
            if child.name not in _LEFT_OUT and "sqlite3" not in child.name and child.resolve() != part:
                tar.add(child, arcname=f"carpeta/{child.name}")
        note = Path(scratch) / _NOTE
        note.write_text(
            json.dumps({"version": __version__, "at": datetime.now(UTC).isoformat(), "database": copy.name})
        )
        tar.add(note, arcname=_NOTE)
    os.replace(part, file)  # noqa: PTH105
    keys = file.with_name(file.name + ".llavero")
    with tarfile.open(keys, "w:gz") as tar:
        tar.add(settings.DATA / "llavero", arcname="llavero")
    keys.chmod(0o600)
    audit.record(act="backup_taken", actor=actor, detail={"bytes": file.stat().st_size})
    return {"file": str(file), "bytes": file.stat().st_size, "keyring": str(keys)}


def _copy_database(folder: Path) -> Path:
    """A consistent copy of the live database: SQLite's online backup, or pg_dump."""
    if connection.vendor == "postgresql":
        return _pg("pg_dump", "-Fc", "-f", str(folder / _DUMP)) or folder / _DUMP
    target = folder / _DATABASE
    with sqlite3.connect(str(settings.DATABASES["default"]["NAME"])) as live, sqlite3.connect(target) as copy:
        live.backup(copy, pages=4096)
    copy.close()
    return target


def _pg(program: str, *arguments: str) -> None:
    if not shutil.which(program):
        raise UnusableInput(f"Falta el programa {program} de PostgreSQL: instálelo para respaldar esta base.")
    s = connection.settings_dict
    where = ["-h", str(s["HOST"]), "-U", str(s["USER"])] + (["-p", str(s["PORT"])] if s["PORT"] else [])
    environment = {**os.environ, "PGPASSWORD": str(s["PASSWORD"])}
    run = subprocess.run(
        [program, *where, "-d", str(s["NAME"]), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise UnusableInput(f"{program} no pudo: {run.stderr.strip()[:300]}")


def restore(file: Path, keyring: Path | None = None) -> None:
    """Put a backup back into this data folder. Refused over a database that already has companies."""
    if not tarfile.is_tarfile(file):
        raise UnusableInput(f"{file} no es un respaldo de Puntual.")
    if _has_data():
        raise Refused("Aquí ya hay datos: restaure en una carpeta de datos vacía (PUNTUAL_DATA) o en otra base.")
    keyring = keyring or file.with_name(file.name + ".llavero")
    if not keyring.exists():
        raise UnusableInput(f"Falta el llavero {keyring}: sin él no se puede leer ningún dato personal.")
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(file) as tar:
            tar.extractall(scratch, filter="data")
        with tarfile.open(keyring) as tar:
            tar.extractall(settings.DATA, filter="data")
        folder = Path(scratch)
        if not (folder / _NOTE).exists():
            raise UnusableInput(f"{file} no es un respaldo de Puntual.")
        for child in (folder / "carpeta").glob("*"):
            shutil.move(str(child), settings.DATA / child.name)
        _put_database(folder)


def _has_data() -> bool:
    if connection.vendor == "sqlite" and not Path(str(settings.DATABASES["default"]["NAME"])).exists():
        return False
    if "parties_creditor" not in connection.introspection.table_names():
        return False
    from puntual.apps.parties.models import Creditor

    return Creditor.objects.exists()


def _put_database(folder: Path) -> None:
    if connection.vendor == "postgresql":
        if not (folder / _DUMP).exists():
            raise UnusableInput("Ese respaldo es de una base SQLite: restáurelo sin DATABASE_URL.")
        _pg("pg_restore", "--clean", "--if-exists", "--no-owner", str(folder / _DUMP))
        return
    if not (folder / _DATABASE).exists():
        raise UnusableInput("Ese respaldo es de PostgreSQL: diga en DATABASE_URL dónde restaurarlo.")
    connections.close_all()
    target = Path(str(settings.DATABASES["default"]["NAME"]))
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    shutil.move(str(folder / _DATABASE), target)
