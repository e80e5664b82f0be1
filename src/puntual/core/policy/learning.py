"""What a policy lets the daily run learn: which of its own channels, at what hour, with which of its own words.

Learning never leaves what the policy and the law allow: it only chooses among the channels that a step names, the hours
that are lawful that day, and the versions of words that the company wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from puntual.core.errors import UnusableInput

#: Percent of choices left to plain chance unless the policy says otherwise, and how far it may go.
EXPLORE, LEAST_EXPLORE, MOST_EXPLORE = 15, 5, 50
#: How the text names what may be learnt -> field of LearningRules.
PARTS: Mapping[str, str] = {"canal": "channel", "hora": "hour", "texto": "wording"}


@attrs.frozen
class LearningRules:
    """What may be learnt, and the share (0-1) of choices left to chance so that the records can be asked later."""

    channel: bool = False
    hour: bool = False
    wording: bool = False
    explore: float = EXPLORE / 100

    @property
    def chooses(self) -> bool:
        """Whether the run itself picks: a channel or an hour (words are learnt at night)."""
        return self.channel or self.hour


def read_learning(raw: Any) -> LearningRules:
    """«aprender: {canal: true, hora: true, texto: true, explorar: 15}». UnusableInput names what cannot be read."""
    if raw is None or raw is False:
        return LearningRules()
    if not isinstance(raw, Mapping):
        raise UnusableInput("aprender: escriba qué se aprende, por ejemplo {canal: true, hora: true, explorar: 15}.")
    for key in sorted(set(raw) - {*PARTS, "explorar"}):
        raise UnusableInput(f"aprender: no se conoce «{key}»; las que hay son canal, explorar, hora y texto.")
    for key in PARTS:
        if not isinstance(raw.get(key, False), bool):
            raise UnusableInput(f"aprender.{key}: escriba true o false.")
    share = raw.get("explorar", EXPLORE)
    if isinstance(share, bool) or not isinstance(share, int) or not LEAST_EXPLORE <= share <= MOST_EXPLORE:
        raise UnusableInput(
            f"aprender.explorar: «{share}» debe ser un número entero entre {LEAST_EXPLORE} y {MOST_EXPLORE}: de cada "
            "100 decisiones, cuántas se dejan al azar."
        )
    return LearningRules(**{name: bool(raw.get(key, False)) for key, name in PARTS.items()}, explore=share / 100)
