"""`puntual bureau`: negative reports, their notices and from when each may be made."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from puntual.core.errors import UnusableInput
from puntual.core.time import local_date, parse_date
from puntual.project.cli import DONE, django_setup, emit


@click.group(help="Reportes negativos a centrales de riesgo: avisos previos, plazo y reporte.")
def command() -> None: ...


@command.command("list", help="Los reportes en curso y desde cuándo puede hacerse cada uno.")
@click.option("--creditor", help="Código de la empresa.")
@click.option("--as-of", "as_of", help="Día local; por omisión, hoy.")
@click.option("--json", "as_json", is_flag=True)
def list_(creditor: str | None, as_of: str | None, as_json: bool) -> int:
    django_setup()
    from puntual.apps.escalation import read
    from puntual.apps.parties import read as parties

    one = parties.creditor(creditor)
    day = _day(as_of, one.zone)
    rows = [_document(read.standing(row, day)) for row in read.reports(one.pk)]
    emit({"reports": rows}, as_json=as_json, human="\n".join(map(_say, rows)) or "Ningún reporte en curso.")
    return DONE


@command.command(help="Abre el plazo de aviso de una cuenta. No reporta a nadie.")
@click.argument("ref")
@click.option("--bureau", "central", required=True, help="Central a la que se reportaría.")
@click.option("--currency", help="Moneda de lo vencido; por omisión, la de la empresa.")
@click.option("--json", "as_json", is_flag=True)
def ask(ref: str, central: str, currency: str | None, as_json: bool) -> int:
    django_setup()
    from puntual.apps.escalation import read, write
    from puntual.apps.parties import read as parties

    account, now = parties.account(ref), datetime.now(UTC)
    day = local_date(now, account.creditor.zone)
    row = write.ask(
        account_id=account.pk, currency=currency or account.creditor.currency, central=central, today=day, at=now
    )
    return _emit(read.standing(row, day), as_json)


@command.command(help="Anota un aviso que se envió, con su prueba.")
@click.argument("report")
@click.option("--sent-on", required=True, help="Día del envío.")
@click.option("--channel", required=True, type=click.Choice(("letter", "email", "sms", "whatsapp")))
@click.option("--proof", required=True, help="Número de guía, archivo o mensaje.")
@click.option("--json", "as_json", is_flag=True)
def notice(report: str, sent_on: str, channel: str, proof: str, as_json: bool) -> int:
    row, day = _report(report)
    from puntual.apps.escalation import read, write

    given = write.NewNotice(parse_date(sent_on), channel, proof)
    write.give_notice(report_id=row.pk, notice=given, today=day, at=datetime.now(UTC))
    return _emit(read.standing(row, day), as_json)


@command.command(help="Anota que se reportó. Se niega antes del plazo, con su norma.")
@click.argument("report")
@click.option("--reference", default="", help="Referencia de la central.")
@click.option("--as-of", "as_of", help="Día local; por omisión, hoy.")
@click.option("--json", "as_json", is_flag=True)
def report(report: str, reference: str, as_of: str | None, as_json: bool) -> int:
    row, day = _report(report, as_of)
    from puntual.apps.escalation import read, write

    return _emit(read.standing(write.make_report(report_id=row.pk, on=day, reference=reference), day), as_json)


def _report(ref: str, as_of: str | None = None) -> Any:
    django_setup()
    from puntual.apps.escalation import read

    number = ref.removeprefix("rep_")
    row = read.report(int(number)) if number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise UnusableInput(f"No hay ningún reporte «{ref}»: véalos con «puntual bureau list».")
    return row, _day(as_of, row.creditor.zone)


def _day(text: str | None, zone: str) -> date:
    return parse_date(text) if text else local_date(datetime.now(UTC), zone)


def _emit(found: Any, as_json: bool) -> int:
    document = _document(found)
    emit(document, as_json=as_json, human=_say(document))
    return DONE


def _document(found: Any) -> dict[str, Any]:
    from puntual.core import reasons

    row, terms, clock = found.report, found.terms, found.clock
    rule, cite = (terms.rule, terms.cite) if terms else (None, None)
    return {
        "report": f"rep_{row.pk}",
        "account": f"cta_{row.account_id}",
        "bureau": row.bureau,
        "state": row.state,
        "overdue": {"minor": found.overdue_minor, "currency": row.currency},
        "notices": [
            {"sent_on": n.sent_on, "channel": n.channel, "state": n.state, "digest": n.digest} for n in found.notices
        ],
        "given": clock.given,
        "needed": clock.needed,
        "ready": clock.ready,
        "ready_on": clock.ready_on,
        "reason": reasons.as_json(clock.reason, rule=rule, cite=cite) if clock.reason else None,
        "keep_until": found.keep_until,
        "pack": terms.pack if terms else None,
        "warnings": list(terms.warnings) if terms else [],
    }


def _say(row: dict[str, Any]) -> str:
    how = "se puede decidir" if row["ready"] else row["reason"]["text"]
    when = f" Se podrá desde el {row['ready_on']}." if row["ready_on"] and not row["ready"] else ""
    return f"{row['report']} {row['account']} ({row['bureau']}): {row['given']} de {row['needed']} avisos; {how}{when}"
