"""The frames of core.reports.inputs, added up by the database: a million documents arrive as some thousands of rows.

Every query takes parameters, so it goes through Django's own connection and is safe in the web on both databases.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import polars as pl

from puntual.apps import bulk
from puntual.apps.negotiation import read as negotiation
from puntual.apps.parties.models import Creditor
from puntual.apps.payments import read as payments
from puntual.apps.reports import consolidate
from puntual.core.compliance import breaches
from puntual.core.frames import CONSENTS
from puntual.core.reports import inputs
from puntual.core.segments.facts import FACTS
from puntual.core.time import local_instant

_KIND = """CASE WHEN v.kind = 'reversal'
    THEN COALESCE((SELECT r.kind FROM receivables_event r WHERE r.id = v.reverses_id), v.kind) ELSE v.kind END"""
#: Kinds of event that can move what is owed; a payment only waits to be applied.
_MOVING = ("invoice", "credit_note", "allocation", "interest", "fee", "discount", "waiver", "withholding", "chargeback",
           "refund", "write_off", "recovery", "adjustment", "reversal")  # fmt: skip
_MOVING_KINDS = "v.kind IN (" + ", ".join(f"'{kind}'" for kind in _MOVING) + ")"
_MOVEMENTS = f"""
SELECT d.currency, a.segment, i.issued_on, d.due_on, x.effective_on, x.kind,
       CASE x.component WHEN 1 THEN 'principal' WHEN 2 THEN 'interest' ELSE 'fee' END AS component,
       CAST(SUM(x.amount_minor) AS BIGINT) AS amount_minor
FROM (
    SELECT e.due_item_id, e.component, v.effective_on, {_KIND} AS kind, e.amount_minor
    FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1
    WHERE v.creditor_id = %s AND v.id > %s AND v.id <= %s
) x
JOIN receivables_dueitem d ON d.id = x.due_item_id
JOIN receivables_invoice i ON i.id = d.invoice_id
JOIN parties_account a ON a.id = d.account_id
GROUP BY d.currency, a.segment, i.issued_on, d.due_on, x.effective_on, x.kind, x.component
"""
_KEPT = """
SELECT currency, segment, issued_on, due_on, effective_on, kind, component, amount_minor
FROM reports_movementtotal WHERE creditor_id = %s AND effective_on <= %s
"""
#: Of the documents that something happened to since a day: what is open now less what came after the last day.
_TOUCHED = f"""
SELECT d.currency, a.segment, i.issued_on, d.due_on, s.last_on AS paid_on,
       COUNT(*) AS items, CAST(SUM(d.original_minor) AS BIGINT) AS amount_minor
FROM (
    SELECT t.due_item_id, t.last_on
    FROM (
        SELECT e.due_item_id, SUM(CASE WHEN v.effective_on > %s THEN e.amount_minor ELSE 0 END) AS later_minor,
               MAX(CASE WHEN v.effective_on <= %s THEN v.effective_on END) AS last_on
        FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1 AND e.component = 1
        WHERE v.creditor_id = %s AND {_MOVING_KINDS} AND v.effective_on >= %s GROUP BY e.due_item_id
    ) t
    JOIN receivables_duebalance b ON b.due_item_id = t.due_item_id
    WHERE t.last_on IS NOT NULL AND b.principal_minor - t.later_minor <= 0
) s
JOIN receivables_dueitem d ON d.id = s.due_item_id
JOIN receivables_invoice i ON i.id = d.invoice_id
JOIN parties_account a ON a.id = d.account_id
GROUP BY d.currency, a.segment, i.issued_on, d.due_on, s.last_on
"""
_PAID = """
    SELECT e.due_item_id, SUM(e.amount_minor) AS open_minor, MAX(v.effective_on) AS last_on
    FROM receivables_entry e JOIN receivables_event v ON v.id = e.event_id
    WHERE e.ledger = 1 AND e.component = 1 AND v.creditor_id = %s AND v.effective_on <= %s GROUP BY e.due_item_id
"""
_CASH = """
SELECT v.currency, a.segment, v.effective_on AS "on", CAST(SUM(e.amount_minor) AS BIGINT) AS amount_minor
FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 3
JOIN parties_account a ON a.id = v.account_id
WHERE v.creditor_id = %s AND v.kind IN ('payment', 'reversal', 'chargeback', 'refund', 'recovery')
  AND v.effective_on <= %s AND v.effective_on > %s
