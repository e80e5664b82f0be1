"""`puntual export ...`: the books for an outside checker, an account, everything held about a person."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from puntual.core.errors import UnusableInput
from puntual.core.time import parse_date
from puntual.project.cli import django_setup, emit, progress


@click.group()
def command() -> None:
    """Saca los libros, una cuenta o todo lo que se guarda de una persona."""


@command.command()
@click.option("--format", "form", type=click.Choice(["beancount", "csv"]), default="csv", show_default=True)
@click.option("--creditor")
def ledger(form: str, creditor: str | None) -> None:
    """Los libros completos, en CSV o en beancount (con afirmaciones de saldo que bean-check comprueba)."""
    django_setup()
    from puntual.apps.audit import write as audit
    from puntual.apps.parties import read as parties
    from puntual.apps.receivables import export

    chosen = [parties.creditor(creditor)] if creditor else list(parties.creditors())
    for one in chosen:
        audit.note_access(verb="saw", act="cli:export_ledger", creditor_id=one.pk)
    lines = export.beancount(chosen) if form == "beancount" else export.csv(chosen)
    for line in lines:
        sys.stdout.write(line + "\n")


@command.command()
@click.argument("ref")
@click.option("--creditor")
@click.option("--json", "as_json", is_flag=True, default=True)
def account(ref: str, creditor: str | None, as_json: bool) -> None:
    """Una cuenta: quién, qué debe, cada movimiento."""
    django_setup()
    from puntual.apps.audit import write as audit
    from puntual.apps.parties import read as parties
    from puntual.apps.receivables import export

    chosen = parties.creditor(creditor) if creditor else None
    one = parties.account(ref, chosen)
    audit.note_access(verb="saw", act="cli:export_account", object_id=one.pk, creditor_id=one.creditor_id)
    emit(export.account(one), as_json=as_json)


@command.command()
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True, default=True)
def party(ref: str, as_json: bool) -> None:
    """Todo lo que se guarda de una persona, para responderle si lo pide."""
    django_setup()
    from puntual.apps.audit import write as audit
    from puntual.apps.parties import read as parties
    from puntual.pipeline import personal

    one = parties.party(ref)
    audit.record(act="party_exported", kind="party", pk=one.pk)
    emit(personal.everything(one), as_json=as_json)


@command.command()
@click.argument("ref")
@click.option("--from", "start", help="Primer día; por omisión, hace un año.")
@click.option("--to", "last", help="Último día; por omisión, hoy.")
@click.option("--creditor", help="Solo lo decidido para esta empresa.")
@click.option("--format", "form", type=click.Choice(["json", "csv", "pdf"]), default="json", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Archivo; sin él, la salida (json y csv).")
def evidence(ref: str, start: str | None, last: str | None, creditor: str | None, form: str, out: Path | None) -> None:
    """Todo lo decidido y hecho sobre una persona en un periodo, con su norma y su eslabón, para una autoridad."""
    django_setup()
    from puntual.apps.audit import dossier
    from puntual.apps.audit import write as audit
    from puntual.apps.parties import read as parties

    today = datetime.now(UTC).date()
    one, chosen = parties.party(ref), parties.creditor(creditor) if creditor else None
    first = parse_date(start) if start else today - timedelta(days=365)
    found = dossier.dossier(
        party=one, start=first, last=parse_date(last) if last else today, creditor_id=chosen and chosen.pk,
        made_at=datetime.now(UTC),
    )  # fmt: skip
    if form == "pdf" and out is None:
        out = Path(f"pruebas-per_{one.pk}.pdf")
    made = {"json": _json, "csv": lambda f: dossier.as_csv(f).encode(), "pdf": dossier.as_pdf}[form](found)
    audit.record(act="evidence_exported", kind="party", pk=one.pk, detail={"from": str(first), "format": form})
    if out is None:
        sys.stdout.write(made.decode())
        return
    try:
        out.write_bytes(made)
    except OSError:
        raise UnusableInput(f"No se puede escribir {out}: compruebe la carpeta y sus permisos.") from None
    progress(f"Listo: {out}")


def _json(found: Any) -> bytes:
    return (json.dumps(found.as_json(), ensure_ascii=False) + "\n").encode()


@command.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Carpeta; se crea si no existe.")
@click.option("--creditor", help="Solo lo de esta empresa.")
@click.option("--json", "as_json", is_flag=True)
def views(out: Path, creditor: str | None, as_json: bool) -> None:
    """Un archivo Parquet por vista del esquema de solo lectura, para otras herramientas de análisis."""
    django_setup()
    from puntual.apps import bulk
    from puntual.apps.audit import write as audit
    from puntual.apps.parties import read as parties
    from puntual.apps.reports import bi_views

    bulk.one_thread()
    one = parties.creditor(creditor) if creditor else None
    bi_views.raise_views()
    audit.record(act="views_exported", kind="creditor", pk=one.pk if one else 0)
    found = bi_views.export(out, one.pk if one else None)
    human = "\n".join(f"  {n:>9}  {name}.parquet" for name, n in found.items())
    emit({"folder": str(out), "rows": found}, as_json=as_json, human=human)


@command.command()
@click.argument("ref")
@click.option("--creditor")
@click.option("--as-of", "as_of", help="Día local; por omisión, hoy.")
@click.option("--json", "as_json", is_flag=True, default=True)
def castigo(ref: str, creditor: str | None, as_of: str | None, as_json: bool) -> None:
    """El archivo para el castigo tributario de una cuenta: deuda vencida, gestiones y lo que pide la norma."""
    one, today = _one(ref, creditor, as_of, "castigo")
    from puntual.apps.escalation import files

    emit(files.castigo(one, today), as_json=as_json)


@command.command()
@click.argument("ref")
@click.option("--creditor")
@click.option("--as-of", "as_of", help="Día local; por omisión, hoy.")
@click.option("--out", type=click.Path(path_type=Path), help="Archivo ZIP con originales, pruebas e índice de huellas.")
@click.option("--json", "as_json", is_flag=True, default=True)
def expediente(ref: str, creditor: str | None, as_of: str | None, out: Path | None, as_json: bool) -> None:
    """El expediente judicial de una cuenta: deuda, plazos, cargos con su cuenta, pruebas, originales y qué falta."""
    one, today = _one(ref, creditor, as_of, "expediente")
    from puntual.apps.escalation import files

    if out is None:
        emit(files.expediente(one, today, datetime.now(UTC)), as_json=as_json)
        return
    try:
        out.write_bytes(files.bundle(one, today, datetime.now(UTC)))
    except OSError:
        raise UnusableInput(f"No se puede escribir {out}: compruebe la carpeta y sus permisos.") from None
    progress(f"Listo: {out}")


def _one(ref: str, creditor: str | None, as_of: str | None, what: str) -> Any:
    """The account and the day; whoever asked is in the log."""
    django_setup()
    from puntual.apps.audit import write as audit
    from puntual.apps.parties import read as parties
    from puntual.core.time import local_date

    one = parties.account(ref, parties.creditor(creditor) if creditor else None)
    audit.record(act=f"{what}_exported", kind="account", pk=one.pk)
    return one, parse_date(as_of) if as_of else local_date(datetime.now(UTC), one.creditor.zone)
