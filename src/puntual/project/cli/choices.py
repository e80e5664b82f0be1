"""`puntual choices`: what other ways of choosing channel and hour would have brought, before switching to one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from puntual.core.time import local_date
from puntual.project.cli import django_setup, emit


@click.command(help="Antes de cambiar: qué habría traído elegir de otra forma el canal y la hora, con su intervalo.")
@click.option("--creditor", help="Código de la empresa.")
@click.option("--days", type=click.IntRange(1, 730), default=120, show_default=True, help="Días de decisiones.")
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(creditor: str | None, days: int, as_json: bool) -> None:
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.segments import read_learnt

    one = parties.creditor(creditor)
    found = read_learnt.asked(one, local_date(datetime.now(UTC), one.zone), days)
    emit({"creditor": one.code, **read_learnt.as_json(found)}, as_json=as_json, human=_say(found, read_learnt.lines))


def _say(found: dict[str, Any], lines: Any) -> str:
    if not found["values"]:
        return (
            "No hay decisiones con su azar anotado: una política debe dejar aprender el canal o la hora "
            "(«aprender: {canal: true, hora: true}»), y se juzgan a los catorce días."
        )
    head = f"{found['choices']} decisiones del {found['since']} al {found['until']}."
    told = [
        f"  {line['name']}: " + "; ".join(f"{n} {c['figure']} ({c['more']})" for n, c in _named(line))
        for line in lines(found)
    ]
    return "\n".join([head, *told])


def _named(line: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    return list(zip(("contesta", "paga en 14 días"), line["cells"], strict=True))
