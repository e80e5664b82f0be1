"""Who waits for an answer of ours is not reminded of anything meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from puntual.apps import bulk
from puntual.core.customers.understanding import OTRO
from puntual.core.frames import HOLDS

#: An inbox that nobody looks at does not stop the collection of a whole company for longer than this.
WAITS_DAYS = 7

_WAITING_SQL = """
SELECT NULL AS due_item, a.id AS account, c.party_id AS party, 'answer_waiting' AS reason, NULL AS held_minor,
       NULL AS until, NULL AS remind_on
FROM inbox_conversation c JOIN parties_account a ON a.party_id = c.party_id AND a.creditor_id = c.creditor_id
WHERE c.waiting_since >= '{since}' AND c.waiting_since < '{until}' AND c.last_intent NOT IN ('', '{other}')
"""


def holds_frame(day: date) -> pl.DataFrame:
    """The accounts whose person asked, told or complained of something that nobody looked after yet (frames.HOLDS).

    A greeting or what was not understood pauses nothing.
    """
    since, until = day - timedelta(days=WAITS_DAYS), day + timedelta(days=1)
    asked = _WAITING_SQL.format(since=since.isoformat(), until=until.isoformat(), other=OTRO)
    return bulk.read_frame(asked, HOLDS)
