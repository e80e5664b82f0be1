"""JSON over HTTP for payment gateways: one place that tells a passing failure from a final one. No retry of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from puntual.ports.payments import GatewayError

TIMEOUT_S = 20.0
#: Answers after which asking again may help: overload, timeouts, conflicts of a key still in use.
_PASSING = frozenset({408, 409, 423, 425, 429})


class JsonClient:
    """A gateway's API at a base address. `transport` is for tests; amounts come back as Decimal, never as float."""

    def __init__(self, provider: str, base_url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.provider = provider
        self._client = httpx.Client(base_url=base_url, transport=transport, timeout=TIMEOUT_S, follow_redirects=False)

    def call(self, method: str, path: str, *, headers: Mapping[str, str], **how: Any) -> Any:
        """The decoded answer. GatewayError, permanent or not, for anything but a 2xx with JSON (or nothing) in it."""
        try:
            answer = self._client.request(method, path, headers=dict(headers), **how)
        except httpx.HTTPError as error:
            raise GatewayError(
                f"No se pudo hablar con {self.provider}: se intentará de nuevo.", permanent=False, code="network"
            ) from error
        if answer.status_code >= 400:
            raise self._refusal(answer)
        try:
            return json.loads(answer.content, parse_float=Decimal) if answer.content else {}
        except ValueError as error:
            raise GatewayError(
                f"{self.provider} respondió algo que no se entiende.", permanent=False, code="not_json"
            ) from error

    def _refusal(self, answer: httpx.Response) -> GatewayError:
        status = answer.status_code
        if status >= 500 or status in _PASSING:
            return GatewayError(f"{self.provider} no está disponible ({status}).", permanent=False, code=str(status))
        return GatewayError(
            f"{self.provider} lo rechazó ({status}): {_message(answer)}", permanent=True, code=str(status)
        )


def _message(answer: httpx.Response) -> str:
    """What the gateway says went wrong, cut short. Never the request: it may hold personal data."""
    try:
        body = answer.json()
    except ValueError:
        return "sin explicación"
    text = body.get("message") or body.get("error_description") or body.get("error") if isinstance(body, dict) else ""
    return str(text or "sin explicación")[:200]
