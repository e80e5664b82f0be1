"""The example being built beside the page that waits for it: one at a time in a process, its last sentence in sight."""

from __future__ import annotations

import threading
from collections.abc import Callable

import attrs
from django.db import connections

_LOCK = threading.Lock()


@attrs.define
class Building:
    """How far it is. `failed` keeps what a person may be told."""

    said: str = ""
    done: bool = False
    failed: bool = False


_state: list[Building] = []


def now() -> Building | None:
    """The example under way; None when none is, or when it ended."""
    return _state[0] if _state and not _state[0].done else None


def failed() -> bool:
    """Whether the last one ended badly."""
    return bool(_state and _state[0].done and _state[0].failed)


def begin(build: Callable[[Callable[[str], None]], None]) -> Building:
    """Start building, unless it is being built already."""
    with _LOCK:
        if found := now():
            return found
        state = Building()
        _state[:] = [state]

    def say(sentence: str) -> None:
        state.said = sentence

    def work() -> None:
        try:
            build(say)
        except Exception:
            state.failed = True
            raise
        finally:
            state.done = True
            connections.close_all()

    threading.Thread(target=work, name="ejemplo").start()
    return state
