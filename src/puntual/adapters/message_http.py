"""Handing a message to a provider over HTTP, where the worst is not a failure but not knowing.

Before the bytes leave, a failure is certain and is tried again. Once they left, silence or a broken gateway in between
tells nothing: OSError goes up and the message is kept as unknown, never sent again by itself.
"""

from __future__ import annotations

from typing import Any

import httpx

from puntual.ports.channels import ChannelError

TIMEOUT_S = 20.0
#: Nothing had left yet.
_BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
#: Said by what stands between us and the provider: it may have taken the message or not.
_NOBODY_KNOWS = frozenset({502, 504})


def client(base_url: str, transport: httpx.BaseTransport | None) -> httpx.Client:
    """A client of a provider. `transport` is the seam of tests and simulators."""
    return httpx.Client(base_url=base_url, transport=transport, timeout=TIMEOUT_S, follow_redirects=False)


def hand_over(link: httpx.Client, who: str, method: str, path: str, **how: Any) -> httpx.Response:
    """The provider's answer, whatever its status. ChannelError: it never left. OSError: nobody knows."""
    try:
        answer = link.request(method, path, **how)
    except _BEFORE as error:
        raise ChannelError(f"No se pudo conectar con {who}: se intentará de nuevo.", permanent=False) from error
    except httpx.HTTPError as error:
        raise OSError(f"{who} no respondió a tiempo: no se sabe si lo tomó.") from error
    if answer.status_code in _NOBODY_KNOWS:
        raise OSError(f"{who} respondió {answer.status_code}: no se sabe si lo tomó.")
    return answer
