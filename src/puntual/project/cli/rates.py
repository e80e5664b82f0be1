"""`puntual rates`: the tables of published rates and units. See them, load new rows, learn what is missing."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import click

from puntual.core.errors import UnusableInput
from puntual.core.ledger.rate_text import changes, read_rows
from puntual.core.ledger.rates import RateTables, faults
from puntual.core.time import parse_date
from puntual.law import rate_files
from puntual.law.charges_loader import load_table_file, load_tables
from puntual.project.cli import DONE, FINDINGS, django_setup, emit


@click.group(help="Tablas de tasas y unidades: verlas, cargarlas y revisar qué falta.")
def command() -> None: ...


@command.command("list", help="Todas las filas cargadas, con su periodo y su fuente.")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> int:
    tables = load_tables(_data())
    rows = [{"index": name, **rate_files.as_row(row)} for name, found in sorted(tables.tables.items()) for row in found]
    human = "\n".join(
        f"{r['index']:28} {r['from']} a {r['to'] or '…':10} {r['value']:>12}  {r['source']}" for r in rows
    )
    emit({"rates": rows}, as_json=as_json, human=human or "No hay tasas cargadas.")
    return DONE


@command.command(help="Añade las filas de un archivo YAML o CSV a las tablas de la carpeta de datos.")
@click.argument("file")
@click.option("--index", help="Índice de un archivo CSV (desde; hasta; valor; fuente).")
@click.option("--dry-run", is_flag=True, help="Dice qué cambiaría, sin guardar nada.")
@click.option("--json", "as_json", is_flag=True)
def load(file: str, index: str | None, dry_run: bool, as_json: bool) -> int:
    new, tables = _read(Path(file), index), load_tables(_data())
    found = {name: changes(name, rows, tables) for name, rows in new.tables.items()}
    written = {name: len(rows) for name, rows in new.tables.items()}
    if not dry_run:
        rate_files.save(_data(), new)
        _note(written)
    odd = [f"{name}, {c.row.start}: {c.row.value} se aparta mucho del valor anterior." for name, rows in found.items()
           for c in rows if c.odd]  # fmt: skip
    sentence = ", ".join(f"{name} ({count} {'fila' if count == 1 else 'filas'})" for name, count in written.items())
    lines = [f"{'Se cargaría' if dry_run else 'Se cargó'} {sentence}.", *(f"  aviso: {text}" for text in odd)]
    emit({"loaded": written, "dry_run": dry_run, "warnings": odd}, as_json=as_json, human="\n".join(lines))
    return DONE


def _read(file: Path, index: str | None) -> RateTables:
    """The rows of a file of either kind. UnusableInput names the line."""
    if file.suffix.lower() in (".yaml", ".yml") or index is None:
        return load_table_file(file)
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,39}", index):
        raise UnusableInput(f"--index: «{index}» no es un índice: use mayúsculas, cifras y «_», por ejemplo UF.")
    try:
        found = read_rows(file.read_text(encoding="utf-8-sig"), source=file.name)
    except (OSError, UnicodeDecodeError):
        raise UnusableInput(f"No se puede leer «{file.name}»: revise que exista y sea texto en UTF-8.") from None
    if found.faults or not found.rows:
        told = [f"línea {f.line}: {f.sentence}" for f in found.faults] or ["no hay ninguna fila."]
        raise UnusableInput(f"{file.name}, {told[0]}")
    return RateTables({index: found.rows})


def _note(written: dict[str, int]) -> None:
    """In the log of the installation, if there is one: rates may be loaded before `init`."""
    if "DATABASE_URL" not in os.environ and not (_data() / "puntual.sqlite3").exists():
        return
    django_setup()
    from puntual.apps.audit import write as audit

    audit.record(act="rates_loaded", kind="rates", detail={"rows": written, "by": "command"})


@command.command(help="Qué les falta a las tablas: periodos sin valor, filas encimadas o sin fuente.")
@click.option("--as-of", help="Día para el que debe haber valor; por omisión, hoy.")
@click.option("--json", "as_json", is_flag=True)
def check(as_of: str | None, as_json: bool) -> int:
    day = parse_date(as_of) if as_of else datetime.now(UTC).date()
    tables = load_tables(_data())
    never = [m for m in rate_files.missing(tables, day) if m.index not in tables.tables]
    found = [f"{m.index}: sin ninguna fila; la usa {', '.join(m.countries)}." for m in never] + faults(tables, day)
    emit({"as_of": day, "findings": found}, as_json=as_json, human="\n".join(found) or "Todas las tablas están al día.")
    return FINDINGS if found else DONE


def _data() -> Path:
    return Path(os.environ.get("PUNTUAL_DATA", "data"))
