"""OAuth 2.0 for mailboxes that take no password (Microsoft 365, Google): RFC 6749 with PKCE (RFC 7636), and XOAUTH2 at
the IMAP server. A person gives the permission once; from then on only a refresh token is kept.

Google gives a refresh token only when offline access is asked for, Microsoft when its scope says `offline_access`, and
Microsoft gives a new one with each access token: the old one stops working.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

import attrs
import httpx

from puntual.adapters.http import JsonClient
from puntual.ports.mailbox import MailboxError
from puntual.ports.payments import GatewayError

#: A token that dies within this time is not used any more: opening a mailbox takes time too.
_MARGIN = timedelta(minutes=3)
_LIVES = timedelta(minutes=50)


@attrs.frozen
class Service:
    """Where a provider asks for the permission and gives tokens."""

    name: str
    authorize_url: str
    token_url: str
    scope: str
    extra: Mapping[str, str] = attrs.field(factory=dict)


SERVICES: Mapping[str, Service] = {
    "microsoft": Service(
        "Microsoft", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
    ),
    "google": Service(
        "Google", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token",
        "https://mail.google.com/", {"access_type": "offline", "prompt": "consent"},
    ),
}  # fmt: skip


@attrs.frozen
class Client:
    """Our application at a provider, as its administrator registered it. `service` may be a stand-in in tests."""

    service: Service
    client_id: str
    client_secret: str = attrs.field(repr=False)


@attrs.frozen
class Tokens:
    """What opens the mailbox until `until`, and what brings the next one."""

    access: str = attrs.field(repr=False)
    refresh: str = attrs.field(repr=False)
    until: datetime

    def good_at(self, now: datetime) -> bool:
        return bool(self.access) and now < self.until - _MARGIN


def permission_url(client: Client, *, back: str, state: str, verifier: str, mailbox: str) -> str:
    """Where a person gives the permission. `verifier`: a secret of this one attempt, told only when the code comes."""
    asked = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": back, "scope": client.service.scope,
        "state": state, "login_hint": mailbox, "code_challenge": challenge(verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{client.service.authorize_url}?{urlencode(asked | dict(client.service.extra))}"


def challenge(verifier: str) -> str:
    """What is told at first of a verifier (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def exchange(
    client: Client, *, code: str, back: str, verifier: str, now: datetime, transport: httpx.BaseTransport | None = None
) -> Tokens:
    """The tokens for a permission that was just given. MailboxError when the provider does not give them."""
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    made = _ask(client, asked, "", now, transport)
    if not made.refresh:
        raise MailboxError(
            f"{client.service.name} dio un permiso que no se puede renovar: quite el permiso de Puntual en su cuenta y "
            "vuelva a darlo."
        )
    return made


def renew(client: Client, tokens: Tokens, now: datetime, transport: httpx.BaseTransport | None = None) -> Tokens:
    """A new access token. MailboxError when the permission is no longer there, or the provider does not answer."""
    asked = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    return _ask(client, asked, tokens.refresh, now, transport)


def _ask(
    client: Client, asked: Mapping[str, str], kept: str, now: datetime, transport: httpx.BaseTransport | None
) -> Tokens:
    where = urlsplit(client.service.token_url)
    http = JsonClient(client.service.name, f"{where.scheme}://{where.netloc}", transport)
    form = {**asked, "client_id": client.client_id, "client_secret": client.client_secret}
    try:
        told = http.call("POST", where.path, headers={"accept": "application/json"}, data=form)
    except GatewayError as error:
        if error.permanent:
            raise MailboxError(
                f"{client.service.name} ya no acepta el permiso de este buzón: vuelva a darlo en Correo entrante."
            ) from None
        raise MailboxError(f"{client.service.name} no respondió al pedir la entrada: se intentará de nuevo.") from None
    access = str(told.get("access_token") or "")
    if not access:
        raise MailboxError(f"{client.service.name} respondió sin una llave de entrada: se intentará de nuevo.")
    lives = timedelta(seconds=int(told.get("expires_in") or _LIVES.total_seconds()))
    return Tokens(access, str(told.get("refresh_token") or kept), now + lives)
