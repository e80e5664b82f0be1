"""What money was applied to due items, when, and whether it was taken back: what promises and deals are judged by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import attrs
import polars as pl
from django.db.models import Sum

from puntual.apps import bulk
from puntual.apps.receivables.models import DueBalance, DueItem, Entry
from puntual.core.frames import Column
from puntual.core.negotiation.cash import Received

#: Rows of money applied to (positive) or put back on (negative) a due item.
APPLIED = {
    "due_item": Column(pl.Int64, "documento"),
    "on": Column(pl.Date, "fecha del dinero"),
    "amount_minor": Column(pl.Int64, "aplicado; negativo: devuelto por contracargo o devolución"),
    "provisional": Column(pl.Boolean, "lo dijo una persona o un documento, todavía no el banco"),
    "undone_on": Column(pl.Date, "día en que se revirtió; vacío: vale", null=True),
}

_SQL = """
SELECT e.due_item_id AS due_item, v.effective_on AS "on", CAST(-SUM(e.amount_minor) AS BIGINT) AS amount_minor,
       v.provisional AS provisional, r.effective_on AS undone_on
FROM receivables_entry e
JOIN receivables_event v ON v.id = e.event_id
LEFT JOIN receivables_event r ON r.reverses_id = v.id
WHERE e.ledger = 1 AND v.kind IN ('allocation', 'chargeback', 'refund') AND e.due_item_id IN ({marks})
GROUP BY e.due_item_id, v.id, v.effective_on, v.provisional, r.effective_on
"""


def applied_frame(due_items: Sequence[int]) -> pl.DataFrame:
    """Columns of APPLIED for those due items, one row per event and due item."""
    wanted = sorted({int(i) for i in due_items})
    frames = [
        bulk.read_frame(_SQL.format(marks=", ".join(str(i) for i in piece)), APPLIED) for piece in bulk.chunks(wanted)
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema={n: c.dtype for n, c in APPLIED.items()})


def received(frame: pl.DataFrame, due_items: Sequence[int], *, provisional: bool) -> tuple[Received, ...]:
    """Those rows as facts to judge by, in order of time. `provisional`: whether what no bank has told counts."""
    mine = frame.filter(pl.col("due_item").is_in(list(due_items)))
    if not provisional:
        mine = mine.filter(~pl.col("provisional"))
    rows = mine.sort("on", "due_item").iter_rows(named=True)
    facts: list[Received] = []
    for row in rows:
        if row["amount_minor"] >= 0:
            facts.append(Received(row["on"], row["amount_minor"], row["undone_on"]))
        elif row["undone_on"] is None:
            facts = take_back(facts, row["on"], -row["amount_minor"])
    return tuple(facts)


def received_on(due_items: Sequence[int], day: date) -> int:
    """What the books know by now of the money of one day for those due items, whoever told it."""
    facts = received(applied_frame(due_items), due_items, provisional=True)
    return sum(fact.amount_minor for fact in facts if fact.on == day and fact.undone_on is None)


def provisional_minor(frame: pl.DataFrame, due_items: Sequence[int]) -> int:
    """How much of what was applied no bank has told yet."""
    mine = frame.filter(
        pl.col("due_item").is_in(list(due_items)) & pl.col("provisional") & pl.col("undone_on").is_null()
    )
    return int(mine["amount_minor"].sum())


def take_back(facts: Sequence[Received], on: object, amount_minor: int) -> list[Received]:
    """A refund or chargeback undoes the latest money first, splitting the last piece it reaches."""
    left, kept = amount_minor, []
    for fact in reversed(facts):
        if left and fact.undone_on is None:
            part = min(left, fact.amount_minor)
            left -= part
            if fact.amount_minor > part:
                kept.append(attrs.evolve(fact, amount_minor=fact.amount_minor - part))
            kept.append(attrs.evolve(fact, amount_minor=part, undone_on=on))
        else:
            kept.append(fact)
    return list(reversed(kept))


@attrs.frozen
class Told:
    """What a person or a document said was paid of a due item, and no bank has told yet."""

    due_item: int
    account: int
    number: str
    due_on: date
    currency: str
    amount_minor: int


def closed_documents(creditor_id: int, since: date) -> list[tuple[int, int, str, date, str]]:
    """(due item, account, number, due on, currency) of what fell due since then and is no longer owed: a payer may
    still name it."""
    rows = DueBalance.objects.filter(creditor_id=creditor_id, open_minor=0, due_on__gte=since)
    names = ("due_item_id", "account_id", "due_item__invoice__number", "due_on", "currency")
    return list(rows.values_list(*names))


def told_only(creditor_id: int, accounts: Collection[int] | None = None) -> list[Told]:
    """Every due item (of those accounts) with provisional money on it: for the bank's line it is still open."""
    rows = Entry.objects.filter(
        event__creditor_id=creditor_id, event__kind="allocation", event__provisional=True, event__reversed_by=None,
        ledger=1,
    )  # fmt: skip
    if accounts is not None:
        rows = rows.filter(account_id__in=accounts)
    sums = rows.values_list(
        "due_item_id", "account_id", "due_item__invoice__number", "due_item__due_on", "due_item__currency"
    ).annotate(total=Sum("amount_minor"))
    return [Told(*row[:5], -int(row[5])) for row in sums.order_by("due_item_id")]


def labels(due_items: Sequence[int]) -> dict[int, str]:
    """due item -> its document's number as the customer knows it, with its part when the invoice has several."""
    wanted = sorted({int(i) for i in due_items})
    found: dict[int, str] = {}
    for piece in bulk.chunks(wanted):
        for item in DueItem.objects.filter(pk__in=piece).select_related("invoice"):
            part = f", cuota {item.seq}" if item.seq > 1 else ""
            found[item.pk] = f"Factura {item.invoice.number}{part}"
    return found


def cash_by_key(keys: Sequence[str]) -> dict[str, int]:
    """Key of an event -> the money it moved, less its reversal: what those events left in the books."""
    found: dict[str, int] = {}
    for piece in bulk.chunks(sorted(set(keys))):
        rows = Entry.objects.filter(event__key__in=piece, event__reversed_by=None, ledger=3)
        found |= {key: int(total) for key, total in rows.values_list("event__key").annotate(total=Sum("amount_minor"))}
    return found
