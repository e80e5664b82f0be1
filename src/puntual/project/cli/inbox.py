"""`puntual inbox fetch`: what came into the mailboxes, kept and understood now."""

from __future__ import annotations

from typing import Any

import attrs
import click

from puntual.project.cli import FINDINGS, django_setup, emit


@click.group()
def command() -> None:
    """Lo que la gente responde."""


@command.command()
@click.option("--json", "as_json", is_flag=True)
def fetch(as_json: bool) -> int:
    """Trae el correo de los buzones y entiende lo que espera. «puntual serve» lo hace solo, cada medio minuto."""
    django_setup()
    from puntual.project import bindings, inbox

    at = bindings.now()
    brought = inbox.fetch(at, all_now=True)
    document: dict[str, Any] = attrs.asdict(brought) | attrs.asdict(inbox.listen(at))
    emit(document, as_json=as_json, human=_say(document))
    return FINDINGS if brought.errors else 0


def _say(told: dict[str, Any]) -> str:
    if not told["mailboxes"]:
        return "No hay ningún buzón: dé de alta uno en Configuración, Correo entrante."
    lines = [
        f"{told['fetched']} correos traídos, {told['new']} nuevos; {told['messages']} mensajes de personas, "
        f"{told['reports']} rebotes o entregas, {told['ignored']} automáticos sin efecto."
    ]
    lines += [f"{address}: {why}" for address, why in told["errors"].items()]
    return "\n".join(lines)
