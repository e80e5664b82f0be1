"""`puntual demo`: a living product in a couple of minutes; what `make run` calls."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import click

from puntual.project.cli import django_setup, emit, progress


@click.command()
@click.option("--serve", "and_serve", is_flag=True, help="Al terminar, abre la web.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--again", is_flag=True, help="Hacer la demostración de nuevo, borrando la anterior.")
@click.option("--json", "as_json", is_flag=True)
def command(and_serve: bool, port: int, again: bool, as_json: bool) -> None:
    """Crea la cartera de demostración, hace un día de cobranza y (con --serve) abre la web."""
    folder = _folder()
    os.environ.setdefault("PUNTUAL_PUBLIC_URL", f"http://127.0.0.1:{port}")
    if again and (folder / "demostracion.listo").exists():
        shutil.rmtree(folder)
    ready = folder / "demostracion.listo"
    if not ready.exists():
        _build(ready)
    document = _shown()
    emit(document, as_json=as_json, human=_say(document, port))
    if and_serve:
        from puntual.project.cli.serve import serve

        serve("127.0.0.1", port, 1)


def _folder() -> Path:
    """The demonstration lives beside the real data folder, never in it, unless PUNTUAL_DATA says where."""
    if "PUNTUAL_DATA" not in os.environ:
        os.environ["PUNTUAL_DATA"] = "data/demostracion"
    os.environ.setdefault("PUNTUAL_SANDBOX", "1")
    return Path(os.environ["PUNTUAL_DATA"])


def _build(ready: Path) -> None:
    from puntual.project.cli.init import prepare

    prepare()
    from puntual.apps import bulk
    from puntual.pipeline import demo
    from puntual.project import bindings, inbox, risk

    bulk.one_thread()
    demo.build(
        today=datetime.now(UTC).date(), say=progress, outside=bindings.outside, understand=risk.understand,
        hear=inbox.listen,
    )  # fmt: skip
    _gateways()
    ready.write_text(datetime.now(UTC).isoformat(), encoding="utf-8")


def _gateways() -> None:
    """Each company can be paid through the demonstration's own gateway, which charges nothing."""
    from puntual.adapters.mercadopago.payment import CURRENCIES
    from puntual.apps.parties import read as parties
    from puntual.apps.payments import write as payments
    from puntual.project import sandbox

    for creditor in parties.creditors():
        if creditor.currency in CURRENCIES:
            new = payments.NewGateway(
                creditor.pk,
                "mercadopago",
                sandbox.CREDENTIALS,
                country=creditor.country,
                label="Pasarela de demostración",
            )
            payments.add_gateway(gateway=new, at=datetime.now(UTC))


def _shown() -> dict:
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.receivables.models import AccountBalance
    from puntual.project import bindings

    first = parties.creditors()[0]
    owed = AccountBalance.objects.filter(creditor=first, items_open__gte=2).order_by("-open_minor").first()
    link = bindings.portal_links({owed.account_id: None})[owed.account_id] if owed else None
    users = [{"user": name, "password": f"{name}-demo-2026"} for name in ("admin", "supervisor", "gestor")]
    return {"creditors": [c.code for c in parties.creditors()], "users": users, "portal": link}


def _say(document: dict, port: int) -> str:
    users = "\n".join(f"    {u['user']:<12} {u['password']}" for u in document["users"])
    return (
        f"Puntual, demostración en Modo de prueba: nada sale de esta máquina.\n\n  Web:      http://127.0.0.1:{port}/\n"
        f"  Usuarios:\n{users}\n  Página de un cliente: {document['portal']}\n"
    )
