"""The catalogue of WhatsApp templates of a company, bound to its account."""

from __future__ import annotations

from typing import Any

import httpx
from django.conf import settings

from puntual.adapters.whatsapp_cloud.catalogue import TemplateDesk
from puntual.adapters.whatsapp_cloud.transport import API
from puntual.apps.inbox import read as inbox
from puntual.apps.outreach.whatsapp_words import CODES, Draft, Kept
from puntual.core.errors import UnusableInput
from puntual.ports.channels import ChannelError

#: What stands in a hole when WhatsApp looks at a template.
_EXAMPLES = ("María López", "Ferretera del Norte", "$1,250.00 MXN", "15 de diciembre")


class Catalogue:
    """UnusableInput, from any of these, says in words what WhatsApp answered or what is missing."""

    def __init__(self, creditor_id: int, transport: httpx.BaseTransport | None = None) -> None:
        account = inbox.channel_account(creditor_id, "whatsapp")
        if account is None:
            raise UnusableInput("Esta empresa todavía no tiene cuenta de WhatsApp.")
        secret = inbox.secrets_of(account)
        if not secret.get("waba_id"):
            raise UnusableInput(
                "Falta «waba_id» (el id de la cuenta de WhatsApp Business) en las credenciales: dé de alta la cuenta "
                "otra vez con él."
            )
        self._desk = TemplateDesk(secret["waba_id"], secret["access_token"], secret.get("base_url") or API, transport)

    def templates(self) -> list[Kept]:
        """Those that the account has."""
        try:
            found = self._desk.listed()
        except ChannelError as error:
            raise UnusableInput(error.sentence) from None
        return [Kept(t.name, t.language, t.status, t.category, t.quality, t.reason) for t in found]

    def submit(self, one: Draft) -> tuple[str, str]:
        """Send one of ours to be looked at: (status, category)."""
        try:
            return self._desk.submit(
                name=one.provider_name, language=CODES[one.language], body=one.body,
                examples=_EXAMPLES[: len(one.parameters)], buttons=_buttons(one),
            )  # fmt: skip
        except ChannelError as error:
            raise UnusableInput(error.sentence) from None


def _buttons(one: Draft) -> list[dict[str, Any]]:
    base = settings.PUBLIC_URL.rstrip("/")
    (pay, _), *replies = one.buttons
    page = {"type": "URL", "text": pay, "url": f"{base}/p/{{{{1}}}}", "example": [f"{base}/p/ejemplo/"]}
    return [page, *({"type": "QUICK_REPLY", "text": label} for label, _ in replies)]
