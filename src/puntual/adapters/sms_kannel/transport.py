"""Kannel's sendsms. It silently sends «?» for what is not in GSM-7 unless told `coding=2`, so the alphabet is ours."""

from __future__ import annotations

import math
from urllib.parse import urlencode

import attrs
import httpx

from puntual.adapters.message_http import Link, retry_after_s
from puntual.core.channels.sms_text import UCS2, as_sent, measure
from puntual.ports.channels import ChannelError, Delivery, Outgoing

#: Delivered 1, failed 2, handed to the network 8, refused by the network 16. Not 4, «waiting»: it changes nothing.
DLR_MASK = 1 | 2 | 8 | 16


@attrs.frozen
class KannelAccount:
    """A sendsms user of smsbox. `base_url`: http://host:13013. `callback_url`: our webhook's address, for reports."""

    base_url: str
    username: str
    password: str = attrs.field(repr=False)
    sender: str
    callback_url: str = ""
    token: str = attrs.field(default="", repr=False)
    smsc: str = ""
    accents: bool = False


class KannelChannel:
    """Hands messages to one smsbox."""

    def __init__(self, account: KannelAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account = account
        self._link = Link("Kannel", account.base_url, transport)

    def send(self, message: Outgoing) -> Delivery:
        """Queue one SMS. ChannelError says what Kannel answered; OSError that nobody knows."""
        query = self._query(message)
        answer = self._link.hand_over("GET", "/cgi-bin/sendsms", params=query)
        said = answer.text.strip()[:200]
        # 202 with code 0 (accepted) or 3 (queued for later); anything else was not taken.
        if answer.status_code == httpx.codes.ACCEPTED and said[:1] in ("0", "3"):
            return Delivery(provider_id=message.message_id)
        raise _refusal(answer.status_code, said, retry_after_s(answer))

    def _query(self, message: Outgoing) -> dict[str, str]:
        account = self._account
        text = as_sent(message.text, accents=message.with_accents(account.accents))
        query = {
            "username": account.username,
            "password": account.password,
            "from": account.sender,
            "to": message.recipient,
            "text": text,
            "charset": "UTF-8",
            "coding": "2" if measure(text).alphabet == UCS2 else "0",
        }
        if message.expires_in_s > 0:
            query["validity"] = str(max(math.ceil(message.expires_in_s / 60), 1))
        if account.smsc:
            query["smsc"] = account.smsc
        if account.callback_url:
            query |= {"dlr-mask": str(DLR_MASK), "dlr-url": dlr_url(account, message.message_id)}
        return query

    def close(self) -> None:
        self._link.close()


def dlr_url(account: KannelAccount, message_id: str) -> str:
    """Where Kannel tells what became of a message; its own escapes (%d type, %T instant, %A the network's words)."""
    # No percent sign of ours in it: Kannel would take it for an escape of its own.
    ours = urlencode({"kind": "dlr", "token": account.token, "id": message_id}, safe="@")
    return f"{account.callback_url}?{ours}&type=%d&ts=%T&reply=%A"


def _refusal(status: int, said: str, asked: float | None) -> ChannelError:
    words = f"Kannel respondió {status}: {said}"
    if status == httpx.codes.FORBIDDEN:
        # The account is wrong, not the message: it waits until somebody mends it.
        return ChannelError("Kannel no aceptó el usuario o la contraseña.", permanent=False, code="403")
    passing = status >= 500 or status in (408, 425, 429)
    return ChannelError(words, permanent=not passing, rate_limited=status == 429, code=str(status), retry_after_s=asked)
