"""The templates of a WhatsApp business account: what it has, and sending one to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import httpx

from puntual.adapters.message_http import Link
from puntual.adapters.whatsapp_cloud.transport import API, VERSION
from puntual.ports.channels import ChannelError

#: Pages of a hundred; nobody has more than 6 000 templates.
_PAGES = 60


@attrs.frozen
class Listed:
    """A template as the account has it. `quality`: GREEN, YELLOW, RED or UNKNOWN."""

    name: str
    language: str
    status: str
    category: str
    quality: str
    reason: str


class TemplateDesk:
    """One business account (`waba_id`) with a token that may manage it."""

    def __init__(
        self, waba_id: str, access_token: str, base_url: str = API, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._waba_id, self._link = waba_id, Link("WhatsApp", base_url, transport)
        self._headers = {"authorization": f"Bearer {access_token}"}

    def listed(self) -> list[Listed]:
        """Every template. ChannelError says what WhatsApp answered."""
        found: list[Listed] = []
        after = ""
        for _page in range(_PAGES):
            query = {"fields": "name,language,status,category,quality_score,rejected_reason", "limit": "100"}
            body = self._asked("GET", params=query | ({"after": after} if after else {}))
            found += [_listed(row) for row in body.get("data", ())]
            paging = body.get("paging") or {}
            after = str((paging.get("cursors") or {}).get("after") or "")
            if not after or not paging.get("next"):
                break
        return found

    def submit(
        self, *, name: str, language: str, body: str, examples: Sequence[str], buttons: Sequence[Mapping[str, Any]]
    ) -> tuple[str, str]:
        """Send one to be looked at: (status, category). WhatsApp asks for an example of every hole."""
        text: dict[str, Any] = {"type": "BODY", "text": body}
        if examples:
            text["example"] = {"body_text": [list(examples)]}
        components = [text, {"type": "BUTTONS", "buttons": list(buttons)}] if buttons else [text]
        said = {"name": name, "language": language, "category": "UTILITY", "components": components}
        answer = self._asked("POST", json=said)
        return str(answer.get("status") or "PENDING"), str(answer.get("category") or "UTILITY")

    def _asked(self, method: str, **how: Any) -> dict[str, Any]:
        path = f"/{VERSION}/{self._waba_id}/message_templates"
        try:
            answer = self._link.hand_over(method, path, headers=self._headers, **how)
            body = answer.json()
        except (OSError, ValueError) as error:
            raise ChannelError("WhatsApp no respondió bien: vuelva a intentarlo.", permanent=False) from error
        finally:
            self._link.close()
        if answer.status_code >= 400 or "error" in body:
            error = body.get("error") or {}
            words = str(error.get("error_user_msg") or error.get("message") or answer.status_code)[:300]
            raise ChannelError(f"WhatsApp respondió: {words}", permanent=True, code=str(error.get("code") or ""))
        found: dict[str, Any] = body
        return found


def _listed(row: Mapping[str, Any]) -> Listed:
    score = row.get("quality_score") or {}
    reason = str(row.get("rejected_reason") or "")
    return Listed(
        str(row["name"]), str(row["language"]), str(row["status"]), str(row.get("category") or ""),
        str(score.get("score") or "") if isinstance(score, Mapping) else str(score),
        "" if reason in ("", "NONE") else reason,
    )  # fmt: skip
