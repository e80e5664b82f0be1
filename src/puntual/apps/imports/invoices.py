"""Invoices and their history into the books: checked, with their terms, their originals and what waited for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import attrs

from puntual.apps.imports import waiting
from puntual.apps.imports.originals import Original, keep
from puntual.apps.imports.tally import Tally
from puntual.apps.imports.who import Customers, Who
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read, write
from puntual.core.ledger.books import Component
from puntual.ports.einvoice import InvoiceRecord

#: Days of credit when nobody says: flagged on the invoice, asked in the result.
ASSUMED_DAYS = 30
#: The Mexican relation that says «this document replaces that one».
_REPLACES = "04"


@attrs.frozen
class Arrived:
    """A record with the original that it came in, if it is a document of its own."""

    record: InvoiceRecord
    original: Original | None = None

    @property
    def fiscal_id(self) -> str:
        """Its fiscal id; where there is none, its number: what makes a second load the same."""
        return self.record.fiscal_id or shown_number(self.record)


def shown_number(r: InvoiceRecord) -> str:
    """The number as people write it."""
    if not r.series:
        return r.number[:64]
    return f"{r.series}{'' if r.country == 'CO' else '-'}{r.number}"[:64]


def publish(creditor: Creditor, arrived: Sequence[Arrived], customers: Customers, tally: Tally, source: str) -> None:
    """Book these invoices in the caller's transaction. Those wrong go to the tally; those known change nothing."""
    sound = [a for a in _once(arrived, tally) if _sound(a.record, creditor, customers, tally)]
    accounts, warnings = customers.resolve([_who(a.record) for a in sound])
    tally.warn(warnings)
    fresh = _not_known(creditor, list(zip(sound, accounts)), tally)
    if not fresh:
        return
    documents = keep(
        creditor.pk, [attrs.evolve(a.original, party=account.party) for a, account in fresh if a.original is not None]
    )
    replaced = _replaced(creditor, [a.record for a, _ in fresh])
    rows = [_new(a, account, creditor, documents, replaced, tally) for a, account in fresh]
    posted = write.post_invoices(creditor_id=creditor.pk, invoices=rows, source=source)
    tally.created += posted.created
    tally.unchanged += posted.unchanged
    tally.invoices += posted.ids.values()
    tally.accounts |= {account.pk for _, account in fresh}
    tally.cash += sum(1 for a, _ in fresh if a.record.payment_method == "PUE" and not a.record.settled_on)
    _reduce(creditor, [a for a, _ in fresh], posted.ids, rows, source)
    _replace(creditor, [a.record for a, _ in fresh], tally, source)
    waiting.apply_to(creditor, posted.ids, source)


def _once(arrived: Sequence[Arrived], tally: Tally) -> list[Arrived]:
    """One row per identity: an equal repetition is unchanged, a contradictory one is set apart."""
    seen: dict[str, Arrived] = {}
    for a in arrived:
        first = seen.setdefault(a.fiscal_id, a)
        if first is a:
            continue
        same = (first.record.total_minor, first.record.currency, first.record.customer_code)
        if same == (a.record.total_minor, a.record.currency, a.record.customer_code):
            tally.unchanged += 1
        else:
            sentence = f"El documento {a.fiscal_id} está repetido con otros datos."
            tally.reject(a.record.place, "number", a.fiscal_id, sentence)
    return list(seen.values())


def _sound(r: InvoiceRecord, creditor: Creditor, customers: Customers, tally: Tally) -> bool:
    if customers.is_foreign(r.issuer_tax_id):
        sentence = f"La emitió {r.issuer_name or r.issuer_tax_id} ({r.issuer_tax_id}), no {creditor.name}."
        tally.reject(r.place, "issuer_tax_id", r.issuer_tax_id, sentence)
    elif r.collectable_minor <= 0:
        tally.reject(r.place, "total", str(r.total_minor), "No queda nada por cobrar: su importe es cero o ya se pagó.")
    elif r.due_dates and sum(minor for _, minor in r.due_dates) > r.total_minor:
        tally.reject(r.place, "due_on", "", "Sus cuotas suman más que su total.")
    else:
        return True
    return False


