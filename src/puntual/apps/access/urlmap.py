"""Which act each address needs. Every app declares its own, in the `PERMISSIONS` of its `urls.py`:

    PERMISSIONS = {"queue": "payments.see", "gateways": ("payments.see", "gateways.change"), "home": PROVEN}

One act is for every method its verb allows (`.see` and `.export` open nothing that changes); a pair is (to look, to
change). An address that nobody declared is closed to everybody, and a test names the line that is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from types import ModuleType

import attrs
from django.conf import settings
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from puntual.apps.access.choices import ACTS, PROVEN, PUBLIC, SIGNED_IN, is_safe

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_DOORS = (PUBLIC, PROVEN, SIGNED_IN)


@attrs.frozen
class Need:
    """The act (or door) that looking and changing need; None where that is not allowed to anybody."""

    look: str
    change: str | None

    def act(self, method: str | None) -> str | None:
        """For a method of HTTP."""
        return self.look if method in _SAFE_METHODS else self.change


def need(declared: str | tuple[str, str]) -> Need:
    """What a declaration means. ValueError for a word that is no act."""
    pair = declared if isinstance(declared, tuple) else (declared, declared)
    for word in pair:
        if word not in ACTS and word not in _DOORS:
            raise ValueError(f"«{word}» no es un permiso: los que hay están en apps/access/choices.py (ACTS).")
    look, change = pair
    return Need(look, None if change in ACTS and is_safe(change) else change)


@attrs.frozen
class Address:
    """One address of the product: its view's name, how it is written, where its app declares it, and its need."""

    name: str
    route: str
    module: str
    need: Need | None

    @property
    def missing(self) -> str:
        """The line to add, and where."""
        short = self.name.rpartition(":")[2]
        return f'{self.module}: falta en PERMISSIONS  "{short}": "<permiso>",  (/{self.route})'


@cache
def addresses(urlconf: str) -> tuple[Address, ...]:
    """Every address of the product, in order. Those of the API are one by one its operations' business."""
    root = get_resolver(urlconf)
    module = root.urlconf_module
    return tuple(_walk(root.url_patterns, "", "", (module,)))


def _walk(
    patterns: list[URLPattern | URLResolver], route: str, space: str, modules: tuple[ModuleType, ...]
) -> Iterator[Address]:
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = (one.urlconf_module,) if isinstance(one.urlconf_module, ModuleType) else ()
            name = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one.url_patterns, here, name, (*modules, *inner))
            continue
        name = f"{space}{one.name or one.lookup_str}"
        yield Address(name, here, modules[-1].__name__, _declared(name, space, modules))


def _declared(name: str, space: str, modules: tuple[ModuleType, ...]) -> Need | None:
    """In the table of the module that includes it nearest, by its short name; else in the root's, by its whole name or
    its whole namespace. A library declares nothing: the module that includes it does."""
    root, *inner = modules
    for module in reversed(inner):
        table = getattr(module, "PERMISSIONS", {})
        if (short := name.rpartition(":")[2]) in table:
            return need(table[short])
    whole = getattr(root, "PERMISSIONS", {})
    for key in (name, f"{space}*"):
        if key in whole:
            return need(whole[key])
    return None


@cache
def _needs(urlconf: str) -> dict[str, Need | None]:
    return {one.name: one.need for one in addresses(urlconf)}


def need_of(view_name: str) -> Need | None:
    """What the view of that name needs; None if nobody declared it."""
    return _needs(str(settings.ROOT_URLCONF)).get(view_name)


def act_to_open(path: str) -> str | None:
    """The act that looking at a path needs; None where there is no such page."""
    return _act_to_open(path, str(settings.ROOT_URLCONF))


@lru_cache(maxsize=256)
def _act_to_open(path: str, urlconf: str) -> str | None:
    try:
        found = need_of(resolve(path).view_name)
    except Resolver404:
        return None
    return found.look if found else None
