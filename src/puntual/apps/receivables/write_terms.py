"""Terms that were assumed when a document came without them, put right once a person tells them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from puntual.apps.parties import write as parties
from puntual.apps.receivables import posting
from puntual.apps.receivables.models import DayTotal, DueBalance, DueItem, Invoice


@transaction.atomic
def tell_terms(*, creditor_id: int, accounts: Sequence[int], days: int) -> int:
    """Credit days for the invoices of these accounts whose due date was assumed. Entries stay; projections follow.

    Gives how many invoices moved or were confirmed.
    """
    parties.lock_creditor(creditor_id=creditor_id)
    invoices = list(Invoice.objects.filter(creditor_id=creditor_id, account_id__in=accounts, assumed_terms=True))
    for invoice in invoices:
        due = invoice.issued_on + timedelta(days=days)
        for balance in DueBalance.objects.filter(due_item__invoice=invoice).exclude(due_on=due):
            _move(balance, -1)
            DueItem.objects.filter(pk=balance.due_item_id).update(due_on=due)
            balance.due_on = due
            balance.save(update_fields=["due_on"])
            _move(balance, +1)
        invoice.assumed_terms = False
        invoice.save(update_fields=["assumed_terms"])
    posting.refresh_accounts(creditor_id, {i.account_id for i in invoices}, {})
    return len(invoices)


def _move(balance: DueBalance, sign: int) -> None:
    """Take a balance out of the day's total, or put it in."""
    if balance.open_minor == 0:
        return
    day, _new = DayTotal.objects.get_or_create(
        creditor_id=balance.creditor_id, currency=balance.currency, due_on=balance.due_on
    )
    day.open_minor += sign * balance.open_minor
    day.items += sign
    day.save(update_fields=["open_minor", "items"])
