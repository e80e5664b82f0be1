"""The states of a message on its way out. Each function is one short transaction; none spans a network call.

planned -> reserved (slot in the history of contacts taken) -> handing_over (committed just before the bytes leave) ->
sent | failed | unknown. After a crash *reserved* is tried again, only *handing_over* becomes *unknown*.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import attrs
from django.db import transaction
from django.db.models import Q

from puntual.apps.outreach.choices import DeliveryFact, SendState
from puntual.apps.outreach.models import Contact, Fact, Message, Outbox
from puntual.apps.parties import write as parties
from puntual.core.channels import next_try

MAX_ATTEMPTS = 5
#: What a person does: nothing leaves by itself, so nothing grows too old to leave.
BY_HAND = ("task", "visit", "call")


@attrs.frozen
class Recovered:
    """What was found half-way from an earlier process."""

    retried: int
    unknown: int
    expired: int


@transaction.atomic
def recover(*, now: datetime, worker: str, dead: Callable[[Collection[str]], Collection[str]]) -> Recovered:
    """Settle what dead dispatchers left: reserved rows go back to planned, handed-over ones become unknown for ever.

    `dead`: of these workers, those that live no more. What a living one has in its hands is its own.
    """
    held = Outbox.objects.filter(state__in=(SendState.RESERVED, SendState.HANDING_OVER)).exclude(reserved_by=worker)
    others = sorted(set(held.values_list("reserved_by", flat=True)))
    stuck = held.filter(reserved_by__in=list(dead(others))) if others else held.none()
    back = list(stuck.filter(state=SendState.RESERVED).values_list("pk", flat=True))
    retried = _put_back(back)
    unknown = stuck.filter(state=SendState.HANDING_OVER).update(
        state=SendState.UNKNOWN, reason="unknown_outcome", finished_at=now
    )
    late = Outbox.objects.filter(state=SendState.PLANNED, expires_at__lte=now).exclude(channel__in=BY_HAND)
    expired = late.update(state=SendState.WITHDRAWN, reason="expired", finished_at=now)
    return Recovered(retried, unknown, expired)


def _put_back(ids: Collection[int]) -> int:
    Contact.objects.filter(outbox_id__in=ids).delete()
    return Outbox.objects.filter(pk__in=ids, state=SendState.RESERVED).update(
        state=SendState.PLANNED, reserved_by="", reserved_at=None
    )


@transaction.atomic
def put_back(*, ids: Collection[int]) -> int:
    """Reserved rows that will not leave now after all: planned again, with their slot free and no attempt used up."""
    return _put_back(list(ids))


@transaction.atomic
def claim(
    *,
    now: datetime,
    worker: str,
    channels: Sequence[str],
    limit: int,
    only: Mapping[str, Collection[int]] | None = None,
    resting: Collection[tuple[int, str]] = (),
) -> list[Outbox]:
    """Take rows that are due, approved and within their time, at most one per person, marked as ours.

    `only`: channel -> the creditors that can send by it; the rows of the others stay as they are, and so do those of
    the (creditor, channel) that are `resting`.
    """
    due = Outbox.objects.filter(
        state=SendState.PLANNED, approved=True, scheduled_at__lte=now, expires_at__gt=now, channel__in=channels
    )
    for channel, creditors in (only or {}).items():
        due = due.exclude(~Q(creditor_id__in=creditors), channel=channel)
    for creditor, channel in resting:
        due = due.exclude(creditor_id=creditor, channel=channel)
    rows = due.select_for_update(skip_locked=True) if _skips() else due
    found = list(rows.order_by("scheduled_at", "pk")[:limit])
    one_each = list({row.party_id: row for row in reversed(found)}.values())[::-1]
    Outbox.objects.filter(pk__in=[r.pk for r in one_each]).update(
        state=SendState.RESERVED, reserved_by=worker, reserved_at=now
    )
    for row in one_each:
        row.state, row.reserved_by, row.reserved_at = SendState.RESERVED, worker, now
    return one_each


def _skips() -> bool:
    from django.db import connection

    return connection.features.has_select_for_update_skip_locked


@attrs.frozen
class Verdict:
    """What the last look decided about one claimed row: go, wait until an instant, or never (with its reason)."""

    go: bool
    reason: str = ""
    rule: str = ""
    until: datetime | None = None
    pack: str = ""

    @property
    def moot(self) -> bool:
        """Nobody refused it: what it would ask or tell is paid, changed or over."""
        return not self.go and self.reason in _MOOT


#: Reasons of what is withdrawn, not denied.
_MOOT = frozenset({"withdrawn_paid", "withdrawn_changed", "deal_withdrawn"})


def take_slots(*, rows: Sequence[Outbox], verdicts: Mapping[int, Verdict], now: datetime) -> list[Outbox]:
    """Inside the caller's transaction: enter the contact of each row that goes; put off or end the others."""
    going = [row for row in rows if verdicts[row.pk].go]
    Contact.objects.bulk_create(
        [
            Contact(
                party_id=r.party_id, account_id=r.account_id, creditor_id=r.creditor_id, outbox=r, channel=r.channel,
                direction="out", purpose=r.purpose, step=r.step, at=now,
            )
            for r in going
        ]
    )  # fmt: skip
    for row in rows:
        verdict = verdicts[row.pk]
        if verdict.go:
            continue
        changes: dict[str, object] = {
            "reason": verdict.reason,
            "rule": verdict.rule,
            "reserved_by": "",
            "reserved_at": None,
        }
        if verdict.until is None:
            changes |= {"state": SendState.WITHDRAWN if verdict.moot else SendState.DENIED, "finished_at": now}
        else:
            life = row.expires_at - row.scheduled_at
            changes |= {
                "state": SendState.PLANNED, "scheduled_at": verdict.until,
                "expires_at": max(row.expires_at, verdict.until + life),
            }  # fmt: skip
        Outbox.objects.filter(pk=row.pk).update(**changes)
    return going


