"""`puntual rates`: the tables of published rates and units. See them, load new rows, learn what is missing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import yaml

from puntual.core.ledger.rates import RateRow, RateTables, faults
from puntual.core.time import parse_date
from puntual.law.charges_loader import LOADED, countries, load_charges, load_table_file, load_tables, loaded_tables
from puntual.project.cli import DONE, FINDINGS, emit


@click.group(help="Tablas de tasas y unidades: verlas, cargarlas y revisar qué falta.")
def command() -> None: ...


@command.command("list", help="Todas las filas cargadas, con su periodo y su fuente.")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> int:
    tables = load_tables(_data())
    rows = [{"index": name, **_row(row)} for name, found in sorted(tables.tables.items()) for row in found]
    human = "\n".join(
        f"{r['index']:28} {r['from']} a {r['to'] or '…':10} {r['value']:>12}  {r['source']}" for r in rows
    )
    emit({"rates": rows}, as_json=as_json, human=human or "No hay tasas cargadas.")
    return DONE


@command.command(help="Añade las filas de un archivo YAML a las tablas de la carpeta de datos.")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True)
def load(file: str, as_json: bool) -> int:
    new = load_table_file(Path(file))
    whole = loaded_tables(_data()).extended_by(new)
    for index in new.tables:
        _write(index, whole.tables[index])
    written = {index: len(rows) for index, rows in new.tables.items()}
    sentence = ", ".join(f"{index} ({count} {'fila' if count == 1 else 'filas'})" for index, count in written.items())
    emit({"loaded": written}, as_json=as_json, human=f"Se cargó {sentence}.")
    return DONE


@command.command(help="Qué les falta a las tablas: periodos sin valor, filas encimadas o sin fuente.")
@click.option("--as-of", help="Día para el que debe haber valor; por omisión, hoy.")
@click.option("--json", "as_json", is_flag=True)
def check(as_of: str | None, as_json: bool) -> int:
    day = parse_date(as_of) if as_of else datetime.now(UTC).date()
    tables = load_tables(_data())
    found = [*_never_loaded(tables, day), *faults(tables, day)]
    emit({"as_of": day, "findings": found}, as_json=as_json, human="\n".join(found) or "Todas las tablas están al día.")
    return FINDINGS if found else DONE


def _never_loaded(tables: RateTables, day: date) -> list[str]:
    """Indexes that a rule in force needs and that no table holds, with the countries that ask for them."""
    needed: dict[str, set[str]] = {}
    for country in countries():
        for rule in (r for r in load_charges(country).rules if r.valid_on(day)):
            specs = [spec for spec in (rule.unagreed, rule.cap) if spec]
            for index in [i for spec in specs for i in spec.indexes()] + ([rule.fee.unit] if rule.fee else []):
                if index and index not in tables.tables:
                    needed.setdefault(index, set()).add(country)
    return [f"{index}: sin ninguna fila; la usa {', '.join(sorted(who))}." for index, who in sorted(needed.items())]


def _row(row: RateRow) -> dict[str, Any]:
    return {
        "from": str(row.start),
        "to": str(row.end) if row.end else None,
        "value": str(row.value),
        "source": row.source,
    }


def _write(index: str, rows: Sequence[RateRow]) -> None:
    """Whole or not at all: a half-written table would be read as a missing rate."""
    folder = _data() / LOADED
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({index: [_row(row) for row in rows]}, allow_unicode=True, sort_keys=False)
    draft = folder / f".{index}.draft"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / f"{index}.yaml")


def _data() -> Path:
    return Path(os.environ.get("PUNTUAL_DATA", "data"))
