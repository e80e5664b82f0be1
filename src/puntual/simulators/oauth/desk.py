"""The token end point, and the one where a mail server asks whose a token is (RFC 7662 in Google's older shape).

As Microsoft does, each refresh token is good once; as both do, a code is good once and only with its verifier.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from typing import Any

from puntual.simulators.loopback import Loopback, Problem, Request


class OAuthSimulator(Loopback):
    """One application, any number of mailboxes."""

    routes = (("POST", r"/token", "token"), ("GET", r"/whose", "whose"))

    def __init__(self, *, client_id: str = "puntual", client_secret: str = "secreto", lives_s: int = 3600) -> None:
        super().__init__()
        self.client_id, self.client_secret, self.lives_s = client_id, client_secret, lives_s
        self._counter = itertools.count(1)
        self._codes: dict[str, tuple[str, str, str]] = {}
        self._refresh: dict[str, str] = {}
        self._access: dict[str, str] = {}

    def permits(self, mailbox: str, *, challenge: str, back: str) -> str:
        """Somebody gives the permission at the provider's page: the code that it sends back."""
        code = f"codigo-{next(self._counter)}"
        self._codes[code] = (mailbox, challenge, back)
        return code

    def takes_back(self, mailbox: str) -> None:
        """The permission of a mailbox is over, with all its tokens."""
        self._refresh = {token: whose for token, whose in self._refresh.items() if whose != mailbox}
        self._access = {token: whose for token, whose in self._access.items() if whose != mailbox}

    def token(self, request: Request) -> dict[str, Any]:
        """POST /token."""
        said = request.form()
        if (said.get("client_id"), said.get("client_secret")) != (self.client_id, self.client_secret):
            raise Problem(401, {"error": "invalid_client"})
        if said.get("grant_type") == "authorization_code":
            return self._given(self._of_code(said))
        if said.get("grant_type") == "refresh_token":
            mailbox = self._refresh.pop(said.get("refresh_token", ""), "")
            if not mailbox:
                raise Problem(400, {"error": "invalid_grant"})
            return self._given(mailbox)
        raise Problem(400, {"error": "unsupported_grant_type"})

    def _of_code(self, said: dict[str, str]) -> str:
        mailbox, challenge, back = self._codes.pop(said.get("code", ""), ("", "", ""))
        told = base64.urlsafe_b64encode(hashlib.sha256(said.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if not mailbox or told.decode() != challenge or said.get("redirect_uri") != back:
            raise Problem(400, {"error": "invalid_grant"})
        return mailbox

    def _given(self, mailbox: str) -> dict[str, Any]:
        number = next(self._counter)
        access, refresh = f"entrada-{number}", f"renueva-{number}"
        self._access[access], self._refresh[refresh] = mailbox, mailbox
        return {"access_token": access, "refresh_token": refresh, "expires_in": self.lives_s, "token_type": "Bearer"}

    def whose(self, request: Request) -> dict[str, Any]:
        """GET /whose?access_token=: what a mail server asks before it lets anybody in."""
        mailbox = self._access.get(request.query.get("access_token", ""))
        if mailbox is None:
            raise Problem(401, {"error": "invalid_token"})
        return {"email": mailbox, "active": "true", "expires_in": self.lives_s}
