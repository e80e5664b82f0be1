"""The door of every page: nobody passes an address without the act that its app declared for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.module_loading import import_string

from puntual.apps.access import read, urlmap
from puntual.apps.access.choices import OWN, PROVEN, PUBLIC, SEES_ALL, SIGNED_IN
from puntual.apps.access.grants import NotAllowed

#: What stays open to whom the second step lacks: setting it up, and one's own account.
_OWN_KEYS = ("mfa_", "account_", "usersessions_")
_LOG = logging.getLogger(__name__)


class Doors:
    """Middleware: who has not entered goes to enter; who lacks the act everywhere is refused. Where a page is about
    one creditor, `@screen` and `follow` ask again for that one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before any view."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        need = urlmap.need_of(name)
        if need is None:
            _LOG.error("«%s» no tiene permiso declarado: añádalo a PERMISSIONS en el urls.py de su app.", name)
            raise NotAllowed
        act = need.act(request.method)
        if act in (PUBLIC, PROVEN):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if read.lacks_second_step(request):
            if not name.startswith(_OWN_KEYS):
                return redirect("mfa_index")
            request.second_step_asked = True  # type: ignore[attr-defined]
        if act == SIGNED_IN:
            return None
        if act is None or not read.grants(request).may(act):
            act = _own(request, name, kwargs, act)
            if act is None:
                raise NotAllowed(need.act(request.method) or need.look)
        request.act = act  # type: ignore[attr-defined]
        return None


def _own(request: HttpRequest, name: str, kwargs: Any, act: str | None) -> str | None:
    """The act by which somebody who sees only their own passes here; None where they do not. 404 for what is not
    theirs: to them it does not exist. The addresses with such a door are told by OWN_DOORS, and no other has one."""
    judge = settings.OWN_DOORS.get(name)
    grants = read.grants(request)
    if act != SEES_ALL or judge is None or not grants.may(OWN):
        return None
    if not import_string(judge)(grants=grants, **kwargs):
        raise Http404
    return OWN
