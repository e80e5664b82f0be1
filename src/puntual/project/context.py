"""What every template may use. Bound here, in the one composition root."""

from __future__ import annotations

from django.http import HttpRequest

from puntual import __version__


def screen(request: HttpRequest) -> dict[str, object]:
    """The product's version and the address of the current page."""
    return {"puntual_version": __version__, "here": request.path}
