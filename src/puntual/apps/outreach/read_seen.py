"""When each customer looked at how to pay: for who counts the days until the money."""

from __future__ import annotations

from datetime import date

from puntual.apps.outreach.choices import DeliveryFact
from puntual.apps.outreach.models import Fact
from puntual.core.time import local_date


def payment_looks(creditor_id: int, zone: str) -> dict[int, list[date]]:
    """account -> the creditor's days on which its page of payment was seen."""
    rows = Fact.objects.filter(account__creditor_id=creditor_id, kind=DeliveryFact.CLICKED, detail="pay")
    found: dict[int, list[date]] = {}
    for account, at in rows.values_list("account_id", "at"):
        found.setdefault(account, []).append(local_date(at, zone))
    return found
