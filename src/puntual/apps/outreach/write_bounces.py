"""A message that came back after its server had taken it: what becomes of its row and of the address."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from puntual.apps.outreach.choices import DeliveryFact, SendState
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties import write as parties

#: So many bounces «for now» in a row are one for good.
SOFT_MAX = 3
_LEFT = (SendState.SENT, SendState.UNKNOWN)


@transaction.atomic
def bounced(*, outbox_id: int, at: datetime, sentence: str, permanent: bool) -> bool:
    """Nobody read it: the row says so with the server's own words, and it counts in no cap any more.

    For good: the address is not used again, and tomorrow's plan goes by the next channel. For now (mailbox full): only
    the third in a row does that. Says whether it was new.
    """
    row = Outbox.objects.select_for_update().filter(pk=outbox_id, state__in=_LEFT).first()
    if row is None:
        return False
    Outbox.objects.filter(pk=row.pk).update(
        state=SendState.FAILED, reason="bounced" if permanent else "bounced_soft", detail=sentence[:300]
    )
    Contact.objects.filter(outbox_id=row.pk).update(counts=False)
    Fact.objects.get_or_create(
        key=f"bounced:{row.pk}",
        defaults={
            "outbox_id": row.pk, "account_id": row.account_id, "kind": DeliveryFact.BOUNCED, "at": at,
            "channel": row.channel, "detail": sentence[:300],
        },
    )  # fmt: skip
    if row.contact_point_id and (permanent or _in_a_row(row.contact_point_id) >= SOFT_MAX):
        parties.mark_bounced(point_id=row.contact_point_id)
    return True


def _in_a_row(point_id: int) -> int:
    """How many of the last messages to that address came back, whatever followed them."""
    rows = Outbox.objects.filter(contact_point_id=point_id, state__in=(SendState.SENT, SendState.FAILED))
    last = list(rows.order_by("-finished_at", "-pk").values_list("pk", flat=True)[:SOFT_MAX])
    return Fact.objects.filter(outbox_id__in=last, kind=DeliveryFact.BOUNCED).count()
