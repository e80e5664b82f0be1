"""What we say to people who wrote: by the channel they used, through the same outbox as everything that leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
from django.db import transaction

from puntual.apps.inbox import read
from puntual.apps.inbox.models import Conversation, Reply, ThreadMessage
from puntual.apps.outreach import shipped, write_answers
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.write_answers import ANSWER, CONFIRMS_STOP, NewAnswer
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Account, ContactPoint
from puntual.core.errors import Refused, UnusableInput

MESSAGES = Path(__file__).parent / "messages"
#: Kind of contact point that each channel writes to.
POINT_OF = {"email": "email", "sms": "phone", "whatsapp": "phone"}
#: In which order a channel is looked for when the one they used cannot answer (their page, a call).
_ORDER = ("whatsapp", "email", "sms")


@attrs.frozen
class Way:
    """By where to answer: a channel and the contact point of the person's that it writes to."""

    channel: str
    point: ContactPoint


def ways_of(party_id: int, creditor_id: int) -> list[Way]:
    """By where a creditor can answer a person, the best of each kind first."""
    can = [c for c in _ORDER if c == "email" or read.channel_account(creditor_id, c) is not None]
    points = list(ContactPoint.objects.filter(party_id=party_id, status="active").order_by("rank", "pk"))
    return [Way(channel, point) for channel in can for point in points if channel in parties.CHANNELS_OF[point.kind]]


def way_back(row: ThreadMessage) -> Way | None:
    """By where to answer a message: the way it came, else the best there is; none when nothing of theirs is left."""
    thread = row.conversation
    if thread.party_id is None or thread.creditor_id is None:
        return None
    ways = ways_of(thread.party_id, thread.creditor_id)
    same = [way for way in ways if way.channel == row.channel]
    wrote = row.contact_point_id or (row.answers.contact_point_id if row.answers else None)
    exact = [way for way in same if way.point.pk == wrote]
    return next(iter(exact or same or ways), None)


@lru_cache(maxsize=512)
def words_of(act: str, channel: str, language: str = "es", form: str = "usted") -> str:
    """The template of what we say for an act, in Liquid, in Spanish (in the creditor's form of address), Portuguese or
    English; the short one where every letter is paid."""
    name, tongue = "corto" if channel == "sms" else "texto", shipped.language_of(language)
    ending = ".txt" if tongue == "es" else f".{tongue}.txt"
    return shipped.spoken((MESSAGES / act / f"{name}{ending}").read_text(encoding="utf-8"), form)


def known_acts() -> list[str]:
    """Everything that may be said by a template of this app."""
    return sorted(folder.name for folder in MESSAGES.iterdir() if folder.is_dir())


@transaction.atomic
def say(
    *, row: ThreadMessage, act: str, values: Mapping[str, Any], at: datetime, by: int | None = None, key: str = ""
) -> Outbox | None:
    """Answer a message with an act's template, once a message (or `key`). None when there is no way to answer.

    Unless a person says it, the creditor's first sends wait for one.
    """
    way, account = way_back(row), _account_of(row)
    if way is None or account is None:
        return None
    thread = row.conversation
    return _enqueue(
        key=key or f"{row.pk}", account=account, way=way, at=at, by=by, thread=thread, answers=row, act=act,
        values=dict(values),
    )  # fmt: skip


@transaction.atomic
def confirm_stop(
    *, row: ThreadMessage, act: str, values: Mapping[str, Any], way: Way, at: datetime, key: str
) -> Outbox | None:
    """The one confirmation that a person gets of having asked for silence, to where they asked it from."""
    account = _account_of(row)
    if account is None:
        return None
    sealed = vault.seal(_key_of(account), vault.unseal(_key_of(account), way.point.sealed_value))
    return _enqueue(
        key=key, account=account, way=way, at=at, by=None, thread=row.conversation, answers=row, act=act,
        values=dict(values), step=CONFIRMS_STOP, confirms_at=row.at, sealed_to=sealed,
    )  # fmt: skip


