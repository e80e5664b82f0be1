"""The frames of friction, causes and refusals, added up by the database like those of `frames`."""

from __future__ import annotations

from datetime import date

import polars as pl

from puntual.apps import bulk
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import kept
from puntual.apps.reports.sql import date_of, day, instants
from puntual.core import money
from puntual.core.frames import ID, INSTANT, MINOR, Column, Schema
from puntual.core.reports import causes, friction, inputs, reissues

_HANDLINGS = """
SELECT a.segment, h.account_id AS account, u.username AS agent, h.taken_at AS at, COALESCE(h.handling_s, 0) AS seconds,
       COALESCE(h.wait_s, 0) AS wait_s
FROM workbench_handling h JOIN parties_account a ON a.id = h.account_id JOIN auth_user u ON u.id = h.agent_id
WHERE h.creditor_id = %s AND h.taken_at >= %s AND h.taken_at < %s AND h.closed_at IS NOT NULL
  AND h.outcome NOT IN ('released', 'expired', 'handed_over')
"""
_DISPUTES = """
SELECT d.due_item_id AS due_item, d.currency, d.cause, d.department, i.product, i.seller, i.plant, d.opened_on,
       d.deadline_on,
       (SELECT {last} FROM negotiation_step s WHERE s.dispute_id = d.id AND s.now IN ('told', 'withdrawn'))
           AS closed_on,
       d.disputed_minor, d.credited_minor
FROM negotiation_dispute d JOIN receivables_dueitem t ON t.id = d.due_item_id
JOIN receivables_invoice i ON i.id = t.invoice_id
WHERE d.creditor_id = %s AND d.opened_on >= %s AND d.opened_on <= %s
"""
_REPLACED = """
SELECT o.account_id AS account, n.currency, o.product, o.department, o.seller, o.plant, o.issued_on,
       n.issued_on AS again_on, o.total_minor AS original_minor
FROM receivables_invoice n JOIN receivables_invoice o ON o.id = n.replaces_id
WHERE n.replaces_id IS NOT NULL AND n.creditor_id = %s AND n.issued_on >= %s AND n.issued_on <= %s
"""
#: What waits for an answer past its deadline at the end of a day: open still, or closed after it. Of conversations
#: only the present is known.
_WAITING = """
SELECT 'dispute' AS what, d.account_id AS account, d.due_item_id AS item, d.deadline_on AS day,
       d.disputed_minor AS minor, d.currency
  FROM negotiation_dispute d WHERE d.creditor_id = %s AND d.deadline_on < %s AND (d.state NOT IN ('told', 'withdrawn')
   OR EXISTS (SELECT 1 FROM negotiation_step s WHERE s.dispute_id = d.id AND s.now IN ('told', 'withdrawn')
                AND s.at >= %s))
UNION ALL SELECT 'complaint', c.account_id, NULL, c.deadline_on, NULL, ''
  FROM negotiation_complaint c
 WHERE c.creditor_id = %s AND c.deadline_on < %s AND (c.state NOT IN ('answered', 'closed')
   OR EXISTS (SELECT 1 FROM negotiation_step s WHERE s.complaint_id = c.id AND s.now IN ('answered', 'closed')
                AND s.at >= %s))
UNION ALL SELECT 'talk', t.account_id, NULL, {asked}, NULL, '' FROM portal_talkrequest t
  JOIN parties_account a ON a.id = t.account_id
 WHERE a.creditor_id = %s AND t.at < %s AND (t.done_at IS NULL OR t.done_at >= %s)
UNION ALL SELECT 'question', (SELECT MIN(a.id) FROM parties_account a WHERE a.party_id = q.party_id
                                 AND a.creditor_id = q.creditor_id), NULL, {promised}, NULL, ''
  FROM inbox_conversation q WHERE q.creditor_id = %s AND q.waiting_since IS NOT NULL AND q.answer_by < %s
"""
WAITING: Schema = {
    "what": Column(pl.String, "dispute, complaint, talk o question"),
    "account": Column(ID, "cuenta", null=True),
    "item": Column(ID, "documento", null=True),
    "day": Column(pl.Date, "plazo para responder, o día en que lo pidió"),
    "minor": Column(MINOR, "importe en aclaración", null=True),
    "currency": Column(pl.String, "moneda"),
}


