"""Reads for Conversaciones: the list, bounded by its index, and one thread over all channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs
from django.contrib.auth import get_user_model
from django.db.models import Max, Q, QuerySet

from puntual.apps.counting import counts_up_to
from puntual.apps.inbox import read, speaking
from puntual.apps.inbox.choices import ProposalState
from puntual.apps.inbox.filters import Filters
from puntual.apps.inbox.models import Canned, Conversation, MessageFile, Note, Proposal, Reply, ThreadMessage
from puntual.apps.outreach.models import Message, Outbox
from puntual.apps.outreach.wording import amount
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables.models import DueBalance
from puntual.core.customers import acts

PAGE, COUNT_MAX = 30, 1_000
#: How much of a thread a page shows; the rest is asked for.
THREAD_MAX = 80
PREVIEW = 110


def tray(creditor_id: int, name: str, *, user_id: int | None, now: datetime) -> QuerySet[Conversation]:
    """The conversations of a tray, in no order yet."""
    rows = Conversation.objects.filter(creditor_id=creditor_id, discarded_at=None)
    if name == "desconocidos":
        return rows.filter(party=None)
    rows = rows.filter(party__isnull=False)
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    if name == "todas":
        return rows
    if name == "pospuestas":
        return rows.filter(waiting_since__isnull=False, snoozed_until__gt=now)
    rows = rows.filter(awake, waiting_since__isnull=False)
    if name == "mias":
        return rows.filter(assigned_to_id=user_id)
    return rows.filter(assigned_to=None) if name == "sin" else rows


def matching(creditor_id: int, filters: Filters, *, user_id: int | None, now: datetime) -> QuerySet[Conversation]:
    """The conversations that the filters leave, those that should be looked after first."""
    rows = tray(creditor_id, filters.tray, user_id=user_id, now=now)
    if filters.channel:
        rows = rows.filter(last_channel=filters.channel)
    if filters.intent:
        rows = rows.filter(last_intent=filters.intent)
    if filters.assigned:
        rows = rows.filter(assigned_to_id=int(filters.assigned))
    if filters.late:
        rows = rows.filter(waiting_since__isnull=False, answer_by__lte=now)
    if filters.query:
        rows = rows.filter(party_id__in=parties.parties_matching(filters.query))
    return rows.order_by("-last_at", "-pk") if by_time(filters) else rows.order_by("answer_by", "pk")


def following(row: Conversation, *, user_id: int | None, now: datetime) -> int | None:
    """The next that waits: of those after this one by their deadline, else the most urgent; none when nothing waits."""
    rows = matching(row.creditor_id or 0, Filters(), user_id=user_id, now=now).exclude(pk=row.pk)
    later = Q(answer_by__gt=row.answer_by) | Q(answer_by=row.answer_by, pk__gt=row.pk) if row.answer_by else Q()
    ids = rows.values_list("pk", flat=True)
    return ids.filter(later).first() or ids.first()


def by_time(filters: Filters) -> bool:
    """Whether a tray reads newest first; what waits reads by its deadline."""
    return filters.tray in ("todas", "desconocidos")


def page_of(rows: QuerySet[Conversation], filters: Filters, mark: str) -> tuple[list[Conversation], str]:
    """One page after a mark, and the mark of the next."""
    stamp, _dot, pk = mark.rpartition("_")
    try:
        at = datetime.fromisoformat(stamp) if pk.isdigit() else None
    except ValueError:
        at = None
    field, down = ("last_at", True) if by_time(filters) else ("answer_by", False)
    if at is not None:
        sign = "lt" if down else "gt"
        rows = rows.filter(**{f"{field}__{sign}e": at}).filter(
            Q(**{f"{field}__{sign}": at}) | Q(**{field: at, f"pk__{sign}": int(pk)})
        )
    found = list(rows.select_related("assigned_to")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], f"{getattr(last, field).isoformat()}_{last.pk}"


def counts(creditor_id: int, *, user_id: int | None, now: datetime) -> dict[str, int]:
    """How many each tray has, each counted up to COUNT_MAX, and how many are late."""
    trays = {n: tray(creditor_id, n, user_id=user_id, now=now) for n in ("", "mias", "sin", "pospuestas")}
    trays["desconocidos"] = tray(creditor_id, "desconocidos", user_id=user_id, now=now)
    trays["tarde"] = trays[""].filter(answer_by__lte=now)
    return counts_up_to(COUNT_MAX, trays)


@attrs.frozen
class Line:
    """One conversation as the list tells it."""

    row: Conversation
    name: str
    preview: str
    files: int
    proposal: Proposal | None
    late: bool
    snoozed: bool


def lines(rows: Sequence[Conversation], now: datetime) -> list[Line]:
    """What the list tells of each: who, the last words of theirs, and what is proposed."""
    people = parties.people(row.party_id for row in rows if row.party_id)
    keys = parties.keys_of(row.party_id for row in rows if row.party_id)
    ids = [row.pk for row in rows]
    last = _last_messages(ids)
    files = {m.pk: len(m.media) for m in last.values()}
    for pk in MessageFile.objects.filter(message__in=list(last.values())).values_list("message_id", flat=True):
        files[pk] = files.get(pk, 0) + 1
    proposals = _first_proposals(ids)
    made = []
    for row in rows:
        message = last.get(row.pk)
        words = _words(message, keys.get(row.party_id or 0), row.party_id) if message else ""
        name = people[row.party_id].name if row.party_id in people else read.sender_of(row)
        made.append(
            Line(
                row,
                name,
                " ".join(words.split())[:PREVIEW],
                files.get(message.pk, 0) if message else 0,
                proposals.get(row.pk),
                bool(row.waiting_since and row.answer_by and row.answer_by <= now),
                bool(row.snoozed_until and row.snoozed_until > now),
            )  # fmt: skip
        )
    return made


def _last_messages(ids: Sequence[int]) -> dict[int, ThreadMessage]:
    last = ThreadMessage.objects.filter(conversation_id__in=ids).values("conversation_id").annotate(at=Max("at"))
    wanted = Q(pk__in=[])
    for one in last:
        wanted |= Q(conversation_id=one["conversation_id"], at=one["at"])
    return {m.conversation_id: m for m in ThreadMessage.objects.filter(wanted).order_by("pk")}


def _first_proposals(ids: Sequence[int]) -> dict[int, Proposal]:
    rows = Proposal.objects.filter(message__conversation_id__in=ids, state=ProposalState.WAITING)
    found: dict[int, Proposal] = {}
    for row in rows.select_related("message").order_by("pk"):
        found.setdefault(row.message.conversation_id, row)
    return found


def _words(message: ThreadMessage, key: bytes | None, party_id: int | None) -> str:
    if party_id is None:
        return vault.unseal_file(message.sealed_text).decode()
    return vault.unseal(key, message.sealed_text)


# --- one thread ------------------------------------------------------------------------------------------------------


@attrs.frozen
class Moment:
    """One thing in a thread: what they wrote (in), what we wrote (out), or a note between us."""

    kind: str
    at: datetime
    text: str
    channel: str = ""
    subject: str = ""
    message: ThreadMessage | None = None
    files: Sequence[tuple[MessageFile, str]] = ()
    proposals: Sequence[Proposal] = ()
    outbox: Outbox | None = None
    reply: Reply | None = None
    by: str = ""


def thread(row: Conversation, limit: int = THREAD_MAX) -> list[Moment]:
    """The newest moments of a conversation, oldest first."""
    key = parties.key_of(row.party_id) if row.party_id else None
    moments = [*_heard(row, key, limit), *_noted(row, key, limit)]
    if row.party_id is not None and row.creditor_id is not None:
        moments += _said(row, key, limit)
    return sorted(moments, key=lambda m: m.at)[-limit:]


def _heard(row: Conversation, key: bytes | None, limit: int) -> list[Moment]:
    messages = list(row.messages.order_by("-at", "-pk")[:limit])
    files: dict[int, list[tuple[MessageFile, str]]] = {}
    for file in MessageFile.objects.filter(message__in=messages).select_related("conversation").order_by("position"):
        files.setdefault(file.message_id, []).append((file, read.file_name(file)))
    proposals: dict[int, list[Proposal]] = {}
    rows = Proposal.objects.filter(message__in=messages).select_related("outbox", "promise", "decided_by")
    for proposal in rows.order_by("pk"):
        proposals.setdefault(proposal.message_id, []).append(proposal)
    made = []
    for message in messages:
        subject = _open(key, row.party_id, message.sealed_subject)
        made.append(
            Moment(
                "in",
                message.at,
                _words(message, key, row.party_id),
                message.channel,
                subject,
                message,
                files.get(message.pk, []),
                proposals.get(message.pk, []),
            )  # fmt: skip
        )
    return made


def _open(key: bytes | None, party_id: int | None, blob: bytes | None) -> str:
    if blob is None:
        return ""
    return vault.unseal(key, blob) if party_id is not None else vault.unseal_file(blob).decode()


def _noted(row: Conversation, key: bytes | None, limit: int) -> list[Moment]:
    notes = row.notes.select_related("by").order_by("-at")[:limit]
    return [Moment("note", n.at, _open(key, row.party_id, n.sealed_text), by=_who(n.by)) for n in notes]


def _said(row: Conversation, key: bytes | None, limit: int) -> list[Moment]:
    """What we wrote to the person for this creditor, and what is about to leave as an answer."""
    sent = Outbox.objects.filter(account__party_id=row.party_id, creditor_id=row.creditor_id).exclude(channel="task")
    left = list(sent.filter(state__in=("sent", "opened", "unknown", "failed"), finished_at__isnull=False)
                .order_by("-finished_at")[:limit])  # fmt: skip
    coming = list(sent.filter(pk__in=row.replies.values("pk"), state__in=("planned", "reserved", "handing_over")))
    every = {one.pk: one for one in (*left, *coming)}
    told = {m.pk: m for m in Message.objects.filter(pk__in=every)}
    replies = {r.pk: r for r in Reply.objects.filter(pk__in=every).select_related("by", "answers")}
    made = []
    for pk, one in every.items():
        message, reply = told.get(pk), replies.get(pk)
        text = vault.unseal(key, message.sealed_text) if message else _coming_text(reply, key)
        subject = vault.unseal(key, message.sealed_subject) if message and one.channel == "email" else ""
        at = one.finished_at or one.scheduled_at
        by = _who(reply.by) if reply and reply.by else ""
        made.append(Moment("out", at, text, one.channel, subject, outbox=one, reply=reply, by=by))
    return made


def _coming_text(reply: Reply | None, key: bytes | None) -> str:
    if reply is None:
        return ""
    return vault.unseal(key, reply.sealed_text) if reply.sealed_text is not None else ""


def _who(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def waiting_of(row: Conversation) -> list[Proposal]:
    """What a person should decide here, or look at although it was done, the newest message's first."""
    rows = Proposal.objects.filter(message__conversation=row)
    rows = rows.filter(Q(state=ProposalState.WAITING) | Q(review=True))
    found = list(rows.select_related("message__conversation", "message__account").order_by("-message__at", "pk")[:12])
    told = {(p.message_id, act) for p in found for act in acts.TOGETHER.get(p.act, ())}
    return [p for p in found if (p.message_id, p.act) not in told][:8]


