"""Twilio's Calls resource with the words in TwiML. The account is that of its SMS: same login, same number."""

from __future__ import annotations

from xml.sax.saxutils import escape

import httpx

from puntual.adapters.message_http import Link
from puntual.adapters.sms_twilio.transport import TwilioAccount, refusal
from puntual.ports.channels import Delivery, Outgoing

_VOICES = {"es": "es-MX", "pt": "pt-BR", "en": "en-US"}
#: Nobody is left ringing: at this many seconds it counts as not answered.
_RING_S = 25


class TwilioVoiceChannel:
    """Places calls that speak, for one account of Twilio."""

    def __init__(
        self, account: TwilioAccount, *, language: str = "es", transport: httpx.BaseTransport | None = None
    ) -> None:
        self._account, self._language = account, language
        self._link = Link("Twilio", account.base_url, transport)

    def send(self, message: Outgoing) -> Delivery:
        """Place one call; the provider's id is its SID. ChannelError says why it was not taken."""
        account = self._account
        path = f"/2010-04-01/Accounts/{account.sid}/Calls.json"
        answer = self._link.hand_over("POST", path, data=self._form(message), auth=(account.sid, account.auth_token))
        if answer.status_code in (200, 201):
            return Delivery(provider_id=str(answer.json()["sid"]))
        raise refusal(answer)

    def _form(self, message: Outgoing) -> dict[str, str]:
        form = {
            "To": message.recipient,
            "From": self._account.sender,
            "Twiml": twiml(message.text, self._language),
            "Timeout": str(_RING_S),
            # A machine that answers is told too, once its own greeting is over.
            "MachineDetection": "DetectMessageEnd",
        }
        if self._account.callback_url:
            form |= {
                "StatusCallback": f"{self._account.callback_url}?id={message.message_id}",
                "StatusCallbackEvent": "completed",
            }
        return form

    def close(self) -> None:
        self._link.close()


def twiml(text: str, language: str) -> str:
    """The words as Twilio says them: nothing that was written can be an order of the document.

    >>> twiml("Hola <Hangup/> & adiós", "es")
    '<Response><Pause length="1"/><Say language="es-MX">Hola &lt;Hangup/&gt; &amp; adiós</Say></Response>'
    """
    said = escape(" ".join(text.split()))
    return f'<Response><Pause length="1"/><Say language="{_VOICES.get(language, "es-MX")}">{said}</Say></Response>'
