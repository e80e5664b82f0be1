"""`puntual restore FILE`: a backup put back and verified."""

from __future__ import annotations

from pathlib import Path

import click

from puntual.project.cli import DONE, FINDINGS, django_setup, emit


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--keyring", type=click.Path(path_type=Path, exists=True), help="Por omisión, FILE.llavero.")
@click.option("--json", "as_json", is_flag=True)
def command(file: Path, keyring: Path | None, as_json: bool) -> int:
    """Restaura un respaldo en una carpeta de datos vacía y comprueba los libros."""
    django_setup()
    from django.core.management import call_command

    from puntual.apps.audit import write as audit
    from puntual.apps.receivables import guard
    from puntual.apps.reports import bi_views
    from puntual.pipeline.safekeeping import restore
    from puntual.project.cli.check import findings

    restore(file, keyring)
    bi_views.lower_views()
    call_command("migrate", verbosity=0, interactive=False)
    guard.raise_guard()
    bi_views.raise_views()
    audit.record(act="backup_restored", detail={"bytes": file.stat().st_size})
    found = findings()
    bad = [f for f in found if not f.holds]
    document = {"restored": str(file), "invariants": [f.as_json() for f in found]}
    human = "Restaurado y comprobado." if not bad else "Restaurado, pero falla: " + "; ".join(f.sentence for f in bad)
    emit(document, as_json=as_json, human=human)
    return FINDINGS if bad else DONE
