"""`puntual accrue`: late interest and fees of a day, as entries with their proof."""

from __future__ import annotations

from typing import Any

import click

from puntual.core.money import Money
from puntual.core.reasons import sentence
from puntual.project.cli import DONE, FINDINGS, django_setup, emit
from puntual.project.cli.run_ import moment


@click.command()
@click.option("--as-of", "as_of", help="Fecha local de la empresa hasta la que se cobra. Por omisión, hoy.")
@click.option("--creditor", help="Código de la empresa; sin él, todas.")
@click.option("--dry-run", is_flag=True, help="Calcula sin asentar nada.")
@click.option("--json", "as_json", is_flag=True)
def command(as_of: str | None, creditor: str | None, dry_run: bool, as_json: bool) -> int:
    """Asienta intereses y gastos de lo vencido, según lo pactado en la política y lo que la norma permite."""
    django_setup()
    from puntual.apps import bulk
    from puntual.apps.parties import read as parties
    from puntual.pipeline.accrue import accrue_day

    bulk.one_thread()
    creditors = [parties.creditor(creditor)] if creditor else list(parties.creditors()) or [parties.creditor()]
    found: list[dict[str, Any]] = []
    for one in creditors:
        instant, past = moment(as_of, one.zone)
        made = accrue_day(creditor=one, as_of=instant, dry_run=dry_run, past=past)
        found.append({"creditor": one.code, **made.as_json()})
    document = found[0] if len(found) == 1 else {"creditors": found}
    emit(document, as_json=as_json, human="\n".join(_say(one, dry_run) for one in found))
    return FINDINGS if any("charge_missing_rate" in one["alerts"] for one in found) else DONE


def _say(one: dict[str, Any], dry_run: bool) -> str:
    sums = [f"{_amounts(one[kind])} de {word}" for kind, word in (("interest", "interés"), ("fees", "gastos"))]
    verb = "Se asentaría" if dry_run else "Se asentó"
    lines = [f"{one['creditor']}, {one['as_of']}: {verb} {', '.join(sums)} sobre {one['items']} documentos vencidos."]
    if one["corrected"]:
        lines.append(f"  {one['corrected']:>7}  cuentas corregidas por pagos que se supieron tarde")
    return "\n".join([*lines, *(f"  {n:>7}  {_plain(code)}" for code, n in sorted(one["alerts"].items()))])


def _amounts(amounts: list[dict[str, Any]]) -> str:
    return " y ".join(f"{Money(m['minor'], m['currency']).major()} {m['currency']}" for m in amounts) or "nada"


def _plain(code: str) -> str:
    return sentence(code, index="publicada", day="hoy")