def _who(r: InvoiceRecord) -> Who:
    return Who(r.customer_code, r.receiver_tax_id, r.receiver_name, r.receiver_country, r.contacts)


Pair = tuple[Arrived, parties.KnownAccount]


def _not_known(creditor: Creditor, pairs: Sequence[Pair], tally: Tally) -> list[Pair]:
    """Those that the books do not have. A known one with another amount is set apart: a fact is not rewritten."""
    known = read.invoices_by_fiscal_id(creditor.pk, [a.fiscal_id for a, _ in pairs])
    fresh = []
    for a, account in pairs:
        have = known.get(a.fiscal_id)
        if have is None:
            fresh.append((a, account))
        elif (have.total_minor, have.currency) == (a.record.total_minor, a.record.currency):
            tally.unchanged += 1
        else:
            sentence = f"{a.fiscal_id} ya está cargada con otro importe: registre una nota de crédito o cancélela."
            tally.reject(a.record.place, "total", str(a.record.total_minor), sentence)
    return _told_by_number(creditor, fresh, tally)


def _told_by_number(creditor: Creditor, pairs: Sequence[Pair], tally: Tally) -> list[Pair]:
    """A stamped document of an invoice that a spreadsheet brought by its number: it learns its fiscal id."""
    stamped = [(a, account) for a, account in pairs if a.record.fiscal_id and a.record.number]
    spelled = {a.fiscal_id: _spellings(a.record) for a, _ in stamped}
    have = read.invoices_by_number(creditor.pk, [n for names in spelled.values() for n in names]) if stamped else {}
    learnt: dict[int, str] = {}
    rest = []
    for a, account in pairs:
        same = next((i for n in spelled.get(a.fiscal_id, ()) if (i := have.get((account.pk, n)))), None)
        told = (a.record.total_minor, a.record.currency)
        if same and same.fiscal_id == same.number and (same.total_minor, same.currency) == told:
            learnt[same.pk] = a.fiscal_id
            tally.updated += 1
        else:
            rest.append((a, account))
    if learnt:
        write.name_fiscal_ids(creditor_id=creditor.pk, fiscal_ids=learnt)
        waiting.apply_to(creditor, {fiscal: pk for pk, fiscal in learnt.items()}, "import")
    return rest


def _spellings(r: InvoiceRecord) -> tuple[str, ...]:
    return tuple(dict.fromkeys((shown_number(r), f"{r.series}{r.number}", f"{r.series} {r.number}".strip(), r.number)))


def _replaced(creditor: Creditor, records: Sequence[InvoiceRecord]) -> dict[str, int]:
    """Fiscal id -> id of the invoices in the books that these documents were issued again for."""
    olds = [old for r in records for relation, old in r.related if relation == _REPLACES]
    return {fiscal: i.pk for fiscal, i in read.invoices_by_fiscal_id(creditor.pk, olds).items()} if olds else {}


def _new(
    a: Arrived, account: parties.KnownAccount, creditor: Creditor, documents: Mapping[str, int],
    replaced: Mapping[str, int], tally: Tally,
) -> write.NewInvoice:  # fmt: skip
    r = a.record
    dues, assumed = _dues(r, account, creditor)
    if assumed:
        tally.assumed_terms.add(account.pk)
    return write.NewInvoice(
        account=account.pk,
        number=shown_number(r),
        fiscal_id=a.fiscal_id,
        issued_on=r.issued_on,
        currency=r.currency,
        total_minor=r.total_minor,
        dues=dues,
        product=r.summary[:60],
        department=r.department,
        seller=r.seller,
        plant=r.plant,
        sold_on=r.sold_on if r.sold_on and r.sold_on <= r.issued_on else None,
        replaces=next((replaced[old] for kind, old in r.related if kind == _REPLACES and old in replaced), None),
        payment_method=r.payment_method,
        assumed_terms=assumed,
        document=documents.get(a.original.digest()) if a.original else None,
    )


