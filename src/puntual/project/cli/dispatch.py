"""`puntual dispatch`: what is due and approved leaves, after one more look at the balance and the law."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import attrs
import click

from puntual.core.errors import Refused
from puntual.core.time import parse_instant
from puntual.project.cli import django_setup, emit


@click.command()
@click.option("--once", is_flag=True, help="Una pasada y termina; sin ella, sigue atento.")
@click.option("--at", "at", help="Como si fuera este instante (solo en Modo de prueba).")
@click.option("--json", "as_json", is_flag=True)
def command(once: bool, at: str | None, as_json: bool) -> None:
    """Envía lo que toca ahora y está aprobado."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.payments import write as payments
    from puntual.apps.payments import write_alerts as alerts
    from puntual.pipeline.dispatch import dispatch
    from puntual.project import bindings, inbox
    from puntual.project.gateways import gateways
    from puntual.project.night import Night

    night = Night()
    clock = _clock_at(at) if at else bindings.now
    while True:
        # First what people answered: whoever said «basta» a moment ago is not written to in this very round.
        inbox.attend(clock())
        tally = attrs.asdict(dispatch(bindings.outside(clock)))
        if once or at:
            emit(tally, as_json=as_json, human=_say(tally))
            return
        if payments.work(gateways=gateways(), at=bindings.now()).booked:
            for creditor in parties.creditors():
                alerts.keep(creditor_id=creditor.pk, at=bindings.now())
        night.turn()
        time.sleep(5)


def _clock_at(at: str):  # noqa: ANN202
    """A clock that runs from the given instant on. Refused when any company already sends for real."""
    from puntual.apps.parties import read as parties

    real = [c.name for c in parties.creditors() if not c.test_mode]
    if real:
        raise Refused(f"--at solo se puede en Modo de prueba, y {', '.join(real)} ya envía de verdad.")
    start, began = parse_instant(at), datetime.now(UTC)

    def now() -> datetime:
        return start + (datetime.now(UTC) - began)

    return now


def _say(tally: dict) -> str:
    words = {
        "sent": "enviados", "failed": "fallidos", "deferred": "aplazados", "denied": "no permitidos",
        "unknown": "sin confirmar", "withdrawn": "retirados",
    }  # fmt: skip
    return ", ".join(f"{tally[key]} {word}" for key, word in words.items()) + "."
