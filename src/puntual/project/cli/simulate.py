"""`puntual simulate`: a policy over the company's own past."""

from __future__ import annotations

from pathlib import Path

import click

from puntual.core.errors import UnusableInput
from puntual.core.time import parse_date
from puntual.project.cli import django_setup, emit
from puntual.project.cli.policy import read

MAX_DAYS = 400


@click.command()
@click.option("--policy", "file", type=click.Path(path_type=Path), required=True)
@click.option("--against", type=click.Path(path_type=Path), help="Otra política con la que comparar.")
@click.option("--from", "start", required=True)
@click.option("--to", "end", required=True)
@click.option("--creditor")
@click.option("--json", "as_json", is_flag=True)
def command(file: Path, against: Path | None, start: str, end: str, creditor: str | None, as_json: bool) -> None:
    """Repite una política sobre el pasado propio: contactos, rechazos de la norma, lo que se omite y por qué."""
    first, last = parse_date(start), parse_date(end)
    if not 0 <= (last - first).days < MAX_DAYS:
        raise UnusableInput(f"El periodo va de --from a --to y puede tener hasta {MAX_DAYS} días.")
    django_setup()
    from puntual.apps import bulk
    from puntual.apps.parties import read as parties
    from puntual.pipeline.simulate import replay

    bulk.one_thread()
    one = parties.creditor(creditor)
    document = replay(creditor=one, policy=read(file), start=first, end=last).as_json()
    if against:
        other = replay(creditor=one, policy=read(against), start=first, end=last).as_json()
        document = {**document, "against": other, "difference": _difference(document, other)}
    emit(document, as_json=as_json, human=_say(document))


def _difference(a: dict, b: dict) -> dict:
    """The first policy's contacts, skips and refusals less the second's."""
    return {
        key: {name: a[key].get(name, 0) - b[key].get(name, 0) for name in sorted({*a[key], *b[key]})}
        for key in ("contacts", "skips", "legal_refusals")
    }


def _say(document: dict) -> str:
    contacts = ", ".join(f"{n} por {c}" for c, n in document["contacts"].items()) or "ninguno"
    refused = ", ".join(f"{n} {c}" for c, n in document["legal_refusals"].items()) or "ninguno"
    people = document["parties_contacted"]
    return f"Contactos: {contacts} a {people} personas. Rechazos o aplazamientos de la norma: {refused}."
