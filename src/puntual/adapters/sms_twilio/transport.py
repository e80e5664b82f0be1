"""Twilio's Messages resource. Its errors carry codes of its own, and those tell for now from for good."""

from __future__ import annotations

import math

import attrs
import httpx

from puntual.adapters.message_http import Link, retry_after_s
from puntual.core.channels.sms_text import as_sent
from puntual.ports.channels import ChannelError, Delivery, Outgoing

API = "https://api.twilio.com"
#: Twilio accepts 1 s to 36 000 s of validity (ten hours).
_LONGEST_S = 36_000
#: The account is wrong or at its limit, not the message: 20003 login, 20005 suspended, 21408 country not enabled,
#: 21606 sender not enabled, 30002 suspended.
_ACCOUNT = frozenset({20003, 20005, 21408, 21606, 30002})
_SLOWER = frozenset({20429, 14107, 30022, 21611})
#: There is no such telephone: 21211 not a number, 21217 not possible.
_NO_NUMBER = frozenset({21211, 21217})


@attrs.frozen
class TwilioAccount:
    """`sender`: a number, an alphanumeric id or a messaging service (MG…). `callback_url`: our webhook's address."""

    sid: str
    auth_token: str = attrs.field(repr=False)
    sender: str
    callback_url: str = ""
    accents: bool = False
    base_url: str = API


class TwilioChannel:
    """Hands messages to one account of Twilio."""

    def __init__(self, account: TwilioAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account = account
        self._link = Link("Twilio", account.base_url, transport)

    def send(self, message: Outgoing) -> Delivery:
        """Hand one SMS over; the provider's id is its SID. ChannelError says why it was not taken."""
        account = self._account
        path = f"/2010-04-01/Accounts/{account.sid}/Messages.json"
        how = {"data": self._form(message), "auth": (account.sid, account.auth_token)}
        answer = self._link.hand_over("POST", path, **how)
        if answer.status_code in (200, 201):
            return Delivery(provider_id=str(answer.json()["sid"]))
        raise refusal(answer)

    def _form(self, message: Outgoing) -> dict[str, str]:
        account = self._account
        sender = "MessagingServiceSid" if account.sender.startswith("MG") else "From"
        form = {
            "To": message.recipient,
            sender: account.sender,
            "Body": as_sent(message.text, accents=message.with_accents(account.accents)),
            "ValidityPeriod": str(min(max(math.ceil(message.expires_in_s), 1), _LONGEST_S)),
        }
        if account.callback_url:
            form["StatusCallback"] = f"{account.callback_url}?id={message.message_id}"
        if message.media_url:
            form["MediaUrl"] = message.media_url
        return form

    def close(self) -> None:
        self._link.close()


def refusal(answer: httpx.Response) -> ChannelError:
    """Twilio's error as ours. OSError for a failure that is not told in its own words: it may have taken it."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    code, status = int(body.get("code") or 0), answer.status_code
    if status >= 500 and not code:
        raise OSError(f"Twilio respondió {status} sin explicación: no se sabe si lo tomó.")
    words = f"Twilio respondió {code or status}: {str(body.get('message') or 'sin explicación')[:200]}"
    slower = status == 429 or code in _SLOWER
    passing = slower or status >= 500 or status in (401, 408) or code in _ACCOUNT
    return ChannelError(
        words, permanent=not passing, bad_recipient=code in _NO_NUMBER, rate_limited=slower, code=str(code or status),
        retry_after_s=retry_after_s(answer),
    )  # fmt: skip