def _dues(
    r: InvoiceRecord, account: parties.KnownAccount, creditor: Creditor
) -> tuple[tuple[tuple[date, int], ...], bool]:
    """The due items, adding up to the total, and whether their terms were assumed.

    The document's own dates come first, then its words, the customer's days, the company's, and thirty. What is not
    collectable or was paid already stands with the first due item, from which it is taken at once.
    """
    if r.due_dates:
        rest = r.total_minor - sum(minor for _, minor in r.due_dates)
        (day, minor), *others = r.due_dates
        return ((day, minor + rest), *others), False
    stated = (r.credit_days, account.credit_days, creditor.credit_days)
    days = next((d for d in stated if d is not None), None)
    return ((r.issued_on + timedelta(days=ASSUMED_DAYS if days is None else days), r.total_minor),), days is None


def _reduce(
    creditor: Creditor,
    arrived: Sequence[Arrived],
    ids: Mapping[str, int],
    rows: Sequence[write.NewInvoice],
    source: str,
) -> None:
    """Withholdings and what was paid already, as entries of their own; and the payment of settled invoices."""
    special = [
        (a.record, ids[a.fiscal_id], row)
        for a, row in zip(arrived, rows)
        if a.record.not_collectable_minor or a.record.paid_minor or a.record.settled_on
    ]
    if not special:
        return
    items = waiting.items_by_invoice([row.account for _, _, row in special])
    reductions, payments = [], []
    for r, pk, row in special:
        first = items[pk][0].item
        if r.not_collectable_minor:
            part = ((first, Component.PRINCIPAL, r.not_collectable_minor),)
            note = r.not_collectable_reason
            args = (row.account, "withholding", r.currency, r.issued_on, f"document:{pk}", source, part, note)
            reductions.append(write.Reduction(*args))
        if r.paid_minor:
            key, wanted = f"document:{pk}", ((first, r.paid_minor),)
            args = (row.account, r.paid_minor, r.currency, r.issued_on, key, source, wanted, True)
            payments.append(write.NewPayment(*args))
        if r.settled_on:
            wanted = tuple((i.item, i.open_minor) for i in items[pk])
            args = (row.account, r.collectable_minor, r.currency, r.settled_on, f"history:{pk}", source, wanted)
            payments.append(write.NewPayment(*args))
    write.post_reductions(creditor_id=creditor.pk, rows=reductions)
    write.post_payments(creditor_id=creditor.pk, payments=payments)


def _replace(creditor: Creditor, records: Sequence[InvoiceRecord], tally: Tally, source: str) -> None:
    """A document that replaces another closes what is open of that one: the same sale is not collected twice."""
    pairs = {old: r for r in records for relation, old in r.related if relation == _REPLACES}
    if not pairs:
        return
    olds = read.invoices_by_fiscal_id(creditor.pk, list(pairs))
    items = waiting.items_by_invoice([o.account_id for o in olds.values()])
    rows = []
    for fiscal_id, old in olds.items():
        parts = tuple((i.item, Component.PRINCIPAL, i.open_minor) for i in items.get(old.pk, ()) if i.open_minor > 0)
        new = pairs[fiscal_id]
        note = f"La sustituye {shown_number(new)}"
        args = (old.account_id, "adjustment", old.currency, new.issued_on, f"replaced:{old.pk}", source, parts, note)
        rows.append(write.Reduction(*args))
        tally.warn([f"{shown_number(new)} sustituye a {old.number}: se canceló lo que quedaba abierto de esta."])
    write.post_reductions(creditor_id=creditor.pk, rows=rows)
