"""`puntual predict`: per open document, how likely it is to be late or paid soon, when, and why."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.segments.backtest import model_card
from puntual.core.segments.prediction import predict
from puntual.core.segments.training import Settings
from puntual.core.time import parse_date
from puntual.project.cli import emit, progress
from puntual.project.cli.payment_history import book_names, from_books, from_csv, last_day, learner

#: Documents that a person is shown on the terminal.
SHOWN = 25


@click.command(help="Predice cada documento abierto: si será tarde, si se paga en 7, 14 y 30 días, cuándo y por qué.")
@click.option("--as-of", "as_of", metavar="FECHA", help="Día desde el que se predice; por omisión, hoy.")
@click.option("--out", type=click.Path(path_type=Path), help="Escribe las predicciones en un archivo Parquet.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Historia en CSV en lugar de los libros.")
@click.option("--currency", default="USD", show_default=True, help="Moneda del archivo, si no la dice.")
@click.option("--grace", default=0, show_default=True, help="Días de gracia tras el vencimiento.")
@click.option(
    "--country", default="", metavar="PAÍS", help="Del archivo: sus feriados y fines de semana no son atraso."
)
@click.option("--keep", is_flag=True, help="Guarda las calificaciones: las leen la corrida y las pantallas.")
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(
    as_of: str | None,
    out: Path | None,
    file: Path | None,
    currency: str,
    grace: int,
    country: str,
    keep: bool,
    as_json: bool,
) -> None:
    if keep:
        if file or out or as_of:
            raise UnusableInput(
                "--keep califica hoy los libros de esta instalación: no lleva --file, --out ni --as-of."
            )
        documents = keep_scores()
        emit({"scored": documents}, as_json=as_json, human="\n".join(_kept(d) for d in documents))
        return
    facts, names = from_csv(file, currency, country) if file else (from_books(), pl.DataFrame())
    day = parse_date(as_of) if as_of else (last_day(facts) + timedelta(days=1) if file else _today())
    table, trained = predict(facts, day, learner(), Settings(grace_days=grace, banking_days=bool(country) or not file))
    table = table.drop("due_on").join(facts.select("due_item", due_on="stated_on"), on="due_item", how="left")
    card = model_card(trained, facts)
    table = table.join(names if file else book_names(table), on="due_item", how="left", maintain_order="left")
    progress(f"{table.height} documentos abiertos al {day}; método: {card['learner']}.")
    document: dict[str, Any] = {"as_of": day, "n": table.height, "model": card}
    if out:
        _write(table, out)
        document["out"] = str(out)
    else:
        document["items"] = [_item(row) for row in table.iter_rows(named=True)]
    emit(document, as_json=as_json, human=f"{table.height} predicciones en {out}." if out else _table(table))


def keep_scores() -> list[dict[str, Any]]:
    """Score every company today and store it: what the night does before the run."""
    from puntual.project.cli import django_setup

    django_setup()
    from puntual.apps import bulk
    from puntual.apps.parties import read as parties
    from puntual.pipeline.scoring import score_day
    from puntual.project import bindings

    bulk.one_thread()
    now = bindings.now()
    return [
        {"creditor": one.code, **score_day(creditor=one, as_of=now, learner=learner(), say=progress).as_json()}
        for one in parties.creditors()
    ]


def _kept(document: dict[str, Any]) -> str:
    line = {"model": "el modelo", "shrinkage": "poca historia", "naive": "la línea simple"}[document["line"]]
    return (
        f"{document['creditor']}: {document['items']} documentos de {document['accounts']} clientes, por {line}, "
        f"en {document['seconds']} s."
    )


def _table(table: pl.DataFrame) -> str:
    """The documents with most money at risk, for people."""
    risk = (pl.col("amount_minor") * (1 - pl.col("p_paid_30"))).alias("risk")
    lines = [f"{'documento':<26}{'vence':>11}{'tarde':>7}{'30 días':>9}{'esperada':>12}  por qué"]
    for row in table.sort(risk, descending=True, maintain_order=True).head(SHOWN).iter_rows(named=True):
        why = row["drivers"][0]["text"] if row["drivers"] else ""
        name = str(row["invoice"] or row["due_item"])[:25]
        figures = f"{row['due_on']!s:>11}{row['p_late']:>7.0%}{row['p_paid_30']:>9.0%}{row['expected_on']!s:>12}"
        lines.append(f"{name:<26}{figures}  {why}")
    if table.height > SHOWN:
        lines.append(f"... y {table.height - SHOWN} más; con --json o --out se ven todos.")
    return "\n".join(lines)


def _item(row: dict[str, Any]) -> dict[str, Any]:
    figures = {name: round(row[name], 4) for name in ("p_late", "p_paid_7", "p_paid_14", "p_paid_30", "self_cure")}
    return {
        "due_item": row["due_item"], "account": row["account"],
        **{k: row[k] for k in ("invoice", "customer") if k in row},
        "due_on": row["due_on"], "amount": {"minor": row["amount_minor"], "currency": row["currency"]}, **figures,
        "expected_on": row["expected_on"], "interval": [row["earliest_on"], row["latest_on"]],
        "method": row["method"], "short_history": row["short_history"], "drivers": row["drivers"],
    }  # fmt: skip


def _write(table: pl.DataFrame, out: Path) -> None:
    try:
        table.write_parquet(out)
    except OSError as error:
        raise UnusableInput(f"No se pudo escribir {out}: {error}. Elija una carpeta que exista.") from None


def _today() -> date:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()
