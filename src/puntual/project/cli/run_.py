"""`puntual run`: a collection day. Decides and writes the plan; sends nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import click

from puntual.core.time import local_instant, parse_date, parse_instant
from puntual.project.cli import django_setup, emit, progress

#: Up to so many open documents are scored at the start of a run; larger portfolios at night.
AT_ONCE = 50_000


@click.command()
@click.option("--as-of", "as_of", help="Fecha local de la empresa, o instante con desplazamiento. Por omisión, ahora.")
@click.option("--creditor", help="Código de la empresa; sin él, todas.")
@click.option("--dry-run", is_flag=True, help="Decide y cuenta, sin escribir nada.")
@click.option("--json", "as_json", is_flag=True)
def command(as_of: str | None, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """Decide a quién toca contactar hoy y por qué; deja el plan listo para revisarse y salir."""
    django_setup()
    from puntual.apps import bulk
    from puntual.apps.parties import read as parties
    from puntual.pipeline.daily_run import run_day
    from puntual.pipeline.desk import build_queue

    bulk.one_thread()
    creditors = [parties.creditor(creditor)] if creditor else list(parties.creditors()) or [parties.creditor()]
    results = []
    for one in creditors:
        instant, past = moment(as_of, one.zone)
        if not dry_run and _day(instant, one.zone) == _day(datetime.now(UTC), one.zone):
            _money_in(one, instant)
            _understood(one, instant)
        progress(f"{one.name}: decidiendo el día...")
        results.append(run_day(creditor=one, as_of=instant, dry_run=dry_run, past=past).as_json())
        if not dry_run and not past:
            progress(f"{one.name}: armando la cola de Gestión...")
            build_queue(creditor=one, now=instant)
    document = results[0] if len(results) == 1 else _together(results)
    emit(document, as_json=as_json, human=_say(document, dry_run))


def _money_in(creditor, instant: datetime) -> None:  # noqa: ANN001
    """Today's day begins with the money that came in: nobody is reminded of what he has paid."""
    from puntual.pipeline.money_in import MoneyOutside, money_round
    from puntual.project.gateways import gateways, similar

    progress(f"{creditor.name}: revisando pagos y promesas...")
    money_round(creditor=creditor, as_of=instant, outside=MoneyOutside(gateways(), similar, progress))


def _understood(creditor, instant: datetime) -> None:  # noqa: ANN001
    """The portfolio scored once a day before it is decided. A large one is scored at night, by `puntual predict`."""
    from puntual.apps.receivables import read as receivables
    from puntual.apps.segments import read as segments
    from puntual.pipeline.scoring import score_day
    from puntual.project.cli.payment_history import learner

    last = segments.scoring(creditor.pk)
    if last is not None and last.day >= _day(instant, creditor.zone):
        return
    if receivables.open_count(creditor.pk, AT_ONCE + 1) > AT_ONCE:
        progress(
            f"{creditor.name}: más de {AT_ONCE} documentos; las calificaciones son las de `puntual predict --keep`."
        )
        return
    progress(f"{creditor.name}: calificando lo abierto...")
    score_day(creditor=creditor, as_of=instant, learner=learner())


def moment(text: str | None, zone: str) -> tuple[datetime, bool]:
    """The instant of `--as-of` (a date is the creditor's local date, at 06:00), and whether its day is past."""
    now = datetime.now(UTC)
    if text is None:
        return now, False
    if "T" in text or " " in text:
        instant = parse_instant(text)
    else:
        instant = local_instant(parse_date(text), time(6, 0), zone)
    return instant, _day(instant, zone) < _day(now, zone)


def _day(instant: datetime, zone: str) -> date:
    from puntual.core.time import local_date

    return local_date(instant, zone)


def _together(results: list[dict]) -> dict:
    """Sums over companies, with each one's own result beside them."""
    total: dict = {"due_items": 0, "parties": 0, "planned": {}, "skipped": {}, "seconds": 0.0}
    for one in results:
        for key in ("due_items", "parties", "seconds"):
            total[key] = round(total[key] + one[key], 3)
        for key in ("planned", "skipped"):
            for name, count in one[key].items():
                total[key][name] = total[key].get(name, 0) + count
    return {**total, "plan_id": results[0]["plan_id"], "plans": results}


def _say(document: dict, dry_run: bool) -> str:
    from puntual.core.reasons import sentence

    planned = ", ".join(f"{count} por {channel}" for channel, count in document["planned"].items()) or "ninguno"
    lines = [
        f"{document['due_items']} documentos de {document['parties']} clientes en {document['seconds']} s.",
        f"Por contactar: {planned}.",
        *(f"  {count:>7}  {sentence(reason)}" for reason, count in document["skipped"].items()),
    ]
    if not dry_run:
        lines.append(f"Plan: {document['plan_id']}. Véalo con `puntual plan show {document['plan_id']}`.")
    return "\n".join(lines)
