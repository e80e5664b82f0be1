"""«Saldos de hoy»: what the creditor's own system says is open, as adjustments; what vanished, as questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from puntual.apps.imports import waiting
from puntual.apps.imports.invoices import Arrived, publish
from puntual.apps.imports.money import find_invoices
from puntual.apps.imports.tally import Tally
from puntual.apps.imports.who import Customers
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read, write
from puntual.apps.receivables.models import Invoice
from puntual.core.ledger.books import Component
from puntual.ports.einvoice import INVOICE, BalanceRecord, InvoiceRecord


def publish_balances(
    creditor: Creditor, rows: Sequence[BalanceRecord], customers: Customers, tally: Tally, source: str, as_of: date
) -> set[int]:
    """Move each document to its balance of today; a new one becomes an invoice. Gives the invoices that were named."""
    have = find_invoices(creditor, [_name(r) for r in rows])
    fresh = [r for r in rows if _name(r) not in have and r.open_minor > 0]
    tally.unchanged += sum(1 for r in rows if _name(r) not in have and r.open_minor <= 0)
    _create(creditor, fresh, customers, tally, source, as_of)
    known = [(r, have[_name(r)]) for r in rows if _name(r) in have]
    _adjust(creditor, known, tally, source, as_of)
    created = find_invoices(creditor, [_name(r) for r in fresh])
    return {invoice.pk for _, invoice in known} | {invoice.pk for invoice in created.values()}


def _name(r: BalanceRecord) -> str:
    return r.fiscal_id or r.number


def _create(
    creditor: Creditor, rows: Sequence[BalanceRecord], customers: Customers, tally: Tally, source: str, as_of: date
) -> None:
    arrived = [
        Arrived(
            InvoiceRecord(
                kind=INVOICE,
                fiscal_id=r.fiscal_id,
                issued_on=r.issued_on or min(r.due_on or as_of, as_of),
                currency=r.currency,
                total_minor=r.open_minor,
                number=r.number,
                receiver_tax_id=r.tax_id,
                receiver_name=r.customer_name,
                customer_code=r.customer_code,
                due_dates=((r.due_on, r.open_minor),) if r.due_on else (),
                place=r.place,
            )
        )
        for r in rows
    ]
    publish(creditor, arrived, customers, tally, source)


def _adjust(
    creditor: Creditor, pairs: Sequence[tuple[BalanceRecord, Invoice]], tally: Tally, source: str, as_of: date
) -> None:
    """Adjustment entries: less from the oldest due items, more onto the newest. The same balance again adds nothing."""
    items = waiting.items_by_invoice({i.account_id for _, i in pairs})
    reductions = []
    for r, invoice in pairs:
        if r.currency != invoice.currency:
            sentence = f"{_name(r)} está en {invoice.currency}: su saldo no puede venir en {r.currency}."
            tally.reject(r.place, "currency", r.currency, sentence)
            continue
        mine = items.get(invoice.pk, [])
        less = sum(i.open_minor for i in mine) - r.open_minor
        if less == 0:
            tally.unchanged += 1
            continue
        parts = waiting.take(mine, less) if less > 0 else ((_last_item(invoice), less),)
        legs = tuple((item, Component.PRINCIPAL, minor) for item, minor in parts)
        key = f"balances:{invoice.pk}:{as_of.isoformat()}:{r.open_minor}"
        note = "Saldos de hoy"
        reductions.append(
            write.Reduction(invoice.account_id, "adjustment", invoice.currency, as_of, key, source, legs, note)
        )
    posted = write.post_reductions(creditor_id=creditor.pk, rows=reductions)
    tally.updated += posted.created
    tally.unchanged += posted.unchanged


def _last_item(invoice: Invoice) -> int:
    return read.items_of_invoice(invoice.pk)[-1].pk


def ask_about_vanished(creditor: Creditor, named: set[int], tally: Tally) -> None:
    """Documents open here that the list of today does not name: paid, cancelled or forgotten? A person decides."""
    for invoice, minor in read.open_invoices(creditor.pk):
        if invoice.pk not in named:
            money = {"minor": minor, "currency": invoice.currency}
            tally.vanished.append({"invoice": f"fac_{invoice.pk}", "number": invoice.number, "open": money})
