"""Rows about money: invoices (and their history), balances of today, payments, bank movements."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from puntual.adapters.contact_fields import contacts
from puntual.adapters.tabular import cells
from puntual.adapters.tabular.columns import Columns
from puntual.ports.einvoice import (
    CREDIT_NOTE,
    INVOICE,
    Allocation,
    BalanceRecord,
    ContactRecord,
    InvoiceRecord,
    PaymentRecord,
    Place,
    Record,
    StatementLine,
)

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def invoices(c: Columns, filename: str) -> Iterator[Record]:
    """Invoices and credit notes (negative, or of a type that says so). With `settled_on`, also when they were paid."""
    currencies, countries = c.currencies(), c.countries()
    number, fiscal = c.text("number", limit=64), fiscal_ids(c)
    issued, due, settled = c.dates("issued_on"), c.dates("due_on"), c.dates("settled_on")
    total = c.amounts("total", currencies, required=True)
    opened, days = c.amounts("open", currencies), c.days("credit_days")
    who, names = _who(c), c.text("customer_name")
    kinds = cells.mapped(c.raw("type"), cells.document_kind)
    product, terms, series = c.text("product", limit=60), c.text("payment_terms"), c.text("series", limit=20)
    sold, department = c.dates("sold_on"), c.text("department", limit=60)
    seller, plant = c.text("seller", limit=60), c.text("plant", limit=60)
    method, disputed = (
        c.text("payment_method", limit=8),
        cells.mapped(c.raw("disputed"), cells.flag),
    )
    reach = _reach(c, countries)
    for i in range(c.size):
        if c.blank[i] or not _sound_invoice(c, i, number, fiscal, issued, due, who, names):
            continue
        amount = total[i] or 0
        start = issued[i] or due[i]
        assert start is not None
        owed = opened[i] if opened[i] is not None else abs(amount)
        paid = abs(amount) - owed if 0 <= owed <= abs(amount) else 0
        yield InvoiceRecord(
            kind=CREDIT_NOTE if amount < 0 else kinds[i] if c.has("type") else INVOICE,
            fiscal_id=fiscal[i],
            issued_on=start,
            currency=currencies[i],
            total_minor=abs(amount),
            number=number[i] or fiscal[i][:64],
            series=series[i],
            receiver_tax_id=who[i][1],
            receiver_name=names[i],
            customer_code=who[i][0],
            due_dates=((due[i], abs(amount) - paid),) if due[i] and amount >= 0 else (),
            credit_days=days[i],
            payment_terms=terms[i],
            payment_method=method[i],
            paid_minor=paid,
            summary=product[i],
            receiver_country=countries[i],
            contacts=reach(i, who[i]),
            disputed=bool(disputed[i]),
            settled_on=settled[i],
            sold_on=sold[i],
            department=department[i],
            seller=seller[i],
            plant=plant[i],
            place=Place(filename, c.row_number(i)),
        )


def _sound_invoice(c, i, number, fiscal, issued, due, who, names) -> bool:  # type: ignore[no-untyped-def]
    """Checks that need several columns; a row that fails is set apart."""
    if i not in c.bad:
        if not (number[i] or fiscal[i]):
            c.reject(i, "number", "", "Falta el número de la factura.")
        elif not (issued[i] or due[i]):
            c.reject(i, "issued_on", "", "Falta la fecha de la factura.")
        elif not (who[i][0] or who[i][1] or names[i]):
            c.reject(i, "customer_code", "", "Falta el cliente: su código, su identificación fiscal o su nombre.")
        elif issued[i] and due[i] and due[i] < issued[i]:
            c.reject(i, "due_on", due[i].isoformat(), "Vence antes de su fecha.")
        elif issued[i] and due[i] and due[i] - issued[i] > timedelta(days=3650):
            c.reject(i, "due_on", due[i].isoformat(), "Vence más de diez años después de su fecha.")
    return i not in c.bad


def balances(c: Columns, filename: str) -> Iterator[Record]:
    """What is open today of each document."""
    currencies = c.currencies()
    number, fiscal, series = c.text("number", limit=64), fiscal_ids(c), c.text("series", limit=20)
    opened = c.amounts("open", currencies, required=True)
    issued, due = c.dates("issued_on"), c.dates("due_on")
    who, names = _who(c), c.text("customer_name")
    for i in range(c.size):
        if not c.blank[i] and i not in c.bad and not (number[i] or fiscal[i]):
            c.reject(i, "number", "", "Falta el número del documento.")
        if c.blank[i] or i in c.bad:
            continue
        yield BalanceRecord(
            number=(f"{series[i]}-{number[i]}" if series[i] else number[i]) or fiscal[i][:64],
            open_minor=opened[i] or 0,
            currency=currencies[i],
            fiscal_id=fiscal[i],
            customer_code=who[i][0],
            tax_id=who[i][1],
            customer_name=names[i],
            issued_on=issued[i],
            due_on=due[i],
            place=Place(filename, c.row_number(i)),
        )


def payments(c: Columns, filename: str) -> Iterator[Record]:
    """Payments that the creditor's own books say were made, of an invoice or on account."""
    currencies = c.currencies()
    paid_on = c.dates("paid_on", required=True)
    amount = c.amounts("amount", currencies, required=True)
    reference, invoice = c.text("reference", limit=80), c.text("invoice", limit=80)
    who, names, method = _who(c), c.text("customer_name"), c.text("method", limit=40)
    seen: Counter[tuple[object, ...]] = Counter()
    for i in range(c.size):
        if c.blank[i] or i in c.bad:
            continue
        if not (invoice[i] or who[i][0] or who[i][1]):
            c.reject(i, "invoice", "", "No dice de qué factura ni de qué cliente es el pago.")
            continue
        if (amount[i] or 0) <= 0:
            c.reject(i, "amount", str(c.raw("amount")[i]), "El importe de un pago debe ser mayor que cero.")
            continue
        day, minor = paid_on[i], amount[i]
        assert day is not None and minor is not None
        content = (reference[i], day, minor, currencies[i], who[i], invoice[i])
        seen[content] += 1
        named = invoice[i].upper() if _UUID.fullmatch(invoice[i]) else invoice[i]
        yield PaymentRecord(
            fiscal_id=digest(*content, seen[content]),
            paid_on=day,
            currency=currencies[i],
            amount_minor=minor,
            method=method[i],
            reference=reference[i],
            payer_tax_id=who[i][1],
            payer_name=names[i],
            customer_code=who[i][0],
            allocations=(Allocation(named, minor, currencies[i]),) if named else (),
            place=Place(filename, c.row_number(i)),
        )


