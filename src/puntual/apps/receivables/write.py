"""The only writer of the books. Keyword-only commands, one transaction each, every one safe to repeat by its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import attrs
from django.db import models, transaction

from puntual.apps import bulk
from puntual.apps.receivables import posting
from puntual.apps.receivables.imputation import Order, orders_of, strategies, strategy_on
from puntual.apps.receivables.models import AccountBalance, DueBalance, DueItem, Entry, Event, Invoice
from puntual.core.errors import Refused, UnusableInput
from puntual.core.ledger import allocation
from puntual.core.ledger.allocation import Strategy
from puntual.core.ledger.books import (
    COUNTERPART,
    Component,
    Ledger,
    Leg,
    Posting,
    payment_legs,
    receivable_legs,
    reversal_legs,
)


@attrs.frozen
class NewInvoice:
    """A sale on credit as it came, checked. `dues` are (due date, amount) pairs that add up to the total."""

    account: int
    number: str
    fiscal_id: str
    issued_on: date
    currency: str
    total_minor: int
    dues: tuple[tuple[date, int], ...]
    product: str = ""
    department: str = ""
    seller: str = ""
    payment_method: str = ""
    assumed_terms: bool = False
    document: int | None = None
    sold_on: date | None = None
    plant: str = ""
    #: The invoice that it was issued again for.
    replaces: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.total_minor <= 0:
            raise UnusableInput(f"La factura {self.number} no tiene un importe mayor que cero.", field="total")
        if sum(minor for _, minor in self.dues) != self.total_minor:
            raise UnusableInput(f"Las cuotas de la factura {self.number} no suman su total.", field="total")
        if self.sold_on is not None and self.sold_on > self.issued_on:
            raise UnusableInput(f"La venta de la factura {self.number} es posterior a su fecha.", field="sold_on")


@attrs.frozen
class Posted:
    """How many rows were new and how many were already in the books."""

    created: int
    unchanged: int
    ids: dict[str, int] = attrs.field(factory=dict)


@transaction.atomic
def post_invoices(*, creditor_id: int, invoices: Sequence[NewInvoice], source: str) -> Posted:
    """Add invoices with their due items and entries. One whose fiscal id is known already changes nothing."""
    unique = {i.fiscal_id: i for i in invoices}
    known: dict[str, int] = {}
    for piece in bulk.chunks(list(unique)):
        rows = Invoice.objects.filter(creditor_id=creditor_id, fiscal_id__in=piece).values_list("fiscal_id", "pk")
        known.update(rows)
    fresh = [i for f, i in unique.items() if f not in known]
    ids = bulk.next_ids(Invoice, len(fresh))
    items = [(pk, seq, i, due, minor) for pk, i in zip(ids, fresh) for seq, (due, minor) in enumerate(i.dues, 1)]
    _insert_invoices(creditor_id, zip(ids, fresh))
    item_ids = _insert_items(creditor_id, items)
    owed: dict[int, list[tuple[int, Component, int]]] = {}
    for item_id, (pk, _, _, _, minor) in zip(item_ids, items):
        owed.setdefault(pk, []).append((item_id, Component.PRINCIPAL, minor))
    posting.post(
        creditor_id,
        [
            Posting(i.account, "invoice", i.currency, i.issued_on, f"invoice:{pk}", source, legs)
            for pk, i in zip(ids, fresh)
            if (legs := receivable_legs("invoice", owed[pk], +1))
        ],
    )
    known.update({i.fiscal_id: pk for pk, i in zip(ids, fresh)})
    return Posted(len(fresh), len(unique) - len(fresh), known)


def _insert_invoices(creditor_id: int, rows) -> None:
    names = [
        "id",
        "creditor_id",
        "account_id",
        "number",
        "fiscal_id",
        "issued_on",
        "currency",
        "total_minor",
        "product",
    ]
    names += ["department", "seller", "payment_method", "assumed_terms", "document_id", "sold_on", "plant"]
    names += ["replaces_id"]
    bulk.insert_rows(
        Invoice,
        names,
        [
            (
                pk,
                creditor_id,
                i.account,
                i.number,
                i.fiscal_id,
                posting.day_param(i.issued_on),
                i.currency,
                i.total_minor,
            )
            + (i.product, i.department, i.seller, i.payment_method, i.assumed_terms, i.document)
            + (posting.day_param(i.sold_on) if i.sold_on else None, i.plant, i.replaces)
            for pk, i in rows
        ],
    )


def _insert_items(creditor_id: int, items) -> Sequence[int]:
    ids = bulk.next_ids(DueItem, len(items))
    names = ["id", "invoice_id", "account_id", "creditor_id", "seq", "due_on", "currency", "original_minor"]
    bulk.insert_rows(
        DueItem,
        names,
        [
            (item_id, pk, i.account, creditor_id, seq, posting.day_param(due), i.currency, minor)
            for item_id, (pk, seq, i, due, minor) in zip(ids, items)
        ],
    )
    return ids


#: What the application of a payment says when somebody told which documents it pays.
NAMED = "Sobre los documentos que se indicaron"


@attrs.frozen
class NewPayment:
    """Money that came in for an account. `wanted` names due items and amounts; empty means by the company's policy."""

    account: int
    amount_minor: int
    currency: str
    paid_on: date
    key: str
    source: str
    wanted: tuple[tuple[int, int], ...] = ()
    provisional: bool = False
    note: str = ""
    apply: bool = True


