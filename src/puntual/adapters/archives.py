"""The files behind what a user points at: a file, a folder, or a ZIP with limits against bombs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from puntual.core.errors import UnusableInput

MAX_FILE = 200 * 1024 * 1024
MAX_MEMBERS = 300_000
MAX_INFLATED = 4_000_000_000
MAX_RATIO = 200
_SHEETS = ("xl/{}.xml".format("workbook"), "content.xml")
_SKIPPED = (".rejects.csv",)


def files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each file. UnusableInput if it does not exist, is too large or inflates beyond measure."""
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            if one.is_file() and not one.name.startswith(".") and not one.name.endswith(_SKIPPED):
                yield from _file(one, str(one.relative_to(path)))
        return
    if not path.exists():
        raise UnusableInput(f"No existe «{path}»: revise la ruta.")
    yield from _file(path, path.name)


def _file(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    size = path.stat().st_size
    if size > MAX_FILE:
        raise UnusableInput(f"{name}: mide {size:,} bytes; el máximo es {MAX_FILE:,}. Divídalo en partes.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnusableInput(f"No se puede leer «{name}»: {error.strerror}.") from None
    yield from members(data, name)


def members(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The file itself, or the members of a ZIP (a workbook is a ZIP too, but one file)."""
    if not data.startswith(b"PK\x03\x04"):
        yield name, data
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise UnusableInput(f"{name}: el ZIP está dañado.") from None
    infos = [m for m in archive.infolist() if not m.is_dir()]
    if any(m.filename in _SHEETS for m in infos):
        yield name, data
        return
    inflated = sum(m.file_size for m in infos)
    if len(infos) > MAX_MEMBERS or inflated > MAX_INFLATED or inflated > 50_000_000 + MAX_RATIO * len(data):
        raise UnusableInput(f"{name}: el ZIP se infla a {inflated:,} bytes: por seguridad no se abre.")
    for member in sorted(infos, key=lambda m: m.filename):
        base = member.filename.rsplit("/", 1)[-1]
        if base.startswith((".", "__")) or member.filename.startswith("__MACOSX"):
            continue
        yield f"{name}/{member.filename}", _inflate(archive, member, name)


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    """The declared size is not believed: no more than it is ever inflated."""
    try:
        with archive.open(member) as file:
            data = file.read(member.file_size + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise UnusableInput(f"{name}/{member.filename}: no se puede abrir ({error}).") from None
    if len(data) > min(member.file_size, MAX_FILE):
        raise UnusableInput(f"{name}/{member.filename}: dice medir menos de lo que mide: por seguridad no se lee.")
    return data
