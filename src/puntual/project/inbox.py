"""The doors by which answers and delivery reports come in, and the loop that understands them afterwards."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import httpx
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from puntual.adapters.email_hooks import Mailgun, Postmark
from puntual.adapters.email_imap import Mail
from puntual.adapters.sms_kannel import Kannel
from puntual.adapters.sms_twilio import Twilio
from puntual.adapters.whatsapp_cloud import WhatsApp
from puntual.adapters.whatsapp_cloud.media import WhatsAppMedia
from puntual.adapters.whatsapp_cloud.transport import API as META
from puntual.adapters.whatsapp_cloud.transport import WhatsAppAccount
from puntual.apps.inbox import read, write, write_idle, write_portal, write_process
from puntual.apps.inbox.choices import Adapter
from puntual.apps.inbox.models import ChannelAccount
from puntual.apps.inbox.write_process import Worked
from puntual.apps.parties import read as parties
from puntual.pipeline import events, fetch_mail, thanks
from puntual.pipeline.fetch_mail import Fetch
from puntual.pipeline.fetch_media import fetch_media
from puntual.ports.classifier import Classifier
from puntual.ports.inbound import Forged, InboundAdapter, Received
from puntual.ports.mailbox import Mailbox
from puntual.ports.media import MediaSource
from puntual.project import mailboxes, reading

#: No provider sends more than this in one notice (Meta: 3 MB).
LARGEST = 3 * 1024 * 1024
#: A mail comes with its files, in base64.
LARGEST_MAIL = 36 * 1024 * 1024
_MAIL = ("mailgun", "postmark")
_META = WhatsApp()


@lru_cache(maxsize=1)
def adapters() -> dict[str, InboundAdapter]:
    """adapter -> what reads its notices."""
    made: list[InboundAdapter] = [Kannel(), Twilio(), _META, Mail(), Mailgun(), Postmark()]
    return {one.adapter: one for one in made}


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    """What understands answers."""
    return reading.classifier()


def open_mailbox(account: ChannelAccount) -> Mailbox:
    """The mailbox of an account; a context."""
    return mailboxes.open_mailbox(account, timezone.now())


def fetch(at: datetime, *, all_now: bool = False) -> Fetch:
    """What came into the mailboxes, kept. Quick when it is nobody's turn."""
    return fetch_mail.fetch(open_mailbox=open_mailbox, at=at, all_now=all_now)


def listen(at: datetime) -> Worked:
    """One round over what came in. As often as one likes: what was done is not done again."""
    write_portal.hear_portal(classifier=classifier(), at=at)
    if not read.anything_waiting(at):
        return Worked()
    return write_process.process_raw(adapters=adapters(), classifier=classifier(), at=at)


def media_source(account: ChannelAccount, transport: httpx.BaseTransport | None = None) -> MediaSource | None:
    """Where the files of an account's messages are; None for channels that bring them along."""
    if account.adapter != Adapter.WHATSAPP:
        return None
    told = read.secrets_of(account)
    meta = WhatsAppAccount(account.address, told["access_token"], told.get("base_url") or META)
    return WhatsAppMedia(meta, transport)


def attend(at: datetime) -> None:
    """One round of all that comes in and of what follows: mail, notices, pages, files, thanks for payments, and what
    else happened that its person is told; and what its owner does not answer goes on with somebody else."""
    fetch(at)
    listen(at)
    fetch_media(open_source=media_source, at=at)
    thanks.thank(at=at)
    events.tell(at=at)
    for creditor in parties.creditors():
        write_idle.hand_on_idle(creditor_id=creditor.pk, now=at)


@csrf_exempt
def webhook(request: HttpRequest, adapter: str, ref: str = "") -> HttpResponse:
    """Verify, store, answer; nothing is understood here. 401 for what no account of ours can vouch for."""
    if request.method not in ("POST", "GET"):
        return HttpResponse(status=405)
    if int(request.headers.get("content-length") or 0) > (LARGEST_MAIL if adapter in _MAIL else LARGEST):
        return HttpResponse(status=413)
    accounts = read.accounts_of_adapter(adapter, ref)
    if request.method == "GET" and adapter == _META.adapter:
        return _challenge(request, accounts)
    received = Received({k.lower(): v for k, v in request.headers.items()}, request.GET.dict(), request.body)
    account = _vouched(
        adapters()[adapter], received, f"{settings.PUBLIC_URL.rstrip('/')}{request.get_full_path()}", accounts
    )
    if account is None:
        return HttpResponse(status=401)
    write.store_raw(account=account, received=received, at=timezone.now())
    # Empty on purpose: Kannel would send the body of the answer to the person, Twilio would read it as orders.
    return HttpResponse(b"", status=200, content_type="text/plain")


def _vouched(
    adapter: InboundAdapter, received: Received, url: str, accounts: list[ChannelAccount]
) -> ChannelAccount | None:
    """The account whose secret signed it."""
    for account in accounts:
        try:
            adapter.check(received, url, read.secrets_of(account))
        except Forged:
            continue
        return account
    return None


def _challenge(request: HttpRequest, accounts: list[ChannelAccount]) -> HttpResponse:
    """Meta asks once, when the address is registered, whether it is ours."""
    for account in accounts:
        try:
            said = _META.challenge(request.GET.dict(), read.secrets_of(account))
        except Forged:
            continue
        return HttpResponse(said, content_type="text/plain")
    return HttpResponse(status=403)


urls = [
    path(f"webhooks/{name}/{ref}", webhook, {"adapter": name}, name=f"inbound_{name}{'_of' if ref else ''}")
    for name in ("kannel", "twilio", "whatsapp", *_MAIL)
    for ref in ("", "<str:ref>/")
]
# Mailgun hands over whole messages only to addresses that end like this.
urls.append(path("webhooks/mailgun/<str:ref>/mime", webhook, {"adapter": "mailgun"}, name="inbound_mailgun_mime"))
