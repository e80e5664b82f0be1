"""Which channel first and why: the person's wish, what arrives, what they answer, the company's order, the price."""

from __future__ import annotations

import polars as pl
import pytest

from puntual.core import reasons
from puntual.core.channels.order import UNDELIVERED, Way, undelivered_last, why

EMAIL, WHATSAPP, SMS = Way("email", 0), Way("whatsapp", 1), Way("sms", 2)


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([SMS, WHATSAPP, EMAIL],
         [("email", "channel_policy"), ("whatsapp", "channel_policy"), ("sms", "channel_last")]),
        ([EMAIL, Way("whatsapp", 1, preferred=True)], [("whatsapp", "channel_preferred"), ("email", "channel_last")]),
        ([Way("email", 0, delivers=False), WHATSAPP],
         [("whatsapp", "channel_delivers"), ("email", "channel_undelivered")]),
        ([EMAIL, Way("sms", 2, answers=0.6)], [("sms", "channel_answers"), ("email", "channel_last")]),
        ([Way("sms", 0, cost_milli=700), Way("whatsapp", 0, cost_milli=300)],
         [("whatsapp", "channel_cheaper"), ("sms", "channel_last")]),
        ([Way("sms", 0), Way("whatsapp", 0, cost_milli=300)],
         [("whatsapp", "channel_cheaper"), ("sms", "channel_last")]),
        ([Way("email", 0, preferred=True, delivers=False), WHATSAPP],
         [("email", "channel_preferred"), ("whatsapp", "channel_last")]),
        ([EMAIL], [("email", "channel_only")]),
        ([], []),
    ],
)  # fmt: skip
def test_each_question_decides_only_when_those_before_it_do_not(ways, expected):
    assert why(ways) == expected
    assert all(code in reasons.CATALOGUE for _channel, code in expected)


def frame(*rows):
    return pl.DataFrame(rows, schema={n: c.dtype for n, c in UNDELIVERED.items()}, orient="row")


ROWS = pl.DataFrame(
    {"party": [1, 1, 2], "channel": ["email", "sms", "email"], "order": pl.Series([0, 1, 0], dtype=pl.Int32)}
)


def test_what_did_not_arrive_goes_last_for_that_person_only():
    assert undelivered_last(ROWS, frame((1, "email")))["order"].to_list() == [100, 1, 0]


def test_what_the_person_asked_for_stands_although_it_did_not_arrive():
    wished = ROWS.with_columns(order=pl.Series([-1, 1, 0], dtype=pl.Int32))
    assert undelivered_last(wished, frame((1, "email")))["order"].to_list() == [-1, 1, 0]


@pytest.mark.parametrize("nothing", [None, frame()])
def test_without_troubles_the_order_stays(nothing):
    assert undelivered_last(ROWS, nothing)["order"].to_list() == [0, 1, 0]
