"""REST: who carries each channel, from which sender and with or without accents; what did not leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from puntual.apps.access.problems import Bearer, Problem, creditor_of, once
from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import write_accounts
from puntual.apps.inbox.models import ChannelAccount
from puntual.apps.outreach import lines, read_troubles, write
from puntual.apps.outreach.models import Outbox
from puntual.core.errors import UnusableInput

router = Router(tags=["Canales"])
ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
_WRITTEN = ("sms", "whatsapp")


class ChannelOut(Schema):
    channel: str
    provider: str
    sender: str
    accents: bool
    resting: bool


class Channels(Schema):
    items: list[ChannelOut]
    failed: int
    unknown: int
    expired: int


class SenderIn(Schema):
    sender: str
    accents: bool = False


class Sent(Schema):
    retried: int


@router.get("/channels", response={200: Channels, **ERRORS}, auth=Bearer("read"))
def channels(request: HttpRequest, creditor: str | None = None) -> Any:
    """Quién lleva cada canal, desde qué remitente, y cuántos mensajes esperan a una persona."""
    one, now = creditor_of(request, creditor), timezone.now()
    resting = {line.channel for line in lines.paused(now, one.pk)}
    rows = [account for c in _WRITTEN if (account := inbox.channel_account(one.pk, c)) is not None]
    return {"items": [_channel(row, resting) for row in rows], **read_troubles.counts(one.pk, now)}


def _channel(row: ChannelAccount, resting: set[str]) -> dict[str, Any]:
    return {
        "channel": row.channel, "provider": row.adapter, "sender": row.address, "accents": row.accents,
        "resting": row.channel in resting,
    }  # fmt: skip


@router.post("/channels/{channel}/sender", response={200: ChannelOut, **ERRORS}, auth=Bearer("settings"))
def change_sender(request: HttpRequest, channel: str, body: SenderIn, creditor: str | None = None) -> Any:
    """Cambia el remitente y si los SMS llevan acentos. Las llaves del proveedor no cambian."""
    one = creditor_of(request, creditor)
    row = inbox.channel_account(one.pk, channel) if channel in _WRITTEN else None
    if row is None:
        raise UnusableInput(f"No hay una cuenta de «{channel}»: dela de alta en Configuración → Canales y costos.")

    def act() -> tuple[int, dict[str, Any]]:
        kept = write_accounts.keep_account(
            creditor_id=one.pk, adapter=row.adapter, address=body.sender, credentials={}, accents=body.accents,
            at=timezone.now(),
        )  # fmt: skip
        return 200, _channel(kept, set())

    return once(request, act)


@router.post("/sends/{send}/retry", response={200: Sent, **ERRORS}, auth=Bearer("run"))
def retry(request: HttpRequest, send: int, creditor: str | None = None) -> Any:
    """Intenta otra vez un mensaje que no salió. Antes de salir se miran de nuevo su saldo y la norma."""
    one = creditor_of(request, creditor)
    if not Outbox.objects.filter(pk=send, creditor=one).exists():
        raise UnusableInput(f"No hay un mensaje {send} de esa empresa.")
    return once(request, lambda: (200, {"retried": write.retry(ids=[send], now=timezone.now())}))
