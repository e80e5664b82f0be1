"""`puntual erase REF`: forget a person, unless a legal hold stands."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from puntual.project.cli import DONE, REFUSED, django_setup, emit


@click.command()
@click.argument("ref")
@click.option("--dry-run", is_flag=True, help="Dice si se puede y qué lo impide, sin borrar nada.")
@click.option("--json", "as_json", is_flag=True)
def command(ref: str, dry_run: bool, as_json: bool) -> int:
    """Borra a una persona: su llave, sus datos y lo que se le escribió. Los libros quedan, sin decir quién era."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.pipeline import erasure

    one, now = parties.party(ref), datetime.now(UTC)
    name = f"per_{one.pk}"
    if not dry_run:
        done = erasure.erase(party_id=one.pk, now=now)
        human = f"{name} quedó borrada." if done else f"{name} ya estaba borrada."
        emit({"party": name, "erased": True, "destroyed": done, "held_by": []}, as_json=as_json, human=human)
        return DONE
    held = erasure.holds(one, now)
    document = {"party": name, "erased": False, "destroyed": {}, "held_by": held}
    why = "; ".join(hold.sentence for hold in held)
    emit(document, as_json=as_json, human=f"No se puede todavía: {why}." if held else f"{name} se puede borrar.")
    return REFUSED if held else DONE