@transaction.atomic
def post_payments(*, creditor_id: int, payments: Sequence[NewPayment]) -> Posted:
    """Book payments and apply each: to the due items it names, else by the policy. The excess stays unapplied.

    A payment whose key is known already changes nothing, not even its application.
    """
    known = _known_keys([f"payment:{p.key}" for p in payments])
    fresh = list({p.key: p for p in payments if f"payment:{p.key}" not in known and p.amount_minor > 0}.values())
    open_items = open_items_of([p.account for p in fresh])
    orders = orders_of(p.account for p in fresh)
    rules = strategies(creditor_id, (p.paid_on for p in fresh if p.apply and not p.wanted))
    postings = []
    for p in sorted(fresh, key=lambda p: p.paid_on):
        postings.append(_payment(p))
        if p.apply:
            postings += _apply(p, open_items, orders[p.account], rules.get(p.paid_on, Strategy.OLDEST))
    added = posting.post(creditor_id, postings)
    return Posted(len(fresh), len(payments) - len(fresh), added)


def _payment(p: NewPayment) -> Posting:
    legs = payment_legs(p.amount_minor)
    key = f"payment:{p.key}"
    return Posting(p.account, "payment", p.currency, p.paid_on, key, p.source, legs, p.provisional, None, p.note)


def _apply(
    p: NewPayment, open_items: dict[tuple[int, str], list[allocation.OpenItem]], order: Order, strategy: Strategy
) -> list[Posting]:
    """The allocation of one payment; `open_items` shrinks by it, so that the next payment sees what is left."""
    items = open_items.get((p.account, p.currency), [])
    if p.wanted:
        applied, _ = allocation.named(p.wanted, items, order)
    else:
        applied, _ = allocation.spread(p.amount_minor, items, order, strategy, p.paid_on)
    if not applied:
        return []
    open_items[(p.account, p.currency)] = _less(items, applied)
    legs = receivable_legs("allocation", [(a.due_item, a.component, a.amount_minor) for a in applied], -1)
    key, note = f"allocation:{p.key}", NAMED if p.wanted else ""
    return [Posting(p.account, "allocation", p.currency, p.paid_on, key, p.source, legs, p.provisional, None, note)]


def _less(items: list[allocation.OpenItem], applied: Sequence[allocation.Applied]) -> list[allocation.OpenItem]:
    field = {Component.PRINCIPAL: "principal_minor", Component.INTEREST: "interest_minor", Component.FEE: "fee_minor"}
    by_id = {item.due_item: item for item in items}
    for a in applied:
        item = by_id[a.due_item]
        by_id[a.due_item] = attrs.evolve(item, **{field[a.component]: item.part(a.component) - a.amount_minor})
    return list(by_id.values())


def open_items_of(accounts: Sequence[int]) -> dict[tuple[int, str], list[allocation.OpenItem]]:
    """(account, currency) -> its open items, oldest first."""
    found: dict[tuple[int, str], list[allocation.OpenItem]] = {}
    for piece in bulk.chunks(sorted(set(accounts))):
        rows = DueBalance.objects.filter(account_id__in=piece, open_minor__gt=0).order_by("due_on", "due_item_id")
        for b in rows:
            item = allocation.OpenItem(b.due_item_id, b.due_on, b.principal_minor, b.interest_minor, b.fee_minor)
            found.setdefault((b.account_id, b.currency), []).append(item)
    return found


@attrs.frozen
class Reduction:
    """Less (or, for interest and fees, more) owed on due items of one account, other than by money: credit note,
    discount,
    waiver, withholding, write-off, adjustment, interest, fee. `parts` are (due item, component, amount)."""

    account: int
    kind: str
    currency: str
    on: date
    key: str
    source: str
    parts: tuple[tuple[int, Component, int], ...]
    note: str = ""


_RAISES = {"interest", "fee", "recovery"}


@transaction.atomic
def post_reductions(*, creditor_id: int, rows: Sequence[Reduction]) -> Posted:
    """Book them; parts are positive amounts, but an adjustment's part may be negative (it then raises what is owed)."""
    postings = []
    for r in rows:
        if r.kind not in COUNTERPART:
            raise ValueError(f"unknown kind {r.kind}")
        legs = receivable_legs(r.kind, r.parts, +1 if r.kind in _RAISES else -1)
        if legs:
            key = f"{r.kind}:{r.key}"
            postings.append(Posting(r.account, r.kind, r.currency, r.on, key, r.source, legs, False, None, r.note))
    added = posting.post(creditor_id, postings)
    return Posted(len(added), len(postings) - len(added), added)


@attrs.frozen
class NewCreditNote:
    """A credit note: takes from the due items of the invoices it names, the rest stays in favour of the customer."""

    account: int
    amount_minor: int
    currency: str
    on: date
    key: str
    source: str
    invoices: tuple[int, ...] = ()


