"""`puntual report`: indicators, ageing, roll rates, forecast, friction, causes...; as JSON, CSV, XLSX or PDF."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from puntual.core.errors import UnusableInput
from puntual.core.time import local_date, parse_date
from puntual.project.cli import django_setup, emit, progress

KINDS = (
    "kpis", "ageing", "roll-rates", "vintages", "forecast", "friction", "causes", "experiments", "agents", "harm",
    "mail",
)  # fmt: skip
#: `mail` is the round of the day: it sends the reports that people programmed for today and finds missed targets.
BY = ("segment", "stage", "channel", "agent", "campaign")
#: Days of the period when nobody says which: long enough for a month of sales.
DAYS = 30


@click.command(
    help="Reportes: cada cifra con su fórmula, variante, numerador y denominador. Por moneda, nunca sumadas."
)
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--from", "start", metavar="FECHA", help="Primer día. Por omisión, 30 días hasta el último.")
@click.option("--to", "end", metavar="FECHA", help="Último día, incluido. Por omisión, ayer en la zona de la empresa.")
@click.option("--creditor", help="Código de la empresa; sin él, todas, cada una por su lado.")
@click.option("--by", type=click.Choice(BY), help="Separa además los indicadores.")
@click.option(
    "--format", "form", type=click.Choice(["json", "csv", "xlsx", "pdf", "parquet"]), default="json", show_default=True
)
@click.option("--table", help="Con parquet: la tabla; sin ella, la primera, y con --out las demás quedan a su lado.")
@click.option("--out", type=click.Path(path_type=Path), help="Archivo; sin él, la salida estándar.")
@click.option("--json", "as_json", is_flag=True, help="Un documento JSON en la salida.")
def command(
    kind: str, start: str | None, end: str | None, creditor: str | None, by: str | None, form: str, table: str | None,
    out: Path | None, as_json: bool,
) -> int:  # fmt: skip
    django_setup()
    from puntual.apps.parties import read as parties
    from puntual.apps.reports import export, tables

    first, last = parse_date(start) if start else None, parse_date(end) if end else None
    if by and kind != "kpis":
        raise UnusableInput("--by separa los indicadores: use «puntual report kpis --by ...».")
    creditors = [parties.creditor(creditor)] if creditor else list(parties.creditors()) or [parties.creditor()]
    if kind == "mail":
        return _mail(creditors)
    reports = [_build(kind, one, *period(one.zone, first, last), by or "") for one in creditors]
    if form == "json" or as_json:
        _emit(tables.document(reports), out)
    else:
        _write(export.render(reports, form, table or ""), out, form)
        if form == "parquet" and out is not None and not table:
            _beside(reports, out)
    return 0


def _beside(reports: list[Any], out: Path) -> None:
    """The other tables of a report, each in a file of its own beside the first one's."""
    from puntual.apps.reports import export_parquet

    for name in list(export_parquet.frames_of(reports))[1:]:
        _write(export_parquet.to_parquet(reports, name), out.with_name(f"{out.stem}-{name}{out.suffix}"), "parquet")


def _mail(creditors: list[Any]) -> int:
    """The round of the day: columns kept, missed targets found, what is due sent. 1: some mail could not leave.

    May be called as often as one likes, every hour for instance: each report goes once.
    """
    from puntual.apps import bulk
    from puntual.apps.reports import tasks
    from puntual.project import bindings

    bulk.one_thread()
    now = bindings.now()
    found = [tasks.day_round(creditor=c, now=now, channel=bindings.channel_for(bindings.now)) for c in creditors]
    sent, failed = [s for f, _ in found for s in f.sent], [s for f, _ in found for s in f.failed]
    missed = [{"code": m.code, "currency": m.currency or None} for _, rows in found for m in rows]
    emit({"report": "mail", "sent": sent, "failed": failed, "missed_targets": missed}, as_json=True)
    return 1 if failed else 0


def period(zone: str, start: date | None, end: date | None) -> tuple[date, date]:
    """[start, end], both included. UnusableInput when it ends before it starts."""
    last = end or local_date(datetime.now(UTC), zone) - timedelta(days=1)
    first = start or last - timedelta(days=DAYS - 1)
    if last < first:
        raise UnusableInput(f"El periodo termina ({last}) antes de empezar ({first}): cambie --from o --to.")
    return first, last


def _build(kind: str, creditor: Any, start: date, end: date, by: str) -> Any:
    from puntual.apps.reports import build_forecast, read

    progress(f"{creditor.name}: {start} a {end} ...")
    if kind == "forecast":
        from puntual.project.cli.payment_history import learner

        return build_forecast.forecast(creditor, start, end, learner())
    if kind == "experiments":
        return build_forecast.experiments(creditor, start, end)
    return read.kpis(creditor, start, end, by) if kind == "kpis" else read.REPORTS[kind](creditor, start, end)


def _emit(document: dict[str, Any], out: Path | None) -> None:
    if out is None:
        emit(document, as_json=True)
        return
    import json

    from puntual.project.cli import _encode

    _write(json.dumps(document, ensure_ascii=False, default=_encode).encode(), out, "json")


def _write(content: bytes, out: Path | None, form: str) -> None:
    """To the file, or to standard output where no person would see bytes."""
    if out is None:
        if form != "csv" and sys.stdout.isatty():
            raise UnusableInput(f"Un {form} no se lee en la terminal: use --out ARCHIVO.{form} o redirija la salida.")
        click.get_binary_stream("stdout").write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UnusableInput(f"No se pudo escribir {out}: {error.strerror}. Elija una carpeta que exista.") from None
    progress(f"Escrito {out}: {len(content)} bytes.")
