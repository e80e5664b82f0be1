"""The rows behind a figure: documents, payments, promises, accounts, contacts, complaints or refusals. At most MOST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
import polars as pl
from django.urls import reverse

from puntual.apps import bulk
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import columns, frames, frames_plans
from puntual.apps.reports.sql import date_of, day, instants
from puntual.core.frames import ID, MINOR, Column
from puntual.core.reasons import CATALOGUE
from puntual.ui.channels import channel_name

MOST = 100


@attrs.frozen
class Row:
    """One row: what it is, whose, where it opens, its day, its amount and a word about it."""

    name: str
    sub: str
    url: str
    day: date | None
    minor: int | None
    currency: str
    note: str = ""


_COLUMNS = {
    "party": Column(ID, "persona", null=True), "account": Column(ID, "cuenta", null=True),
    "url_id": Column(ID, "a dónde lleva", null=True), "sub": Column(pl.String, "qué es"),
    "day": Column(pl.Date, "cuándo", null=True), "minor": Column(MINOR, "importe", null=True),
    "currency": Column(pl.String, "moneda"), "note": Column(pl.String, "palabra", null=True),
}  # fmt: skip
_DOCUMENTS = """
SELECT a.party_id AS party, d.account_id AS account, i.id AS url_id, i.number AS sub, d.due_on AS day,
       CAST(x.minor AS BIGINT) AS minor, d.currency, '' AS note
FROM (
    SELECT y.due_item_id, SUM(y.minor) AS minor FROM (
        SELECT b.due_item_id, b.open_minor AS minor FROM receivables_duebalance b
        WHERE b.creditor_id = %s AND b.open_minor <> 0 AND b.due_on < %s
        UNION ALL
        SELECT e.due_item_id, -e.amount_minor FROM receivables_event v
        JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1
        JOIN receivables_dueitem q ON q.id = e.due_item_id
        WHERE v.creditor_id = %s AND v.effective_on > %s AND q.due_on < %s
    ) y GROUP BY y.due_item_id HAVING SUM(y.minor) <> 0
) x
JOIN receivables_dueitem d ON d.id = x.due_item_id JOIN receivables_invoice i ON i.id = d.invoice_id
JOIN parties_account a ON a.id = d.account_id
ORDER BY x.minor DESC, d.id LIMIT 100
"""
_SETTLED = """
SELECT a.party_id AS party, d.account_id AS account, i.id AS url_id, i.number AS sub, s.last_on AS day,
       d.original_minor AS minor, d.currency, {late} AS note
FROM (
    SELECT e.due_item_id, SUM(e.amount_minor) AS open_minor, MAX(v.effective_on) AS last_on
    FROM (
        SELECT DISTINCT e.due_item_id AS id FROM receivables_event v
        JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1 AND e.component = 1
        WHERE v.creditor_id = %s AND v.effective_on >= %s AND v.effective_on <= %s
    ) t
    JOIN receivables_entry e ON e.due_item_id = t.id AND e.ledger = 1 AND e.component = 1
    JOIN receivables_event v ON v.id = e.event_id AND v.effective_on <= %s
    GROUP BY e.due_item_id HAVING SUM(e.amount_minor) <= 0
) s
JOIN receivables_dueitem d ON d.id = s.due_item_id JOIN receivables_invoice i ON i.id = d.invoice_id
JOIN parties_account a ON a.id = d.account_id
ORDER BY s.last_on DESC, d.id LIMIT 100
"""
_PAYMENTS = """
SELECT a.party_id AS party, v.account_id AS account, v.account_id AS url_id, v.source AS sub, v.effective_on AS day,
       CAST(SUM(e.amount_minor) AS BIGINT) AS minor, v.currency, v.kind AS note
FROM receivables_event v JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 3
JOIN parties_account a ON a.id = v.account_id
WHERE v.creditor_id = %s AND v.kind IN ('payment', 'reversal', 'chargeback', 'refund', 'recovery')
  AND v.effective_on >= %s AND v.effective_on <= %s
GROUP BY a.party_id, v.account_id, v.source, v.effective_on, v.currency, v.kind, v.id
ORDER BY v.effective_on DESC, v.id DESC LIMIT 100
"""
_PROMISES = """
SELECT a.party_id AS party, p.account_id AS account, p.account_id AS url_id, p.state AS sub, p.promised_on AS day,
       p.amount_minor AS minor, p.currency, p.source AS note
FROM negotiation_promise p JOIN parties_account a ON a.id = p.account_id
WHERE p.creditor_id = %s AND p.promised_on >= %s AND p.promised_on <= %s
ORDER BY p.promised_on DESC, p.id LIMIT 100
"""
_CONTACTS = """
SELECT a.party_id AS party, c.account_id AS account, c.account_id AS url_id, c.channel AS sub, {day} AS day,
       NULL AS minor, '' AS currency, COALESCE(u.username, '') AS note
FROM outreach_contact c JOIN parties_account a ON a.id = c.account_id LEFT JOIN auth_user u ON u.id = c.by_id
WHERE c.creditor_id = %s AND c.direction = 'out' AND c.counts = %s AND c.at >= %s AND c.at < %s
ORDER BY c.at DESC, c.id DESC LIMIT 100
"""
_COMPLAINTS = """
SELECT a.party_id AS party, c.account_id AS account, c.account_id AS url_id, c.state AS sub, c.opened_on AS day,
       NULL AS minor, '' AS currency, c.department AS note
