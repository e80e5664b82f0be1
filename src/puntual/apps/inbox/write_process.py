"""From stored notices to conversations and delivery facts, at the loop's own pace, any number of times, in any order.

Everything a notice causes is one transaction with the mark that it was processed: after a crash it is simply taken
again. What cannot be read is tried later and then set apart for a person; nothing is thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs
from django.db import DataError, transaction

from puntual.apps.inbox import answering, identify, read, write_files
from puntual.apps.inbox.models import ChannelAccount, Conversation, DeliveryUpdate, RawInbound, ThreadMessage
from puntual.apps.inbox.write import received_of
from puntual.apps.outreach import facts as outreach
from puntual.apps.outreach import sending, whatsapp_words, write_bounces
from puntual.apps.outreach.choices import DeliveryFact
from puntual.apps.outreach.models import Outbox
from puntual.core.customers.acts import ActRules
from puntual.ports.classifier import Classifier
from puntual.ports.inbound import DeliveryReport, Ignored, InboundAdapter, InboundMessage, NumberNews, TemplateNews

MAX_TRIES = 5
#: A notice bigger than this is not kept after it was read.
RAW_KEPT_MAX = 256 * 1024
_AGAIN = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
_FACTS = {
    "sent": DeliveryFact.SENT,
    "delivered": DeliveryFact.DELIVERED,
    "read": DeliveryFact.OPENED,
    "failed": DeliveryFact.BOUNCED,
}


@attrs.define
class Worked:
    """What a round did. `stuck`: notices that nobody could read, waiting for a person."""

    processed: int = 0
    messages: int = 0
    reports: int = 0
    ignored: int = 0
    failed: int = 0
    stuck: int = 0


def process_raw(
    *,
    adapters: Mapping[str, InboundAdapter],
    classifier: Classifier,
    at: datetime,
    rules: ActRules | None = None,
    limit: int = 200,
) -> Worked:
    """Process the notices that wait, oldest first."""
    done = Worked()
    waiting = RawInbound.objects.filter(processed_at=None, stuck=False, next_try_at__lte=at)
    # One at a time: a notice may weigh as much as a mail with its files.
    for pk in list(waiting.order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit]):
        raw = RawInbound.objects.select_related("account__creditor").get(pk=pk)
        try:
            with transaction.atomic():
                if not RawInbound.objects.select_for_update().filter(pk=raw.pk, processed_at=None).exists():
                    continue  # another worker took it
                _take(raw, adapters[raw.adapter], classifier, rules, at, done)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, DataError) as error:
            # The bytes of others: whatever they lack, the notice stays, and its turn comes again.
            _later(raw, error, at, done)
    return done


def _take(
    raw: RawInbound, adapter: InboundAdapter, classifier: Classifier, rules: ActRules | None, at: datetime, done: Worked
) -> None:
    messages = reports = 0
    ignored = ""
    for fact in adapter.facts(received_of(raw), raw.received_at):
        if isinstance(fact, InboundMessage):
            messages += _hear(raw, fact, classifier, rules, at)
        elif isinstance(fact, Ignored):
            ignored = fact.reason
        elif isinstance(fact, TemplateNews | NumberNews):
            whatsapp_words.told(account_id=raw.account_id, news=fact)
        else:
            reports += record_report(raw.adapter, fact, at)
    changes: dict[str, object] = {"processed_at": at, "error": "", "ignored": ignored}
    if len(raw.sealed) > RAW_KEPT_MAX:
        # Its words and files are kept with the conversation by now; twice would be once too many.
        changes["sealed"] = b""
    RawInbound.objects.filter(pk=raw.pk).update(**changes)
    done.processed, done.messages, done.reports = done.processed + 1, done.messages + messages, done.reports + reports
    done.ignored += bool(ignored)


def _later(raw: RawInbound, error: Exception, at: datetime, done: Worked) -> None:
    tries = raw.tries + 1
    stuck = tries >= MAX_TRIES
    RawInbound.objects.filter(pk=raw.pk).update(
        tries=tries, stuck=stuck, next_try_at=at + _AGAIN[min(tries, len(_AGAIN)) - 1],
        error=f"No se pudo leer: {type(error).__name__}.",
    )  # fmt: skip
    done.failed += 1
    done.stuck += stuck


# --- delivery reports ---


def record_report(adapter: str, report: DeliveryReport, at: datetime) -> bool:
    """Keep what became of a message, once per event. Says whether it was new. Inside the caller's transaction."""
    key = f"{adapter}:{report.event_id}"[:200]
    if DeliveryUpdate.objects.filter(key=key).exists():
        return False
    row = _outbox_of(report)
    DeliveryUpdate.objects.create(
        key=key, channel=report.channel, provider_id=report.provider_id[:120], outbox=row, status=report.status,
        at=report.at, received_at=at, code=report.code[:20], sentence=report.sentence[:300],
        permanent=report.permanent,
    )  # fmt: skip
    if row is not None and report.channel == "email" and report.status == "failed":
        write_bounces.bounced(
            outbox_id=row.pk, at=report.at, sentence=report.sentence, permanent=report.permanent
        )  # fmt: skip
    elif row is not None:
        sending.settled(outbox_id=row.pk, at=report.at, left=report.status != "failed", sentence=report.sentence)
        kind = _FACTS[report.status]
        outreach.record_fact(
            account_id=row.account_id, kind=kind, at=report.at, key=f"{kind.value}:{row.pk}", outbox_id=row.pk,
            channel=report.channel, detail=report.sentence,
        )  # fmt: skip
    return True


