"""`puntual assign …`: who attends whom, without a screen: deal the queue, the team, named people, the month's goals."""

from __future__ import annotations

from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from puntual.core.errors import UnusableInput
from puntual.project.cli import django_setup, emit

_CREDITOR = click.option("--creditor", help="La empresa, si hay varias.")
_JSON = click.option("--json", "as_json", is_flag=True)


@click.group()
def command() -> None:
    """Reparto: quién atiende a quién, qué puede llevar cada persona, y las metas del mes."""


@command.command()
@_CREDITOR
@click.option("--build", is_flag=True, help="Arma antes la cola de hoy.")
@_JSON
def deal(creditor: str | None, build: bool, as_json: bool) -> None:
    """Reparte la cola entre quienes están de turno: por nombre, llamadas pedidas, destreza, idioma, cartera y carga."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.workbench import outside, read, write_assign
    from puntual.core.workbench.assignment import BECAUSE
    from puntual.project.bindings import now

    one = parties.creditor(creditor)
    queued = outside.build(one, now()) if build else None
    done = dict(write_assign.deal(creditor_id=one.pk, now=now()))
    moved = done.pop("moved")
    names = {pk: name for pk, name, _profile in read.agents()} | {0: ""}
    desks = {names.get(pk, str(pk)): n for pk, n in sorted(read.desks(one.pk).items()) if pk}
    document = {
        "queued": queued,
        "moved": moved,
        "because": done,
        "desks": desks,
        "common": read.desks(one.pk).get(0, 0),
    }
    said = "; ".join(f"{n}: {BECAUSE[why]}" for why, n in done.items())
    emit(document, as_json=as_json, human=f"Cambiaron de escritorio {moved}. {said}")


@command.command()
@_CREDITOR
@_JSON
def back(creditor: str | None, as_json: bool) -> None:
    """Devuelve todo a la cola común, menos lo que es de alguien (llamadas pedidas)."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.workbench import write_assign

    n = write_assign.give_back(creditor_id=parties.creditor(creditor).pk)
    emit({"back": n}, as_json=as_json, human=f"Volvieron a la cola común: {n}.")


@command.command()
@click.argument("user")
@click.option("--skills", help="Destrezas, separadas por comas; vacío: ninguna en particular.")
@click.option("--languages", help="Idiomas, separados por comas; vacío: cualquiera.")
@click.option("--segments", help="Segmentos, separados por comas; vacío: todos.")
@click.option("--minutes", type=click.IntRange(1, 1440), help="Minutos al día para gestión.")
@click.option("--on-duty/--off-duty", default=None, help="De turno o no.")
@_JSON
def person(user: str, as_json: bool, **told: Any) -> None:
    """Qué puede llevar una persona. Lo que no se dice queda como estaba."""
    django_setup()
    from puntual.apps.workbench import read, write_assign
    from puntual.apps.workbench.forms import listed

    pk = _user(user)
    lists = ("skills", "languages", "segments")
    values = {k: listed(v) if k in lists else v for k, v in told.items() if v is not None}
    if values:
        write_assign.save_profile(user_id=pk, values=values)
    row = read.profile_of(pk)
    document = {"user": user, **{k: getattr(row, k) for k in (*lists, "minutes", "on_duty")}}
    emit(document, as_json=as_json)


@command.command()
@click.argument("account")
@click.option("--to", "user", help="Quién la atiende siempre; sin esto, vuelve a atenderla cualquiera.")
@click.option("--because", default="", help="Por qué.")
@_CREDITOR
@_JSON
def name(account: str, user: str | None, because: str, creditor: str | None, as_json: bool) -> None:
    """Un cliente delicado o importante tiene siempre a la misma persona."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.workbench import write_assign

    row = parties.account(account, parties.creditor(creditor))
    write_assign.name_agent(party_id=row.party_id, agent_id=_user(user) if user else None, because=because)
    said = f"«{account}» la atiende {user}." if user else f"«{account}» la atiende cualquiera."
    emit({"account": f"cta_{row.pk}", "user": user}, as_json=as_json, human=f"{said} Vale desde el próximo reparto.")


@command.command()
@click.argument("metric")
@click.argument("target")
@click.argument("points", type=int)
@_CREDITOR
@_JSON
def goal(metric: str, target: str, points: int, creditor: str | None, as_json: bool) -> None:
    """Una meta del mes (cero puntos la quita). Nunca se premian llamadas ni contactos."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.workbench import write_assign

    try:
        value = Decimal(target)
    except InvalidOperation:
        raise UnusableInput(f"«{target}» no es una cifra.", field="target") from None
    write_assign.save_goal(creditor_id=parties.creditor(creditor).pk, metric=metric, target=value, points=points)
    emit({"metric": metric, "target": str(value), "points": points}, as_json=as_json, human="Guardada.")


@command.command()
@_CREDITOR
@_JSON
def month(creditor: str | None, as_json: bool) -> None:
    """El mes de cada persona: lo alcanzado de cada meta, sus puntos, y lo que los deja en cero."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.supervision import read_month
    from puntual.apps.workbench import read
    from puntual.core.time import local_date
    from puntual.project.bindings import now

    one = parties.creditor(creditor)
    names = {pk: called for pk, called, _profile in read.agents()}
    rows = [
        {"name": names.get(pk, str(pk)), "reached": {k: str(v) for k, v in m.reached.items()},
         "harm": {k: str(v) for k, v in m.harm.items()}, "points": m.earned.points, "void": m.earned.void}
        for pk, m in read_month.month(one, local_date(now(), one.zone)).items()
    ]  # fmt: skip
    lines = [f"{r['name']}: {r['points']} puntos. {r['void']}".rstrip() for r in rows]
    emit({"people": rows}, as_json=as_json, human="\n".join(lines) or "Nadie ha hecho nada este mes todavía.")


@command.command()
@click.argument("user", required=False)
@click.argument("state", required=False)
@_CREDITOR
@_JSON
def state(user: str | None, state: str | None, creditor: str | None, as_json: bool) -> None:
    """Cómo está cada persona y cuánto lleva del día en cada estado; con USER y STATE, lo cambia: available, break,
    lunch, training, meeting u off."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.workbench import read, read_presence, write_presence
    from puntual.core.time import local_date, local_instant
    from puntual.project.bindings import now

    one, at = parties.creditor(creditor), now()
    if user and state:
        write_presence.be(agent_id=_user(user), state=state, now=at)
    people = {pk: called for pk, called, _profile in read.agents(one.pk)}
    start = local_instant(local_date(at, one.zone), time.min, one.zone)
    told, spent = read_presence.told(people), read_presence.spent(list(people), start, at)
    locks = {lock.agent_id: lock for lock in read.locks_of(one.pk, at)}
    stands = {pk: read_presence.stand(told.get(pk), locks.get(pk), at) for pk in people}
    rows = [
        {"name": called, "state": stands[pk].state, "since": stands[pk].since, "seconds": spent[pk]}
        for pk, called in people.items()
    ]
    lines = [f"{called}: {stands[pk].name}" for pk, called in people.items()]
    emit({"people": rows}, as_json=as_json, human="\n".join(lines) or "No hay nadie en la mesa.")


def _user(name: str) -> int:
    from django.contrib.auth import get_user_model

    found = get_user_model().objects.filter(username__iexact=name, is_active=True).first()
    if found is None:
        raise UnusableInput(f"No hay una persona con el usuario «{name}».", field="user")
    return int(found.pk)
