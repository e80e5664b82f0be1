"""Files of WhatsApp: an id gives an address that lives five minutes, and the address gives the bytes to our token."""

from __future__ import annotations

from urllib.parse import urlparse

import httpx

from puntual.adapters.whatsapp_cloud.transport import VERSION, WhatsAppAccount
from puntual.ports.media import MediaError

#: The only hosts to which our token is shown.
_META = (".facebook.com", ".fbcdn.net", ".fbsbx.com", ".whatsapp.net")
_GONE = frozenset({400, 404, 410})


class WhatsAppMedia:
    """Brings the files of one business number."""

    def __init__(self, account: WhatsAppAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account = account
        self._client = httpx.Client(transport=transport, timeout=30.0, follow_redirects=False)
        self._headers = {"authorization": f"Bearer {account.access_token}"}

    def fetch(self, reference: str, most: int) -> bytes:
        """See the port."""
        if not reference.replace("-", "").replace("_", "").isalnum():
            raise MediaError("El identificador del archivo no es de WhatsApp.", permanent=True)
        try:
            told = self._client.get(f"{self._account.base_url}/{VERSION}/{reference}", headers=self._headers)
            _check(told.status_code)
            return self._bytes(str(told.json().get("url") or ""), most)
        except (httpx.HTTPError, ValueError) as error:
            raise MediaError(f"WhatsApp no dio el archivo: {type(error).__name__}.", permanent=False) from None

    def _bytes(self, url: str, most: int) -> bytes:
        where, ours = urlparse(url), urlparse(self._account.base_url)
        known = where.hostname == ours.hostname or any((where.hostname or "").endswith(end) for end in _META)
        if not known or where.scheme not in ("https", ours.scheme):
            raise MediaError("WhatsApp dio una dirección que no es suya: no se abrió.", permanent=True)
        data = bytearray()
        with self._client.stream("GET", url, headers=self._headers) as answer:
            _check(answer.status_code)
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > most:
                    break
        return bytes(data)

    def close(self) -> None:
        self._client.close()


def _check(status: int) -> None:
    if status in _GONE:
        raise MediaError("WhatsApp ya no tiene ese archivo.", permanent=True)
    if status >= 400:
        raise MediaError(f"WhatsApp respondió {status} al pedir el archivo.", permanent=False)
