"""Visits in the history of contacts: their place is taken when the round is released, and told when it comes back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from puntual.apps.outreach.models import Contact


def record_visit(*, party_id: int, account_id: int, creditor_id: int, at: datetime, by_id: int) -> Contact:
    """A visit that the gate just allowed takes its place in the caps. Inside the caller's transaction, which holds the
    person (`parties.write.lock_parties`)."""
    return Contact.objects.create(
        party_id=party_id, account_id=account_id, creditor_id=creditor_id, channel="visit", direction="out",
        purpose="reminder_overdue", step="visita", at=at, by_id=by_id,
    )  # fmt: skip


@transaction.atomic
def tell_visit(*, contact_id: int, at: datetime, direct_contact: bool, note: str) -> None:
    """When it really was and whether the person was reached."""
    Contact.objects.filter(pk=contact_id, channel="visit").update(at=at, direct_contact=direct_contact, note=note[:300])


@transaction.atomic
def free_visit(*, contact_id: int) -> None:
    """Nobody went: the place in the caps is free again."""
    Contact.objects.filter(pk=contact_id, channel="visit").delete()
