"""`puntual import`: files, folders and archives into the books."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import FORMATS, KINDS, RowError
from puntual.project.cli import DONE, FINDINGS, django_setup, emit, progress

if TYPE_CHECKING:
    from puntual.apps.imports.tally import Tally
    from puntual.apps.imports.write import Source


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(("auto", *FORMATS)), default="auto", help="Formato del archivo.")
@click.option("--kind", type=click.Choice(KINDS), help="Qué contiene una tabla; si no, se deduce de sus encabezados.")
@click.option("--creditor", metavar="REF", help="Empresa a la que se le debe.")
@click.option("--map", "map_", type=click.Path(path_type=Path), help="Mapa de columnas en YAML.")
@click.option("--dry-run", is_flag=True, help="Muestra qué pasaría, sin cambiar nada.")
@click.option("--json", "as_json", is_flag=True)
def command(  # noqa: PLR0913
    files: tuple[Path, ...],
    format_: str,
    kind: str | None,
    creditor: str | None,
    map_: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Carga facturas, clientes, contactos, pagos, movimientos del banco y saldos. Dos veces lo mismo no cambia nada."""
    django_setup()
    from puntual.adapters.files import Files
    from puntual.apps.imports import write
    from puntual.apps.parties import read as parties
    from puntual.core.time import local_date
    from puntual.project.bindings import now

    started = time.monotonic()
    owner = parties.creditor(creditor)
    reader = Files()
    layout = reader.parse_layout(_text(map_)) if map_ else None
    outcome = write.import_files(
        creditor=owner,
        sources=_sources(files),
        reader=reader,
        as_of=local_date(now(), owner.zone),
        wish=write.Wish(format_, kind, layout, dry_run),
        progress=_say_progress,
        strict=len(files) == 1 and files[0].is_file(),
    )
    document = outcome.tally.as_json() | {"seconds": round(time.monotonic() - started, 3), "dry_run": dry_run}
    _write_rejects(files, outcome.tally.rejected)
    emit(document, as_json=as_json, human=_say(outcome.tally, dry_run))
    return FINDINGS if outcome.tally.rejected or outcome.tally.vanished else DONE


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnusableInput(f"No se puede leer el mapa de columnas «{path}».") from None


def _sources(files: Sequence[Path]) -> Iterator[Source]:
    from puntual.adapters.archives import files_of
    from puntual.apps.imports.write import Source

    for path in files:
        for name, data in files_of(path):
            yield Source(name, data, str(path))


def _say_progress(done: int, tally: Tally) -> None:
    progress(f"{tally.read:,} leídos · {tally.created:,} nuevos · {len(tally.rejected):,} apartados")


def _write_rejects(files: Sequence[Path], rejected: Sequence[RowError]) -> None:
    """FILE.rejects.csv beside each FILE that had rows set apart; a stale one of an earlier load is removed."""
    for path in files:
        inside = path.is_dir() or path.suffix.lower() == ".zip"
        mine = [e for e in rejected if len(files) == 1 or e.file == path.name or (inside and _belongs(e.file, path))]
        target = path.with_name(path.name + ".rejects.csv")
        try:
            if not mine:
                target.unlink(missing_ok=True)
                continue
            with target.open("w", encoding="utf-8-sig", newline="") as out:
                rows = csv.writer(out)
                rows.writerow(["archivo", "fila", "campo", "valor", "error"])
                rows.writerows([_safe(str(v)) for v in (e.file, e.row, e.field, e.value, e.error)] for e in mine)
        except OSError as error:
            progress(f"No se pudo escribir {target}: {error.strerror}.")


def _belongs(file: str, path: Path) -> bool:
    return file.startswith(f"{path.name}/") or (path.is_dir() and (path / file).exists())


def _safe(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _say(tally: Tally, dry_run: bool) -> str:
    lines = [
        f"{'Se cargarían' if dry_run else 'Cargados'} {tally.created:,} nuevos, {tally.updated:,} actualizados, "
        f"{tally.unchanged:,} sin cambio, {len(tally.rejected):,} apartados de {tally.read:,} leídos."
    ]
    lines += [f"  Fila {e.row} de {e.file}, {e.field}: {e.error}" for e in tally.rejected[:10]]
    lines += [f"Aviso: {w}" for w in tally.as_json()["warnings"][-10:]]
    if tally.waiting:
        lines.append(f"{tally.waiting:,} pagos o notas esperan a que llegue la factura que nombran.")
    if tally.vanished:
        lines.append(
            f"{len(tally.vanished):,} documentos abiertos no vinieron: ¿se pagaron, se cancelaron o se olvidaron?"
        )
    if tally.assumed_terms:
        lines.append(f"{len(tally.assumed_terms):,} clientes sin días de crédito: se supusieron 30.")
    if tally.without_contacts:
        lines.append(f"{tally.without_contacts:,} clientes sin correo ni teléfono.")
    return "\n".join(lines)
