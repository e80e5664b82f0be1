"""Money applied to the due items of a creditor, with its age: what commissions are reckoned from."""

from __future__ import annotations

from datetime import date, datetime

import attrs
import polars as pl
from django.db.models import Q, Sum

from puntual.apps import bulk
from puntual.apps.receivables.models import Entry
from puntual.core.frames import Column
from puntual.core.ledger.books import Ledger

APPLIED_ON_ITEMS = {
    "account": Column(pl.Int64, "cuenta"),
    "due_item": Column(pl.Int64, "documento"),
    "due_on": Column(pl.Date, "vencimiento"),
    "on": Column(pl.Date, "fecha del dinero"),
    "amount_minor": Column(pl.Int64, "aplicado; negativo: devuelto o revertido"),
    "currency": Column(pl.String, "moneda"),
}
_KINDS = "'allocation', 'chargeback', 'refund'"
_SQL = f"""
SELECT e.account_id AS account, e.due_item_id AS due_item, d.due_on AS due_on, v.effective_on AS "on",
       CAST(-SUM(e.amount_minor) AS BIGINT) AS amount_minor, v.currency AS currency
FROM receivables_entry e
JOIN receivables_event v ON v.id = e.event_id
JOIN receivables_dueitem d ON d.id = e.due_item_id
LEFT JOIN receivables_event o ON o.id = v.reverses_id
WHERE e.ledger = 1 AND v.creditor_id = %s AND v.effective_on >= %s AND v.effective_on < %s
  AND (v.kind IN ({_KINDS}) OR (v.kind = 'reversal' AND o.kind IN ({_KINDS})))
GROUP BY e.account_id, e.due_item_id, d.due_on, v.id, v.effective_on, v.currency
"""


def applied_between(creditor_id: int, start: date, end: date) -> pl.DataFrame:
    """Columns of APPLIED_ON_ITEMS for money of [start, end); what was taken back is negative on its own day."""
    return bulk.read_frame(_SQL, APPLIED_ON_ITEMS, (creditor_id, start, end))


@attrs.frozen
class Movement:
    """A payment, or a payment that came back, as it was recorded."""

    account: int
    on: date
    recorded_at: datetime
    amount_minor: int
    currency: str


def movements_between(creditor_id: int, start: datetime, end: datetime) -> list[Movement]:
    """Payments recorded in [start, end), whatever the day they are of; those that came back are negative."""
    cash = Entry.objects.filter(
        Q(event__kind="payment") | Q(event__kind__in=("reversal", "chargeback", "refund")),
        ledger__in=(Ledger.CASH, Ledger.GATEWAY_CLEARING),
        event__creditor_id=creditor_id,
        event__recorded_at__gte=start,
        event__recorded_at__lt=end,
    )
    rows = cash.values_list(
        "event__account_id", "event__effective_on", "event__recorded_at", "event__currency", "event_id"
    ).annotate(minor=Sum("amount_minor"))
    return [Movement(a, on, at, int(minor), cur) for a, on, at, cur, _, minor in rows.order_by("event_id") if minor]