FROM negotiation_complaint c JOIN parties_account a ON a.id = c.account_id
WHERE c.creditor_id = %s AND c.opened_on >= %s AND c.opened_on <= %s ORDER BY c.opened_on DESC, c.id LIMIT 100
"""
_STATES = {
    "kept": "Cumplida", "broken": "Incumplida", "open": "Vigente", "withdrawn": "Retirada", "payment": "Pago",
    "reversal": "Reversión", "chargeback": "Contracargo", "refund": "Devolución", "recovery": "Recuperación",
    "portal": "Página del cliente", "agent": "Gestor", "reply": "Respuesta", "api": "Otro sistema",
}  # fmt: skip


def _read(sql: str, params: tuple[Any, ...], page: str) -> list[Row]:
    frame = bulk.read_frame(sql, _COLUMNS, params)
    people = parties.people(frame["party"].drop_nulls().unique().to_list())
    found = []
    for r in frame.iter_rows(named=True):
        name = people[r["party"]].name if r["party"] in people else "—"
        sub, note = r["sub"], r["note"] or ""
        url = reverse(page, args=[r["url_id"]]) if r["url_id"] else ""
        found.append(
            Row(name, _STATES.get(sub, sub), url, r["day"], r["minor"], r["currency"], _STATES.get(note, note))
        )
    return found


def documents(creditor: Creditor, start: date, end: date) -> list[Row]:
    """What was open at the close, the largest first."""
    given = (creditor.pk, "9999-12-31", creditor.pk, day(end), "9999-12-31")
    return _read(_DOCUMENTS, given, "receivables:invoice")


def overdue(creditor: Creditor, start: date, end: date) -> list[Row]:
    """What was overdue at the close, the largest first."""
    return _read(_DOCUMENTS, (creditor.pk, day(end), creditor.pk, day(end), day(end)), "receivables:invoice")


def settled(creditor: Creditor, start: date, end: date) -> list[Row]:
    """The documents settled in the period, with their days late."""
    late = (
        "s.last_on - d.due_on" if bulk.is_postgres() else "CAST(JULIANDAY(s.last_on) - JULIANDAY(d.due_on) AS INTEGER)"
    )
    sql = _SETTLED.format(late=f"CAST({late} AS TEXT)")
    rows = _read(sql, (creditor.pk, day(start), day(end), day(end)), "receivables:invoice")
    return [attrs.evolve(row, note=_late(int(row.note))) for row in rows]


def _late(days: int) -> str:
    return f"{days} días tarde" if days > 0 else f"{-days} días antes" if days < 0 else "en su día"


def payments(creditor: Creditor, start: date, end: date) -> list[Row]:
    return _read(_PAYMENTS, (creditor.pk, day(start), day(end)), "receivables:account")


def promises(creditor: Creditor, start: date, end: date) -> list[Row]:
    return _read(_PROMISES, (creditor.pk, day(start), day(end)), "receivables:account")


def contacts(creditor: Creditor, start: date, end: date) -> list[Row]:
    given = (creditor.pk, True, *instants(creditor, start, end))
    rows = _read(_CONTACTS.format(day=date_of("c.at")), given, "receivables:account")
    return [attrs.evolve(row, sub=channel_name(row.sub)) for row in rows]


def complaints(creditor: Creditor, start: date, end: date) -> list[Row]:
    return _read(_COMPLAINTS, (creditor.pk, day(start), day(end)), "receivables:account")


def refusals(creditor: Creditor, start: date, end: date) -> list[Row]:
    """Reasons, each with how often it spoke."""
    found = frames_plans.refusals(creditor, start, end)
    return [
        Row(CATALOGUE.get(reason, reason), rule, "/normas/", None, None, "", f"{times} veces")
        for _, reason, rule, times in found.iter_rows()
    ]


def accounts(creditor: Creditor, start: date, end: date) -> list[Row]:
    """Accounts that were late at the opening, and what is left overdue of them."""
    opening = start - timedelta(days=1)
    late = frames.standing(columns.books(creditor.pk), opening, end).filter(pl.col("overdue_then_minor") > 0)
    top = late.sort("overdue_then_minor", descending=True).head(MOST)
    owners = dict(parties.accounts_of(creditor.pk))
    people = parties.people(owners[a] for a in top["account"].to_list() if a in owners)
    return [
        Row(people[owners[r["account"]]].name, "al día" if r["overdue_now_minor"] <= 0 else "sigue con atraso",
            reverse("receivables:account", args=[r["account"]]), None, r["overdue_then_minor"], r["currency"])
        for r in top.iter_rows(named=True)
    ]  # fmt: skip


ROWS: dict[str, Callable[[Creditor, date, date], list[Row]]] = {
    "documents": documents, "overdue": overdue, "settled": settled, "payments": payments, "promises": promises,
    "contacts": contacts, "complaints": complaints, "refusals": refusals, "accounts": accounts,
}  # fmt: skip
