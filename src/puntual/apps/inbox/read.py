"""The only reader of conversations and of the accounts that carry them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from puntual.apps.inbox.choices import Adapter, FileState, ProposalState, TemplateState
from puntual.apps.inbox.models import (
    ChannelAccount,
    Conversation,
    InboxRules,
    Mark,
    MessageFile,
    Note,
    Proposal,
    ProviderTemplate,
    RawInbound,
    Reply,
    ThreadMessage,
)
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault


def channel_account(creditor_id: int, channel: str) -> ChannelAccount | None:
    """What carries a creditor's messages of a channel."""
    return ChannelAccount.objects.filter(creditor_id=creditor_id, channel=channel, active=True).first()


def accounts_of_adapter(adapter: str, ref: str = "") -> list[ChannelAccount]:
    """The accounts that may have signed a notice; only that of `ref` when the address named it."""
    rows = ChannelAccount.objects.filter(adapter=adapter, active=True)
    return list(rows.filter(ref=ref) if ref else rows.order_by("pk"))


def creditors_with(channel: str) -> frozenset[int]:
    """The creditors that can send by a channel."""
    rows = ChannelAccount.objects.filter(channel=channel, active=True)
    return frozenset(rows.values_list("creditor_id", flat=True))


def secrets_of(account: ChannelAccount) -> Mapping[str, str]:
    """An account's credentials, opened."""
    found: dict[str, str] = json.loads(vault.unseal_file(account.sealed))
    return found


def approved(creditor_id: int, template: str, language: str) -> ProviderTemplate | None:
    """The provider's approved template for one of ours: in the person's language, else in the creditor's Spanish."""
    rows = ProviderTemplate.objects.filter(
        account__creditor_id=creditor_id, account__active=True, template=template, state=TemplateState.APPROVED
    )
    mine = (language or "es")[:2]
    found = sorted(rows, key=lambda row: (not row.language.startswith(mine), not row.language.startswith("es")))
    return found[0] if found else None


def wrote_since(party_ids: Iterable[int], channel: str, since: datetime) -> frozenset[int]:
    """Those who wrote by a channel after an instant."""
    wanted = sorted(set(party_ids))
    if not wanted:
        return frozenset()
    rows = ThreadMessage.objects.filter(
        conversation__party_id__in=wanted, channel=channel, by_person=True, at__gt=since
    )
    return frozenset(rows.values_list("conversation__party_id", flat=True))


def conversations(creditor_id: int | None = None) -> QuerySet[Conversation]:
    """Threads of people who are known, those that wait longest first."""
    rows = Conversation.objects.exclude(party=None).order_by("waiting_since", "-last_at")
    return rows if creditor_id is None else rows.filter(creditor_id=creditor_id)


def unknown_senders() -> QuerySet[Conversation]:
    """The tray of senders nobody knows."""
    return Conversation.objects.filter(party=None).order_by("-last_at")


def sender_of(conversation: Conversation) -> str:
    """The address of an unknown sender, so that a person can find out whose it is."""
    return vault.unseal_file(conversation.sealed_sender).decode() if conversation.sealed_sender else ""


def text_of(message: ThreadMessage) -> str:
    """What was written; a fixed phrase once the person was erased."""
    party = message.conversation.party_id
    if party is None:
        return vault.unseal_file(message.sealed_text).decode()
    return vault.unseal(parties.key_of(party), message.sealed_text)


def waiting() -> QuerySet[Proposal]:
    """What a person should decide, or look at although it was done."""
    return Proposal.objects.filter(state=ProposalState.WAITING).select_related("message").order_by("pk")


def stuck() -> QuerySet[RawInbound]:
    """Notices that could not be read: nothing is lost, a person must look."""
    return RawInbound.objects.filter(stuck=True).order_by("pk")


def anything_waiting(at: datetime) -> bool:
    """Whether a notice waits to be processed."""
    return RawInbound.objects.filter(processed_at=None, stuck=False, next_try_at__lte=at).exists()


def accounts() -> QuerySet[ChannelAccount]:
    """Every account that carries messages now."""
    return ChannelAccount.objects.filter(active=True).select_related("creditor").order_by("pk")