@transaction.atomic
def write_to(
    *, thread: Conversation, channel: str, text: str, key: str, at: datetime, by: int, point_id: int | None = None
) -> Outbox:
    """What a person of the company writes. UnusableInput or Refused say why it cannot go."""
    words = text.strip()
    if not words:
        raise UnusableInput("Escriba algo antes de enviar.", field="text")
    if len(words) > 4000:
        raise UnusableInput("El mensaje es demasiado largo: deje lo esencial en 4,000 letras.", field="text")
    last = thread.messages.order_by("-at", "-pk").first()
    account = (_account_of(last) if last else None) or _first_account(thread)
    if account is None or thread.party_id is None:
        raise Refused("Todavía no se sabe quién es: diga primero a quién pertenece la conversación.")
    ways = [w for w in ways_of(thread.party_id, account.creditor_id) if w.channel == channel]
    chosen = [w for w in ways if w.point.pk == point_id] or ways
    if not chosen:
        raise Refused("Ese canal no se puede usar con esta persona.", reason="no_channel")
    sealed = vault.seal(_key_of(account), words)
    return _enqueue(key=f"escrita-{key}", account=account, way=chosen[0], at=at, by=by, thread=thread, answers=last,
                    sealed_text=sealed)  # fmt: skip


def _enqueue(
    *, key: str, account: Account, way: Way, at: datetime, by: int | None, thread: Conversation | None,
    answers: ThreadMessage | None, act: str = "", values: dict[str, Any] | None = None, step: str = ANSWER,
    **more: Any,
) -> Outbox:  # fmt: skip
    rules = read.rules_of(account.creditor_id)
    creditor = account.creditor
    wait = timedelta(seconds=0 if step == CONFIRMS_STOP else rules.undo_seconds)
    answer = NewAnswer(
        key=key, account=account.pk, party=account.party_id, creditor=creditor.pk, channel=way.channel,
        point=way.point.pk, currency=creditor.currency, at=at + wait, step=step, template=act[:40] or ANSWER,
        approved=by is not None or step == CONFIRMS_STOP or creditor.approve_first == 0,
    )  # fmt: skip
    outbox, new = write_answers.enqueue_answer(answer=answer)
    if new:
        Reply.objects.create(
            outbox=outbox, conversation=thread, answers=answers, act=act, values=values or {}, by_id=by, created_at=at,
            **more,
        )  # fmt: skip
    return outbox


def thank(*, account: Account, way: Way, values: Mapping[str, Any], amount_minor: int, currency: str, key: str,
          at: datetime, template: str = "gracias") -> Outbox:  # fmt: skip
    """Thanks for a payment that is in the books, once per `key`; with its receipt where the template brings it."""
    creditor = account.creditor
    answer = NewAnswer(
        key=key, account=account.pk, party=account.party_id, creditor=creditor.pk, channel=way.channel,
        point=way.point.pk, currency=currency, at=at, approved=creditor.approve_first == 0, amount_minor=amount_minor,
        step=write_answers.THANKS, template=template,
    )  # fmt: skip
    with transaction.atomic():
        outbox, new = write_answers.enqueue_answer(answer=answer)
        if new:
            thread, _new = Conversation.objects.get_or_create(
                party_id=account.party_id, creditor=creditor, defaults={"last_at": at, "last_channel": way.channel}
            )
            if not answer.approved and thread.waiting_since is None:
                # Somebody has to see it: it is one of the first.
                hours = timedelta(hours=read.rules_of(creditor.pk).sla_hours)
                Conversation.objects.filter(pk=thread.pk).update(waiting_since=at, answer_by=at + hours)
            Reply.objects.create(outbox=outbox, conversation=thread, act="gracias", values=dict(values), created_at=at)
    return outbox


def _account_of(row: ThreadMessage) -> Account | None:
    return Account.objects.select_related("creditor").filter(pk=row.account_id).first()


def _first_account(thread: Conversation) -> Account | None:
    rows = Account.objects.select_related("creditor").filter(party_id=thread.party_id, creditor_id=thread.creditor_id)
    return rows.order_by("pk").first()


def _key_of(account: Account) -> bytes:
    key = parties.key_of(account.party_id)
    if key is None:
        raise Refused("Los datos de esa persona se borraron: no se le puede escribir.")
    return key


def replies_of(outbox_ids: Sequence[int]) -> dict[int, Reply]:
    """outbox row -> what it is to say."""
    rows = Reply.objects.filter(pk__in=list(outbox_ids)).select_related("answers")
    return {row.pk: row for row in rows}
