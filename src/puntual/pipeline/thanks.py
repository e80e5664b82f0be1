"""«Gracias por su pago»: once a day and account, for payments that are in the books; never for what was thanked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import speaking, write_marks
from puntual.apps.inbox.speaking import Way
from puntual.apps.outreach import write_events
from puntual.apps.outreach.models import Contact, Outbox
from puntual.apps.outreach.wording import amount, day_text
from puntual.apps.parties.models import Account
from puntual.apps.receivables.models import Event
from puntual.core.time import local_date
from puntual.pipeline.envelope import WINDOW

#: A payment older than this is history, not news.
NEWS = timedelta(days=10)
#: Nobody whom we did not speak to lately is surprised with thanks.
SPOKE = timedelta(days=60)
#: What another transaction may still be writing is looked at again.
_SETTLES = timedelta(minutes=2)
_MARK = "thanks"


def thank(*, at: datetime, limit: int = 500) -> int:
    """Enqueue thanks for the payments booked since the last time. Gives how many are new. As often as one likes."""
    mark = inbox.mark(_MARK)
    if mark is None:
        # What was booked before the product thanked is not thanked now.
        last = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
        write_marks.advance(name=_MARK, to=last or 0)
        return 0
    events = list(Event.objects.filter(pk__gt=mark).order_by("pk")[:limit])
    by_account: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "payment":
            by_account[event.account_id].append(event)
    accounts = {a.pk: a for a in Account.objects.filter(pk__in=by_account).select_related("creditor")}
    done = sum(_thank(accounts[pk], mine, at) for pk, mine in by_account.items())
    settled = [e.pk for e in events if e.recorded_at <= at - _SETTLES]
    if settled:
        write_marks.advance(name=_MARK, to=max(settled))
    return done


def _thank(account: Account, events: Sequence[Event], at: datetime) -> bool:
    creditor = account.creditor
    today = local_date(at, creditor.zone)
    fresh = [e for e in events if today - e.effective_on <= NEWS and not _undone(e) and not _thanked_before(e)]
    if not fresh or not inbox.rules_of(creditor.pk).thank or not _spoke(account, at):
        return False
    template = "recibo" if write_events.rules_of(creditor.pk).receipt else "gracias"
    way = _way(account, at, template)
    if way is None:
        return False
    currency = fresh[0].currency
    much = sum(_cash(e) for e in fresh if e.currency == currency)
    if much <= 0:
        return False
    key = f"{today.isoformat()}-{account.pk}"
    if Outbox.objects.filter(once=f"gracias:{key}").exists():
        return False
    country = creditor.country
    told = {
        "importe": amount(much, currency, country), "fecha": day_text(fresh[0].effective_on, country),
        "evento": fresh[0].pk,
    }  # fmt: skip
    speaking.thank(
        account=account, way=way, values={"pago": told}, amount_minor=much, currency=currency, key=key, at=at,
        template=template,
    )  # fmt: skip
    return True


def _undone(event: Event) -> bool:
    return Event.objects.filter(reverses=event).exists()


def _thanked_before(event: Event) -> bool:
    """Whether this is the bank's word on a payment that was told before: provisional then, reversed and booked anew."""
    told = Event.objects.filter(
        account_id=event.account_id, kind="payment", currency=event.currency, provisional=True, pk__lt=event.pk,
        reversed_by__isnull=False, effective_on__gte=event.effective_on - NEWS,
    )  # fmt: skip
    return any(_cash(one) == _cash(event) for one in told)


def _cash(event: Event) -> int:
    legs = event.entries.filter(due_item=None).values_list("amount_minor", flat=True)
    return int(max(legs, default=0))


def _spoke(account: Account, at: datetime) -> bool:
    return Contact.objects.filter(account=account, at__gt=at - SPOKE, at__lte=at).exists()


def _way(account: Account, at: datetime, template: str) -> Way | None:
    """The channel by which they were last spoken to, then the others; WhatsApp only where it may say it."""
    ways = speaking.ways_of(account.party_id, account.creditor_id)
    last = Contact.objects.filter(account=account, at__lte=at).order_by("-at").values_list("channel", flat=True).first()
    for way in sorted(ways, key=lambda w: w.channel != last):
        if way.channel != "whatsapp" or _may_whatsapp(account, at, template):
            return way
    return None


def _may_whatsapp(account: Account, at: datetime, template: str) -> bool:
    if account.party_id in inbox.wrote_since([account.party_id], "whatsapp", at - WINDOW + timedelta(minutes=5)):
        return True
    return inbox.approved(account.creditor_id, template, "es") is not None