GROUP BY v.currency, a.segment, v.effective_on
"""
#: What is open of each due item now, less what happened after a day, is what was open on its evening. For three days.
_STANDINGS = f"""
SELECT y.account, y.currency, a.segment, y.first_minor, y.then_minor, y.now_minor
FROM (
    SELECT x.account, x.currency, CAST(SUM(x.first_minor) AS BIGINT) AS first_minor,
           CAST(SUM(x.then_minor) AS BIGINT) AS then_minor, CAST(SUM(x.now_minor) AS BIGINT) AS now_minor
    FROM (
        SELECT b.account_id AS account, b.currency, CASE WHEN b.due_on < %s THEN b.open_minor ELSE 0 END AS first_minor,
               CASE WHEN b.due_on < %s THEN b.open_minor ELSE 0 END AS then_minor, b.open_minor AS now_minor
        FROM receivables_duebalance b WHERE b.creditor_id = %s AND b.open_minor <> 0 AND b.due_on < %s
        UNION ALL
        SELECT d.account_id, d.currency, CASE WHEN d.due_on < %s THEN -e.amount_minor ELSE 0 END,
               CASE WHEN v.effective_on > %s AND d.due_on < %s THEN -e.amount_minor ELSE 0 END,
               CASE WHEN v.effective_on > %s THEN -e.amount_minor ELSE 0 END
        FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1
        JOIN receivables_dueitem d ON d.id = e.due_item_id
        WHERE v.creditor_id = %s AND {_MOVING_KINDS} AND v.effective_on > %s AND d.due_on < %s
    ) x GROUP BY x.account, x.currency
) y JOIN parties_account a ON a.id = y.account
WHERE y.first_minor <> 0 OR y.then_minor <> 0 OR y.now_minor <> 0
"""
_THREE = {
    "account": inputs.STANDING["account"], "currency": inputs.STANDING["currency"],
    "segment": inputs.STANDING["segment"], "first_minor": inputs.STANDING["overdue_now_minor"],
    "then_minor": inputs.STANDING["overdue_now_minor"], "now_minor": inputs.STANDING["overdue_now_minor"],
}  # fmt: skip
_CONTACTS = """
SELECT COALESCE(a.segment, '') AS segment, c.account_id AS account, c.channel, COALESCE(u.username, '') AS agent,
       c.direct_contact AS direct, COUNT(*) AS times
FROM outreach_contact c LEFT JOIN parties_account a ON a.id = c.account_id LEFT JOIN auth_user u ON u.id = c.by_id
WHERE c.creditor_id = %s AND c.direction = 'out' AND c.counts = %s AND c.at >= %s AND c.at < %s
GROUP BY a.segment, c.account_id, c.channel, u.username, c.direct_contact
"""
_PROMISES = """
SELECT p.currency, a.segment, p.id AS promise, p.account_id AS account, COALESCE(u.username, '') AS agent,
       p.amount_minor, p.made_on, p.promised_on, p.state, p.closed_on
FROM negotiation_promise p JOIN parties_account a ON a.id = p.account_id LEFT JOIN auth_user u ON u.id = p.by_id
WHERE p.creditor_id = %s AND p.made_on <= %s
"""
_HARM = """
SELECT 'complaint' AS what, COUNT(*) AS times FROM negotiation_complaint
 WHERE creditor_id = %s AND opened_on >= %s AND opened_on <= %s
UNION ALL SELECT 'wrong_person', COUNT(*) FROM portal_wrongperson w JOIN parties_account a ON a.id = w.account_id
 WHERE a.creditor_id = %s AND w.at >= %s AND w.at < %s
UNION ALL SELECT 'opt_out', COUNT(*) FROM compliance_consent c WHERE c.status = 'withdrawn' AND c.source = 'person'
 AND EXISTS (SELECT 1 FROM parties_account a WHERE a.party_id = c.party_id AND a.creditor_id = %s)
 AND c.at >= %s AND c.at < %s
UNION ALL SELECT 'sent', COUNT(*) FROM outreach_outbox WHERE creditor_id = %s
 AND state IN ('sent', 'opened', 'unknown') AND channel <> 'task' AND finished_at >= %s AND finished_at < %s
