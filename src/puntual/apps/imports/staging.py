"""Files that a person sent and has not loaded yet: sealed in the data folder, gone when loaded, left or a day old."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
from django.conf import settings

from puntual.apps.imports.write import Source
from puntual.apps.parties import vault

_A_DAY = 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{24}")


@attrs.frozen
class Staged:
    """A handful of files waiting to be loaded."""

    token: str
    names: tuple[str, ...]
    size: int
    kind: str


def put(files: Iterable[tuple[str, bytes]], kind: str) -> Staged:
    """Keep files until they are loaded. Gives the token under which they wait."""
    _sweep()
    token = secrets.token_hex(12)
    folder = _folder(token)
    folder.mkdir(parents=True, mode=0o700)
    names, size = [], 0
    for number, (name, data) in enumerate(files):
        (folder / str(number)).write_bytes(vault.seal_file(data))
        names.append(name[-180:])
        size += len(data)
    note = {"names": names, "size": size, "kind": kind}
    (folder / "lista").write_bytes(vault.seal_file(json.dumps(note).encode()))
    return Staged(token, tuple(names), size, kind)


def find(token: str) -> Staged | None:
    """What waits under that token; None if it was loaded, left or is too old."""
    note = _folder(token) / "lista" if _TOKEN.fullmatch(token) else None
    if note is None or not note.exists():
        return None
    told = json.loads(vault.unseal_file(note.read_bytes()))
    return Staged(token, tuple(told["names"]), told["size"], told["kind"])


def sources(staged: Staged) -> Iterator[Source]:
    """The files, one by one."""
    for number, name in enumerate(staged.names):
        yield Source(name, vault.unseal_file((_folder(staged.token) / str(number)).read_bytes()))


def drop(token: str) -> None:
    """Forget them."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(_folder(token), ignore_errors=True)


def _folder(token: str) -> Path:
    return Path(settings.DATA) / "cargas" / token


def _sweep() -> None:
    for old in (Path(settings.DATA) / "cargas").glob("*"):
        if time.time() - old.stat().st_mtime > _A_DAY:
            shutil.rmtree(old, ignore_errors=True)
