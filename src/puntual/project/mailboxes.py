"""Mailboxes, opened with a password or with a permission (OAuth), which is renewed when its token is about to die."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

import attrs
import httpx

from puntual.adapters.email_imap import SERVICES, Client, ImapAccount, ImapMailbox, Tokens, oauth
from puntual.apps.inbox import read, write
from puntual.apps.inbox.models import ChannelAccount
from puntual.core.errors import UnusableInput
from puntual.ports.mailbox import Mailbox, MailboxError


def open_mailbox(account: ChannelAccount, now: datetime, transport: httpx.BaseTransport | None = None) -> Mailbox:
    """The mailbox of an account, with its credentials opened; a context. `transport`: a stand-in of the provider."""
    told = read.secrets_of(account)
    token = _token(account, told, now, transport) if told.get("oauth") else ""
    box = ImapAccount(
        told["host"], int(told["port"]), told["security"], told["username"], told.get("password", ""),
        told.get("folder") or "INBOX", token=token,
    )  # fmt: skip
    return ImapMailbox(box)


def _token(
    account: ChannelAccount, told: Mapping[str, str], now: datetime, transport: httpx.BaseTransport | None
) -> str:
    kept = _kept(told, now)
    if not kept.refresh:
        raise MailboxError("Falta el permiso de este buzón: délo en Configuración, Correo entrante.")
    if kept.good_at(now):
        return kept.access
    fresh = oauth.renew(_client(told), kept, now, transport)
    _keep(account, fresh)
    return fresh.access


def _kept(told: Mapping[str, str], now: datetime) -> Tokens:
    until = datetime.fromisoformat(told["access_until"]) if told.get("access_until") else now
    return Tokens(told.get("access_token", ""), told.get("refresh_token", ""), until)


def _keep(account: ChannelAccount, tokens: Tokens) -> None:
    write.keep_tokens(account_id=account.pk, access=tokens.access, refresh=tokens.refresh, until=tokens.until)


def _client(told: Mapping[str, str]) -> Client:
    """Our application there. An installation may name another token address: a company's own tenant, or a stand-in."""
    service = SERVICES[told["oauth"]]
    if told.get("token_url"):
        service = attrs.evolve(service, token_url=told["token_url"])
    return Client(service, told["client_id"], told["client_secret"])


def ask_permission(account: ChannelAccount, back: str) -> tuple[str, dict[str, str]]:
    """(the provider's page where the permission is given, what to remember until it sends the person back)."""
    told = read.secrets_of(account)
    remembered = {
        "account": str(account.pk),
        "state": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48),
        "back": back,
    }
    url = oauth.permission_url(
        _client(told), back=back, state=remembered["state"], verifier=remembered["verifier"], mailbox=told["username"]
    )
    return url, remembered


def take_permission(
    account: ChannelAccount, *, code: str, remembered: Mapping[str, str], now: datetime,
    transport: httpx.BaseTransport | None = None,
) -> None:  # fmt: skip
    """Keep the permission that the provider sent back. UnusableInput tells why it was not given."""
    client = _client(read.secrets_of(account))
    try:
        tokens = oauth.exchange(
            client, code=code, back=remembered["back"], verifier=remembered["verifier"], now=now, transport=transport
        )
    except MailboxError as error:
        raise UnusableInput(error.sentence) from None
    _keep(account, tokens)