UNION ALL SELECT 'wanted', COUNT(*) FROM planning_planrow r JOIN planning_plan p ON p.id = r.plan_id
 WHERE p.creditor_id = %s AND r.verdict IN ('allow', 'defer', 'deny') AND p.day >= %s AND p.day <= %s
UNION ALL SELECT 'refused', COUNT(*) FROM planning_planrow r JOIN planning_plan p ON p.id = r.plan_id
 WHERE p.creditor_id = %s AND r.verdict IN ('defer', 'deny') AND p.day >= %s AND p.day <= %s
"""
_INSTALMENT_DEALS = """
SELECT DISTINCT d.id AS deal, a.segment FROM negotiation_deal d JOIN negotiation_instalment i ON i.deal_id = d.id
JOIN parties_account a ON a.id = d.account_id
WHERE d.creditor_id = %s AND d.accepted_on IS NOT NULL AND i.due_on >= %s AND i.due_on <= %s
"""


def moment(at: datetime) -> object:
    """An instant as a parameter of raw SQL: text in UTC for SQLite, itself for PostgreSQL."""
    return at if bulk.is_postgres() else f"{at:%Y-%m-%d %H:%M:%S}"


def instants(creditor: Creditor, start: date, end: date) -> tuple[object, object]:
    """[first instant, last instant) of the days start..end where the creditor lives."""
    first = local_instant(start, time(0), creditor.zone)
    return moment(first), moment(local_instant(end + timedelta(days=1), time(0), creditor.zone))


def day(value: date) -> str:
    """A date as a parameter of raw SQL, for both databases."""
    return value.isoformat()


def movements(creditor: Creditor, end: date) -> pl.DataFrame:
    """Every movement up to a day: what is kept added up, and the events after it. See `consolidate`."""
    mark = consolidate.mark_of(creditor.pk)
    kept = bulk.read_frame(_KEPT, inputs.MOVEMENTS, (creditor.pk, day(end)))
    tail = movements_between(creditor, mark, consolidate.LAST).filter(pl.col("effective_on") <= end)
    return pl.concat([kept, tail])


def movements_between(creditor: Creditor, after: int, until: int) -> pl.DataFrame:
    """The movements of the events with ids in (after, until], added up."""
    return bulk.read_frame(_MOVEMENTS, inputs.MOVEMENTS, (creditor.pk, after, until))


def settled(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The documents whose capital reached zero by `end`, of those that something happened to in [start, end]."""
    given = (day(end), day(end), creditor.pk, day(start))
    return bulk.read_frame(_TOUCHED, inputs.SETTLED, given)


def cash(creditor: Creditor, after: date, end: date) -> pl.DataFrame:
    """Money received after one day and up to another."""
    return bulk.read_frame(_CASH, inputs.CASH, (creditor.pk, day(end), day(after)))


