"""Letters on paper, read and written here only: which wait to be posted, their batches, and who received them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from puntual.apps.outreach.choices import DeliveryFact
from puntual.apps.outreach.facts import record_fact
from puntual.apps.outreach.models import Letter, LetterBatch, Outbox
from puntual.apps.outreach.models_letters import BatchState
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.core.errors import UnusableInput

#: As many as a printer takes at once, and a few minutes of work.
BATCH_MAX = 1000
#: A batch that gave no sign of life for this long was interrupted.
SILENCE = timedelta(minutes=2)


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
def begin_batch(*, creditor_id: int, at: datetime, by: int | None) -> LetterBatch | None:
    """Take the letters that wait for one PDF, so that nobody else prints them; None when none waits."""
    ids = to_print(creditor_id)
    if not ids:
        return None
    batch = LetterBatch.objects.create(
        creditor_id=creditor_id, letters=len(ids), made_at=at, by_id=by, state=BatchState.MAKING, beat_at=at
    )
    known = set(Letter.objects.filter(outbox_id__in=ids).values_list("outbox_id", flat=True))
    Letter.objects.filter(outbox_id__in=known).update(batch=batch)
    Letter.objects.bulk_create(Letter(outbox_id=pk, batch=batch) for pk in ids if pk not in known)
    return batch


@transaction.atomic
def resume_batch(*, creditor_id: int, pk: int, at: datetime) -> LetterBatch | None:
    """One that failed or was interrupted begins again with the same letters; None for any other."""
    batch = LetterBatch.objects.select_for_update().filter(creditor_id=creditor_id, pk=pk).first()
    if batch is None or not (batch.state == BatchState.FAILED or silent(batch, at)):
        return None
    batch.state, batch.done, batch.beat_at, batch.error = BatchState.MAKING, 0, at, ""
    batch.save(update_fields=["state", "done", "beat_at", "error"])
    return batch


def silent(batch: LetterBatch, at: datetime) -> bool:
    """Whether whoever was writing it is gone."""
    return batch.state == BatchState.MAKING and (batch.beat_at is None or batch.beat_at < at - SILENCE)


def ids_of(batch: LetterBatch) -> list[int]:
    """The letters of a batch, in the order of its pages."""
    return list(Letter.objects.filter(batch=batch).order_by("outbox_id").values_list("outbox_id", flat=True))


def progressed(*, pk: int, done: int, at: datetime) -> None:
    """So many are laid out."""
    LetterBatch.objects.filter(pk=pk, state=BatchState.MAKING).update(done=done, beat_at=at)


def finished(*, pk: int, file: str = "", error: str = "") -> None:
    """The PDF is there, or why it is not: then its letters stay in it, to be tried again."""
    state = BatchState.FAILED if error else BatchState.READY
    LetterBatch.objects.filter(pk=pk).update(state=state, file=file, error=error[:300])


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
