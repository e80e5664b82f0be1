"""Credit notes, payments and bank movements into the books, in the caller's transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from puntual.apps import bulk
from puntual.apps.imports import waiting
from puntual.apps.imports.models import BankLine
from puntual.apps.imports.tally import Tally
from puntual.apps.imports.waiting import NOTE, PAYMENT, Named
from puntual.apps.imports.who import Customers, Who
from puntual.apps.parties import vault
from puntual.apps.parties.models import Creditor
from puntual.apps.receivables import read, write
from puntual.apps.receivables.models import Invoice
from puntual.ports.einvoice import InvoiceRecord, PaymentRecord, StatementLine

_SERIES = re.compile(r"([A-Za-z]+)[\s-]*(\d+)")


def find_invoices(creditor: Creditor, names: Sequence[str]) -> dict[str, Invoice]:
    """Fiscal id or number -> invoice. «A7», «A-7» and «A 7» are one number; one that two customers share finds none."""
    found = read.invoices_by_fiscal_id(creditor.pk, names)
    spelled = {n: _spellings(n) for n in names if n not in found}
    wanted = [s for spellings in spelled.values() for s in spellings]
    by_number: dict[str, list[Invoice]] = {}
    for (_, number), invoice in read.invoices_by_number(creditor.pk, wanted).items():
        by_number.setdefault(number, []).append(invoice)
    for name, spellings in spelled.items():
        same = {i.pk: i for s in spellings for i in by_number.get(s, ())}
        if len(same) == 1:
            found[name] = next(iter(same.values()))
    return found


def _spellings(name: str) -> tuple[str, ...]:
    parts = _SERIES.fullmatch(name)
    if not parts:
        return (name,)
    series, number = parts.groups()
    return tuple(dict.fromkeys((name, f"{series}{number}", f"{series}-{number}", f"{series} {number}")))


def publish_notes(
    creditor: Creditor, notes: Sequence[InvoiceRecord], customers: Customers, tally: Tally, source: str
) -> None:
    """Credit notes: on the invoice they name; in wait if it is not here; in the customer's favour if they name none."""
    sound = [n for n in notes if _sound_note(n, creditor, customers, tally)]
    have = find_invoices(creditor, [old for n in sound for _, old in n.related])
    ready, later, loose = [], [], []
    for n in sound:
        key = f"{creditor.pk}:{n.fiscal_id or n.number}"
        named = [have[old].fiscal_id for _, old in n.related if old in have]
        target = named[0] if named else n.related[0][1] if n.related else ""
        row = Named(NOTE, target, key, n.total_minor, n.currency, n.issued_on)
        (ready if named else later if target else loose).append((row, n))
    created, known = waiting.book(creditor, [row for row, _ in ready], source)
    put = waiting.put(creditor, [row for row, _ in later], source)
    tally.waiting += put
    free, repeated = _loose_notes(creditor, loose, customers, source)
    tally.created += created + put + free
    tally.unchanged += known + len(later) - put + repeated


def _sound_note(n: InvoiceRecord, creditor: Creditor, customers: Customers, tally: Tally) -> bool:
    if customers.is_foreign(n.issuer_tax_id):
        tally.reject(n.place, "issuer_tax_id", n.issuer_tax_id, f"La emitió {n.issuer_tax_id}, no {creditor.name}.")
    elif n.total_minor <= 0:
        tally.reject(n.place, "total", "0", "La nota de crédito no tiene importe.")
    else:
        return True
    return False


def _loose_notes(
    creditor: Creditor, loose: Sequence[tuple[Named, InvoiceRecord]], customers: Customers, source: str
) -> tuple[int, int]:
    who = [Who(n.customer_code, n.receiver_tax_id, n.receiver_name, n.receiver_country) for _, n in loose]
    accounts, _ = customers.resolve(who)
    rows = [
        write.NewCreditNote(account.pk, row.amount_minor, row.currency, row.on, row.key, source)
        for (row, _), account in zip(loose, accounts)
    ]
    posted = write.post_credit_notes(creditor_id=creditor.pk, notes=rows)
    return posted.created, posted.unchanged