def statement(c: Columns, filename: str) -> Iterator[Record]:
    """Movements of a bank account; its id is a digest of what it says and of its turn among equal ones."""
    currencies = c.currencies()
    booked = c.dates("booked_on", required=True)
    signed = c.amounts("amount", currencies)
    debit, credit = c.amounts("debit", currencies), c.amounts("credit", currencies)
    reference, words = c.text("reference", limit=80), c.text("text", limit=300)
    name, origin = c.text("counterparty", limit=140), c.text("counterparty_account", limit=40)
    account = c.text("account", limit=40)
    flip = -1 if c.option("sign") == "deudor" else 1
    out, not_movements = _outgoing(c), tuple(w for w in c.option("skip").lower().split(",") if w)
    seen: Counter[tuple[object, ...]] = Counter()
    for i in range(c.size):
        if c.blank[i] or i in c.bad or (not_movements and words[i].lower().startswith(not_movements)):
            continue
        minor = flip * signed[i] if signed[i] is not None else abs(credit[i] or 0) - abs(debit[i] or 0)
        minor = -abs(minor) if out[i] else minor
        if not minor:
            c.reject(i, "amount", "", "El movimiento no tiene importe.")
            continue
        day, own = booked[i], account[i] or c.option("account")
        assert day is not None
        content = (own, day, minor, currencies[i], reference[i], words[i])
        seen[content] += 1
        yield StatementLine(
            bank_id=digest(*content, seen[content]),
            booked_on=day,
            amount_minor=minor,
            currency=currencies[i],
            account=own,
            reference=reference[i],
            counterparty_name=name[i],
            counterparty_account=origin[i],
            text=words[i],
            place=Place(filename, c.row_number(i)),
        )


def _outgoing(c: Columns) -> list[bool]:
    """Which rows a column of marks (C, D, +, -) says are money that leaves; none without such a column."""
    marks = {mark.strip().lower() for mark in c.option("debits").split(",") if mark.strip()}
    return [cell.strip().lower() in marks for cell in c.raw("side")]


def fiscal_ids(c: Columns) -> list[str]:
    """Fiscal ids; a UUID always in capitals."""
    return cells.mapped(c.text("fiscal_id", limit=80), lambda t: t.upper() if _UUID.fullmatch(t) else t)


def digest(*parts: object) -> str:
    """A short, stable id of what a row says."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]


def _who(c: Columns) -> Sequence[tuple[str, str]]:
    return list(zip(c.text("customer_code", limit=64), c.text("tax_id", limit=40)))


def _reach(c: Columns, countries: Sequence[str]):  # type: ignore[no-untyped-def]
    """A function from row and customer to its contacts; none if the table has no such columns."""
    if not any(c.has(f) for f in ("email", "phone", "whatsapp")):
        return lambda i, who: ()
    emails, phones, whatsapps = c.raw("email"), c.raw("phone"), c.raw("whatsapp")

    def reach(i: int, who: tuple[str, str]) -> tuple[ContactRecord, ...]:
        return contacts(
            emails=[emails[i]], phones=[phones[i]], whatsapps=[whatsapps[i]], country=countries[i],
            customer_code=who[0], tax_id=who[1], place=Place("", c.row_number(i)),
        )  # fmt: skip

    return reach