def colleagues(ids: Iterable[int] | None = None) -> list[tuple[int, str]]:
    """(user, name) of those to whom a conversation may be given."""
    users = get_user_model().objects.filter(is_active=True).order_by("first_name", "username")
    users = users.filter(pk__in=list(ids)) if ids is not None else users
    return [(u.pk, _who(u)) for u in users[:100]]


def canned_of(creditor_id: int) -> list[Canned]:
    """The answers that a creditor keeps ready, by key."""
    return list(Canned.objects.filter(creditor_id=creditor_id).order_by("key"))


def balances_of(row: Conversation) -> list[tuple[int, str, int]]:
    """(account, currency, what is open) of the person with this creditor."""
    rows = Account.objects.filter(party_id=row.party_id, creditor_id=row.creditor_id)
    accounts = list(rows.order_by("pk").values_list("pk", flat=True))
    found = receivables.open_balance(accounts)
    return [(account, currency, balance.open_minor) for (account, currency), balance in sorted(found.items())]


def documents_of(proposals: Sequence[Proposal]) -> list[tuple[str, str]]:
    """(due item, its number and what is open) to choose from, when a dispute waits for a person."""
    accounts = {p.message.account_id for p in proposals if p.act == acts.OPEN_DISPUTE and p.message.account_id}
    items = [i for account in sorted(accounts) for i in receivables.open_items(account)]
    return [(str(i.due_item_id), f"{i.due_item.invoice.number} · {_money(i)}") for i in items]


def _money(item: DueBalance) -> str:
    return amount(item.open_minor, item.currency, item.due_item.invoice.account.creditor.country)


def suggestion_for(proposals: Sequence[Proposal], now: datetime) -> Proposal | None:
    """The proposal whose answer is suggested: the first that has words of its own."""
    from puntual.apps.inbox import doing

    return next((p for p in proposals if p.state == ProposalState.WAITING and doing.preview(p, now)), None)


def ways(row: Conversation) -> list[speaking.Way]:
    """By where this conversation can be answered."""
    if row.party_id is None or row.creditor_id is None:
        return []
    return speaking.ways_of(row.party_id, row.creditor_id)


def note_count(rows: Sequence[Conversation]) -> dict[int, int]:
    """conversation -> its notes."""
    found: dict[int, int] = {}
    for pk in Note.objects.filter(conversation__in=rows).values_list("conversation_id", flat=True):
        found[pk] = found.get(pk, 0) + 1
    return found
