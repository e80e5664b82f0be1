"""State machines as tables: a row is (from, event, to, reason). What is not in the table cannot happen."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from puntual.core.errors import Refused
from puntual.core.reasons import CATALOGUE


@attrs.frozen
class Transition:
    """One row: in state `source`, `event` leads to `target`, and people are told `reason` (a code of the catalogue)."""

    source: str
    event: str
    target: str
    reason: str


@attrs.frozen
class Machine:
    """The whole table of one kind of thing; `name` is what people call it, in Spanish."""

    name: str
    initial: str
    transitions: tuple[Transition, ...]

    def __attrs_post_init__(self) -> None:
        keys = [(t.source, t.event) for t in self.transitions]
        if len(keys) != len(set(keys)):
            raise ValueError(f"{self.name}: two rows for the same state and event")
        unknown = {t.reason for t in self.transitions} - set(CATALOGUE)
        if unknown:
            raise ValueError(f"{self.name}: reasons outside the catalogue: {sorted(unknown)}")

    def advance(self, state: str, event: str) -> Transition:
        """The row for this state and event. Refused if the table has none."""
        for row in self.transitions:
            if row.source == state and row.event == event:
                return row
        raise Refused(
            f"No se puede: {self.name} está en «{state}» y ahí no cabe «{event}». "
            f"Desde «{state}» se puede: {', '.join(self.events(state)) or 'nada más'}.",
            reason="transition_refused",
        )

    def events(self, state: str) -> tuple[str, ...]:
        """What may happen in that state, in the order of the table."""
        return tuple(t.event for t in self.transitions if t.source == state)

    def states(self) -> frozenset[str]:
        return frozenset({self.initial, *(t.source for t in self.transitions), *(t.target for t in self.transitions)})

    def final(self) -> frozenset[str]:
        """The states that nothing leaves."""
        return self.states() - {t.source for t in self.transitions}


def table(*rows: Iterable[str]) -> tuple[Transition, ...]:
    """Rows written as four words each."""
    return tuple(Transition(*row) for row in rows)
