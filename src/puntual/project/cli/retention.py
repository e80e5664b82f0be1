"""`puntual retention`: destroy what the law of each country wants forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from puntual.project.cli import django_setup, emit


@click.command()
@click.option("--dry-run", is_flag=True, help="Cuenta lo que se destruiría, sin destruir nada.")
@click.option("--json", "as_json", is_flag=True)
def command(dry_run: bool, as_json: bool) -> None:
    """Destruye lo que la norma de cada país manda olvidar (por ejemplo, los 72 meses de México)."""
    django_setup()
    from puntual.apps.access import write_approvals
    from puntual.pipeline import retention

    found = retention.purge(now=datetime.now(UTC), dry_run=dry_run)
    if not dry_run:  # the night's sweep also ends what nobody answered in time
        write_approvals.expire(at=datetime.now(UTC))
    lines = [_say(one) for one in found]
    emit({"purged": found, "dry_run": dry_run}, as_json=as_json, human="\n".join(lines) or "No hay empresas todavía.")


def _say(one) -> str:  # noqa: ANN001
    if one.before is None:
        return f"{one.creditor} ({one.country}): la norma leída no fija un máximo; no se destruye nada. {one.cite}"
    return (
        f"{one.creditor} ({one.country}), anterior al {one.before}: {one.contacts} contactos, {one.messages} mensajes, "
        f"{one.facts} hechos, {one.plans} planes y {one.parties} personas. {one.cite}"
    )