def rules_of(creditor_id: int | None) -> InboxRules:
    """How a creditor's answers are looked after; the defaults where nobody chose."""
    return InboxRules.objects.filter(pk=creditor_id).first() or InboxRules(creditor_id=creditor_id)


def mailboxes(at: datetime | None = None) -> list[ChannelAccount]:
    """The mailboxes that are read; only those whose turn it is, with an instant."""
    rows = ChannelAccount.objects.filter(active=True, adapter=Adapter.IMAP).select_related("creditor", "mailbox")
    boxes = list(rows.order_by("pk"))
    if at is None:
        return boxes
    return [b for b in boxes if not hasattr(b, "mailbox") or b.mailbox.next_at is None or b.mailbox.next_at <= at]


def subject_of(message: ThreadMessage) -> str:
    """The subject of a mail; empty for what has none."""
    return _opened(message.conversation.party_id, message.sealed_subject)


def note_text(note: Note, party_id: int | None) -> str:
    """What somebody of the company noted."""
    return _opened(party_id, note.sealed_text)


def file_name(file: MessageFile) -> str:
    """The name that its sender gave a file; never to be trusted."""
    return _opened(file.conversation.party_id, file.sealed_name)


def _opened(party_id: int | None, blob: bytes | memoryview | None) -> str:
    if blob is None:
        return ""
    if party_id is None:
        return vault.unseal_file(blob).decode()
    return vault.unseal(parties.key_of(party_id), blob)


def reply_addresses(creditor_ids: Iterable[int]) -> dict[int, tuple[str, bool]]:
    """creditor -> (the address to which mail is answered, whether it takes tags behind a plus)."""
    rows = ChannelAccount.objects.filter(creditor_id__in=sorted(set(creditor_ids)), active=True, channel="email")
    return {row.creditor_id: (row.address, bool(secrets_of(row).get("tags"))) for row in rows}


def confirming(outbox_ids: Iterable[int]) -> dict[int, datetime]:
    """outbox row -> the instant of the person's act that it confirms, for those that confirm one."""
    rows = Reply.objects.filter(pk__in=list(outbox_ids), confirms_at__isnull=False)
    return dict(rows.values_list("pk", "confirms_at"))


def files_to_bring(at: datetime, limit: int) -> list[MessageFile]:
    """Files that their provider still keeps and whose turn it is."""
    rows = MessageFile.objects.filter(state=FileState.PENDING, next_try_at__lte=at)
    return list(rows.select_related("conversation", "message__raw__account").order_by("next_try_at", "pk")[:limit])


def carrier_of(file: MessageFile) -> ChannelAccount | None:
    """The account by which the message of a file came, or the one that carries its channel now."""
    raw = file.message.raw
    if raw is not None:
        return raw.account
    creditor = file.conversation.creditor_id
    return channel_account(creditor, file.message.channel) if creditor is not None else None


def mark(name: str) -> int | None:
    """How far a loop went; None when it never began."""
    return Mark.objects.filter(name=name).values_list("value", flat=True).first()


def conversation_of(party_id: int, creditor_id: int) -> Conversation | None:
    """The one thread of a person with a creditor, for screens that link to it."""
    return Conversation.objects.filter(party_id=party_id, creditor_id=creditor_id).first()


def needs(creditor_id: int, now: datetime) -> dict[str, QuerySet[Conversation]]:
    """What asks for a person, for «Hoy»: conversations past their hour, and the others that wait."""
    rows = Conversation.objects.filter(creditor_id=creditor_id, waiting_since__isnull=False, discarded_at=None)
    awake = rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))
    return {"talk_late": awake.filter(answer_by__lte=now), "talk_waiting": awake.filter(answer_by__gt=now)}


def written_by_people(creditor_id: int, start: datetime, end: datetime) -> list[tuple[int, int]]:
    """(conversation, who) for what people of the company wrote to its customers in [start, end), each pair once."""
    rows = Reply.objects.filter(
        conversation__creditor_id=creditor_id, by__isnull=False, created_at__gte=start,
        created_at__lt=end,
    )  # fmt: skip
    return sorted(set(rows.values_list("conversation_id", "by_id")))
