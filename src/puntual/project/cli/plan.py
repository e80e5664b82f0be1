"""`puntual plan show|approve`: what a day decided, and letting its held messages go."""

from __future__ import annotations

import click

from puntual.core import reasons
from puntual.project.cli import FINDINGS, django_setup, emit, person_allowed


@click.group()
def command() -> None:
    """El plan de un día: acciones y no acciones, cada una con su razón."""


@command.command()
@click.argument("plan_id")
@click.option("--party", help="Solo esta persona o cliente.")
@click.option("--json", "as_json", is_flag=True)
def show(plan_id: str, party: str | None, as_json: bool) -> None:
    """Muestra cada decisión del plan con su razón, su norma y la versión de la política."""
    django_setup()
    from puntual.apps.compliance import read_law
    from puntual.apps.parties import read as parties
    from puntual.apps.planning import read as planning

    plan = planning.plan(plan_id)
    rows = planning.rows(plan.pk)
    if party:
        rows = rows.filter(account__party_id=parties.party(party).pk)
    cites = {rule.id: rule.cite for pack in read_law.packs() for rule in pack.rules}
    document = {
        "plan_id": f"plan_{plan.pk}",
        "creditor": plan.creditor.code,
        "day": plan.day.isoformat(),
        "as_of": plan.as_of.isoformat(),
        **plan.summary,
        "rows": [_row(row, cites) for row in rows.iterator(chunk_size=2000)],
    }
    emit(document, as_json=as_json, human=_say(document))


def _row(row, cites) -> dict:  # noqa: ANN001
    return {
        "account": f"cta_{row.account_id}",
        "code": row.account.code,
        "verdict": row.verdict,
        "reason": reasons.as_json(row.reason, rule=row.rule, cite=cites.get(row.rule)),
        "pack": row.pack,
        "stage": row.stage,
        "step": row.step,
        "channel": row.channel,
        "at": row.at.isoformat() if row.at else None,
        "next_allowed_at": row.next_allowed_at.isoformat() if row.next_allowed_at else None,
        "amount": {"minor": row.amount_minor, "currency": row.currency},
        "held": {"minor": row.held_minor, "currency": row.currency},
        "held_reason": row.held_reason,
        "due_items": row.items,
        "policy_version": row.policy_version_id,
        "scores": {},
    }


def _say(document: dict) -> str:
    lines = [f"Plan {document['plan_id']} de {document['creditor']}, {document['day']}"]
    for row in document["rows"][:200]:
        where = f"{row['channel']} {row['at']}" if row["verdict"] == "allow" else row["reason"]["text"]
        lines.append(f"  {row['verdict']:<6} {row['code']:<20} {row['amount']['minor']:>14} {where}")
    if len(document["rows"]) > 200:
        lines.append(f"  ... y {len(document['rows']) - 200} más (use --party o --json)")
    return "\n".join(lines)


@command.command()
@click.argument("plan_id")
@click.option("--by", "user", envvar="PUNTUAL_USER", help="Usuario a cuyo nombre se aprueba: su permiso cuenta.")
@click.option("--json", "as_json", is_flag=True)
def approve(plan_id: str, user: str | None, as_json: bool) -> int:
    """Deja salir los envíos del plan que esperaban aprobación.

    Si son muchos a la vez queda pedido, y salen cuando otra persona da la misma orden a su nombre o lo aprueba en
    «Por aprobar». Mientras nadie tenga cuenta en la instalación, aprueba quien da la orden.
    """
    django_setup()
    from puntual.apps.access import read as access
    from puntual.apps.outreach import mass
    from puntual.apps.planning import read as planning
    from puntual.project import bindings

    plan, at = planning.plan(plan_id), bindings.now()
    by = person_allowed(user, "sends.approve", plan.creditor_id) if user else None
    if by is None and not access.anybody():
        return _said(mass.let_all_go(plan_id=plan.pk), None, as_json)
    answered = mass.second_yes(plan_id=plan.pk, by=by, at=at) if by else None
    if answered is not None:
        return _said(answered, None, as_json)
    done = mass.let_go(creditor=plan.creditor, by=by, at=at, plan_id=plan.pk)
    return _said(done.n, f"apr_{done.waits.pk}" if done.waits else None, as_json)


def _said(n: int, waits: str | None, as_json: bool) -> int:
    """How many leave; 1 when what was asked waits for another person."""
    human = f"Aprobados: {n}. Saldrán a su hora con `puntual dispatch`."
    if waits:
        human = f"Son muchos a la vez: quedó pedido ({waits}) y espera el sí de otra persona. No salió ninguno."
    emit({"approved": n, **({"approval": waits} if waits else {})}, as_json=as_json, human=human)
    return FINDINGS if waits else 0
