"""Letters on paper, read and written here only: which wait to be posted, their batches, and who received them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from puntual.apps.outreach.choices import DeliveryFact
from puntual.apps.outreach.facts import record_fact
from puntual.apps.outreach.models import Letter, LetterBatch, Outbox
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.core.errors import UnusableInput

#: More than these in one PDF would keep a person waiting.
BATCH_MAX = 60


def of(creditor_id: int) -> QuerySet[Outbox]:
    """The letters that were written, newest first."""
    rows = Outbox.objects.filter(creditor_id=creditor_id, channel="letter", state__in=("sent", "failed"))
    return rows.exclude(state="failed", letter=None).select_related("account", "letter").order_by("-pk")


def to_print(creditor_id: int) -> list[int]:
    """Those that are in no batch yet, the oldest first, as many as fit in one."""
    rows = Outbox.objects.filter(creditor_id=creditor_id, channel="letter", state="sent", letter__batch=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH_MAX])


def batches(creditor_id: int, limit: int = 10) -> list[LetterBatch]:
    return list(LetterBatch.objects.filter(creditor_id=creditor_id).order_by("-pk")[:limit])


@transaction.atomic
def batched(*, creditor_id: int, ids: Sequence[int], file: str, at: datetime, by: int | None) -> LetterBatch:
    """They were put in one PDF for the printer."""
    batch = LetterBatch.objects.create(creditor_id=creditor_id, file=file, letters=len(ids), made_at=at, by_id=by)
    for pk in ids:
        Letter.objects.update_or_create(outbox_id=pk, defaults={"batch": batch})
    return batch


@transaction.atomic
def told(
    *, outbox: Outbox, registered: str, posted_at: datetime | None, delivered_on: date | None, returned_on: date | None,
    note: str, at: datetime,
) -> Letter:  # fmt: skip
    """What a person tells of a letter: its number, and whether it arrived or came back. UnusableInput when it says
    both."""
    if delivered_on and returned_on:
        raise UnusableInput("Una carta se entregó o se devolvió: deje solo una de las dos fechas.", field="returned_on")
    key = parties.key_of(outbox.party_id)
    changes = {
        "registered": registered[:60], "posted_at": posted_at, "delivered_on": delivered_on,
        "returned_on": returned_on, "sealed_note": vault.seal(key, note[:120]) if key and note else None,
    }  # fmt: skip
    letter, _new = Letter.objects.update_or_create(outbox=outbox, defaults=changes)
    kind = DeliveryFact.DELIVERED if delivered_on else DeliveryFact.BOUNCED if returned_on else None
    if kind is not None:
        record_fact(
            account_id=outbox.account_id, kind=kind, at=at, key=f"{kind.value}:{outbox.pk}", outbox_id=outbox.pk,
            channel="letter", detail=registered,
        )  # fmt: skip
    return letter


def note_of(letter: Letter) -> str:
    """Who received it, as it was told; empty once the person was erased."""
    key = parties.key_of(letter.outbox.party_id)
    return vault.unseal(key, bytes(letter.sealed_note)) if key and letter.sealed_note else ""
