"""`puntual export ...`: the books for an outside checker, an account, everything held about a person."""

from __future__ import annotations

import sys

import click

from puntual.project.cli import django_setup, emit


@click.group()
def command() -> None:
    """Saca los libros, una cuenta o todo lo que se guarda de una persona."""


@command.command()
@click.option("--format", "form", type=click.Choice(["beancount", "csv"]), default="csv", show_default=True)
@click.option("--creditor")
def ledger(form: str, creditor: str | None) -> None:
    """Los libros completos, en CSV o en beancount (con afirmaciones de saldo que bean-check comprueba)."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.receivables import export

    chosen = [parties.creditor(creditor)] if creditor else list(parties.creditors())
    lines = export.beancount(chosen) if form == "beancount" else export.csv(chosen)
    for line in lines:
        sys.stdout.write(line + "\n")


@command.command()
@click.argument("ref")
@click.option("--creditor")
@click.option("--json", "as_json", is_flag=True, default=True)
def account(ref: str, creditor: str | None, as_json: bool) -> None:
    """Una cuenta: quién, qué debe, cada movimiento."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.receivables import export

    chosen = parties.creditor(creditor) if creditor else None
    emit(export.account(parties.account(ref, chosen)), as_json=as_json)


@command.command()
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True, default=True)
def party(ref: str, as_json: bool) -> None:
    """Todo lo que se guarda de una persona, para responderle si lo pide."""
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.pipeline import personal

    emit(personal.everything(parties.party(ref)), as_json=as_json)
