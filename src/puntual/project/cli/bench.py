"""`puntual bench NAME`: how fast this machine is at the product's heavy work, on data made for it and thrown away."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import attrs
import click

from puntual.core.errors import UnusableInput
from puntual.project.cli import django_setup, emit, progress

NAMES = ("daily-run", "render", "import", "pages", "reports", "scoring", "learn", "choose", "cash")

#: Those that need no database.
PURE = ("learn", "choose")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("--invoices", type=click.IntRange(min=4), default=100_000, show_default=True)
@click.option("--database", help="Base vacía donde medir; sin ella, SQLite en una carpeta temporal.")
@click.option("--from-entries", is_flag=True, help="Leer todos los asientos y no los saldos traídos.")
@click.option("--learning", is_flag=True, help="daily-run: con una política que aprende canal y hora.")
@click.option("--engine", type=click.Choice(["local"]), default="local", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def command(
    name: str, invoices: int, database: str | None, from_entries: bool, learning: bool, engine: str, as_json: bool
) -> None:
    """Mide una corrida y dice filas por segundo, segundos de procesador y memoria."""
    with tempfile.TemporaryDirectory(prefix="puntual-bench-") as folder:
        os.environ["PUNTUAL_DATA"] = folder
        os.environ["DATABASE_URL"] = database or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        if name in PURE:
            django_setup()
            document = _measure_pure(name, invoices)
            emit({**document, "engine": engine, "database": None}, as_json=as_json, human=_say(document))
            return
        _prepare(database)
        progress(f"Haciendo {invoices} documentos...")
        document = _measure(name, invoices, from_entries, learning)
        document["engine"], document["database"] = engine, "postgresql" if database else "sqlite"
        emit(document, as_json=as_json, human=_say(document))


def _measure_pure(name: str, rows: int) -> dict:
    """Work of the core alone, without any database."""
    if name == "choose":
        from puntual.pipeline.benchmarks.choosing import choosing

        return {"bench": name, **choosing(rows)}
    from puntual.adapters.scorer_lightgbm import LightGBMLearner, available
    from puntual.pipeline.benchmarks.learning import learning

    return {"bench": name, **learning(rows, LightGBMLearner() if available() else None)}


def _prepare(database: str | None) -> None:
    django_setup()
    from django.core.management import call_command
    from django.db import connection

    from puntual.apps.parties import vault

    if database and "parties_creditor" in connection.introspection.table_names():
        from puntual.apps.parties.models import Creditor

        if Creditor.objects.exclude(code__startswith="banco-").exists():
            raise UnusableInput("Esa base tiene datos de verdad: mida en una base vacía.")
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)
    vault.make_keyring(fresh=True)


def _measure(name: str, invoices: int, from_entries: bool, learning: bool = False) -> dict:
    from django.db import connection

    from puntual.apps import bulk
    from puntual.pipeline.benchmarks import portfolio

    bulk.one_thread()
    if name == "import":
        from puntual.adapters.files import Files
        from puntual.pipeline.benchmarks.loading import loading

        return {"bench": name, **loading(Files(), invoices)}
    if name == "scoring":
        from puntual.adapters.scorer_lightgbm import LightGBMLearner, available
        from puntual.pipeline.benchmarks.scoring import scoring

        return {"bench": name, **_plain(scoring(invoices, LightGBMLearner() if available() else None, progress))}
    if name == "cash":
        from puntual.adapters.files import Files
        from puntual.adapters.names import similar
        from puntual.pipeline.benchmarks.cash import cash

        return {"bench": name, **_plain(cash(Files(), similar, invoices))}
    creditor = portfolio.build(invoices, datetime.now(UTC).date(), learning=learning)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    progress("Midiendo...")
    if name == "reports":
        from puntual.pipeline.benchmarks.reports import reports
        from puntual.project.cli.payment_history import learner

        return {"bench": name, **reports(creditor, invoices, learner())}
    if name == "pages":
        from puntual.pipeline.benchmarks.daily import daily_run
        from puntual.pipeline.benchmarks.pages import pages

        daily_run(creditor, invoices, from_entries)
        return {"bench": name, **pages(creditor, invoices)}
    if name == "render":
        from puntual.pipeline.benchmarks.render import render

        return {"bench": name, **render(creditor, min(invoices, 20_000))}
    from puntual.pipeline.benchmarks.daily import daily_run

    return {"bench": name, **_plain(daily_run(creditor, invoices, from_entries))}


def _plain(document: dict) -> dict:
    return {**document, "parts": [attrs.asdict(p) for p in document["parts"]]}


def _say(document: dict) -> str:
    if document["bench"] == "pages":
        return "\n".join(f"  {page:<22} {ms:>8} ms" for page, ms in document["milliseconds"].items())
    if document["bench"] == "reports":
        lines = [f"{document['due_items']} documentos y {document['facts']} hechos; límite {document['limit_s']} s"]
        lines += [f"  {p['name']:<22} {p['seconds']:>8} s  procesador {p['cpu_s']:>8} s" for p in document["parts"]]
        return "\n".join([*lines, f"  se pasan: {', '.join(document['over']) or 'ninguno'}"])
    lines = [f"{document['bench']}: {document['rows']} filas, {document['rows_per_s']} por segundo"]
    lines.append(f"  procesador {document['cpu_s']} s (servidor {document.get('server_cpu_s', 0)} s)")
    lines += [
        f"  {p['name']:<16} {p['cpu_s']:>8} s de procesador  {p['seconds']:>8} s" for p in document.get("parts", [])
    ]
    if "wrong" in document:
        lines.append(f"  {document['automatic_pct']} % aplicado sin preguntar, {document['wrong']} mal aplicados")
        lines.append(f"  precisión {document['precision']}, exhaustividad {document['recall']}")
    if "gap_pct" in document:
        lines.append(f"  brecha a la cota {document['gap_pct']} %")
    lines.append(f"  memoria máxima {document['peak_mib']} MiB")
    return "\n".join(lines)
