"""What a gateway's own library, generated from its public OpenAPI file, says a document may look like.

A stand-in may leave fields out; it may not invent one, nor a value that the real one never sends.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

import stripe


def stripe_violations(document: Mapping[str, Any], model: type, where: str = "") -> Iterator[str]:
    """Each field of a document that Stripe's generated class does not know, or whose value it does not allow."""
    hints = _hints(model)
    for name, value in document.items():
        place = f"{where}.{name}" if where else f"{model.__name__}.{name}"
        if name not in hints:
            yield f"{place}: no such field"
        elif not _allowed(value, hints[name], model):
            yield f"{place}: {value!r} is not {hints[name]}"
        elif isinstance(value, Mapping):
            inner = next((t for t in _models(hints[name]) if _fits(value, t)), None)
            if inner is not None:
                yield from stripe_violations(value, inner, place)


def _hints(model: type) -> Mapping[str, Any]:
    """The annotations of a class and its bases. Names that only type checkers see are those of the library itself."""
    found: dict[str, Any] = {}
    for base in reversed(model.__mro__):
        space = {**vars(stripe), **vars(sys.modules[base.__module__]), "Literal": Literal, **vars(base)}
        for name, told in base.__dict__.get("__annotations__", {}).items():
            found[name] = _resolved(told, space)
    return found


def _resolved(told: Any, space: Mapping[str, Any]) -> Any:
    if isinstance(told, str):
        told = typing.ForwardRef(told)
    try:
        return typing._eval_type(told, dict(space), dict(space))  # type: ignore[attr-defined]  # noqa: SLF001
    except NameError:
        return Any


def _allowed(value: Any, hint: Any, model: type) -> bool:
    if hint is Any or isinstance(hint, typing.TypeVar | typing.ForwardRef):
        return True
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        options = get_args(hint)
        # «Literal or str» is how the library stays open to new values; today's contract is the literals.
        closed = [o for o in options if o is not str] if any(get_origin(o) is Literal for o in options) else options
        return any(_allowed(value, option, model) for option in closed)
    if origin is Literal:
        return value in get_args(hint)
    if origin in (list, typing.List):  # noqa: UP006
        return isinstance(value, list)
    if hint is type(None):
        return value is None
    if origin is not None:
        return isinstance(value, Mapping | list)
    if isinstance(hint, type) and hint in (str, int, bool, float):
        return isinstance(value, hint) and not (hint is int and isinstance(value, bool))
    return isinstance(value, Mapping)


def _models(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and hint.__module__.startswith("stripe"):
        yield hint
    for option in get_args(hint):
        yield from _models(option)


def _fits(value: Mapping[str, Any], model: type) -> bool:
    return bool(set(value) & set(_hints(model)))


def lost_in(document: Any, again: Any, where: str = "$") -> Iterator[str]:
    """What a document says that its model did not take: a field that the real API does not have."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            if not isinstance(again, Mapping) or name not in again:
                if value not in ("", None, [], {}):
                    yield f"{where}.{name}"
            else:
                yield from lost_in(value, again[name], f"{where}.{name}")
    elif isinstance(document, list):
        for n, value in enumerate(document):
            if not isinstance(again, list) or n >= len(again):
                yield f"{where}[{n}]"
            else:
                yield from lost_in(value, again[n], f"{where}[{n}]")


def unknown_parameters(form: Mapping[str, Any], params: type, where: str = "") -> Iterator[str]:
    """Each parameter of a request that Stripe's generated TypedDict does not have. Keys that are numbers are of lists;
    `metadata` may say anything."""
    hints = _hints(params)
    for name, value in form.items():
        place = f"{where}.{name}" if where else name
        if name not in hints:
            yield place
        elif isinstance(value, Mapping) and name != "metadata":
            rows = list(value.values()) if all(key.isdigit() for key in value) else [value]
            inner = next((t for t in _models(hints[name]) if not issubclass(t, str)), None)
            for row in rows:
                if inner is not None and isinstance(row, Mapping):
                    yield from unknown_parameters(row, inner, place)
