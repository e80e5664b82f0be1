"""What Configuración asks of adapters, law packs and the pipeline. Bound here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from django.conf import settings

from puntual.adapters.email_smtp.transport import SmtpAccount, SmtpChannel
from puntual.apps.outreach import prices, wording
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables.models import AccountBalance
from puntual.core.channels import sms_text
from puntual.core.errors import UnusableInput
from puntual.core.time import local_date
from puntual.pipeline import compose, safekeeping
from puntual.pipeline.activation import activation_findings
from puntual.pipeline.costing import Tariff
from puntual.ports.channels import ChannelError, Outgoing
from puntual.project.bindings import now

_TEXT = (
    "Si lee esto, su servidor de correo quedó bien configurado en Puntual.\n\n"
    "Nadie más recibió este mensaje, y no es un recordatorio de cobro.\n"
)


def send_test(creditor: Creditor, to: str) -> None:
    """A test message by the company's own server, also in Modo de prueba. UnusableInput tells what the server said."""
    server = outreach.mail_server(creditor.pk)
    if server is None:
        raise UnusableInput("Guarde primero los datos del servidor.")
    password = vault.unseal_file(server.sealed_password).decode() if server.sealed_password else ""
    channel = SmtpChannel(SmtpAccount(server.host, server.port, server.security, server.username, password), now)
    stamp = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    message = Outgoing(
        message_id=f"prueba-{stamp}@{server.sender.rpartition('@')[2]}",
        recipient=to,
        recipient_name="",
        sender=server.sender,
        sender_name=server.sender_name or creditor.name,
        subject="Prueba de correo de Puntual",
        text=_TEXT,
        html=f"<p>{_TEXT}</p>",
        unsubscribe_url=settings.PUBLIC_URL,
        expires_in_s=3600,
    )
    try:
        channel.send(message)
    except ChannelError as error:
        raise UnusableInput(error.sentence) from None
    except OSError as error:
        raise UnusableInput(f"No se pudo conectar con el servidor de correo: {error}.") from None
    finally:
        channel.close()


def template_findings(country: str, stages: list[str], channel: str, text: str) -> list[dict[str, Any]]:
    """What the law of a country would mend in a template, over the stages in which it is used; each finding once."""
    found = activation_findings(text=text, country=country, channel=channel, stages=stages)
    return [one.as_json() for one in found]


def template_preview(
    creditor: Creditor, subject: str, text: str, *, channel: str = "email", language: str = "es",
    accents: bool | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The words filled in with the customer who owes the company most, their parts and what they would cost. `accents`:
    what an SMS says of itself, else as its account does. UnusableInput when there is nobody yet."""
    balance = AccountBalance.objects.filter(creditor=creditor, open_minor__gt=0).order_by("-open_minor").first()
    if balance is None:
        raise UnusableInput("Cuando haya un cliente con saldo verá aquí el mensaje con sus datos.")
    person = parties.person(balance.account.party_id)
    items = [b for b in receivables.open_items(balance.account_id) if b.currency == balance.currency]
    day = local_date(now(), creditor.zone)
    link = f"{settings.PUBLIC_URL}/p/ejemplo/"
    facts = compose.facts_of(creditor, person, balance.currency, items, balance.unapplied_minor, link, day)
    told = _told_for_show(facts.principal_minor, balance.currency, creditor.country, language, day)
    shown_facts = attrs.evolve(facts, language=language, extra=told)
    worded = wording.word(shown_facts, subject=subject or "-", text=text)
    shown: dict[str, Any] = {"to": person.name, "subject": worded.subject, "text": worded.text}
    return shown | _weight(creditor, channel, worded.text, accents)


def _told_for_show(minor: int, currency: str, country: str, language: str, day: date) -> dict[str, Any]:
    """What an event brings of its own, as it would look for this customer: there is no payment nor promise to show."""
    much, soon = wording.amount(minor, currency, country), wording.day_text(day + timedelta(days=7), country, language)
    return {
        "pago": {"importe": much, "fecha": wording.day_text(day, country, language), "referencia": "F-1024"},
        "promesa": {"importe": much, "fecha": soon},
        "plan": {"cuotas": 3, "importe": wording.amount(minor // 3, currency, country), "primera": soon},
        "aclaracion": {"documento": "A-1024", "resultado": None},
        "condiciones": {"dias": 30},
    }


def _weight(creditor: Creditor, channel: str, text: str, accents: bool | None) -> dict[str, Any]:
    """How many parts a text takes, in which alphabet, and what it costs by the general price of its channel; and beside
    it the same with the other choice of accents."""
    tariff = Tariff()
    if channel != "sms":
        return _costs(tariff, creditor, channel, text, None)
    chosen = tariff.accents(creditor.pk) if accents is None else accents
    ways = {way: _costs(tariff, creditor, channel, text, way) for way in (False, True)}
    return ways[chosen] | {"ways": list(ways.values())}


def _costs(tariff: Tariff, creditor: Creditor, channel: str, text: str, accents: bool | None) -> dict[str, Any]:
    row = Outbox(creditor_id=creditor.pk, channel=channel)
    units, milli, currency = tariff.cost(row, recipient="", text=text, accents=accents)
    weight: dict[str, Any] = {"units": units, "accents": accents}
    if channel == "sms":
        said = sms_text.as_sent(text, accents=bool(accents))
        size = sms_text.measure(said)
        weight |= {"alphabet": size.alphabet, "left": size.left, "said": said}
    if milli is not None:
        weight |= {"cost": prices.as_major(milli, currency), "currency": currency}
    return weight


def make_backup(actor: Any = None) -> dict[str, Any]:
    """A backup in the data folder's own shelf. Gives the names of its two files and its size."""
    shelf = Path(settings.DATA) / "respaldos"
    shelf.mkdir(mode=0o700, exist_ok=True)
    file = shelf / f"puntual-{datetime.now(UTC):%Y%m%d-%H%M%S}.puntual"
    done = safekeeping.backup(file, actor)
    return {"file": file.name, "keyring": f"{file.name}.llavero", "bytes": done["bytes"]}
