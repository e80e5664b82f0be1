"""Payments and credit notes on the invoices they name; those whose invoice is not here yet wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import attrs

from puntual.apps import bulk
from puntual.apps.imports.models import Waiting
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read, write

PAYMENT, NOTE = "payment", "credit_note"


@attrs.define
class Open:
    """A due item and what is still open of its principal."""

    item: int
    open_minor: int


def items_by_invoice(accounts: Iterable[int]) -> dict[int, list[Open]]:
    """invoice -> its due items with something open, oldest first."""
    found: dict[int, list[Open]] = {}
    for balances in read.open_items_by_account(accounts).values():
        for b in balances:
            found.setdefault(b.due_item.invoice_id, []).append(Open(b.due_item_id, b.principal_minor))
    return found


def take(items: Iterable[Open], minor: int) -> tuple[tuple[int, int], ...]:
    """(due item, amount) pairs that use up the amount on those items, oldest first; they shrink by it."""
    wanted = []
    for one in items:
        part = min(minor, one.open_minor)
        if part > 0:
            wanted.append((one.item, part))
            one.open_minor -= part
            minor -= part
    return tuple(wanted)


@attrs.frozen
class Named:
    """A payment or credit note for one invoice, in the invoice's currency."""

    kind: str
    invoice_fiscal_id: str
    key: str
    amount_minor: int
    currency: str
    on: date


def put(creditor: Creditor, rows: Iterable[Named], source: str) -> int:
    """Keep until their invoice arrives. Gives how many are new."""
    unique = {r.key: r for r in rows}
    have: set[str] = set()
    for piece in bulk.chunks(list(unique)):
        have |= set(Waiting.objects.filter(creditor=creditor, key__in=piece).values_list("key", flat=True))
    fresh = [r for r in unique.values() if r.key not in have]
    Waiting.objects.bulk_create(
        Waiting(
            creditor=creditor,
            kind=r.kind,
            invoice_fiscal_id=r.invoice_fiscal_id,
            key=r.key,
            amount_minor=r.amount_minor,
            currency=r.currency,
            on=r.on,
            source=source,
        )
        for r in fresh
    )
    return len(fresh)


def apply_to(creditor: Creditor, invoices: Mapping[str, int], source: str) -> int:
    """Book what waited for these invoices (fiscal id -> id). Gives how many."""
    if not invoices or not Waiting.objects.filter(creditor=creditor, applied_at=None).exists():
        return 0
    found: list[Waiting] = []
    for piece in bulk.chunks(list(invoices)):
        found += Waiting.objects.filter(creditor=creditor, invoice_fiscal_id__in=piece, applied_at=None)
    if not found:
        return 0
    rows = [Named(w.kind, w.invoice_fiscal_id, w.key, w.amount_minor, w.currency, w.on) for w in found]
    book(creditor, rows, source)
    Waiting.objects.filter(pk__in=[w.pk for w in found]).update(applied_at=datetime.now(UTC))
    return len(found)


def book(creditor: Creditor, rows: Iterable[Named], source: str) -> tuple[int, int]:
    """Book payments and notes of invoices that are in the books. Gives (new, known already)."""
    rows = list(rows)
    have = read.invoices_by_fiscal_id(creditor.pk, [r.invoice_fiscal_id for r in rows])
    items = items_by_invoice({i.account_id for i in have.values()})
    payments, notes = [], []
    for r in sorted(rows, key=lambda r: r.on):
        invoice = have[r.invoice_fiscal_id]
        if r.kind == NOTE:
            args = (invoice.account_id, r.amount_minor, r.currency, r.on, r.key, source, (invoice.pk,))
            notes.append(write.NewCreditNote(*args))
        else:
            wanted = take(items.get(invoice.pk, []), r.amount_minor)
            payments.append(
                write.NewPayment(
                    account=invoice.account_id,
                    amount_minor=r.amount_minor,
                    currency=r.currency,
                    paid_on=r.on,
                    key=r.key,
                    source=source,
                    wanted=wanted,
                    provisional=True,
                    apply=bool(wanted),
                )
            )
    told = [
        write.post_credit_notes(creditor_id=creditor.pk, notes=notes),
        write.post_payments(creditor_id=creditor.pk, payments=payments),
    ]
    return sum(t.created for t in told), sum(t.unchanged for t in told)
