"""What was said to the customers of one creditor in a period, for whoever handed us its portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from puntual.apps import bulk
from puntual.apps.outreach.choices import DeliveryFact
from puntual.apps.outreach.models import Contact, Fact

#: fact -> what it says of the message, from the least telling to the most.
_TOLD = {
    DeliveryFact.DELIVERED: "delivered", DeliveryFact.OPENED: "read", DeliveryFact.CLICKED: "read",
    DeliveryFact.REPLIED: "replied", DeliveryFact.BOUNCED: "bounced",
}  # fmt: skip
_RANK = ("sent", "delivered", "read", "replied", "bounced")


@attrs.frozen
class Spoken:
    """One contact: `result` is the most that is known of it."""

    pk: int
    account: int
    at: datetime
    channel: str
    direction: str
    result: str
    agent: str


def spoken_between(creditor_id: int, start: datetime, end: datetime) -> list[Spoken]:
    """The contacts of [start, end) about accounts of that creditor, and of no other, in order of time."""
    rows = list(
        Contact.objects.filter(creditor_id=creditor_id, at__gte=start, at__lt=end)
        .exclude(account=None)
        .select_related("by")
        .order_by("at", "pk")
    )
    results = _results([row.outbox_id for row in rows if row.outbox_id])
    return [
        Spoken(
            row.pk,
            row.account_id or 0,
            row.at,
            row.channel,
            row.direction,
            "replied" if row.direction == "in" else results.get(row.outbox_id or 0, "sent"),
            (row.by.get_full_name() or row.by.get_username()) if row.by else "",
        )
        for row in rows
    ]


def _results(outbox: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for piece in bulk.chunks(outbox):
        facts = Fact.objects.filter(outbox_id__in=piece, kind__in=list(_TOLD)).values_list("outbox_id", "kind")
        for row, kind in facts:
            told = _TOLD[DeliveryFact(kind)]
            found[row] = max(found.get(row, "sent"), told, key=_RANK.index)
    return found
