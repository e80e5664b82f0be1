"""`puntual key create|list|revoke`: bearer keys of the API."""

from __future__ import annotations

import click

from puntual.project.cli import django_setup, emit


@click.group()
def command() -> None:
    """Llaves de la API."""


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="read, write, contact o run; puede repetirse.")
@click.option("--creditor", help="Solo esta empresa.")
@click.option("--json", "as_json", is_flag=True)
def create(name: str, scopes: tuple[str, ...], creditor: str | None, as_json: bool) -> None:
    """Crea una llave y la muestra esta única vez."""
    django_setup()
    from puntual.apps.access import write
    from puntual.apps.parties import read as parties

    only = parties.creditor(creditor).pk if creditor else None
    key, text = write.create_key(name=name, scopes=scopes, creditor_id=only)
    emit({"id": key.pk, "key": text, "scopes": key.scopes}, as_json=as_json, human=f"Llave {key.pk}: {text}")


@command.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_keys(as_json: bool) -> None:
    """Las llaves que hay, sin su texto."""
    django_setup()
    from puntual.apps.access import read

    rows = [
        {"id": k.pk, "name": k.name, "scopes": k.scopes, "creditor": k.creditor and k.creditor.code,
         "revoked_at": k.revoked_at}
        for k in read.keys()  # noqa: SIM118
    ]  # fmt: skip
    emit({"keys": rows}, as_json=as_json, human="\n".join(f"{r['id']:>4} {r['name']}" for r in rows) or "Ninguna.")


@command.command()
@click.argument("key_id", type=int)
def revoke(key_id: int) -> None:
    """Desde ahora esa llave no abre nada."""
    django_setup()
    from puntual.apps.access import write

    write.revoke_key(key_id=key_id)
    emit({"revoked": key_id}, as_json=False, human=f"Llave {key_id} anulada.")
