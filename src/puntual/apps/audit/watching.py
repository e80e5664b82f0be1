"""Every read of sensitive data and every write, noted as it happens: one insert after the answer, by the address' name.

What is sensitive is told by the act that the address needs (apps/access): whatever shows one customer's things, or
takes rows out of the house. Nothing has to be remembered in each view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from puntual.apps.access import urlmap
from puntual.apps.access.choices import PROVEN, PUBLIC, SIGNED_IN
from puntual.apps.audit import write
from puntual.apps.scope import scope_of

#: The nouns of acts whose pages show people.
_ABOUT_PEOPLE = frozenset({
    "accounts", "workbench", "conversations", "notices", "deals", "disputes", "sends", "payments", "legal", "evidence",
    "imports", "clients", "supervision", "visits", "people",
})  # fmt: skip
_SAFE = ("GET", "HEAD", "OPTIONS")
#: A page that refreshes itself is one read; so is one that is looked at again at once.
_AGAIN_S = 60
_FORBIDDEN = 403
#: A page that only says that it is still open: no act of anybody.
_BEATS = frozenset({"workbench:beat"})


class Watch:
    """Middleware, inside the doors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        match = request.resolver_match
        if match is not None:
            _note(request, match.view_name, match.kwargs, answer.status_code)
        return answer


def _note(request: HttpRequest, name: str, kwargs: dict[str, Any], status: int) -> None:
    key, user = getattr(request, "auth", None), getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    if not known and key is None:
        return
    verb = _verb(request, name, kwargs, status, by_key=key is not None)
    if not verb:
        return
    number = getattr(request, "seen_id", None) or next((v for v in kwargs.values() if isinstance(v, int)), None)
    who = f"key:{key.pk}" if key is not None else f"user:{user.pk if user else ''}"
    if verb == "saw" and not cache.add(f"seen:{who}:{name}:{number}", 1, _AGAIN_S):
        return
    # Refused at the door, before any page chose a creditor: it happened to whom the person was working for, and whoever
    # reads that company's log has to find it.
    scope = getattr(request, "screen_scope", None) or (scope_of(request) if known and verb == "refused" else None)
    write.note_access(
        verb=verb, act=name, actor=None if key is not None else user, key=key, object_id=number,
        creditor_id=scope.creditor.pk if scope else getattr(key, "creditor_id", None), status=status,
    )  # fmt: skip


def _verb(request: HttpRequest, name: str, kwargs: dict[str, Any], status: int, *, by_key: bool) -> str:
    """saw, did, refused; nothing where nothing sensitive happened."""
    need = urlmap.need_of(name)
    if need is None or status == _FORBIDDEN:
        return "refused"
    if need.look in (PUBLIC, SIGNED_IN) or (need.look == PROVEN and not by_key):
        return ""
    if request.method not in _SAFE:
        return "" if name in _BEATS else "did"
    if status >= 300:
        return ""
    noun, _, what = need.look.partition(".")
    one = any(isinstance(value, int) for value in kwargs.values())
    sensitive = by_key or what == "export" or (noun in _ABOUT_PEOPLE and (one or not request.headers.get("HX-Request")))
    return "saw" if sensitive else ""
