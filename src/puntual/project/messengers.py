"""Which adapter carries SMS and WhatsApp for a creditor. Without an account WhatsApp stays prepared for a person to
open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import httpx
from django.conf import settings

from puntual.adapters.sms_kannel.transport import KannelAccount, KannelChannel
from puntual.adapters.sms_twilio.transport import API as TWILIO
from puntual.adapters.sms_twilio.transport import TwilioAccount, TwilioChannel
from puntual.adapters.text_file.transport import TextFileChannel
from puntual.adapters.whatsapp_cloud.transport import API as META
from puntual.adapters.whatsapp_cloud.transport import WhatsAppAccount, WhatsAppChannel
from puntual.apps.inbox import read as inbox
from puntual.apps.inbox.choices import Adapter
from puntual.apps.inbox.models import ChannelAccount
from puntual.apps.parties.models import Creditor
from puntual.ports.channels import Channel


def channel_for(creditor: Creditor, channel: str, clock: Callable[[], datetime]) -> Channel | None:
    """What sends that channel for a creditor: its account, or files while in «Modo de prueba»."""
    account = inbox.channel_account(creditor.pk, channel)
    if account is None:
        return None
    if creditor.test_mode:
        return TextFileChannel(settings.DATA / "salida", channel, clock, accents=account.accents)
    return channel_of(account)


def creditors_by_channel() -> Mapping[str, frozenset[int]]:
    """Who can send by SMS and WhatsApp: the rows of the others wait as they are."""
    return {channel: inbox.creditors_with(channel) for channel in ("sms", "whatsapp")}


def callback_url(account: ChannelAccount) -> str:
    """Where the provider tells what became of messages, and what people answer."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/webhooks/{account.adapter}/{account.ref}/"


def notice_url(account: ChannelAccount) -> str:
    """The address to register at the provider. Kannel signs nothing: its own carries the token, shown this once."""
    if account.adapter != Adapter.KANNEL:
        return callback_url(account)
    token = inbox.secrets_of(account)["token"]
    return f"{callback_url(account)}?kind=mo&token={token}&from=%p&to=%P&text=%a&id=%I&ts=%T"


def channel_of(account: ChannelAccount, transport: httpx.BaseTransport | None = None) -> Channel:
    """The adapter of an account, with its credentials opened. `transport`: a stand-in of the provider."""
    secret, back = inbox.secrets_of(account), callback_url(account)
    if account.adapter == Adapter.KANNEL:
        kannel = KannelAccount(
            secret["base_url"], secret["username"], secret["password"], account.address, back, secret["token"],
            secret.get("smsc", ""), account.accents,
        )  # fmt: skip
        return KannelChannel(kannel, transport)
    if account.adapter == Adapter.TWILIO:
        base = secret.get("base_url") or TWILIO
        twilio = TwilioAccount(secret["sid"], secret["auth_token"], account.address, back, account.accents, base)
        return TwilioChannel(twilio, transport)
    meta = WhatsAppAccount(account.address, secret["access_token"], secret.get("base_url") or META)
    return WhatsAppChannel(meta, transport)