@transaction.atomic
def hand_over(*, row: Outbox, worker: str, message: Message) -> bool:
    """The last step before the bytes leave. False when the row is no longer ours (vetoed, or another took it)."""
    mine = Outbox.objects.filter(pk=row.pk, state=SendState.RESERVED, reserved_by=worker)
    if mine.update(state=SendState.HANDING_OVER) != 1:
        return False
    Message.objects.filter(pk=row.pk).delete()
    message.save(force_insert=True)
    return True


@transaction.atomic
def sent(*, row: Outbox, now: datetime, file: str = "", provider_id: str = "") -> None:
    """The provider took it. Also when another sender had taken us for dead meanwhile: we are the one who knows."""
    changes = {"state": SendState.SENT, "reason": "sent", "finished_at": now, "detail": provider_id[:300]}
    ours = Outbox.objects.filter(pk=row.pk, reserved_by=row.reserved_by)
    ours.filter(state__in=(SendState.HANDING_OVER, SendState.UNKNOWN)).update(**changes)
    if file:
        Message.objects.filter(pk=row.pk).update(file=file)
    Fact.objects.get_or_create(
        key=f"sent:{row.pk}",
        defaults={
            "outbox_id": row.pk, "account_id": row.account_id, "kind": DeliveryFact.SENT, "at": now,
            "channel": row.channel, "amount_minor": row.amount_minor, "currency": row.currency,
        },
    )  # fmt: skip
    parties.count_approved_send(creditor_id=row.creditor_id)


@transaction.atomic
def failed(
    *,
    row: Outbox,
    now: datetime,
    sentence: str,
    permanent: bool,
    bad_recipient: bool = False,
    rate_limited: bool = False,
    asked: timedelta | None = None,
) -> bool:
    """The provider did not take it: nothing reached anybody, so the slot is free again. Says whether it is over.

    Temporary: tried later, never before what the provider asked, unless its time would be past by then. An address
    that does not exist is marked as bounced. `rate_limited`: it was only too soon, which uses up no attempt.
    """
    if bad_recipient and row.contact_point_id:
        parties.mark_bounced(point_id=row.contact_point_id)
        Fact.objects.get_or_create(
            key=f"bounced:{row.pk}",
            defaults={
                "outbox_id": row.pk, "account_id": row.account_id, "kind": DeliveryFact.BOUNCED, "at": now,
                "channel": row.channel, "detail": sentence[:300],
            },
        )  # fmt: skip
    Contact.objects.filter(outbox_id=row.pk).delete()
    attempts = row.attempts + (not rate_limited)
    then = next_try(attempts=attempts, now=now, asked=asked, key=str(row.pk))
    again = not permanent and attempts < MAX_ATTEMPTS and then < row.expires_at
    changes: dict[str, object] = {
        "attempts": attempts, "detail": sentence[:300], "reserved_by": "", "reserved_at": None,
        "reason": "temporary_failure" if again else "permanent_failure",
    }  # fmt: skip
    if again:
        changes |= {"state": SendState.PLANNED, "scheduled_at": then}
    else:
        changes |= {"state": SendState.FAILED, "finished_at": now}
    Outbox.objects.filter(pk=row.pk).update(**changes)
    return not again


@transaction.atomic
def unsure(*, row: Outbox, now: datetime, sentence: str) -> None:
    """It broke while handing over: nobody knows. Counted as a contact, shown, never repeated by itself."""
    Outbox.objects.filter(pk=row.pk, state=SendState.HANDING_OVER).update(
        state=SendState.UNKNOWN, reason="unknown_outcome", detail=sentence[:300], finished_at=now
    )


@transaction.atomic
def settled(*, outbox_id: int, at: datetime, left: bool, sentence: str = "") -> bool:
    """The provider told what became of a message of which nobody knew. Says whether it was one of those."""
    unknown = Outbox.objects.filter(pk=outbox_id, state=SendState.UNKNOWN)
    if not left:
        known = unknown.update(state=SendState.FAILED, reason="not_delivered", detail=sentence[:300]) == 1
        if known:  # it reached nobody after all
            Contact.objects.filter(outbox_id=outbox_id).update(counts=False)
        return known
    return unknown.update(state=SendState.SENT, reason="sent", finished_at=at) == 1


def opened(*, row: Outbox, message: Message, now: datetime, user_id: int | None) -> None:
    """A prepared message was opened in the user's own WhatsApp. Inside the caller's transaction; again changes
    nothing."""
    mine = Outbox.objects.filter(pk=row.pk, state=SendState.PLANNED)
    if mine.update(state=SendState.OPENED, reason="opened_by_user", finished_at=now) != 1:
        return
    Contact.objects.filter(outbox_id=row.pk).update(by_id=user_id)
    Message.objects.filter(pk=row.pk).delete()
    message.save(force_insert=True)
    Fact.objects.get_or_create(
        key=f"sent:{row.pk}",
        defaults={
            "outbox_id": row.pk, "account_id": row.account_id, "kind": DeliveryFact.SENT, "at": now,
            "channel": row.channel, "amount_minor": row.amount_minor, "currency": row.currency,
        },
    )  # fmt: skip
