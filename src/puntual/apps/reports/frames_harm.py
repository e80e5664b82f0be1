"""What collecting did to people, counted whole: no list is cut before it is counted."""

from __future__ import annotations

from datetime import date

import polars as pl
from django.db import connection

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import frames_plans
from puntual.apps.reports.sql import day, day_in_key, instants
from puntual.core.compliance import breaches
from puntual.core.frames import CONSENTS, ID, Column
from puntual.core.reports import inputs

_HARM = """
SELECT 'complaint' AS what, COUNT(*) AS times FROM negotiation_complaint
 WHERE creditor_id = %s AND opened_on >= %s AND opened_on <= %s
UNION ALL SELECT 'wrong_person', COUNT(*) FROM portal_wrongperson w JOIN parties_account a ON a.id = w.account_id
 WHERE a.creditor_id = %s AND w.at >= %s AND w.at < %s
UNION ALL SELECT 'opt_out', COUNT(*) FROM compliance_consent c WHERE c.status = 'withdrawn' AND c.source = 'person'
 AND EXISTS (SELECT 1 FROM parties_account a WHERE a.party_id = c.party_id AND a.creditor_id = %s)
 AND c.at >= %s AND c.at < %s
"""
#: Messages that left, and those of them that were one more for the same account and day.
_LEFT = """
SELECT COALESCE(SUM(n), 0), COALESCE(SUM(n - 1), 0) FROM (
    SELECT COUNT(*) AS n FROM outreach_outbox
    WHERE creditor_id = %s AND state IN ('sent', 'opened', 'unknown') AND channel <> 'task'
      AND finished_at >= %s AND finished_at < %s GROUP BY account_id, {day}
) x
"""
_SENT_TO_STOPPED = """
SELECT x.party_id AS party, x.outbox_id AS outbox, x.channel, x.direction, x.at FROM outreach_contact x
WHERE x.creditor_id = %s AND x.at >= %s AND x.at < %s AND x.step <> 'confirma_baja'
  AND x.party_id IN (SELECT w.party_id FROM compliance_consent w WHERE w.status = 'withdrawn')
"""
_ACTS = """
SELECT party_id AS party, channel, status, at, source FROM compliance_consent c
WHERE EXISTS (SELECT 1 FROM compliance_consent w WHERE w.party_id = c.party_id AND w.status = 'withdrawn') AND 1 = %s
"""
_SENT = {
    "party": Column(ID, "persona", null=True),
    "outbox": Column(ID, "mensaje", null=True),
    "channel": Column(pl.String, "canal"),
    "direction": Column(pl.String, "out o in"),
    "at": CONSENTS["at"],
}


def harm(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """How often each kind of harm happened in [start, end] (inputs.HARM); breaches are found, not declared."""
    days, moments = (day(start), day(end)), instants(creditor, start, end)
    given: list[object] = []
    for bounds in (days, moments, moments):
        given += [creditor.pk, *bounds]
    counted = bulk.read_frame(_HARM, inputs.HARM, given)
    with connection.cursor() as cursor:
        cursor.execute(_LEFT.format(day=day_in_key("once")), (creditor.pk, *moments))
        sent, repeated = cursor.fetchone()
    asked = frames_plans.wanted(creditor, start, end)
    found = {
        "sent": int(sent),
        "breach": int(repeated) + after_stop(creditor, start, end).height,
        "wanted": int(asked["times"].sum()),
        "refused": int(asked.filter(pl.col("verdict") != "allow")["times"].sum()),
    }
    mine = pl.DataFrame({"what": list(found), "times": list(found.values())})
    return pl.concat([counted, mine.cast({"times": pl.Int64})])


def after_stop(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """Every contact of [start, end] made after the person's «no»: party, channel, at, stopped."""
    sent = bulk.read_frame(_SENT_TO_STOPPED, _SENT, (creditor.pk, *instants(creditor, start, end)))
    return breaches.after_stop(sent, bulk.read_frame(_ACTS, CONSENTS, (1,)))