@transaction.atomic
def post_credit_notes(*, creditor_id: int, notes: Sequence[NewCreditNote]) -> Posted:
    """Book credit notes. What exceeds the invoices named waits as unapplied credit, visible, like money received."""
    known = _known_keys([f"credit_note:{n.key}" for n in notes])
    fresh = list({n.key: n for n in notes if f"credit_note:{n.key}" not in known}.values())
    open_items = open_items_of([n.account for n in fresh])
    belongs = _items_of_invoices([pk for n in fresh for pk in n.invoices])
    postings = []
    for n in fresh:
        mine = open_items.get((n.account, n.currency), [])
        named = [i for i in mine if any(i.due_item in belongs.get(pk, ()) for pk in n.invoices)]
        applied, left = allocation.spread(n.amount_minor, named)
        open_items[(n.account, n.currency)] = _less(mine, applied) if applied else mine
        legs = [Leg(Ledger.RECEIVABLE, -a.amount_minor, a.due_item, a.component) for a in applied]
        legs += [Leg(Ledger.UNAPPLIED, -left)] if left else []
        legs.append(Leg(Ledger.RETURNS, n.amount_minor))
        key = f"credit_note:{n.key}"
        postings.append(Posting(n.account, "credit_note", n.currency, n.on, key, n.source, tuple(legs)))
    added = posting.post(creditor_id, postings)
    return Posted(len(added), len(notes) - len(added), added)


def _items_of_invoices(invoices: Sequence[int]) -> dict[int, set[int]]:
    belongs: dict[int, set[int]] = {}
    for piece in bulk.chunks(sorted(set(invoices))):
        for invoice, item in DueItem.objects.filter(invoice_id__in=piece).values_list("invoice_id", "pk"):
            belongs.setdefault(invoice, set()).add(item)
    return belongs


def _known_keys(keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for piece in bulk.chunks(sorted(set(keys))):
        known |= set(Event.objects.filter(key__in=piece).values_list("key", flat=True))
    return known


@transaction.atomic
def reverse(*, event_id: int, on: date, source: str, note: str = "") -> int:
    """Undo an event by another with the other sign. Refused when it was reversed already. Gives the new event's id."""
    event = Event.objects.select_for_update().get(pk=event_id)
    if Event.objects.filter(reverses=event).exists():
        raise Refused("Ese movimiento ya se había revertido: no se puede revertir dos veces.")
    legs = tuple(
        Leg(Ledger(e.ledger), e.amount_minor, e.due_item_id, Component(e.component) if e.component else None)
        for e in Entry.objects.filter(event=event)
    )
    key, undone = f"reversal:{event.key}", reversal_legs(legs)
    p = Posting(event.account_id, "reversal", event.currency, on, key[:160], source, undone, False, event.pk, note)
    return posting.post(event.creditor_id, [p])[p.key]


def applied_by(key: str) -> models.Q:
    """Where the application of a payment is: its own event and those that corrected it (see write_late)."""
    return models.Q(key=f"allocation:{key}") | models.Q(key__startswith=f"allocation:{key}:moved")


@transaction.atomic
def reverse_payment(*, key: str, on: date, source: str, note: str = "") -> list[int]:
    """Undo a payment and its application (a mistake, a chargeback, a provisional payment replaced by the bank's)."""
    events = Event.objects.filter(applied_by(key) | models.Q(key=f"payment:{key}"), reversed_by=None)
    found = sorted(events, key=lambda e: (e.kind, e.pk))
    if not found:
        raise UnusableInput(f"No hay un pago «{key}» por revertir.")
    return [reverse(event_id=e.pk, on=on, source=source, note=note) for e in found]


@transaction.atomic
def apply_unapplied(*, account: int, currency: str, on: date, key: str, source: str) -> Posted:
    """Apply what an account has in favour to its open items, as the policy says; oldest first where the policy waits
    for the payer: somebody has just said that it pays.
    """
    balance = AccountBalance.objects.filter(account_id=account, currency=currency).first()
    if balance is None or balance.unapplied_minor <= 0:
        return Posted(0, 1)
    items = open_items_of([account]).get((account, currency), [])
    told = strategy_on(balance.creditor_id, on)
    strategy = Strategy.OLDEST if told is Strategy.PAYER else told
    applied, _ = allocation.spread(balance.unapplied_minor, items, orders_of([account])[account], strategy, on)
    legs = receivable_legs("allocation", [(a.due_item, a.component, a.amount_minor) for a in applied], -1)
    if not legs:
        return Posted(0, 1)
    added = posting.post(
        balance.creditor_id, [Posting(account, "allocation", currency, on, f"allocation:{key}", source, legs)]
    )
    return Posted(len(added), 1 - len(added), added)


@transaction.atomic
def name_fiscal_ids(*, creditor_id: int, fiscal_ids: dict[int, str]) -> None:
    """Tell the fiscal id of invoices that came without one (by a spreadsheet), so that payments find them."""
    for pk, fiscal_id in fiscal_ids.items():
        Invoice.objects.filter(pk=pk, creditor_id=creditor_id, fiscal_id=models.F("number")).update(fiscal_id=fiscal_id)