def journeys(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """How far the messages that left in [start, end] took people by its end (friction.JOURNEYS)."""
    names = [name for name in friction.JOURNEYS if name not in ("messages", "amount_minor")]
    added = messages(creditor, start, end).group_by(names).agg(
        messages=pl.len().cast(pl.Int64), amount_minor=money.total("amount_minor")
    )  # fmt: skip
    return added.select(pl.col(n).cast(c.dtype) for n, c in friction.JOURNEYS.items()).collect()


def messages(creditor: Creditor, start: date, end: date) -> pl.LazyFrame:
    """The same one by one: kept.MESSAGES with level, failed, method, device and last_on."""
    known = kept.marks(creditor, start, end).filter(pl.col("message").is_not_null())
    told = known.group_by("message").agg(
        pl.col("level").max(), pl.col("failed").any(), pl.col("method", "device").max(), last_on=pl.col("at").max(),
    )  # fmt: skip
    rows = kept.messages(creditor, start, end).join(told, left_on="id", right_on="message", how="left")
    return rows.with_columns(
        pl.col("level").fill_null(0).cast(pl.Int64), pl.col("failed").fill_null(False),
        pl.col("method", "device").fill_null(""), pl.col("last_on").dt.date(),
    )  # fmt: skip


def arrived(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The days of [start, end] on which a message is known to have reached an account (delivery.DAYS)."""
    rows = kept.marks(creditor, start, end).filter("reached").select("account", day=pl.col("at").dt.date())
    return rows.unique().collect()


def handlings(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The people attended at the desk whom somebody took in [start, end] (inputs.HANDLINGS)."""
    read = {**{name: c for name, c in inputs.HANDLINGS.items() if name != "day"}, "at": Column(INSTANT, "cuándo")}
    rows = bulk.read_frame(_HANDLINGS, read, (creditor.pk, *instants(creditor, start, end)))
    day = pl.col("at").dt.convert_time_zone(creditor.zone).dt.date()
    return rows.with_columns(day=day).select(inputs.HANDLINGS.keys())


def disputes(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The disputes opened in [start, end] (causes.DISPUTES, and their `due_item`)."""
    sql = _DISPUTES.format(last=date_of("MAX(s.at)"))
    columns = {"due_item": Column(ID, "documento"), **causes.DISPUTES}
    read = {name: column for name, column in columns.items() if name != "error"}
    rows = bulk.read_frame(sql, read, (creditor.pk, day(start), day(end)))
    error = pl.col("cause").replace_strict(causes.ERRORS, default="", return_dtype=pl.String)
    return rows.with_columns(error=error).select(columns.keys())


def errors(argued: pl.DataFrame) -> pl.DataFrame:
    """due item and kind of error, once per document: the last dispute that blames us speaks."""
    ours = argued.filter(pl.col("error") != "").sort("opened_on")
    return ours.select("due_item", "error").unique("due_item", keep="last", maintain_order=True)


def replaced(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The invoices of [start, end] that say which one they replace (reissues.REPLACED)."""
    return bulk.read_frame(_REPLACED, reissues.REPLACED, (creditor.pk, day(start), day(end)))


def waiting(creditor: Creditor, end: date) -> pl.DataFrame:
    """WAITING: what nobody had answered at the end of a day: dispute, complaint and question past their deadline, and
    who asked to talk."""
    _, last = instants(creditor, end, end)
    sql = _WAITING.format(asked=date_of("t.at"), promised=date_of("q.answer_by"))
    given = (*(creditor.pk, day(end), last) * 2, creditor.pk, last, last, creditor.pk, last)
    return bulk.read_frame(sql, WAITING, given).sort(["day", "what", "account"], nulls_last=True)
