"""`puntual channel add|template|list|parts|inbox`: who carries SMS and WhatsApp, and what came in for a person."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from puntual.core.errors import UnusableInput
from puntual.project.cli import django_setup, emit


@click.group()
def command() -> None:
    """Cuentas de SMS y WhatsApp, y de correo que entra por Mailgun o Postmark."""


@command.command()
@click.argument("adapter", type=click.Choice(["kannel", "twilio", "whatsapp", "mailgun", "postmark"]))
@click.argument("credentials", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--address", required=True, help="Remitente: número, nombre o phone number id.")
@click.option("--creditor", help="Empresa; sin ella, la única que hay.")
@click.option("--accents", is_flag=True, help="Con acentos (el SMS cuesta más partes).")
@click.option("--price", type=str, default="0", help="Precio por parte, en la moneda del proveedor.")
@click.option("--currency", default="", help="Moneda del precio.")
@click.option("--json", "as_json", is_flag=True)
def add(
    adapter: str, credentials: Path, address: str, creditor: str | None, accents: bool, price: str, currency: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Da de alta una cuenta. CREDENTIALS es un archivo JSON, para que las llaves no queden en el historial."""
    django_setup()
    from puntual.apps.inbox import write
    from puntual.apps.parties import read as parties
    from puntual.project import bindings, messengers

    account = write.save_account(
        creditor_id=parties.creditor(creditor).pk, adapter=adapter, address=address, credentials=_read(credentials),
        at=bindings.now(), accents=accents, price=Decimal(price), price_currency=currency,
    )  # fmt: skip
    url = messengers.notice_url(account)
    emit({"id": account.pk, "webhook": url}, as_json=as_json, human=f"Cuenta {account.pk}. Avisos del proveedor: {url}")


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--creditor", help="Empresa; sin ella, la única que hay.")
@click.option("--json", "as_json", is_flag=True)
def template(file: Path, creditor: str | None, as_json: bool) -> None:
    """Anota las plantillas que Meta tiene. FILE es una lista JSON: template, name, language, body, parameters…"""
    django_setup()
    from puntual.apps.inbox import read, write
    from puntual.apps.parties import read as parties

    account = read.channel_account(parties.creditor(creditor).pk, "whatsapp")
    if account is None:
        raise UnusableInput("Esa empresa no tiene cuenta de WhatsApp: dela de alta con «puntual channel add whatsapp».")
    rows = _read(file)
    try:
        saved = [write.save_template(account=account, **row) for row in rows]
    except TypeError as error:
        raise UnusableInput(f"{file.name}: a una plantilla le falta o le sobra un dato ({error}).") from None
    emit({"saved": len(saved)}, as_json=as_json, human=f"{len(saved)} plantillas anotadas.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_accounts(as_json: bool) -> None:
    """Las cuentas que hay, sin sus llaves."""
    django_setup()
    from puntual.apps.inbox import read
    from puntual.project import messengers

    rows = [
        {"id": a.pk, "creditor": a.creditor.code, "channel": a.channel, "adapter": a.adapter, "address": a.address,
         "webhook": messengers.callback_url(a)}
        for a in read.accounts()
    ]  # fmt: skip
    human = "\n".join(f"{r['id']:>4} {r['creditor']} {r['channel']} ({r['adapter']}) {r['webhook']}" for r in rows)
    emit({"accounts": rows}, as_json=as_json, human=human or "Ninguna.")


@command.command()
@click.argument("text")
@click.option("--accents", is_flag=True, help="Con acentos.")
@click.option("--price", default="0", help="Precio por parte.")
@click.option("--json", "as_json", is_flag=True)
def parts(text: str, accents: bool, price: str, as_json: bool) -> None:
    """Cuenta las partes de un SMS antes de enviarlo."""
    import attrs

    from puntual.core.channels import sms_text

    said = sms_text.as_sent(text, accents=accents)
    size = sms_text.measure(said)
    cost = sms_text.cost(size.parts, Decimal(price))
    document = attrs.asdict(size) | {"text": said, "cost": str(cost)}
    emit(document, as_json=as_json, human=f"{size.parts} partes ({size.alphabet}), {size.left} libres. {said}")


@command.command()
@click.option("--json", "as_json", is_flag=True)
def inbox(as_json: bool) -> None:
    """Lo que espera a una persona: propuestas, remitentes desconocidos, avisos que no se pudieron leer."""
    django_setup()
    from puntual.apps.inbox import read
    from puntual.core import reasons

    document: dict[str, Any] = {
        "waiting": [
            {
                "id": p.pk, "act": p.act, "reason": {"code": p.reason, "text": reasons.sentence(p.reason)},
                "date": p.date, "amount": {"minor": p.amount_minor, "currency": p.currency} if p.currency else None,
                "text": read.text_of(p.message),
            }
            for p in read.waiting()[:200]
        ],
        "unknown": [
            {"id": c.pk, "sender": read.sender_of(c), "last_at": c.last_at} for c in read.unknown_senders()[:200]
        ],
        "stuck": [{"id": r.pk, "adapter": r.adapter, "error": r.error} for r in read.stuck()[:200]],
    }  # fmt: skip
    human = "\n".join(f"{p['id']:>5} {p['reason']['text']} «{p['text']}»" for p in document["waiting"])
    emit(document, as_json=as_json, human=human or "Nada espera.")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnusableInput(f"{file.name} no es JSON: {error}.") from None
