"""The books in other programs' words: beancount with balance assertions, CSV, one account as a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables import read
from puntual.apps.receivables.models import Entry, Event
from puntual.core.ledger.books import Ledger
from puntual.core.money import Money, exponent

#: Ledger account -> beancount account; receivable and unapplied go by customer.
_NAMES = {
    Ledger.RECEIVABLE: "Assets:PorCobrar",
    Ledger.SALES: "Income:Ventas",
    Ledger.CASH: "Assets:Recibido",
    Ledger.UNAPPLIED: "Liabilities:SinAplicar",
    Ledger.INTEREST_INCOME: "Income:Intereses",
    Ledger.FEE_INCOME: "Income:Gastos",
    Ledger.DISCOUNTS: "Expenses:Descuentos",
    Ledger.WAIVERS: "Expenses:Condonaciones",
    Ledger.WITHHOLDINGS: "Assets:Retenciones",
    Ledger.WRITE_OFFS: "Expenses:Castigos",
    Ledger.ADJUSTMENTS: "Equity:Ajustes",
    Ledger.RETURNS: "Income:Devoluciones",
    Ledger.CHARGEBACKS: "Expenses:Contracargos",
}
_BY_CUSTOMER = (Ledger.RECEIVABLE, Ledger.UNAPPLIED)


def _account(creditor: Creditor, entry: Entry) -> str:
    kind, _, rest = _NAMES[Ledger(entry.ledger)].partition(":")
    tail = f":C{entry.account_id}" if Ledger(entry.ledger) in _BY_CUSTOMER else ""
    return f"{kind}:{_name(creditor)}:{rest}{tail}"


def _name(creditor: Creditor) -> str:
    clean = re.sub(r"[^A-Za-z0-9]", "", creditor.code.title()) or "Empresa"
    return f"{clean}{creditor.pk}" if clean[0].isalpha() else f"E{clean}{creditor.pk}"


def _number(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def beancount(creditors: Iterable[Creditor]) -> Iterator[str]:
    """The whole books as a beancount file. Closing balances are asserted from the projections, not from the same
    entries."""
    yield ";; -*- mode: beancount -*-"
    yield 'option "title" "Puntual"'
    for creditor in creditors:
        yield from _one_beancount(creditor)


def _one_beancount(creditor: Creditor) -> Iterator[str]:
    events = Event.objects.filter(creditor=creditor).order_by("effective_on", "pk").prefetch_related("entries")
    opened: set[str] = set()
    last: date | None = None
    for event in events.iterator(chunk_size=2000):
        last = event.effective_on
        lines = [(_account(creditor, e), e) for e in event.entries.all()]
        for name, _ in lines:
            if name not in opened:
                opened.add(name)
                yield f"1970-01-01 open {name}"
        yield f'{event.effective_on} * "{event.kind}" "{_plain(event.key)}"'
        for name, e in lines:
            yield f"  {name}  {_number(e.amount_minor, event.currency)} {event.currency}"
    if last is not None:
        yield from _assertions(creditor, last + timedelta(days=1), opened)


def _assertions(creditor: Creditor, day: date, opened: set[str]) -> Iterator[str]:
    from puntual.apps.receivables.models import AccountBalance

    kept = AccountBalance.objects.filter(creditor=creditor).order_by("account_id", "currency")
    for b in kept.iterator(chunk_size=2000):
        for rest, minor in (("Assets", b.open_minor), ("Liabilities", -b.unapplied_minor)):
            leaf = "PorCobrar" if rest == "Assets" else "SinAplicar"
            name = f"{rest}:{_name(creditor)}:{leaf}:C{b.account_id}"
            if name in opened:
                yield f"{day} balance {name}  {_number(minor, b.currency)} {b.currency}"


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "'")


def csv(creditors: Iterable[Creditor]) -> Iterator[str]:
    """The whole books, a line per entry."""
    yield "acreedor,movimiento,tipo,fecha,cuenta,libro,documento,parte,importe,moneda,llave"
    for creditor in creditors:
        rows = Entry.objects.filter(event__creditor=creditor).select_related("event")
        for e in rows.order_by("event_id", "pk").iterator(chunk_size=5000):
            v = e.event
            cells = [
                creditor.code, v.pk, v.kind, v.effective_on, e.account_id, Ledger(e.ledger).name.lower(),
                e.due_item_id or "", e.component or "", _number(e.amount_minor, v.currency), v.currency,
                '"' + v.key.replace('"', "'") + '"',
            ]  # fmt: skip
            yield ",".join(str(c) for c in cells)


def account(one: Account) -> dict[str, Any]:
    """One account as a document: who, what is owed line by line, every event."""
    person = parties.person(one.party_id)
    return {
        "account": f"cta_{one.pk}",
        "code": one.code,
        "creditor": one.creditor.code,
        "name": person.name,
        "tax_id": person.tax_id,
        "balances": [
            {
                "open": Money(b.open_minor, b.currency),
                "unapplied": Money(b.unapplied_minor, b.currency),
                "oldest_due_on": b.oldest_due_on,
            }
            for b in one.balances.order_by("currency")
        ],
        "due_items": [_item(b) for b in read.all_items(one.pk)],
        "events": [
            {
                "kind": v.kind, "on": v.effective_on, "currency": v.currency, "key": v.key, "source": v.source,
                "provisional": v.provisional,
                "entries": [
                    {"ledger": Ledger(e.ledger).name.lower(), "minor": e.amount_minor} for e in v.entries.all()
                ],
            }
            for v in read.events_of(one.pk, limit=10_000)
        ],
    }  # fmt: skip


def _item(b: Any) -> dict[str, Any]:
    invoice = b.due_item.invoice
    return {
        "due_item": b.due_item_id,
        "invoice": invoice.number,
        "fiscal_id": invoice.fiscal_id,
        "issued_on": invoice.issued_on,
        "due_on": b.due_on,
        "original": Money(b.due_item.original_minor, b.currency),
        "principal": Money(b.principal_minor, b.currency),
        "interest": Money(b.interest_minor, b.currency),
        "fee": Money(b.fee_minor, b.currency),
        "open": Money(b.open_minor, b.currency),
    }
