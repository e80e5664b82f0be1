"""Money that was told after interest had been charged on it: which accounts, and what each holds to be walked again."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import attrs
from django.db import connection

from puntual.apps.receivables.models import DueItem, Entry
from puntual.apps.receivables.models_charges import ChargeRecord
from puntual.apps.receivables.write import NAMED
from puntual.core.ledger.books import Component, Ledger
from puntual.core.ledger.late_money import Booked, Fixed, Item, Paid

#: What the night before last had seen already; less is looked at again every night.
_SEEN_SQL = """
SELECT COALESCE(MAX(c.event_id), 0) FROM receivables_chargerecord c JOIN receivables_dueitem d ON d.id = c.due_item_id
WHERE d.creditor_id = %s AND c.last_on < (
  SELECT MAX(x.last_on) FROM receivables_chargerecord x JOIN receivables_dueitem y ON y.id = x.due_item_id
  WHERE y.creditor_id = %s)
"""
_LATE_SQL = """
SELECT v.account_id, v.currency, MIN(v.effective_on) FROM receivables_event v
JOIN receivables_entry e ON e.event_id = v.id AND e.ledger = 1 AND e.component = 1 AND e.amount_minor < 0
JOIN receivables_chargerecord c ON c.due_item_id = e.due_item_id AND c.kind = 'late_interest'
  AND c.event_id < v.id AND c.last_on > v.effective_on
WHERE v.creditor_id = %s AND v.id > %s AND v.kind <> 'reversal'
  AND NOT EXISTS (SELECT 1 FROM receivables_event r WHERE r.reverses_id = v.id)
  AND NOT EXISTS (SELECT 1 FROM receivables_event r WHERE r.reverses_id = c.event_id)
GROUP BY v.account_id, v.currency ORDER BY v.account_id, v.currency
"""


@attrs.frozen
class LateAccount:
    """An account and currency whose interest may have to be corrected, from the first late day on."""

    account: int
    currency: str
    since: date


@attrs.frozen
class Interest:
    """Interest in the books: its event and the days and capital that it was charged on."""

    event: int
    booked: Booked
    charged_minor: int


@attrs.frozen
class Application:
    """A payment's application as the books have it now, with what was corrected before."""

    paid: Paid
    key: str
    corrections: int
    parts: dict[tuple[int, Component], int]


@attrs.frozen
class Books:
    """What an account holds, told apart: what stays, the interest and the applications to be walked again."""

    items: tuple[Item, ...]
    interest: tuple[Interest, ...]
    applications: tuple[Application, ...]


def late_accounts(creditor_id: int) -> list[LateAccount]:
    """Accounts to which money was told after interest had been charged for days that come after it."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_SQL, [creditor_id, creditor_id])
        seen = cursor.fetchone()[0]
        cursor.execute(_LATE_SQL, [creditor_id, seen])
        rows = cursor.fetchall()
    return [LateAccount(account, currency, _day(since)) for account, currency, since in rows]


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def books_of(late: LateAccount) -> Books:
    """The receivable entries of that account and currency. What was reversed, and its reversal, never was."""
    rows = list(
        Entry.objects.filter(account_id=late.account, event__currency=late.currency, ledger=Ledger.RECEIVABLE)
        .select_related("event", "event__reversed_by")
        .order_by("event_id", "pk")
    )
    proofs = {
        r.event_id: r
        for r in ChargeRecord.objects.filter(due_item__account_id=late.account, kind="late_interest")
        if r.last_on > late.since
    }
    standing = [e for e in rows if e.event.reverses_id is None and not hasattr(e.event, "reversed_by")]
    moving = [e for e in standing if e.event.kind == "allocation" and e.event.effective_on >= late.since]
    fixed = [e for e in standing if e.event_id not in proofs and e not in moving]
    interest = tuple(_interest(e, proofs[e.event_id], rows) for e in standing if e.event_id in proofs)
    return Books(_items(fixed), interest, tuple(_applications(moving)))


def _interest(entry: Entry, proof: ChargeRecord, rows: list[Entry]) -> Interest:
    """`held_minor`: what of the capital that was known then bore nothing."""
    known = sum(
        e.amount_minor
        for e in rows
        if e.due_item_id == proof.due_item_id
        and e.component == Component.PRINCIPAL
        and e.event_id < proof.event_id
        and e.event.effective_on <= proof.last_on
    )
    assert proof.first_on is not None
    held = max(0, known - proof.capital_minor)
    row = Booked(proof.due_item_id, proof.first_on, proof.last_on, proof.capital_minor, held)
    return Interest(proof.event_id, row, entry.amount_minor)


def _items(fixed: list[Entry]) -> tuple[Item, ...]:
    by_item: dict[int, list[Fixed]] = defaultdict(list)
    for e in fixed:
        by_item[e.due_item_id].append(Fixed(e.event.effective_on, Component(e.component), e.amount_minor))
    dues = dict(DueItem.objects.filter(pk__in=list(by_item)).values_list("pk", "due_on"))
    return tuple(Item(pk, dues[pk], tuple(by_item[pk])) for pk in sorted(by_item, key=lambda pk: (dues[pk], pk)))


def _applications(moving: list[Entry]) -> list[Application]:
    """One per payment: its own event and what corrected it, added up."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for e in moving:
        groups[e.event.key.partition(":moved")[0]].append(e)
    return [_application(key, entries) for key, entries in groups.items()]


def _application(key: str, entries: list[Entry]) -> Application:
    parts: dict[tuple[int, Component], int] = defaultdict(int)
    wanted: dict[int, int] = defaultdict(int)
    for e in entries:
        parts[(e.due_item_id, Component(e.component))] -= e.amount_minor
        wanted[e.due_item_id] -= e.amount_minor
    first = entries[0].event
    named = tuple(wanted.items()) if first.note == NAMED else ()
    paid = Paid(first.pk, first.effective_on, sum(wanted.values()), named)
    return Application(paid, key, len({e.event_id for e in entries}) - 1, dict(parts))
