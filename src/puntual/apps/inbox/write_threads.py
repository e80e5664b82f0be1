"""What people of the company do with conversations: give them to somebody, put them off, call them attended, note
something. Every change tells what was before, so that it can be put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from puntual.apps.inbox import identify, read
from puntual.apps.inbox.models import Canned, Conversation, InboxRules, Note, Proposal
from puntual.core.errors import Refused, UnusableInput

#: What may be changed of a conversation, and what is put back.
_FIELDS = ("assigned_to_id", "snoozed_until", "waiting_since", "answer_by", "discarded_at")
_MOMENTS = _FIELDS[1:]
#: What can be done to many at once: act -> its fields.
ACTS = ("assign", "snooze", "attend", "reopen", "discard")

Before = list[dict[str, Any]]


@transaction.atomic
def change(
    *,
    creditor_id: int,
    ids: Sequence[int],
    act: str,
    at: datetime,
    to: int | None = None,
    until: datetime | None = None,
) -> Before:
    """Do one of ACTS to these conversations of a creditor; gives how those that changed were before.

    Attending decides nothing of what is proposed: what is not decided stays under its message.
    """
    if act not in ACTS:
        raise ValueError(f"unknown act {act}")
    if act == "snooze" and (until is None or until <= at):
        raise UnusableInput("Elija un momento que todavía no haya pasado.", field="until")
    rows = list(Conversation.objects.select_for_update().filter(creditor_id=creditor_id, pk__in=list(ids)))
    if act == "discard" and any(row.party_id is not None for row in rows):
        raise Refused("Solo se descarta lo que escribió alguien que no se conoce.")
    before: Before = []
    for row in rows:
        old = {name: getattr(row, name) for name in _FIELDS}
        new = {**old, **_new(row, act, at, to, until)}
        if new != old:
            Conversation.objects.filter(pk=row.pk).update(**new)
            before.append({"pk": row.pk, **{k: _plain(v) for k, v in old.items()}})
    return before


def _new(row: Conversation, act: str, at: datetime, to: int | None, until: datetime | None) -> Mapping[str, Any]:
    if act == "assign":
        return {"assigned_to_id": to}
    if act == "snooze":
        # What is put off comes back as something to attend, whoever had attended it.
        since = row.waiting_since or at
        return {"snoozed_until": until, "waiting_since": since, "answer_by": max(filter(None, (row.answer_by, until)))}
    if act == "discard":
        return {"discarded_at": row.discarded_at or at, "waiting_since": None, "answer_by": None}
    if act == "attend":
        return {"waiting_since": None, "answer_by": None, "snoozed_until": None}
    hours = timedelta(hours=read.rules_of(row.creditor_id).sla_hours)
    since = row.waiting_since or at
    return {"waiting_since": since, "answer_by": row.answer_by or since + hours, "discarded_at": None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@transaction.atomic
def put_back(*, creditor_id: int, before: Before) -> int:
    """Undo of `change`. Gives how many are as they were."""
    done = 0
    for one in before:
        values = {k: v for k, v in one.items() if k in _FIELDS}
        values |= {k: datetime.fromisoformat(values[k]) for k in _MOMENTS if values.get(k)}
        done += Conversation.objects.filter(pk=one["pk"], creditor_id=creditor_id).update(**values)
    return done


@transaction.atomic
def note(*, conversation_id: int, text: str, at: datetime, by: int) -> Note:
    """Something that only the people of the company read."""
    words = text.strip()
    if not words:
        raise UnusableInput("Escriba la nota antes de guardarla.", field="text")
    row = Conversation.objects.get(pk=conversation_id)
    return Note.objects.create(
        conversation=row, by_id=by, at=at, sealed_text=identify.sealed(row.party_id, words[:2000])
    )


@transaction.atomic
def remove_note(*, note_id: int, by: int) -> None:
    """Undo of one's own note."""
    if Note.objects.filter(pk=note_id, by_id=by).delete()[0] == 0:
        raise Refused("Esa nota es de otra persona.")


@transaction.atomic
def save_canned(*, creditor_id: int, key: str, name: str, text: str, then: str = "") -> Canned:
    """An answer kept ready. The same key again replaces it."""
    row, _new = Canned.objects.update_or_create(
        creditor_id=creditor_id, key=key.strip().lower()[:24],
        defaults={"name": name.strip()[:60], "text": text.strip()[:2000], "then": then},
    )  # fmt: skip
    return row


@transaction.atomic
def remove_canned(*, creditor_id: int, key: str) -> dict[str, str] | None:
    """It is kept no more; gives what it was, to put it back."""
    row = Canned.objects.filter(creditor_id=creditor_id, key=key).first()
    if row is None:
        return None
    kept = {"key": row.key, "name": row.name, "text": row.text, "then": row.then}
    row.delete()
    return kept


@transaction.atomic
def save_rules(*, creditor_id: int, told: Mapping[str, Any]) -> InboxRules:
    """How answers are looked after from now on."""
    row, _new = InboxRules.objects.update_or_create(creditor_id=creditor_id, defaults=dict(told))
    return row


def undecided(conversation_id: int) -> int:
    """How much is proposed here that nobody decided."""
    return Proposal.objects.filter(message__conversation_id=conversation_id, state="waiting").count()
