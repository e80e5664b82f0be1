"""Writes channel accounts and what comes in. Storing never acts: `write_process` does, at its own pace."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from puntual.apps.inbox.choices import CHANNEL_OF, Adapter, TemplateState
from puntual.apps.inbox.models import ChannelAccount, ProviderTemplate, RawInbound
from puntual.apps.parties import vault
from puntual.core.errors import UnusableInput
from puntual.ports.inbound import Received

#: Headers worth keeping: what the body is. Signatures were checked already and are of no use later.
_KEPT = ("content-type", "x-puntual-part")

#: What each adapter must be told to send, and to know who is calling.
_NEEDED = {
    Adapter.KANNEL: ("base_url", "username", "password", "token"),
    Adapter.TWILIO: ("sid", "auth_token"),
    Adapter.WHATSAPP: ("access_token", "app_secret", "verify_token"),
    Adapter.IMAP: ("host", "port", "security", "username", "password"),
    Adapter.MAILGUN: ("signing_key",),
    Adapter.POSTMARK: ("token",),
}

#: A mailbox that is entered by a permission instead of a password.
_NEEDED_OAUTH = ("host", "port", "security", "username", "client_id", "client_secret")


@transaction.atomic
def save_account(
    *,
    creditor_id: int,
    adapter: str,
    address: str,
    credentials: Mapping[str, str],
    at: datetime,
    accents: bool = False,
    price: Decimal = Decimal(0),
    price_currency: str = "",
) -> ChannelAccount:
    """The account that carries a creditor's messages of a channel, from now on; the one before it only listens no
    more. UnusableInput says what is missing."""
    if adapter not in Adapter.values:
        raise UnusableInput(f"No se conoce el proveedor «{adapter}»: use {', '.join(Adapter.values)}.", field="adapter")
    given = dict(credentials)
    if adapter in (Adapter.KANNEL, Adapter.POSTMARK):
        given.setdefault("token", secrets.token_urlsafe(24))
    check_account(adapter, address, given)
    channel = CHANNEL_OF[Adapter(adapter)]
    ChannelAccount.objects.filter(creditor_id=creditor_id, channel=channel, active=True).update(active=False)
    return ChannelAccount.objects.create(
        creditor_id=creditor_id, channel=channel, adapter=adapter, ref=secrets.token_hex(8), address=address,
        sealed=vault.seal_file(json.dumps(given).encode()), accents=accents, price=price,
        price_currency=price_currency, created_at=at,
    )  # fmt: skip


def check_account(adapter: str, address: str, credentials: Mapping[str, str]) -> None:
    """UnusableInput says what an account lacks to send and to be called."""
    needed = _NEEDED_OAUTH if credentials.get("oauth") else _NEEDED[Adapter(adapter)]
    missing = [name for name in needed if not credentials.get(name)]
    if missing or not address:
        names = ", ".join(missing or ["address"])
        raise UnusableInput(f"Falta {names} en la cuenta de {Adapter(adapter).label}: complételo.", field=names)


@transaction.atomic
def keep_tokens(*, account_id: int, access: str, refresh: str, until: datetime) -> None:
    """What a mailbox is entered with from now on. The permission itself is the refresh token."""
    row = ChannelAccount.objects.select_for_update().get(pk=account_id)
    told = json.loads(vault.unseal_file(row.sealed))
    told |= {"access_token": access, "refresh_token": refresh, "access_until": until.isoformat()}
    row.sealed = vault.seal_file(json.dumps(told).encode())
    row.save(update_fields=["sealed"])


@transaction.atomic
def save_template(
    *,
    account: ChannelAccount,
    template: str,
    name: str,
    language: str,
    body: str,
    parameters: Sequence[str],
    buttons: Sequence[tuple[int, str, str]] = (),
    category: str = "UTILITY",
    state: str = TemplateState.PENDING,
) -> ProviderTemplate:
    """What the provider holds for one of our templates. UnusableInput when its words ask for other values."""
    asked = sum(f"{{{{{n}}}}}" in body for n in range(1, len(parameters) + 2))
    if asked != len(parameters):
        raise UnusableInput(
            f"La plantilla «{name}» pide {asked} datos y se le dan {len(parameters)}: deben ser iguales.",
            field="parameters",
        )
    row, _created = ProviderTemplate.objects.update_or_create(
        account=account, template=template, language=language,
        defaults={
            "name": name, "body": body, "parameters": list(parameters), "buttons": [list(b) for b in buttons],
            "category": category, "state": state,
        },
    )  # fmt: skip
    return row


def store_raw(*, account: ChannelAccount, received: Received, at: datetime) -> bool:
    """Keep a verified notice as it came. Says whether it was new: the very same bytes again are the same row."""
    document = {
        "query": dict(received.query),
        "headers": {k: v for k, v in received.headers.items() if k in _KEPT},
        "body": base64.b64encode(received.body).decode(),
    }
    said = json.dumps(document, sort_keys=True).encode()
    _, created = RawInbound.objects.get_or_create(
        adapter=account.adapter,
        event_id=hashlib.sha256(said).hexdigest(),
        defaults={
            "account": account, "sealed": vault.seal_file(said), "received_at": at, "next_try_at": at,
        },
    )  # fmt: skip
    return created


def received_of(raw: RawInbound) -> Received:
    """A stored notice, opened again."""
    document = json.loads(vault.unseal_file(raw.sealed))
    return Received(document["headers"], document["query"], base64.b64decode(document["body"]))


@transaction.atomic
def stop_account(*, creditor_id: int, channel: str) -> int:
    """Nothing is carried by that channel any more. What came in stays."""
    return ChannelAccount.objects.filter(creditor_id=creditor_id, channel=channel, active=True).update(active=False)
