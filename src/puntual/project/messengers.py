"""Which adapter carries SMS and WhatsApp for a creditor. Without an account WhatsApp stays prepared for a person to
open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import httpx
from django.conf import settings

from puntual.adapters.letter_pdf.transport import LetterChannel
from puntual.adapters.sms_kannel.transport import KannelAccount, KannelChannel
from puntual.adapters.sms_twilio.transport import API as TWILIO
from puntual.adapters.sms_twilio.transport import TwilioAccount, TwilioChannel
from puntual.adapters.text_file.transport import TextFileChannel
from puntual.adapters.voice_file.transport import VoiceFileChannel
from puntual.adapters.voice_twilio.transport import TwilioVoiceChannel
from puntual.adapters.whatsapp_cloud.transport import API as META
from puntual.adapters.whatsapp_cloud.transport import WhatsAppAccount, WhatsAppChannel
from puntual.apps.inbox import read as inbox
from puntual.apps.inbox.choices import Adapter
from puntual.apps.inbox.models import ChannelAccount
from puntual.apps.outreach.chosen_words import language_for
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.ports.channels import Channel


def channel_for(creditor: Creditor, channel: str, clock: Callable[[], datetime]) -> Channel | None:
    """What sends that channel for a creditor: its account, or files while in «Modo de prueba». Letters are always
    files, for the printer."""
    if channel == "letter":
        return LetterChannel(settings.DATA / "salida", clock)
    if channel == "voice":
        return _voice_for(creditor, clock)
    account = inbox.channel_account(creditor.pk, channel)
    if account is None:
        return None
    if creditor.test_mode:
        return TextFileChannel(settings.DATA / "salida", channel, clock, accents=account.accents)
    return channel_of(account)


def _voice_for(creditor: Creditor, clock: Callable[[], datetime]) -> Channel | None:
    language = language_for("", creditor.country)
    if creditor.test_mode:
        return VoiceFileChannel(settings.DATA / "salida", clock, language=language)
    account = inbox.channel_account(creditor.pk, "sms")
    if account is None or account.adapter != Adapter.TWILIO:
        return None
    return TwilioVoiceChannel(_twilio(account), language=language)


def creditors_by_channel() -> Mapping[str, frozenset[int]]:
    """Who can send by SMS, WhatsApp and voice: the rows of the others wait as they are. Voice goes by the account of
    the SMS, where its provider also speaks."""
    found = {channel: inbox.creditors_with(channel) for channel in ("sms", "whatsapp")}
    speak = {a.creditor_id for a in inbox.accounts() if a.adapter == Adapter.TWILIO}
    tries = {c.pk for c in parties.creditors() if c.test_mode}
    return {**found, "voice": frozenset(speak | tries)}


def callback_url(account: ChannelAccount) -> str:
    """Where the provider tells what became of messages, and what people answer."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/webhooks/{account.adapter}/{account.ref}/"


def notice_url(account: ChannelAccount) -> str:
    """The address to register at the provider. Kannel signs nothing: its own carries the token, shown this once."""
    if account.adapter == Adapter.MAILGUN:
        return f"{callback_url(account)}mime"
    if account.adapter == Adapter.POSTMARK:
        return f"{callback_url(account)}?token={inbox.secrets_of(account)['token']}"
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
        return TwilioChannel(_twilio(account), transport)
    meta = WhatsAppAccount(account.address, secret["access_token"], secret.get("base_url") or META)
    return WhatsAppChannel(meta, transport)


def _twilio(account: ChannelAccount) -> TwilioAccount:
    secret = inbox.secrets_of(account)
    return TwilioAccount(
        secret["sid"], secret["auth_token"], account.address, callback_url(account), account.accents,
        secret.get("base_url") or TWILIO,
    )  # fmt: skip
