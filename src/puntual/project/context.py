"""What every template may use. Bound here, in the one composition root."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from puntual import __version__
from puntual.apps.access import read as access
from puntual.ui.formats import DEFAULT_LOCALE
from puntual.ui.read import preference


def screen(request: HttpRequest) -> dict[str, object]:
    """The product's version, the address of the current page, the person's choices and acts, the locale of figures."""
    user = getattr(request, "user", None)
    return {
        "puntual_version": __version__,
        "here": request.path,
        "prefs": SimpleLazyObject(lambda: preference(user.pk if user else None)),
        "locale": DEFAULT_LOCALE,
        "may": SimpleLazyObject(lambda: access.may(request)),
        "may_open": access.opener(request),
    }
