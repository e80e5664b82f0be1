"""What customers said, promised, disputed and answered, counted per account: the part of the visible fields that the
books do not tell. One query over the tables where other apps keep those facts; nothing is decided here."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from puntual.apps import bulk
from puntual.apps.compliance.read import REALLY_ASKED
from puntual.core.frames import Column, Schema
from puntual.core.negotiation import dispute

#: How far back a kind of fact still tells something, in days.
YEAR, HALF_YEAR, QUARTER = 365, 180, 90

_COUNTS: Schema = {
    "account": Column(pl.Int64, "cuenta"),
    "what": Column(pl.String, "qué se cuenta"),
    "n": Column(pl.Float64, "cuántas veces"),
}
_DAYS: Schema = {
    "account": Column(pl.Int64, "cuenta"),
    "at": Column(pl.Datetime("us", "UTC"), "cuándo"),
}
#: Causes of a dispute that are ours to mend.
_OURS = (
    "('wrong_price', 'wrong_quantity', 'wrong_date', 'missing_order', 'wrong_address', 'duplicate', 'wrong_invoice', "
    "'missing_document', 'not_received', 'damaged', 'late_delivery')"
)


def counts(creditor_id: int, today: date) -> pl.DataFrame:
    """One row per account of whom something is known, a column per thing counted (Float64; null: never)."""
    parts = [*_negotiation(creditor_id, today), *_answers(creditor_id, today), *_people(creditor_id, today)]
    long = bulk.read_frame(" UNION ALL ".join(parts), _COUNTS)
    if not long.height:
        return pl.DataFrame(schema={"account": pl.Int64})
    return long.pivot("what", index="account", values="n", aggregate_function="sum")


def said_frame(creditor_id: int, today: date, contacts: pl.DataFrame) -> pl.DataFrame:
    """The columns of `core.segments.conditions.FIELDS` that the books do not tell, and those that health weighs."""
    known = counts(creditor_id, today)
    silent = _unanswered(creditor_id, today, contacts)
    table = known.join(silent, on="account", how="full", coalesce=True)
    flags = [c for c in ("open_promise", "open_dispute", "own_error", "no_contact_point", "stated_budget")]
    have = [c for c in flags if c in table.columns]
    ignored = (pl.col("unanswered") >= 5).cast(pl.Float64)
    return table.with_columns(*(pl.col(c) > 0 for c in have), ignored=ignored)


def contacts_frame(creditor_id: int, zone: str, today: date) -> pl.DataFrame:
    """account and on (the company's date) of every contact that asked or reminded, over two years."""
    since = (today - timedelta(days=2 * YEAR)).isoformat()
    counted = "counts" if bulk.is_postgres() else "counts = 1"
    rows = bulk.read_frame(
        f"SELECT account_id AS account, at FROM outreach_contact WHERE {counted} AND direction = 'out' "
        f"AND account_id IS NOT NULL AND creditor_id = {int(creditor_id)} AND at >= '{since}'",
        _DAYS,
    )
    return rows.select("account", on=pl.col("at").dt.convert_time_zone(zone).dt.date())


def _negotiation(creditor: int, today: date) -> list[str]:
    year, half = (today - timedelta(days=YEAR)).isoformat(), (today - timedelta(days=HALF_YEAR)).isoformat()
    pausing = ", ".join(f"'{state}'" for state in sorted(dispute.PAUSING))
    waiting = ", ".join(f"'{state}'" for state in sorted(dispute.COMPLAINT_OPEN))
    promise, deal = "negotiation_promise", "negotiation_deal"
    return [
        _count(promise, "kept_promises", creditor, f"state = 'kept' AND promised_on >= '{year}'"),
        _count(promise, "broken_promises", creditor, f"state = 'broken' AND promised_on >= '{year}'"),
        _count(promise, "open_promise", creditor, "state = 'open'"),
        _count(deal, "open_promise", creditor, "state = 'current'"),
        _count(
            deal,
            "asked_plan",
            creditor,
            f"source IN ('portal', 'reply') AND kind = 'agreement' AND offered_on >= '{year}'",
        ),
        _count("negotiation_dispute", "open_dispute", creditor, f"state IN ({pausing})"),
        _count("negotiation_dispute", "own_error", creditor, f"cause IN {_OURS} AND opened_on >= '{half}'"),
        _count("negotiation_dispute", "own_errors", creditor, f"state = 'for_customer' AND opened_on >= '{half}'"),
        _count("negotiation_complaint", "open_complaints", creditor, f"state IN ({waiting})"),
        _count("negotiation_complaint", "complaints", creditor, f"opened_on >= '{half}'"),
    ]


def _answers(creditor: int, today: date) -> list[str]:
    """What the person wrote: on the thread of the person, so it counts for every account with this company."""

    def written(what: str, days: int, intent: str) -> str:
        since = (today - timedelta(days=days)).isoformat()
        mine = "m.by_person" if bulk.is_postgres() else "m.by_person = 1"
        said = f" AND CAST(m.intents AS TEXT) LIKE '%\"{intent}\"%'" if intent else ""
        return (
            f"SELECT a.id AS account, '{what}' AS what, CAST(COUNT(*) AS DOUBLE PRECISION) AS n "
            "FROM inbox_threadmessage m JOIN inbox_conversation c ON c.id = m.conversation_id "
            f"JOIN parties_account a ON a.party_id = c.party_id AND a.creditor_id = {int(creditor)} "
            f"WHERE {mine} AND m.at >= '{since}'{said} GROUP BY a.id"
        )

    return [
        written("answered", QUARTER, ""), written("cannot_pay", QUARTER, "no_puede"),
        written("anger", QUARTER, "enojo"),
    ]  # fmt: skip


def _people(creditor: int, today: date) -> list[str]:
    half = (today - timedelta(days=HALF_YEAR)).isoformat()
    of_company = f"JOIN parties_account a ON a.id = t.account_id AND a.creditor_id = {int(creditor)}"

    def told(table: str, what: str, where: str) -> str:
        return (
            f"SELECT t.account_id AS account, '{what}' AS what, CAST(COUNT(*) AS DOUBLE PRECISION) AS n "
            f"FROM {table} t {of_company} WHERE t.at >= '{half}' AND {where} GROUP BY t.account_id"
        )

    return [
        told("portal_satisfaction", "poor_answers", "t.score <= 2"),
        told("portal_satisfaction", "good_answers", "t.score >= 4"),
        told("portal_word", "stated_budget", "t.can_pay_minor IS NOT NULL"),
        "SELECT a.id AS account, 'opt_outs' AS what, CAST(COUNT(*) AS DOUBLE PRECISION) AS n "
        f"FROM compliance_consent t JOIN parties_account a ON a.party_id = t.party_id AND a.creditor_id = {creditor} "
        f"WHERE t.status = 'withdrawn' AND t.at >= '{half}' AND {REALLY_ASKED.format('t')} GROUP BY a.id",
        "SELECT a.id AS account, 'no_contact_point' AS what, CAST(1 AS DOUBLE PRECISION) AS n "
        f"FROM parties_account a WHERE a.creditor_id = {int(creditor)} AND NOT EXISTS "
        "(SELECT 1 FROM parties_contactpoint p WHERE p.party_id = a.party_id AND p.status = 'active')",
        "SELECT b.account_id AS account, 'partial_payments' AS what, CAST(COUNT(*) AS DOUBLE PRECISION) AS n "
        "FROM receivables_duebalance b JOIN receivables_dueitem d ON d.id = b.due_item_id "
        "JOIN receivables_entry e ON e.due_item_id = d.id AND e.ledger = 1 AND e.component = 1 AND e.amount_minor < 0 "
        f"WHERE b.creditor_id = {int(creditor)} AND b.principal_minor > 0 AND b.principal_minor < d.original_minor "
        "GROUP BY b.account_id",
    ]


def _count(table: str, what: str, creditor: int, where: str) -> str:
    return (
        f"SELECT account_id AS account, '{what}' AS what, CAST(COUNT(*) AS DOUBLE PRECISION) AS n FROM {table} "
        f"WHERE creditor_id = {int(creditor)} AND {where} GROUP BY account_id"
    )


def _unanswered(creditor: int, today: date, contacts: pl.DataFrame) -> pl.DataFrame:
    """account and unanswered: contacts of half a year since the person last wrote."""
    mine = "m.by_person" if bulk.is_postgres() else "m.by_person = 1"
    heard = bulk.read_frame(
        "SELECT a.id AS account, MAX(m.at) AS at FROM inbox_threadmessage m "
        "JOIN inbox_conversation c ON c.id = m.conversation_id "
        f"JOIN parties_account a ON a.party_id = c.party_id AND a.creditor_id = {int(creditor)} "
        f"WHERE {mine} GROUP BY a.id",
        _DAYS,
    ).select("account", heard=pl.col("at").dt.date())
    recent = contacts.filter(pl.col("on") >= today - timedelta(days=HALF_YEAR)).join(heard, on="account", how="left")
    since = recent.filter(pl.col("heard").is_null() | (pl.col("on") > pl.col("heard")))
    return since.group_by("account").agg(unanswered=pl.len().cast(pl.Float64))
