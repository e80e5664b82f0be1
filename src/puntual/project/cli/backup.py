"""`puntual backup FILE`: the data and, apart, the keyring."""

from __future__ import annotations

from pathlib import Path

import click

from puntual.project.cli import django_setup, emit


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def command(file: Path, as_json: bool) -> None:
    """Respalda los datos en FILE y el llavero en FILE.llavero, sin detener el sistema."""
    django_setup()
    from puntual.pipeline.safekeeping import backup

    done = backup(file)
    human = f"Respaldo en {done['file']}. Guarde aparte el llavero {done['keyring']}: sin él nada se puede leer."
    emit(done, as_json=as_json, human=human)
