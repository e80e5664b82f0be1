"""`puntual client`: the portfolios of the companies (mandantes) that a contact centre collects for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from puntual.core.errors import UnusableInput
from puntual.project.cli import DONE, FINDINGS, django_setup, emit

_PURPOSES = ("assignment", "update", "withdrawal")


@click.group()
def command() -> None:
    """Carteras de mandantes: asignación, retiro, devolución y comisión."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--purpose", type=click.Choice(_PURPOSES), required=True, help="Para qué es el archivo.")
@click.option("--creditor", metavar="REF", help="El mandante.")
@click.option("--json", "as_json", is_flag=True)
def load(file: Path, purpose: str, creditor: str | None, as_json: bool) -> int:
    """Carga un archivo del mandante en su propio formato. El mismo dos veces no cambia nada."""
    django_setup()
    from puntual.adapters.files import Files
    from puntual.apps.clients import write
    from puntual.apps.imports.write import Source
    from puntual.apps.parties import read as parties
    from puntual.project.bindings import now

    done = write.load(
        creditor=parties.creditor(creditor), purpose=purpose, source=Source(file.name, file.read_bytes()),
        reader=Files(), now=now(),
    )  # fmt: skip
    parts = {
        "asignadas": done.placed, "ya asignadas": done.again, "retiradas": done.withdrawn,
        "apartadas": len(done.rejected),
    }  # fmt: skip
    text = ", ".join(f"{n} {name}" for name, n in parts.items())
    emit({**done.as_json(), "rejected": [e.as_json() for e in done.rejected]}, as_json=as_json, human=text)
    return FINDINGS if done.rejected else DONE


@command.command(name="return")
@click.option("--creditor", metavar="REF", help="El mandante.")
@click.option("--out", type=click.Path(path_type=Path), help="Dónde escribirlo; si no, aquí con su nombre.")
@click.option("--json", "as_json", is_flag=True)
def return_(creditor: str | None, out: Path | None, as_json: bool) -> int:
    """Hace el siguiente archivo de devolución: todo lo hecho desde el anterior."""
    django_setup()
    from puntual.apps.clients import read, write
    from puntual.apps.parties import read as parties
    from puntual.project.bindings import now

    owner = parties.creditor(creditor)
    done = write.make_return(creditor=owner, now=now())
    if done is None:
        emit({"number": None, "rows": 0}, as_json=as_json, human="No hay nada nuevo que devolver.")
        return DONE
    found = read.return_file(owner.pk, done.number)
    target = out or Path(done.name)
    try:
        target.write_bytes(found[1] if found else b"")
    except OSError as error:
        raise UnusableInput(
            f"El archivo {done.number} quedó guardado, pero no se pudo escribir {target}: {error.strerror}."
        ) from None
    document = {
        "number": done.number, "rows": done.rows, "file": str(target), "sha256": done.sha256,
        "without_code": done.without_code,
    }  # fmt: skip
    emit(document, as_json=as_json, human=f"{target}: {done.rows} filas")
    return FINDINGS if done.without_code else DONE


@command.command()
@click.option("--creditor", metavar="REF", help="El mandante.")
@click.option("--from", "from_", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--to", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Último día, incluido.")
@click.option("--json", "as_json", is_flag=True)
def commission(creditor: str | None, from_, to, as_json: bool) -> int:  # type: ignore[no-untyped-def]
    """Lo cobrado sobre cuentas asignadas y la comisión que gana, por moneda."""
    django_setup()
    import polars as pl

    from puntual.apps.clients import read
    from puntual.apps.parties import read as parties

    start, last = from_.date(), to.date()
    if last < start:
        raise UnusableInput("El último día va antes que el primero: revise --from y --to.")
    rows = read.commission(parties.creditor(creditor).pk, start, date.fromordinal(last.toordinal() + 1))
    by = rows.group_by("currency").agg(pl.col("amount_minor").sum(), pl.col("commission_minor").sum()).sort("currency")
    document = [
        {
            "collected": {"minor": r["amount_minor"], "currency": r["currency"]},
            "commission": {"minor": r["commission_minor"], "currency": r["currency"]},
        }
        for r in by.to_dicts()
    ]
    emit(document, as_json=as_json, human="\n".join(str(d) for d in document) or "Sin cobros en esos días.")
    return DONE
