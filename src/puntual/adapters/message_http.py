"""Handing a message to a provider over HTTP, where the worst is not a failure but not knowing.

Before the bytes leave, a failure is certain and is tried again. Once they left, silence or a broken gateway in between
tells nothing: OSError goes up and the message is kept as unknown, never sent again by itself.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from puntual.ports.channels import ChannelError

TIMEOUT_S = 20.0
#: Nothing had left yet.
_BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
#: Said by what stands between us and the provider: it may have taken the message or not.
_NOBODY_KNOWS = frozenset({502, 504})


def retry_after_s(answer: httpx.Response) -> float | None:
    """Seconds that the provider asks to wait (RFC 9110 Retry-After, in seconds or as a date); None when it does not."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
        asked = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return None
    return max((until - asked).total_seconds(), 0.0)


class Link:
    """A connection to a provider that opens when it is needed: dispatch closes a channel whose outcome nobody knows,
    and goes on with the next message. `transport` is the seam of tests and simulators."""

    def __init__(self, who: str, base_url: str, transport: httpx.BaseTransport | None) -> None:
        self._who, self._base_url, self._transport = who, base_url, transport
        self._client: httpx.Client | None = None

    def hand_over(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The provider's answer, whatever its status. ChannelError: it never left. OSError: nobody knows."""
        try:
            answer = self._open().request(method, path, **how)
        except _BEFORE as error:
            raise ChannelError(
                f"No se pudo conectar con {self._who}: se intentará de nuevo.", permanent=False
            ) from error
        except httpx.HTTPError as error:
            raise OSError(f"{self._who} no respondió a tiempo: no se sabe si lo tomó.") from error
        if answer.status_code in _NOBODY_KNOWS:
            raise OSError(f"{self._who} respondió {answer.status_code}: no se sabe si lo tomó.")
        return answer

    def _open(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                base_url=self._base_url, transport=self._transport, timeout=TIMEOUT_S, follow_redirects=False
            )
        return self._client

    def close(self) -> None:
        """Let the connections go; the next message opens others."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
