"""The frames of friction, causes and refusals, added up by the database like those of `frames`."""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.apps.reports.sql import date_of, day, instants, wide_sums
from puntual.core.frames import Column
from puntual.core.reports import causes, delivery, friction

_LEVEL = " ".join(f"WHEN '{code}' THEN {level}" for code, level in friction.LEVELS.items())
#: A failed payment, a complaint about spam or a reply also prove that the message was seen.
_SEEN = f"WHEN 'pay_failed' THEN {friction.LEVELS['method_chosen']} WHEN 'replied' THEN {friction.LEVELS['opened']}"
_JOURNEYS = f"""
WITH f AS MATERIALIZED (
    SELECT x.outbox_id, MAX(CASE x.kind {_LEVEL} {_SEEN} ELSE 0 END) AS level,
           MAX(CASE WHEN x.kind = 'pay_failed' THEN 1 ELSE 0 END) AS failed, MAX(x.method) AS method,
           MAX(x.device) AS device, {{last_on}} AS last_on
    FROM outreach_fact x WHERE x.outbox_id IS NOT NULL AND x.at >= %s AND x.at < %s GROUP BY x.outbox_id
)
SELECT o.channel, o.stage, o.step AS campaign, o.currency, COALESCE(f.method, '') AS method,
       COALESCE(f.device, '') AS device, COALESCE(f.level, 0) AS level, COALESCE(f.failed, 0) = 1 AS failed, f.last_on,
       COUNT(*) AS messages, CAST(SUM(o.amount_minor) AS BIGINT) AS amount_minor
FROM outreach_outbox o LEFT JOIN f ON f.outbox_id = o.id
WHERE o.creditor_id = %s AND o.state IN ('sent', 'opened', 'unknown') AND o.channel <> 'task'
  AND o.finished_at >= %s AND o.finished_at < %s
GROUP BY o.channel, o.stage, o.step, o.currency, f.method, f.device, f.level, f.failed, f.last_on
"""
_ARRIVED = """
SELECT DISTINCT f.account_id AS account, {day} AS day FROM outreach_fact f
JOIN parties_account a ON a.id = f.account_id AND a.creditor_id = %s
WHERE f.kind IN ('delivered', 'opened', 'clicked', 'replied') AND f.at >= %s AND f.at < %s
"""
_DISPUTES = """
SELECT d.currency, d.cause, d.department, i.product, i.seller, d.opened_on, d.deadline_on,
       (SELECT {last} FROM negotiation_step s WHERE s.dispute_id = d.id AND s.now IN ('told', 'withdrawn'))
           AS closed_on,
       d.disputed_minor, d.credited_minor
FROM negotiation_dispute d JOIN receivables_dueitem t ON t.id = d.due_item_id
JOIN receivables_invoice i ON i.id = t.invoice_id
WHERE d.creditor_id = %s AND d.opened_on >= %s AND d.opened_on <= %s
"""
_WAITING = """
SELECT 'dispute' AS what, COUNT(*) AS times FROM negotiation_dispute
 WHERE creditor_id = %s AND state NOT IN ('told', 'withdrawn') AND deadline_on < %s
UNION ALL SELECT 'complaint', COUNT(*) FROM negotiation_complaint
 WHERE creditor_id = %s AND state NOT IN ('answered', 'closed') AND deadline_on < %s
UNION ALL SELECT 'talk', COUNT(*) FROM portal_talkrequest t JOIN parties_account a ON a.id = t.account_id
 WHERE a.creditor_id = %s AND t.done_at IS NULL AND t.at < %s
UNION ALL SELECT 'question', COUNT(*) FROM inbox_conversation
 WHERE creditor_id = %s AND waiting_since IS NOT NULL AND answer_by < %s
"""


def journeys(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """How far the messages that left in [start, end] took people by its end (friction.JOURNEYS)."""
    first, last = instants(creditor, start, end)
    sql = _JOURNEYS.format(last_on=date_of("MAX(x.at)"))
    with wide_sums():
        return bulk.read_frame(sql, friction.JOURNEYS, (first, last, creditor.pk, first, last))


def arrived(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The days of [start, end] on which a message is known to have reached an account (delivery.DAYS)."""
    sql = _ARRIVED.format(day=date_of("f.at"))
    return bulk.read_frame(sql, delivery.DAYS, (creditor.pk, *instants(creditor, start, end)))


def disputes(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The disputes opened in [start, end] (causes.DISPUTES)."""
    sql = _DISPUTES.format(last=date_of("MAX(s.at)"))
    return bulk.read_frame(sql, causes.DISPUTES, (creditor.pk, day(start), day(end)))


def unanswered(creditor: Creditor, end: date) -> dict[str, int]:
    """What nobody has answered yet: dispute, complaint and question past their deadline, and who asked to talk."""
    columns = {"what": Column(pl.String, ""), "times": Column(pl.Int64, "")}
    _, last = instants(creditor, end, end)
    given = (creditor.pk, day(end), creditor.pk, day(end), creditor.pk, last, creditor.pk, last)
    return dict(bulk.read_frame(_WAITING, columns, given).iter_rows())
