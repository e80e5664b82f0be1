"""`puntual simulate`: a policy over the company's own past, or lived forward by invented debtors."""

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
@click.option("--from", "start")
@click.option("--to", "end")
@click.option("--creditor")
@click.option("--invented", type=click.IntRange(100, 200_000), help="En vez del pasado, tantos deudores inventados.")
@click.option("--seed", default=7, show_default=True, help="De los deudores inventados.")
@click.option("--json", "as_json", is_flag=True)
def command(
    file: Path, against: Path | None, start: str | None, end: str | None, creditor: str | None, invented: int | None,
    seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Repite una política sobre el pasado propio: contactos, rechazos de la norma, lo que se omite y por qué.

    Con --invented la viven deudores inventados (docs/reference/simulador.md): de ellos sí se sabe qué hizo cada aviso.
    """
    if invented is not None:
        if start or end or creditor:
            raise UnusableInput("--invented no lleva --from, --to ni --creditor: no hay pasado que repetir.")
        django_setup()
        made = _forward(file, against, invented, seed)
        emit(made, as_json=as_json, human=_say_invented(made))
        return
    if start is None or end is None:
        raise UnusableInput("Diga el periodo con --from y --to, o pruebe con deudores inventados: --invented 5000.")
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


def _forward(file: Path, against: Path | None, debtors: int, seed: int) -> dict:
    document = _invented(file, debtors, seed)
    if against is None:
        return document
    other = _invented(against, debtors, seed)
    return {**document, "against": other, "difference": _difference(document, other)}


def _invented(file: Path, debtors: int, seed: int) -> dict:
    """What so many invented debtors did under a policy; its true effect, since each is known without contact too."""
    from puntual.simulators.portfolio.debtors import HORIZON_DAYS, live

    policy = read(file)
    lived = live(policy, debtors, seed)
    settled = int((~lived.contacted.any(1)).sum()) if lived.contacted.size else debtors
    return {
        "policy": policy.name, "invented": debtors, "seed": seed, "contacts": lived.contacts(),
        "parties_contacted": debtors - settled, "skips": {"no_open_balance": settled}, "legal_refusals": {},
        "owed_minor": int(lived.amount_minor.sum()),
        "recovered_minor": {str(d): lived.recovered_minor(d) for d in (0, 30, 60, HORIZON_DAYS)},
        "because_minor": {str(d): lived.because_minor(d) for d in (0, 30, 60, HORIZON_DAYS)},
        "label": "deudores inventados: el efecto de cada aviso está supuesto, y la norma no se consulta",
    }  # fmt: skip


def _say_invented(document: dict) -> str:
    """One line a policy: contacts, what was paid thirty days after due, and how much of it because of them."""
    lines = []
    for one in (document, document.get("against")):
        if one is None:
            continue
        paid, because = (100 * one[k]["30"] / one["owed_minor"] for k in ("recovered_minor", "because_minor"))
        lines.append(
            f"{one['policy']}: {sum(one['contacts'].values())} contactos; a 30 días se pagó el {paid:.1f} %, y el "
            f"{because:.1f} % por los avisos."
        )
    return "\n".join([*lines, f"({document['label']}.)"])


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
