"""`puntual check`: the invariants of the books and of the contacts."""

from __future__ import annotations

import click

from puntual.project.cli import DONE, FINDINGS, django_setup, emit


@click.command()
@click.option("--json", "as_json", is_flag=True)
def command(as_json: bool) -> int:
    """Comprueba que los libros y los contactos cumplen todo lo que siempre debe cumplirse."""
    django_setup()
    from puntual.apps import bulk

    bulk.one_thread()
    found = findings()
    document = {"invariants": [f.as_json() for f in found]}
    emit(document, as_json=as_json, human="\n".join(_line(f) for f in found))
    return DONE if all(f.holds for f in found) else FINDINGS


def findings() -> list:
    """Every invariant judged now."""
    from puntual.apps.audit import read as audit
    from puntual.apps.compliance import read as compliance
    from puntual.apps.debits import read as debits
    from puntual.apps.outreach import read as outreach
    from puntual.apps.payments import read_findings as payments
    from puntual.apps.receivables import guard
    from puntual.apps.receivables import read as receivables
    from puntual.core.compliance import breaches
    from puntual.core.ledger import invariants
    from puntual.core.ledger.invariants import Finding

    unguarded = tuple({"table": table} for table in guard.missing_guards())
    return [
        Finding("books_are_guarded", "La base de datos se niega a cambiar o borrar lo asentado.", unguarded),
        *invariants.judge(receivables.books()),
        *payments.findings(),
        *debits.findings(),
        *breaches.judge(*outreach.sent_frames(), compliance.consents_frame()),
        *audit.findings(),
    ]


def _line(found) -> str:  # noqa: ANN001
    mark = "bien " if found.holds else "FALLA"
    shown = "" if found.holds else "\n" + "\n".join(f"         {row}" for row in found.counterexamples)
    return f"{mark}  {found.sentence}{shown}"
