"""`puntual plan show|approve`: what a day decided, and letting its held messages go."""

from __future__ import annotations

import click

from puntual.core import reasons
from puntual.project.cli import django_setup, emit


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
@click.option("--json", "as_json", is_flag=True)
def approve(plan_id: str, as_json: bool) -> None:
    """Deja salir los envíos del plan que esperaban aprobación."""
    django_setup()
    from puntual.apps.audit import write as audit
    from puntual.apps.outreach import write as outreach
    from puntual.apps.planning import read as planning

    plan = planning.plan(plan_id)
    count = outreach.approve(plan_id=plan.pk)
    audit.record(act="send_approved", kind="plan", pk=plan.pk, detail={"n": count})
    emit({"approved": count}, as_json=as_json, human=f"Aprobados: {count}. Saldrán a su hora con `puntual dispatch`.")
