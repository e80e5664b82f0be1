"""What a message tells may stop being so before it leaves: an offer that was answered, a promise that was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from puntual.apps.negotiation import read_news as negotiation
from puntual.pipeline.news import MADE, OFFER

#: template -> (what its message tells of, those of them of which it is no longer so, the reason it does not leave).
_TESTS: Mapping[str, tuple[str, Callable[[Iterable[int]], frozenset[int]], str]] = {
    OFFER: ("deal", negotiation.no_longer_offered, "deal_withdrawn"),
    MADE: ("promise", negotiation.no_longer_open, "withdrawn_changed"),
}
#: Templates whose word may stop being so.
CHANGING = frozenset(_TESTS)


def no_longer_so(rows: Iterable[tuple[int, str, Mapping[str, Any] | None]]) -> dict[int, str]:
    """outbox row -> why it does not leave, for those of `rows` (pk, template, what it tells) that say what is over."""
    about: dict[str, dict[int, int]] = {}
    for pk, template, tells in rows:
        if template in _TESTS and tells and _TESTS[template][0] in tells:
            about.setdefault(template, {})[pk] = int(tells[_TESTS[template][0]])
    found = {}
    for template, of in about.items():
        _what, over, reason = _TESTS[template]
        gone = over(of.values())
        found |= {pk: reason for pk, one in of.items() if one in gone}
    return found
