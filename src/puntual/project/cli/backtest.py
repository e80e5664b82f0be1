"""`puntual backtest`: how good predictions would have been, strictly out of time, with plain lines beside the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from puntual.core.time import parse_date
from puntual.project.cli import emit, progress
from puntual.project.cli.payment_history import from_books, from_csv, learner


@click.command(
    help="Mide la predicción fuera de tiempo: aprende lo sabido en cada corte y se juzga con lo que vino después."
)
@click.option("--cut", "cuts", multiple=True, required=True, metavar="FECHA", help="Corte; puede repetirse.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Historia en CSV en lugar de los libros.")
@click.option("--currency", default="USD", show_default=True, help="Moneda del archivo, si no la dice.")
@click.option("--grace", default=0, show_default=True, help="Días de gracia tras el vencimiento.")
@click.option("--country", default="", metavar="PAÍS", help="Sus feriados y fines de semana no cuentan como atraso.")
@click.option("--seed", default=7, show_default=True, help="Semilla: la misma da el mismo resultado.")
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(
    cuts: tuple[str, ...], file: Path | None, currency: str, grace: int, country: str, seed: int, as_json: bool
) -> None:
    days = [parse_date(cut) for cut in cuts]
    facts = from_csv(file, currency, country)[0] if file else from_books()
    from puntual.core.segments.backtest import backtest
    from puntual.core.segments.training import Settings

    progress(f"{facts.height} documentos de {facts['account'].n_unique()} clientes.")
    result = backtest(
        facts, days, learner(), Settings(grace_days=grace, banking_days=bool(country) or not file, seed=seed)
    )
    emit(result, as_json=as_json, human="\n\n".join(_table(cut) for cut in result["cuts"]))


#: What the luck of so many documents would give to exact probabilities, under each ECE of the table.
_CHANCE = (("late", 7), ("paid_7", 8), ("paid_14", 8), ("paid_30", 8))


def _table(cut: dict[str, Any]) -> str:
    lines = {"modelo": cut, "ingenua": cut["naive"], "contraída": cut["baselines"]["shrinkage"]}
    lines["logística"] = cut["baselines"]["logistic"]
    head = (
        f"{'línea':<11}{'AUC':>7}{'Brier':>8}{'ECE':>7}{'ECE 7':>8}{'ECE 14':>8}{'ECE 30':>8}{'días':>7}{'caja 30':>9}"
    )
    rows = [f"Corte {cut['cut']}: {cut['n']} documentos", head]
    for name, line in lines.items():
        late, paid = line["late"], [line[f"paid_{h}"]["ece"] for h in (7, 14, 30)]
        figures = [(late["auc"], 7, 3), (late["brier"], 8, 3), (late["ece"], 7, 3), *((p, 8, 3) for p in paid)]
        figures += [(line["mae_days"], 7, 2), (line["cash_30_wape"], 9, 3)]
        rows.append(f"{name:<11}" + "".join(_figure(*f) for f in figures))
    chance = [(cut[name]["ece_by_chance"], width, 3) for name, width in _CHANCE]
    rows.append(f"{'azar solo':<26}" + "".join(_figure(*f) for f in chance))
    rows += ["", f"{'pagos conocidos':<17}{'n':>7}{'lo suyo':>10}{'contraída':>11}{'modelo':>9}   (Brier de tarde)"]
    for row in cut["cold_start"]:
        told = _figure(row["own"], 10, 3) + _figure(row["shrinkage"], 11, 3) + _figure(row["model"], 9, 3)
        rows.append(f"{row['known_payments']:<17}{row['n']:>7}{told}")
    return "\n".join(rows)


def _figure(value: float | None, width: int, places: int) -> str:
    return f"{'—':>{width}}" if value is None else f"{value:>{width}.{places}f}"