def _outbox_of(report: DeliveryReport) -> Outbox | None:
    found = outreach.outbox_of_message(report.message_id)
    return found or identify.outbox_of_provider_id(report.provider_id)


# --- answers of people ---


def _hear(
    raw: RawInbound, said: InboundMessage, classifier: Classifier, rules: ActRules | None, at: datetime
) -> bool:  # fmt: skip
    """One message of a person into its thread, and what follows from it. Says whether it was new."""
    key = f"{raw.adapter}:{said.event_id}"[:160]
    if ThreadMessage.objects.filter(key=key).exists():
        return False
    mine = ChannelAccount.objects.filter(adapter=raw.adapter, address=said.to).order_by("-active", "-pk").first()
    carrier = mine or raw.account
    who = identify.sender(said, carrier.creditor_id, at)
    if _same_words(said, who.party):
        return False
    # One mailbox may serve several creditors: the message that is answered tells whose conversation it is.
    creditor = identify.creditor_of(who) or carrier.creditor
    thread = identify.thread_of(who, said, creditor.pk)
    row = ThreadMessage.objects.create(
        conversation=thread, raw=raw, account_id=who.account, answers_id=who.outbox, channel=said.channel, key=key,
        by_person=True, sealed_text=identify.sealed(who.party, said.text), at=said.at, received_at=raw.received_at,
        media=[[m.kind, m.mime_type, m.reference, m.sha256] for m in said.media],
        sealed_subject=identify.sealed(who.party, said.subject) if said.subject else None,
        reference=said.event_id[:255] if said.channel == "email" else "",
        contact_point=next((p for p in who.points if p.party_id == who.party), None),
    )  # fmt: skip
    write_files.keep(row=row, said=said, at=at)
    waits(thread, said.at, channel=said.channel)
    if who.party is not None:
        outreach.record_answer(
            party_id=who.party, account_id=who.account, creditor_id=creditor.pk, channel=said.channel,
            at=said.at, key=key,
        )  # fmt: skip
    limits = rules or answering.rules_for(creditor.pk)
    answering.answer(row=row, said=said, who=who, creditor=creditor, classifier=classifier, rules=limits, at=at)
    return True


def waits(thread: Conversation, at: datetime, *, channel: str) -> None:
    """Somebody wrote: the thread is up again, and its clock runs from its first answer that nobody looked after."""
    since = thread.waiting_since or at
    hours = timedelta(hours=read.rules_of(thread.creditor_id).sla_hours)
    Conversation.objects.filter(pk=thread.pk).update(
        last_at=max(thread.last_at, at), waiting_since=since, answer_by=since + hours, last_channel=channel,
        snoozed_until=None, discarded_at=None,
    )  # fmt: skip


def _same_words(said: InboundMessage, party: int | None) -> bool:
    """A copy that some server delivered twice under two ids: the same words of the same person at the same instant."""
    if said.channel != "email" or party is None:
        return False
    rows = ThreadMessage.objects.filter(conversation__party_id=party, channel="email", at=said.at)
    return any(read.text_of(row) == said.text for row in rows.select_related("conversation")[:5])
