"""How postings reach the books: events and entries added, projections kept, all in one transaction and set-based.

Private to this app: others call `write`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from django.db import connection, transaction

from puntual.apps import bulk
from puntual.apps.parties import write as parties
from puntual.apps.receivables.models import AccountBalance, DayTotal, DueBalance, DueItem, Entry, Event
from puntual.core.ledger.books import Ledger, Posting

_EVENT = ["id", "creditor_id", "account_id", "kind", "currency", "effective_on", "source", "key", "provisional"]
_ENTRY = ["event_id", "account_id", "ledger", "due_item_id", "component", "amount_minor"]
_BALANCE = [
    "account_id",
    "creditor_id",
    "currency",
    "due_on",
    "principal_minor",
    "interest_minor",
    "fee_minor",
    "open_minor",
]
_PART = {1: 4, 2: 5, 3: 6}


@transaction.atomic
def post(creditor_id: int, postings: Sequence[Posting]) -> dict[str, int]:
    """Add postings whose key is not in the books yet. Gives key -> event id of those that were added."""
    parties.lock_creditor(creditor_id=creditor_id)
    fresh = _not_yet_posted(postings)
    if not fresh:
        return {}
    ids = bulk.next_ids(Event, len(fresh))
    stamp = _instant(datetime.now(UTC))
    bulk.insert_rows(
        Event,
        [*_EVENT, "reverses_id", "note", "recorded_at"],
        [
            (i, creditor_id, p.account, p.kind, p.currency, day_param(p.effective_on), p.source, p.key)
            + (p.provisional, p.reverses, p.note[:300], stamp)
            for i, p in zip(ids, fresh)
        ],
    )
    bulk.insert_rows(
        Entry,
        _ENTRY,
        [
            (i, p.account, int(leg.ledger), leg.due_item, leg.component and int(leg.component), leg.amount_minor)
            for i, p in zip(ids, fresh)
            for leg in p.legs
        ],
    )
    _project(creditor_id, fresh)
    return {p.key: i for i, p in zip(ids, fresh)}


def _not_yet_posted(postings: Sequence[Posting]) -> list[Posting]:
    unique = {p.key: p for p in postings if p.legs}
    for piece in bulk.chunks(list(unique)):
        for key in Event.objects.filter(key__in=piece).values_list("key", flat=True):
            unique.pop(key)
    return list(unique.values())


def _project(creditor_id: int, postings: Iterable[Posting]) -> None:
    """Move the projections by what these postings changed."""
    items: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    unapplied: dict[tuple[int, str], int] = defaultdict(int)
    accounts: set[int] = set()
    for p in postings:
        accounts.add(p.account)
        for leg in p.legs:
            if leg.ledger == Ledger.RECEIVABLE and leg.due_item is not None and leg.component is not None:
                items[leg.due_item][int(leg.component)] += leg.amount_minor
            elif leg.ledger == Ledger.UNAPPLIED:
                unapplied[(p.account, p.currency)] -= leg.amount_minor
    _move_items(creditor_id, items)
    refresh_accounts(creditor_id, accounts, unapplied)


def _move_items(creditor_id: int, deltas: dict[int, dict[int, int]]) -> None:
    rows = _balances(deltas)
    days: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    lines = []
    for item, row in rows.items():
        before = row[7]
        for component, minor in deltas[item].items():
            row[_PART[component]] += minor
        row[7] = row[4] + row[5] + row[6]
        day = days[(row[2], row[3])]
        day[0] += row[7] - before
        day[1] += (row[7] != 0) - (before != 0)
        lines.append((item, *row))
    bulk.upsert_rows(DueBalance, ["due_item_id"], _BALANCE, lines)
    _move_days(creditor_id, days)


def _balances(wanted: Iterable[int]) -> dict[int, list]:
    """due item -> its balance row (a list in the order of _BALANCE), zero for items never moved before."""
    ids = sorted(wanted)
    found: dict[int, list] = {}
    for piece in bulk.chunks(ids):
        for pk, *row in DueBalance.objects.filter(pk__in=piece).values_list("due_item_id", *_BALANCE):
            row[3] = day_param(row[3])
            found[pk] = row
    missing = [pk for pk in ids if pk not in found]
    for piece in bulk.chunks(missing):
        rows = DueItem.objects.filter(pk__in=piece).values_list("pk", "account_id", "creditor_id", "currency", "due_on")
        for pk, account, creditor, currency, due_on in rows:
            found[pk] = [account, creditor, currency, day_param(due_on), 0, 0, 0, 0]
    return found


def _move_days(creditor_id: int, deltas: dict[tuple[str, str], list[int]]) -> None:
    have = {
        (currency, day_param(due_on)): (open_minor, items)
        for currency, due_on, open_minor, items in DayTotal.objects.filter(
            creditor_id=creditor_id, due_on__in=sorted({day for _, day in deltas})
        ).values_list("currency", "due_on", "open_minor", "items")
    }
    lines = []
    for (currency, day), (minor, items) in deltas.items():
        now = have.get((currency, day), (0, 0))
        lines.append((creditor_id, currency, day, now[0] + minor, now[1] + items))
    bulk.upsert_rows(DayTotal, ["creditor_id", "currency", "due_on"], ["open_minor", "items"], lines)


_ACCOUNT_SQL = """
SELECT account_id, currency, SUM(open_minor), SUM(CASE WHEN open_minor <> 0 THEN 1 ELSE 0 END),
       MIN(CASE WHEN open_minor > 0 THEN due_on END)
FROM receivables_duebalance WHERE account_id IN ({marks}) GROUP BY account_id, currency
"""


def refresh_accounts(creditor_id: int, accounts: Iterable[int], unapplied: dict[tuple[int, str], int]) -> None:
    """Write the balances of these accounts anew, adding what changed in their unapplied money."""
    wanted = sorted(accounts)
    rows: dict[tuple[int, str], list] = {}
    for piece in bulk.chunks(wanted):
        old = AccountBalance.objects.filter(account_id__in=piece).values_list(
            "account_id", "currency", "unapplied_minor"
        )
        for account, currency, minor in old:
            rows[(account, currency)] = [0, minor, 0, None]
        with connection.cursor() as cursor:
            cursor.execute(_ACCOUNT_SQL.format(marks=", ".join(["%s"] * len(piece))), list(piece))
            for account, currency, total, items, oldest in cursor.fetchall():
                kept = rows.get((account, currency), [0, 0])[1]
                rows[(account, currency)] = [int(total), kept, int(items), oldest]
    for pair, minor in unapplied.items():
        rows.setdefault(pair, [0, 0, 0, None])[1] += minor
    bulk.upsert_rows(
        AccountBalance,
        ["account_id", "currency"],
        ["creditor_id", "open_minor", "unapplied_minor", "items_open", "oldest_due_on"],
        [(account, currency, creditor_id, *row) for (account, currency), row in rows.items()],
    )


def day_param(day: date | str) -> date | str:
    """A date as the driver takes it in bulk statements."""
    if isinstance(day, str) or bulk.is_postgres():
        return day
    return day.isoformat()


def _instant(now: datetime) -> object:
    return now if bulk.is_postgres() else now.strftime("%Y-%m-%d %H:%M:%S.%f")
