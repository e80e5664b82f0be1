"""The empty, migrated database, kept between runs of the tests: the migrations take longer than most test files.

A copy is good for exactly the migrations that made it (and what they import): anything else makes a new one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import django
from django.apps import apps
from django.db import connection
from django.db.utils import Error

_IMPORTS = re.compile(rb"^\s*(?:from|import) (puntual[\w.]*)", re.MULTILINE)


def _key() -> str:
    """A digest of every migration in the order of its apps, and of our own modules that they import."""
    found, modules = hashlib.sha256(f"{django.VERSION} {connection.vendor}".encode()), set()
    for app in apps.get_app_configs():
        for file in sorted(Path(app.path, "migrations").glob("*.py")):
            text = file.read_bytes()
            found.update(f"{app.label}/{file.name}".encode() + text)
            modules.update(name.decode() for name in _IMPORTS.findall(text))
    for name in sorted(modules):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            found.update(Path(spec.origin).read_bytes())
    return found.hexdigest()[:16]


def restore() -> bool:
    """Put the copy where the test database goes. False: there is none yet."""
    name, kept = connection.settings_dict["TEST"]["NAME"] or connection.creation._get_test_db_name(), _key()
    if connection.vendor == "sqlite":
        if not _file(kept).exists():
            return False
        shutil.copyfile(_file(kept), name)
        return True
    return _copied(f"puntual_esquema_{kept}", name)


def keep() -> None:
    """Keep a copy of the test database that was just made."""
    name, kept = connection.settings_dict["NAME"], _key()
    connection.close()
    if connection.vendor == "postgresql":
        _copied(str(name), f"puntual_esquema_{kept}")
        return
    handle, part = tempfile.mkstemp(dir=_file(kept).parent)
    os.close(handle)
    with connection.cursor() as cursor:  # what the journal still holds goes into the file
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copyfile(name, part)
    Path(part).replace(_file(kept))


def drop() -> None:
    """The test database of this run is over; the copy stays."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(name + end).unlink(missing_ok=True)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _file(key: str) -> Path:
    return Path(tempfile.gettempdir()) / f"puntual-esquema-{key}.sqlite3"


def _copied(source: str, target: str) -> bool:
    """A PostgreSQL database from another one. False: there is no such source, or it is in use."""
    with closing(connection), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname IN (%s, %s)", [source, target])
        there = {row[0] for row in cursor.fetchall()}
        if source not in there:
            return False
        if target in there:
            if not target.startswith("test_"):
                return True
            cursor.execute(f'DROP DATABASE "{target}" WITH (FORCE)')
        try:
            cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        except Error:
            return False  # another run is copying it in this very moment
        return True
