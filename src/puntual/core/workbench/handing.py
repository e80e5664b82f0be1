"""Who goes on with a conversation that whoever had it cannot answer in time: pure, over values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from puntual.core.workbench.assignment import Agent


@attrs.frozen
class Idle:
    """A conversation that waits and its owner does not answer. `named`: whom the person has by name (VIP)."""

    id: int
    owner: int
    language: str = ""
    skill: str = ""
    segment: str = ""
    named: int | None = None


def hand_on(cases: Sequence[Idle], team: Iterable[Agent], load: Mapping[int, int]) -> dict[int, int | None]:
    """conversation -> who goes on with it, in the order given; None: nobody can, and anybody may take it.

    Whoever the person has by name goes first; then, of those who serve its language, skill and segment, whoever has the
    fewest waiting. Never back to the owner.
    """
    agents = {agent.id: agent for agent in team}
    waiting = {pk: load.get(pk, 0) for pk in agents}
    found: dict[int, int | None] = {}
    for case in cases:
        able = [
            pk for pk, agent in agents.items()
            if pk != case.owner and agent.serves(case.skill, case.language, case.segment)
        ]  # fmt: skip
        named = case.named if case.named in agents and case.named != case.owner else None
        chosen = named if named is not None else min(able, key=lambda pk: (waiting[pk], pk), default=None)
        if chosen is not None:
            waiting[chosen] += 1
        found[case.id] = chosen
    return found
