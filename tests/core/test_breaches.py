"""The invariants of contacts: whoever said stop is never contacted again, unless they themselves say otherwise
later."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from puntual.core.compliance import breaches

OUTBOX = {"outbox": pl.Int64, "account": pl.Int64, "party": pl.Int64, "state": pl.String, "channel": pl.String,
          "at": pl.Datetime("us", "UTC"), "day": pl.String}  # fmt: skip
CONTACT = {"party": pl.Int64, "outbox": pl.Int64, "channel": pl.String, "direction": pl.String,
           "at": pl.Datetime("us", "UTC")}  # fmt: skip
ACT = {
    "party": pl.Int64,
    "channel": pl.String,
    "status": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "source": pl.String,
}


def on(day):
    return datetime(2026, 11, day, 15, tzinfo=UTC)


def judged(contacts=(), acts=(), outbox=()):
    frames = [pl.DataFrame(list(rows), schema=schema, orient="row") for rows, schema in
              ((outbox, OUTBOX), (contacts, CONTACT), (acts, ACT))]  # fmt: skip
    return {f.name: f.holds for f in breaches.judge(*frames)}


@pytest.mark.parametrize(
    ("acts", "holds"),
    [
        ([], True),
        ([(1, "*", "withdrawn", on(5), "person")], False),
        ([(1, "email", "withdrawn", on(5), "person")], False),
        ([(1, "sms", "withdrawn", on(5), "person")], True),
        ([(1, "*", "withdrawn", on(12), "person")], True),
        ([(1, "*", "withdrawn", on(5), "person"), (1, "email", "granted", on(7), "person")], True),
        ([(1, "*", "withdrawn", on(5), "person"), (1, "email", "granted", on(7), "import")], False),
        ([(1, "*", "withdrawn", on(5), "person"), (1, "sms", "granted", on(7), "person")], False),
        ([(1, "*", "granted", on(3), "person"), (1, "*", "withdrawn", on(5), "person")], False),
        ([(2, "*", "withdrawn", on(5), "person")], True),
    ],
)
def test_a_contact_on_the_tenth_after_these_acts(acts, holds):
    contact = (1, None, "email", "out", on(10))
    assert judged([contact], acts)["no_contact_after_stop"] is holds


def test_two_messages_of_a_day_to_one_account_show():
    rows = [(i, 7, 1, "sent", "email", on(10), "2026-11-10") for i in (1, 2)]
    taken = [(1, i, "email", "out", on(10)) for i in (1, 2)]
    assert judged(taken, [], rows)["one_message_a_day"] is False
    assert judged(taken[:1], [], rows[:1])["one_message_a_day"] is True


def test_a_message_that_left_without_its_slot_shows():
    row = (1, 7, 1, "sent", "email", on(10), "2026-11-10")
    assert judged([], [], [row])["sent_is_counted"] is False
