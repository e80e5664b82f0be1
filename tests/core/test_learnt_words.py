"""Two versions of a text: each night the one that people answer better is told to more of them, within bounds."""

from __future__ import annotations

import pytest

from puntual.apps.outreach.read_templates import Arm
from puntual.pipeline.words import next_share


def arm(variant, sent, answered):
    return Arm(variant, sent, answered, 0, 0)


@pytest.mark.parametrize(
    ("now", "base", "other", "share"),
    [
        (50, arm("A", 200, 20), arm("B", 200, 60), 60),  # a step a night, however sure it is
        (85, arm("A", 200, 20), arm("B", 200, 60), 90),  # the base is never left without anybody
        (50, arm("A", 200, 60), arm("B", 200, 20), 40),
        (12, arm("A", 200, 60), arm("B", 200, 20), 10),
        (50, arm("A", 200, 40), arm("B", 200, 40), 50),  # as good as each other
        (50, arm("A", 29, 0), arm("B", 200, 100), 50),  # too few to say
        (50, None, arm("B", 200, 100), 50),
    ],
)
def test_the_share_moves_towards_what_is_answered_a_step_at_a_time(now, base, other, share):
    assert next_share(now, base, other) == share
