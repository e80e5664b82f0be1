"""What became of a message after it left, appended once per key: page seen, method chosen, failed, paid."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from puntual.apps.outreach.choices import DeliveryFact, SendState
from puntual.apps.outreach.models import Contact, Fact, Message, Outbox

#: A visit within this time of a message is put down to that message.
ATTRIBUTED_WITHIN = timedelta(days=14)
#: Filters of e-mail open what a message links to as it arrives, and some pose as a whole browser.
SCANNED_WITHIN = timedelta(minutes=3)


def record_fact(
    *,
    account_id: int,
    kind: DeliveryFact | str,
    at: datetime,
    key: str,
    outbox_id: int | None = None,
    channel: str = "",
    method: str = "",
    device: str = "",
    amount_minor: int | None = None,
    currency: str = "",
    detail: str = "",
) -> bool:
    """Append a fact; the same key again changes nothing. Says whether it was new.

    Without `outbox_id` it is put down to the last message that left for the account within `ATTRIBUTED_WITHIN`.
    """
    if Fact.objects.filter(key=key).exists():
        return False
    sent = Outbox.objects.filter(pk=outbox_id).first() if outbox_id else last_sent(account_id, at)
    _, created = Fact.objects.get_or_create(
        key=key,
        defaults={
            "account_id": account_id,
            "kind": DeliveryFact(kind),
            "at": at,
            "outbox": sent,
            "channel": channel or (sent.channel if sent else ""),
            "method": method[:20],
            "device": device[:12],
            "amount_minor": amount_minor,
            "currency": currency,
            "detail": detail[:300],
        },
    )
    if created and sent is not None and kind == DeliveryFact.BOUNCED:
        _not_delivered(sent, detail)
    return created


def _not_delivered(row: Outbox, sentence: str) -> None:
    """It had left, and its provider tells that it never arrived: it reached nobody, and takes no place in the caps."""
    changed = Outbox.objects.filter(pk=row.pk, state=SendState.SENT).update(
        state=SendState.FAILED, reason="not_delivered", detail=sentence[:300]
    )
    heard = Fact.objects.filter(outbox_id=row.pk, kind__in=(DeliveryFact.DELIVERED, DeliveryFact.OPENED)).exists()
    if changed and not heard:
        Contact.objects.filter(outbox_id=row.pk).update(counts=False)


def last_sent(account_id: int, at: datetime) -> Outbox | None:
    """The last message that left for an account shortly before an instant."""
    rows = Outbox.objects.filter(
        account_id=account_id, state=SendState.SENT, finished_at__lte=at, finished_at__gt=at - ATTRIBUTED_WITHIN
    )
    return rows.order_by("-finished_at").first()


def record_answer(
    *, party_id: int, account_id: int | None, creditor_id: int | None, channel: str, at: datetime, key: str
) -> None:
    """Somebody wrote to us: a direct contact of theirs in the history, and a fact of the message it answers. Once per
    `key`; inside the caller's transaction."""
    if account_id is not None and not record_fact(
        account_id=account_id, kind=DeliveryFact.REPLIED, at=at, key=f"replied:{key}"[:160], channel=channel
    ):
        return
    Contact.objects.create(
        party_id=party_id, account_id=account_id, creditor_id=creditor_id, channel=channel, direction="in",
        direct_contact=True, at=at,
    )  # fmt: skip


def mailed_moments_ago(account_id: int, at: datetime) -> bool:
    """Whether an e-mail for the account left or arrived so little ago that a visit may be its filter opening links."""
    lately = (at - SCANNED_WITHIN, at)
    moved = Q(finished_at__range=lately) | Q(facts__kind=DeliveryFact.DELIVERED, facts__at__range=lately)
    return Outbox.objects.filter(moved, account_id=account_id, channel="email", state=SendState.SENT).exists()


def outbox_of_message(message_id: str) -> Outbox | None:
    """The row whose message left under that id of ours."""
    found = Message.objects.filter(message_id=message_id).select_related("outbox").first() if message_id else None
    return found.outbox if found else None