def publish_payments(
    creditor: Creditor, payments: Sequence[PaymentRecord], customers: Customers, tally: Tally, source: str
) -> None:
    """Payments: each allocation on its invoice (in wait if it is not here), the rest on the payer's account."""
    have = find_invoices(creditor, [a.invoice_fiscal_id for p in payments for a in p.allocations])
    payers = customers.known([Who(p.customer_code, p.payer_tax_id, p.payer_name) for p in payments])
    ready: list[Named] = []
    later: list[Named] = []
    loose: list[write.NewPayment] = []
    owner: dict[str, PaymentRecord] = {}
    for p, payer in zip(payments, payers):
        if customers.is_foreign(p.issuer_tax_id):
            tally.reject(p.place, "issuer_tax_id", p.issuer_tax_id, f"Lo emitió {p.issuer_tax_id}, no {creditor.name}.")
            continue
        stamped = bool(p.issuer_tax_id)
        strange = [a for a in p.allocations if a.invoice_fiscal_id not in have]
        if strange and not stamped:
            name = strange[0].invoice_fiscal_id
            tally.reject(p.place, "invoice", name, f"No hay una factura «{name}»: cárguela antes que su pago.")
            continue
        if not p.allocations and payer is None:
            told = p.customer_code or p.payer_tax_id or p.payer_name
            tally.reject(p.place, "customer_code", told, f"No hay un cliente «{told}»: cárguelo antes que su pago.")
            continue
        key = f"{creditor.pk}:{p.fiscal_id}"
        for a in p.allocations:
            invoice = have.get(a.invoice_fiscal_id)
            target = invoice.fiscal_id if invoice else a.invoice_fiscal_id
            one = Named(PAYMENT, target, f"{key}:{target}", a.amount_minor, a.currency, p.paid_on)
            (ready if invoice else later).append(one)
        rest = p.amount_minor - sum(a.amount_minor for a in p.allocations if a.currency == p.currency)
        same = all(a.currency == p.currency for a in p.allocations)
        if payer is not None and rest > 0 and same:
            args = (payer.pk, rest, p.currency, p.paid_on, f"{key}:rest", source)
            loose.append(write.NewPayment(*args, provisional=p.provisional, apply=not p.allocations))
        owner[key] = p
    _book(creditor, ready, later, loose, owner, tally, source)


def _book(  # noqa: PLR0913
    creditor: Creditor,
    ready: Sequence[Named],
    later: Sequence[Named],
    loose: Sequence[write.NewPayment],
    owner: dict[str, PaymentRecord],
    tally: Tally,
    source: str,
) -> None:
    """Counts payments, not their parts: one is new if any of its parts is."""
    put = waiting.put(creditor, later, source)
    tally.waiting += put
    new, _ = waiting.book(creditor, ready, source)
    posted = write.post_payments(creditor_id=creditor.pk, payments=loose)
    parts = len(ready) + len(later) + len(loose)
    fresh = new + put + posted.created
    created = len(owner) if fresh == parts else min(fresh, len(owner))
    tally.created += created
    tally.unchanged += len(owner) - created


def publish_statement(creditor: Creditor, lines: Sequence[StatementLine], tally: Tally) -> None:
    """Bank movements, each once by its id. Matching them with what is owed is somebody else's work."""
    unique = {line.bank_id: line for line in lines}
    have: set[str] = set()
    for piece in bulk.chunks(list(unique)):
        have |= set(BankLine.objects.filter(creditor=creditor, bank_id__in=piece).values_list("bank_id", flat=True))
    now = datetime.now(UTC)
    BankLine.objects.bulk_create(
        BankLine(
            creditor=creditor,
            bank_id=line.bank_id,
            booked_on=line.booked_on,
            amount_minor=line.amount_minor,
            currency=line.currency,
            sealed=vault.seal_file(json.dumps(_told(line), ensure_ascii=False).encode()),
            received_at=now,
        )
        for bank_id, line in unique.items()
        if bank_id not in have
    )
    tally.created += len(unique) - len(have)
    tally.unchanged += len(lines) - len(unique) + len(have)


def _told(line: StatementLine) -> dict[str, str]:
    names = ("account", "reference", "end_to_end_id", "counterparty_name", "counterparty_account", "text", "batch")
    return {name: value for name in names if (value := getattr(line, name))}
