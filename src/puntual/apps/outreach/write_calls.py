"""Calls that a person of the team makes: entered in the history of contacts at the moment of the click, then told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from puntual.apps.outreach.models import Contact
from puntual.core.errors import UnusableInput


def record_call(*, party_id: int, account_id: int, creditor_id: int, purpose: str, at: datetime, by_id: int) -> Contact:
    """A call that the gate just allowed takes its place in the caps. Inside the caller's transaction, which holds the
    person (`parties.write.lock_parties`)."""
    return Contact.objects.create(
        party_id=party_id, account_id=account_id, creditor_id=creditor_id, channel="call", direction="out",
        purpose=purpose, step="gestion", at=at, by_id=by_id,
    )  # fmt: skip


@transaction.atomic
def tell_call(*, contact_id: int, direct_contact: bool, note: str) -> None:
    """What a call came to: whether the person was reached, and the result in words. It counts all the same."""
    found = Contact.objects.filter(pk=contact_id, channel="call", outbox=None)
    if found.update(direct_contact=direct_contact, note=note[:300]) != 1:
        raise UnusableInput("Esa llamada ya no está.")
