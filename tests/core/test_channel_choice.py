"""Which channel goes first and at what hour: the policy's order, what the creditor has, what the person asked for."""

from __future__ import annotations

from datetime import time

import polars as pl
import pytest

from puntual.core.channels.choice import PREFERENCES, hour_within, preferred_first, sendable

ROWS = pl.DataFrame(
    {
        "party": [1, 1, 1, 2, 2],
        "channel": ["whatsapp", "sms", "email", "whatsapp", "task"],
        "order": pl.Series([0, 1, 2, 0, 1], dtype=pl.Int32),
    }
)


def wish(*rows):
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in PREFERENCES.items()}, orient="row")


def test_what_the_creditor_cannot_send_by_is_no_candidate():
    kept = sendable(ROWS, frozenset({"email", "whatsapp"}))
    assert kept["channel"].to_list() == ["whatsapp", "email", "whatsapp", "task"]
    assert sendable(ROWS, None).height == 5


def test_the_channel_that_a_person_asked_for_goes_first_and_only_theirs():
    chosen = preferred_first(ROWS, wish((1, "email", 12, 18)))
    assert chosen["order"].to_list() == [0, 1, -1, 0, 1]
    assert chosen["hour_from"].to_list() == [12, 12, 12, 0, 0]
    assert chosen["hour_to"].to_list() == [18, 18, 18, 24, 24]


@pytest.mark.parametrize("preferences", [None, wish()])
def test_without_preferences_the_order_is_the_policys(preferences):
    chosen = preferred_first(ROWS, preferences)
    assert chosen["order"].to_list() == [0, 1, 2, 0, 1]
    assert (chosen["hour_from"].unique().to_list(), chosen["hour_to"].unique().to_list()) == ([0], [24])


@pytest.mark.parametrize(
    ("hour", "hours", "at"),
    [
        (time(10, 30), (0, 24), time(10, 30)),
        (time(10), (0, 12), time(10)),
        (time(10), (12, 18), time(12)),
        (time(10), (18, 24), time(18)),
        (time(15), (0, 12), time(10)),
        (time(7), (0, 12), time(7)),
        (time(19), (12, 18), time(16)),
    ],
)
def test_the_hour_is_the_policys_within_those_the_person_prefers(hour, hours, at):
    assert hour_within(hour, *hours) == at