def standings(creditor: Creditor, first: date, then: date, now: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Per account, what was overdue on three evenings (first < then < now): from the first to the second, and on."""
    a, b, c = day(first), day(then), day(now)
    given = (a, b, creditor.pk, c, a, b, b, c, creditor.pk, a, c)
    rows = bulk.read_frame(_STANDINGS, _THREE, given)
    return _pair(rows, "first_minor", "then_minor"), _pair(rows, "then_minor", "now_minor")


def _pair(rows: pl.DataFrame, then: str, now: str) -> pl.DataFrame:
    kept = rows.filter((pl.col(then) != 0) | (pl.col(now) != 0))
    return kept.select("account", "currency", "segment", overdue_then_minor=then, overdue_now_minor=now)


def standing(creditor: Creditor, opening: date, end: date) -> pl.DataFrame:
    """Per account, what was overdue on the evening of each of the two days (opening < end)."""
    return standings(creditor, opening, opening, end)[1]


def contacts(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    return bulk.read_frame(_CONTACTS, inputs.CONTACTS, (creditor.pk, True, *instants(creditor, start, end)))


def promises(creditor: Creditor, end: date) -> pl.DataFrame:
    return bulk.read_frame(_PROMISES, inputs.PROMISES, (creditor.pk, day(end)))


def instalments(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """The instalments of accepted agreements that fell due, each judged on the evening of its own date."""
    columns = {"deal": inputs.INSTALMENTS["deal"], "segment": inputs.INSTALMENTS["segment"]}
    rows = bulk.read_frame(_INSTALMENT_DEALS, columns, (creditor.pk, day(start), day(end)))
    bank, found = payments.bank_through(creditor.pk), []
    for pk, segment in rows.iter_rows():
        deal = negotiation.deal(pk)
        for part in deal.instalments.all():
            if start <= part.due_on <= end:
                states = {s.number: s for s in negotiation.instalment_statuses(deal, part.due_on, bank)}
                one = states[part.number]
                found.append((deal.currency, segment, pk, part.due_on, one.amount_minor, one.state == "paid"))
    return pl.DataFrame(found, schema={n: c.dtype for n, c in inputs.INSTALMENTS.items()}, orient="row")


def harm(creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """How often each kind of harm happened in [start, end]; breaches are found, not declared."""
    days, moments = (day(start), day(end)), instants(creditor, start, end)
    given: list[object] = []
    for bounds in (days, moments, moments, moments, days, days):
        given += [creditor.pk, *bounds]
    counted = bulk.read_frame(_HARM, inputs.HARM, given)
    mine = pl.DataFrame({"what": ["breach"], "times": [_breaches(creditor, start, end)]})
    return pl.concat([counted, mine.cast({"times": pl.Int64})])


_OUTBOX_COLUMNS = {
    "outbox": inputs.ID, "account": inputs.ID, "party": inputs.ID, "state": pl.String, "channel": pl.String,
    "at": CONSENTS["at"].dtype, "once": pl.String,
}  # fmt: skip
_OUTBOX = """
SELECT id AS outbox, account_id AS account, party_id AS party, state, channel, finished_at AS at, once
FROM outreach_outbox WHERE creditor_id = %s AND finished_at >= %s AND finished_at < %s
"""
_SENT = """
SELECT x.party_id AS party, x.outbox_id AS outbox, x.channel, x.direction, x.at FROM outreach_contact x
WHERE x.creditor_id = %s AND x.at >= %s AND x.at < %s
  AND x.party_id IN (SELECT w.party_id FROM compliance_consent w WHERE w.status = 'withdrawn')
"""
_ACTS = """
SELECT party_id AS party, channel, status, at, source FROM compliance_consent c
WHERE EXISTS (SELECT 1 FROM compliance_consent w WHERE w.party_id = c.party_id AND w.status = 'withdrawn') AND 1 = %s
"""


def _breaches(creditor: Creditor, start: date, end: date) -> int:
    bounds = instants(creditor, start, end)
    outbox = bulk.read_frame(
        _OUTBOX, {n: inputs.Column(t, "") for n, t in _OUTBOX_COLUMNS.items()}, (creditor.pk, *bounds)
    )
    outbox = outbox.with_columns(day=pl.col("once").str.split(":").list.get(1, null_on_oob=True))
    types = {"party": inputs.ID, "outbox": inputs.ID, "channel": pl.String, "direction": pl.String}
    columns = {n: inputs.Column(t, "", null=True) for n, t in types.items()} | {"at": CONSENTS["at"]}
    sent = bulk.read_frame(_SENT, columns, (creditor.pk, *bounds))
    acts = bulk.read_frame(_ACTS, CONSENTS, (1,))
    findings = breaches.judge(outbox, sent, acts)
    return sum(len(f.counterexamples) for f in findings if f.name != "sent_is_counted")


_HISTORY = f"""
SELECT d.id AS due_item, d.account_id AS account, a.party_id AS party, d.creditor_id AS creditor, i.issued_on, d.due_on,
       d.original_minor AS amount_minor, d.currency, CASE WHEN s.open_minor <= 0 THEN s.last_on END AS paid_on
FROM receivables_dueitem d
JOIN ({_PAID}) s ON s.due_item_id = d.id
JOIN receivables_invoice i ON i.id = d.invoice_id
JOIN parties_account a ON a.id = d.account_id
"""


def history(creditor: Creditor, end: date) -> pl.DataFrame:
    """One row per document with the day on which it was paid, as known at the end of a day (segments.facts.FACTS)."""
    return bulk.read_frame(_HISTORY, FACTS, (creditor.pk, day(end)))
