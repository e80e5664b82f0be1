"""No page shows a handle whose door is closed to whoever looks: what they may not do is taken off as the page leaves.

Templates say `{% if may.noun.verb %}` where the words around depend on it; this is what never forgets. A closed form
that holds a list keeps it and loses its fields and buttons; one of fields only leaves, like a button. A closed link
keeps its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string

from puntual.apps.access import read, urlmap
from puntual.apps.access.choices import OWN, PROVEN, PUBLIC, SEES_ALL, SIGNED_IN
from puntual.apps.access.grants import Grants

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.S)
_BUTTON = re.compile(r"<button\b([^>]*)>.*?</button>", re.S)
_DIALOG = re.compile(r"<dialog\b([^>]*)>(.*?)</dialog>", re.S)
#: What a form tells beside its fields.
_TELLS = re.compile(r"<(table|li|dl|article|section|a)\b")
_NUMBER = re.compile(r"\d+")


class Handles:
    """Middleware, inside the doors. Whoever may do everything pays nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        user = getattr(request, "user", None)
        if answer.streaming or user is None or not user.is_authenticated or answer.status_code != 200:
            return answer
        grants = read.grants(request)
        if grants.everything or not answer.headers.get("Content-Type", "").startswith("text/html"):
            return answer
        scope = getattr(request, "screen_scope", None)
        judge = _Judge(grants, scope.creditor.pk if scope else None, request.path)
        text = answer.content.decode(answer.charset)  # type: ignore[attr-defined]
        answer.content = taken_off(text, judge)  # type: ignore[attr-defined]
        if answer.has_header("Content-Length"):
            answer.headers["Content-Length"] = str(len(answer.content))  # type: ignore[attr-defined]
        return answer


class _Judge:
    """Whether an address opens for somebody, at the creditor of the page. Asked once for addresses that differ only
    in a number."""

    def __init__(self, grants: Grants, creditor_id: int | None, here: str) -> None:
        self.grants, self.creditor_id, self.here = grants, creditor_id, here
        self.known: dict[tuple[str, str], bool] = {}

    def opens(self, method: str, href: str) -> bool:
        url = urlsplit(urljoin(self.here, href))
        if url.netloc or url.scheme not in ("", "http", "https"):
            return True
        key = (method, _NUMBER.sub("1", url.path))
        if key not in self.known:
            self.known[key] = self._opens(method, url.path)
        return self.known[key] or (method == "GET" and self._is_own(url.path))

    def _opens(self, method: str, path: str) -> bool:
        name = _view_of(path)
        if name is None:
            return True
        need = urlmap.need_of(name)
        act = need.act(method) if need else None
        if act in (PUBLIC, PROVEN, SIGNED_IN):
            return True
        return act is not None and self.grants.may(act, self.creditor_id)

    def _is_own(self, path: str) -> bool:
        """A customer of theirs, for somebody who sees only their own."""
        if not self.grants.may(OWN) or self.grants.may(SEES_ALL, self.creditor_id):
            return False
        match = resolve(path)
        judge = settings.OWN_DOORS.get(match.view_name)
        return bool(judge and import_string(judge)(grants=self.grants, **match.kwargs))


@lru_cache(maxsize=8192)
def _view_of(path: str) -> str | None:
    """The name of the view of an address, the same for everybody; None where there is none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def taken_off(text: str, judge: _Judge) -> str:
    """The page without the handles of closed doors."""
    had = {_attribute(m[1], "id") for m in _DIALOG.finditer(text) if "<form" in m[2]}
    text = _FORM.sub(lambda m: _form(m, judge), text)
    text = _LINK.sub(lambda m: _link(m, judge), text)
    shut = {_attribute(m[1], "id") for m in _DIALOG.finditer(text) if "<form" not in m[2]} & had
    if shut:
        text = _BUTTON.sub(lambda m: "" if _attribute(m[1], "data-open-dialog") in shut else m[0], text)
        text = _DIALOG.sub(lambda m: "" if _attribute(m[1], "id") in shut else m[0], text)
    return text


def _form(m: re.Match[str], judge: _Judge) -> str:
    attributes, inside = m[1], m[2]
    method = _attribute(attributes, "method").upper() or "GET"
    if method == "DIALOG":  # it only closes its dialog
        return m[0]
    own = judge.opens(method, _attribute(attributes, "action"))
    inside = _BUTTON.sub(lambda b: b[0] if _button(b[1], method, own, judge) else "", inside)
    if own or "formaction" in inside:
        return f"<form{attributes}>{inside}</form>"
    if not _TELLS.search(inside):
        return ""
    classes = f"closed {_attribute(attributes, 'class')}".strip()
    return f'<div class="{classes}">{inside}</div>'


def _button(attributes: str, method: str, own: bool, judge: _Judge) -> bool:
    """Whether a button of a form stays: it goes where its door opens, or it is no sender."""
    action = _attribute(attributes, "formaction")
    if action:
        return judge.opens(_attribute(attributes, "formmethod").upper() or method, action)
    return own or _attribute(attributes, "type") == "button"


def _link(m: re.Match[str], judge: _Judge) -> str:
    href = _attribute(m[1], "href")
    if not href or href.startswith("#") or judge.opens("GET", href):
        return m[0]
    classes = _attribute(m[1], "class")
    if "button" in classes.split():
        return ""
    return f'<span class="{classes}">{m[2]}</span>' if classes else f"<span>{m[2]}</span>"


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf'(?<![\w-]){name}="([^"]*)"', attributes)
    return found[1].replace("&amp;", "&") if found else ""
