"""What must always be true between the books, the gateways and the bank: for `puntual check`."""

from __future__ import annotations

from collections.abc import Iterable

from puntual.apps.imports import read as imports
from puntual.apps.parties import read as parties
from puntual.apps.payments import booking
from puntual.apps.payments.choices import LineState
from puntual.apps.payments.models import GatewayPayment, LineMatch
from puntual.apps.payments.write_bank import line_key
from puntual.apps.receivables import read_applied
from puntual.core.ledger.invariants import SHOWN, Finding


def findings() -> list[Finding]:
    """Each sentence with its counterexamples; none when it holds."""
    told = {
        "gateways_agree": ("Los libros tienen lo mismo que dicen las pasarelas.", _gateways()),
        "bank_lines_agree": ("Cada movimiento aplicado está en los libros por su importe.", _lines()),
    }
    return [Finding(name, sentence, tuple(rows)[:SHOWN]) for name, (sentence, rows) in told.items()]


def _gateways() -> Iterable[dict[str, object]]:
    """Identified payments whose money in the books is not the gateway's net."""
    payments = list(GatewayPayment.objects.exclude(account=None).prefetch_related("facts").order_by("pk"))
    keys = {payment.pk: booked_keys(payment) for payment in payments}
    cash = read_applied.cash_by_key([key for mine in keys.values() for key in mine])
    for payment in payments:
        held = sum(cash.get(key, 0) for key in keys[payment.pk])
        if held != payment.net_minor:
            yield {"payment": payment.external_id, "books_minor": held, "gateway_minor": payment.net_minor}


def booked_keys(payment: GatewayPayment) -> list[str]:
    """The keys of the events that a payment may have in the books."""
    found = []
    for fact in payment.facts.all():
        kind = {"paid": "payment", "chargeback_won": "payment", "refunded": "refund", "charged_back": "chargeback"}
        if fact.kind in kind:
            found.append(f"{kind[fact.kind]}:{booking.book_key(payment, booking.key_of(fact))}")
    return found


def _lines() -> Iterable[dict[str, object]]:
    for creditor in parties.creditors():
        amounts = {pk: line.amount_minor for pk, line in imports.bank_lines(creditor.pk)}
        rows = LineMatch.objects.filter(creditor_id=creditor.pk, state=LineState.APPLIED)
        keys = {pk: f"payment:{line_key(pk, undone)}" for pk, undone in rows.values_list("pk", "undone")}
        cash = read_applied.cash_by_key(list(keys.values()))
        for pk, key in keys.items():
            if cash.get(key, 0) != amounts.get(pk):
                yield {"line": pk, "books_minor": cash.get(key, 0), "bank_minor": amounts.get(pk)}
