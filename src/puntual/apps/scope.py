"""For whom and for which day a screen speaks: the creditor that the person chose among those that exist for them, and
its local date. What the page needs (apps/access) is asked again here, for that creditor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

import attrs
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from puntual.apps.access import read as access
from puntual.apps.access.grants import NotAllowed
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.core.time import local_date
from puntual.ui.formats import locale_for

_SESSION_KEY = "creditor"


@attrs.frozen
class Scope:
    """The chosen creditor among those there are, and today where it lives."""

    creditor: Creditor
    creditors: tuple[Creditor, ...]
    today: date

    @property
    def locale(self) -> str:
        return locale_for(self.creditor.country)

    def context(self) -> dict[str, Any]:
        """What every template of a screen may use."""
        return {
            "creditor": self.creditor,
            "creditors": self.creditors,
            "today": self.today,
            "locale": self.locale,
            "zone": self.creditor.zone,
        }


def scope_of(request: HttpRequest) -> Scope | None:
    """The scope of this person's session; None while no creditor exists for them."""
    grants = access.grants(request)
    creditors = tuple(one for one in parties.creditors() if grants.sees(one.pk))
    if not creditors:
        return None
    wanted = request.session.get(_SESSION_KEY)
    creditor = next((c for c in creditors if c.pk == wanted), creditors[0])
    return _stand(request, Scope(creditor, creditors, local_date(timezone.now(), creditor.zone)))


def _stand(request: HttpRequest, scope: Scope) -> Scope:
    """The scope that the request speaks for, from here on. Not `request.scope`: that one is the ASGI server's."""
    request.screen_scope = scope  # type: ignore[attr-defined]
    return scope


def _at(scope: Scope, creditor: Creditor) -> Scope:
    return attrs.evolve(scope, creditor=creditor, today=local_date(timezone.now(), creditor.zone))


def choose(request: HttpRequest, creditor_id: int) -> None:
    """Remember the creditor that the person works for now."""
    request.session[_SESSION_KEY] = creditor_id


def follow(request: HttpRequest, scope: Scope, creditor_id: int) -> Scope:
    """The scope of the creditor that an object belongs to: following a link to another one changes the session. 404
    where that creditor does not exist for the person, 403 where the page's act is not theirs there."""
    if creditor_id == scope.creditor.pk:
        return scope
    creditor = next((c for c in scope.creditors if c.pk == creditor_id), None)
    if creditor is None:
        raise Http404
    if (act := getattr(request, "act", None)) is not None:
        access.grants(request).demand(act, creditor_id)
    choose(request, creditor_id)
    timezone.activate(creditor.zone)  # the hours of this page are of where it is; `screen` puts the zone back
    return _stand(request, _at(scope, creditor))


def _where_allowed(request: HttpRequest, scope: Scope, *, one_object: bool) -> Scope:
    """The scope if the page's act is theirs there. About one object, that of another creditor where it is: the object
    may be of it. NotAllowed otherwise."""
    act, grants = getattr(request, "act", None), access.grants(request)
    if act is None or grants.may(act, scope.creditor.pk):
        return scope
    other = next((c for c in scope.creditors if grants.may(act, c.pk)), None) if one_object else None
    if other is None:
        raise NotAllowed(act)
    return _stand(request, _at(scope, other))


def screen(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for people who entered, about one creditor: `view(request, scope, ...)`. With none, to the first steps."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scope = scope_of(request)
        if scope is None:
            return redirect("/")
        scope = _where_allowed(request, scope, one_object=bool(kwargs))
        with timezone.override(scope.creditor.zone):
            return view(request, scope, *args, **kwargs)

    return wrapped


def page(request: HttpRequest, scope: Scope, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page, with what every screen knows."""
    return render(request, template, {**scope.context(), **context})
